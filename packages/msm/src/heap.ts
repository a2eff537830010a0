/**
 * Hands out ranges of the engine's memory, first fit, and grows it where none fits.
 * @module
 */
import { MsmError } from './errors.ts'

const PAGE = 65536
const ALIGNMENT = 64

interface Range {
  start: number
  end: number
}

export class Heap {
  readonly #memory: WebAssembly.Memory
  /** In ascending order, none touching the next. */
  #free: Range[]

  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory
    this.#free = [{ start, end: memory.buffer.byteLength }]
  }

  /** Returns the address of `bytes` bytes. Throws {@link MsmError} MSM_OUT_OF_MEMORY. */
  allocate(bytes: number): number {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT)
    let index = this.#free.findIndex(({ start, end }) => end - start >= size)
    if (index < 0) {
      this.#grow(size)
      index = this.#free.length - 1
    }
    const range = this.#free[index]!
    const { start } = range
    range.start += size
    if (range.start === range.end) this.#free.splice(index, 1)
    return start
  }

  /** Gives back what {@link allocate} returned for the same `bytes`. */
  release(address: number, bytes: number): void {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT)
    let index = this.#free.findIndex(({ start }) => start > address)
    if (index < 0) index = this.#free.length
    this.#free.splice(index, 0, { start: address, end: address + size })
    const [before, own, after] = [this.#free[index - 1], this.#free[index]!, this.#free[index + 1]]
    if (after && after.start === own.end) {
      own.end = after.end
      this.#free.splice(index + 1, 1)
    }
    if (before && before.end === own.start) {
      before.end = own.end
      this.#free.splice(index, 1)
    }
  }

  #grow(size: number): void {
    const { byteLength } = this.#memory.buffer
    const last = this.#free.at(-1)
    const tail = last?.end === byteLength ? byteLength - last.start : 0
    try {
      this.#memory.grow(Math.ceil((size - tail) / PAGE))
    } catch (cause) {
      throw new MsmError('MSM_OUT_OF_MEMORY', `The engine's memory cannot grow by ${size - tail} bytes.`, { cause })
    }
    const end = this.#memory.buffer.byteLength
    if (tail > 0) last!.end = end
    else this.#free.push({ start: byteLength, end })
  }
}
