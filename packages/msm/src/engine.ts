/**
 * The engine: WebAssembly, its memory and its threads; multi-scalar multiplication over points that stay loaded.
 *
 * Pippenger's buckets with signed digits, split along the curve's endomorphism, filled and weighed by batches of affine
 * additions (docs/msm.md). Tested equal to reference/msm.ts. Not constant time: the time depends on the scalars.
 * @module
 */
import type { Point } from '../reference/curve.ts'
import { BASE_MODULUS, inverse, mod } from '../reference/curve.ts'
import { ADDRESS, ELEMENT_BYTES, SCRATCH } from '../wasm/layout.ts'
import {
  type Bases,
  discard,
  type Group,
  LoadedBases,
  lengthOf,
  loaded,
  POINT_BYTES,
  type PointBytes,
  strideOf,
  windowOf,
} from './bases.ts'
import { bytesToBigint, writeBigint } from './bytes.ts'
import { pointError, RESULT_BYTES, scalarError } from './check.ts'
import { writeConstants } from './constants.ts'
import { type DigitKind, type DigitSet, makeDigits } from './digits.ts'
import { MsmError } from './errors.ts'
import { ENGINE_WASM } from './generated/engine-wasm.ts'
import { Heap } from './heap.ts'
import type { Job, Place } from './job.ts'
import { blocksOf, planMsm, planTable, TABLES, type TablePlan, workBytes } from './plan.ts'
import { BlockDigest, decodeHeader, encodeHeader, HEADER_BYTES, TableReader } from './table-file.ts'
import { callingThread, startThreads, type Threads } from './threads.ts'

export { type Bases, type Group, POINT_BYTES, type PointBytes }

export interface EngineOptions {
  /**
   * 1 (the default) works on the calling thread and blocks it. More start that many workers, which needs SharedArrayBuffer.
   */
  threads?: number
}

/** What {@link Engine.buildTable} built. */
export interface TableSummary {
  memoryMiB: number
  kind: DigitKind
  windowBits: number
  /** Times that the buckets are gone through: 1 for a full table. */
  passes: number
}

/** A digit set in the engine's memory. */
interface PlacedDigits {
  set: DigitSet
  codes: number
  weights: number
}

export interface LoadOptions {
  /**
   * Checks that every point is on its curve and, in G2, in the subgroup of order r, for keys of unknown origin: on one
   * thread 0.3 µs a point of G1, 60 µs of G2.
   */
  check?: boolean
}

export const SCALAR_BYTES = 32

const MAXIMUM_PAGES = 65536
const SCRATCH_BYTES = 768 * 1024
/** Scalars that a thread splits at a time, points that it reads. */
const CHUNK = 2048
/** Bytes of a table handed out at a time. */
const PART_BYTES = 2 ** 20
const FROM_MONTGOMERY = inverse(1n << 256n)

/** Opens an engine. Throws {@link MsmError} MSM_THREADS_UNAVAILABLE. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const count = options.threads ?? 1
  const shared = typeof SharedArrayBuffer !== 'undefined'
  if (count > 1 && !shared)
    throw new MsmError(
      'MSM_THREADS_UNAVAILABLE',
      'There is no SharedArrayBuffer here: serve the page with Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp, or use one thread.',
    )
  const bytes = Uint8Array.from(atob(ENGINE_WASM), (character) => character.charCodeAt(0))
  const module = await WebAssembly.compile(shared ? bytes : withUnsharedMemory(bytes))
  const memory = new WebAssembly.Memory({ initial: 16, maximum: MAXIMUM_PAGES, shared })
  writeConstants(memory.buffer)
  const threads = count > 1 ? startThreads(count, module, memory) : await callingThread(module, memory)
  return new Engine(memory, threads)
}

/**
 * The module imports a shared memory. Where there is none, the import's limits say so instead: flag 3 (shared, with a maximum)
 * becomes 1 (with a maximum).
 */
export function withUnsharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode('\u0003env\u0006memory\u0002\u0003')
  const at = module.findIndex((_, index) => name.every((byte, offset) => module[index + offset] === byte))
  const own = module.slice()
  own[at + name.length - 1] = 1
  return own
}

export class Engine {
  readonly memory: WebAssembly.Memory
  readonly heap: Heap
  readonly #threads: Threads
  readonly #scratch: number[]
  readonly #digits = new Map<string, PlacedDigits>()
  #work = { address: 0, bytes: 0 }
  #last: Promise<unknown> = Promise.resolve()
  #disposed = false

  constructor(memory: WebAssembly.Memory, threads: Threads) {
    this.memory = memory
    this.heap = new Heap(memory, ADDRESS.HEAP)
    this.#threads = threads
    this.#scratch = Array.from({ length: threads.count }, () => this.heap.allocate(SCRATCH_BYTES + SCRATCH.BATCH))
  }

  get threads(): number {
    return this.#threads.count
  }

  /** Ends the threads. What runs then is rejected with MSM_DISPOSED or MSM_THREAD_FAILED. */
  async dispose(): Promise<void> {
    this.#disposed = true
    await this.#threads.dispose()
  }

  /** Runs jobs that belong together, one after the other, with nobody else's between them. */
  exclusive<T>(body: () => Promise<T>): Promise<T> {
    if (this.#disposed) return Promise.reject(new MsmError('MSM_DISPOSED', 'The engine was disposed of; open another.'))
    const result = this.#last.then(body)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Does a job within {@link exclusive}. `workBytes` are each thread's. */
  run(job: Job, workBytes = 0): Promise<void> {
    const each = Math.ceil(workBytes / 64) * 64
    if (each * this.threads > this.#work.bytes) {
      if (this.#work.bytes > 0) this.heap.release(this.#work.address, this.#work.bytes)
      this.#work = { address: 0, bytes: 0 }
      this.#work = { address: this.heap.allocate(each * this.threads), bytes: each * this.threads }
    }
    const places: Place[] = this.#scratch.map((scratch, index) => ({
      scratch,
      work: this.#work.address + index * each,
    }))
    return this.#threads.run(job, places)
  }

  /** Gives the threads' working memory back; the next job that needs some takes it again. */
  trim(): void {
    if (this.#work.bytes > 0) this.heap.release(this.#work.address, this.#work.bytes)
    this.#work = { address: 0, bytes: 0 }
  }

  /**
   * Runs `body` with ranges of memory that are cleared and given back after it, whether it succeeds or not: they hold scalars
   * and what follows from them. The threads' own working memory is not cleared.
   */
  async borrow<T>(sizes: readonly number[], body: (...addresses: number[]) => Promise<T>): Promise<T> {
    const addresses: number[] = []
    try {
      for (const size of sizes) addresses.push(this.heap.allocate(size))
      return await body(...addresses)
    } finally {
      for (const [index, address] of addresses.entries()) {
        new Uint8Array(this.memory.buffer, address, sizes[index]!).fill(0)
        this.heap.release(address, sizes[index]!)
      }
    }
  }

  /** Copies bytes into the engine's memory. */
  write(address: number, bytes: Uint8Array): void {
    new Uint8Array(this.memory.buffer).set(bytes, address)
  }

  /**
   * Loads points: {@link POINT_BYTES} each, (0, 0) for infinity. Throws {@link MsmError} MSM_LENGTH_MISMATCH,
   * MSM_OUT_OF_MEMORY and, where checked, MSM_POINT_NOT_ON_CURVE and MSM_POINT_NOT_IN_SUBGROUP, with the first such index.
   */
  async loadBases(group: Group, bytes: PointBytes | readonly PointBytes[], options: LoadOptions = {}): Promise<Bases> {
    const size = POINT_BYTES[group]
    const parts = bytes instanceof Uint8Array || bytes instanceof Blob ? [bytes] : bytes
    if (parts.some((part) => lengthOf(part) % size !== 0))
      throw new MsmError(
        'MSM_LENGTH_MISMATCH',
        `Points of ${group} take ${size} bytes each, and these are no whole number of them.`,
      )
    return this.exclusive(() => this.loadBasesWithin(group, parts, options))
  }

  /** {@link loadBases}, within {@link exclusive}. */
  async loadBasesWithin(
    group: Group,
    parts: readonly PointBytes[],
    { check = false }: LoadOptions = {},
  ): Promise<Bases> {
    const size = POINT_BYTES[group]
    const count = parts.reduce((sum, part) => sum + lengthOf(part), 0) / size
    const stride = strideOf(group)
    const address = this.heap.allocate(count * stride)
    const release = (): void => this.heap.release(address, count * stride)
    const loading = this.borrow([CHUNK * this.threads * size], async (source) => {
      // Through a small window, so that the points are not in memory twice.
      let target = address
      for (const part of parts)
        for (let from = 0; from < lengthOf(part); from += CHUNK * this.threads * size) {
          const window = await windowOf(part, from, from + CHUNK * this.threads * size)
          const points = window.length / size
          this.write(source, window)
          if (part instanceof Blob) discard(window)
          if (check) await this.#checkPoints(group, source, points, (target - address) / stride)
          const units: number[][] = []
          for (let i = 0; i < points; i += CHUNK) units.push([source, i, Math.min(i + CHUNK, points), target, stride])
          await this.run({ field: 'base', g2: group === 'g2', name: 'readPoints', units })
          target += points * stride
        }
    })
    await loading.catch((error: unknown) => {
      release()
      throw error
    })
    return new LoadedBases(group, count, address, release)
  }

  /**
   * Returns Σ scalars[i]·points[i] for the first points. Scalars are {@link SCALAR_BYTES} each, little-endian, below the order.
   * Throws {@link MsmError} MSM_LENGTH_MISMATCH, MSM_DISPOSED; with `check`, MSM_SCALAR_NOT_REDUCED with the first such index.
   */
  async msm(bases: Bases, scalars: Uint8Array, options: { check?: boolean } = {}): Promise<Point> {
    if (scalars.length % SCALAR_BYTES !== 0 || scalars.length / SCALAR_BYTES > bases.count)
      throw new MsmError(
        'MSM_LENGTH_MISMATCH',
        `${scalars.length} bytes of scalars are not ${SCALAR_BYTES} for each of at most ${bases.count} points.`,
      )
    return this.exclusive(() =>
      this.borrow([scalars.length], async (address) => {
        const count = scalars.length / SCALAR_BYTES
        this.write(address, scalars)
        if (options.check) await this.#checkScalars(address, count)
        return this.msmAt(bases, address, count)
      }),
    )
  }

  /**
   * Computes multiples of points that stay, so that each {@link msm} over them takes fewer additions, in at most `memoryMiB`.
   * Returns what was built, or null where so little memory would not help. `onProgress` is told the part done, up to 1.
   * Throws {@link MsmError} MSM_OUT_OF_MEMORY, MSM_DISPOSED.
   */
  async buildTable(
    bases: Bases,
    memoryMiB: number,
    onProgress: (part: number) => void = () => {},
  ): Promise<TableSummary | null> {
    const plan = this.planTable(bases, memoryMiB)
    return plan && this.buildPlanned(bases, plan, onProgress)
  }

  /** Returns the table that {@link buildTable} would build. */
  planTable(bases: Bases, memoryMiB: number): TablePlan | null {
    const { group, count, table } = loaded(bases)
    if (table) return null
    return planTable(count, group === 'g1' ? 1 : 2, memoryMiB * 2 ** 20, this.threads) ?? null
  }

  /** {@link buildTable} of a plan that is given. */
  async buildPlanned(
    bases: Bases,
    plan: TablePlan,
    onProgress: (part: number) => void = () => {},
  ): Promise<TableSummary> {
    const points = loaded(bases)
    const { group, count } = points
    const { kind, bits, passes, rows, stride } = plan
    const rowBytes = count * stride
    return this.exclusive(async () => {
      const { multiples, coordinates } = TABLES[kind]
      const address = this.heap.allocate(rows * rowBytes)
      const release = (): void => this.heap.release(address, rows * rowBytes)
      for (let row = 0; row < rows; row++) {
        const target = address + row * rowBytes
        const [source, sourceStride] = row === 0 ? [points.address, points.stride] : [target - rowBytes, stride]
        const doublings = row === 0 ? 0 : bits * passes
        const units: number[][] = []
        for (let from = 0; from < count; from += CHUNK)
          units.push([
            ...[source, sourceStride, from, Math.min(from + CHUNK, count), target, stride],
            ...[doublings, multiples, coordinates - 2],
          ])
        await this.run({ field: 'base', g2: group === 'g2', name: 'tableRow', units }).catch((error: unknown) => {
          release()
          throw error
        })
        onProgress((row + 1) / rows)
      }
      points.useTable({ plan, address }, release)
      return summaryOf(plan, rows * rowBytes)
    })
  }

  /**
   * The bytes of a table, for {@link importTable} (table-file.ts). Throws {@link MsmError} MSM_NO_TABLE, MSM_DISPOSED where the
   * points are freed before the last byte.
   */
  async *exportTable(bases: Bases): AsyncGenerator<Uint8Array> {
    const points = loaded(bases)
    const { group, count, table } = points
    if (!table) throw new MsmError('MSM_NO_TABLE', 'These points have no table: build one first.')
    const { plan } = table
    const header = encodeHeader({ group, count, plan, bases: await this.#digestOf(points) })
    const digest = new BlockDigest()
    await digest.update(header)
    yield header
    const end = plan.rows * count * plan.stride
    for (let offset = 0; offset < end; offset += PART_BYTES) {
      const part = this.#read(points.address + offset, Math.min(PART_BYTES, end - offset))
      await digest.update(part)
      yield part
    }
    yield await digest.digest()
  }

  /**
   * Takes a table of the same points from bytes that {@link exportTable} gave. Throws {@link MsmError} MSM_TABLE_REFUSED, after
   * which the points are as they were, MSM_OUT_OF_MEMORY, MSM_DISPOSED.
   */
  async importTable(bases: Bases, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<TableSummary> {
    const points = loaded(bases)
    const { group, count } = points
    return this.exclusive(async () => {
      const reader = new TableReader(bytes)
      let release = (): void => {}
      try {
        const header = await reader.exactly(HEADER_BYTES)
        const plan = decodeHeader(header, { group, count, bases: await this.#digestOf(points) })
        await reader.digest.update(header)
        const length = plan.rows * count * plan.stride
        const address = this.heap.allocate(length)
        release = () => this.heap.release(address, length)
        await reader.into(length, (part, offset) => this.write(address + offset, part))
        await reader.end()
        points.useTable({ plan, address }, release)
        return summaryOf(plan, length)
      } catch (error) {
        release()
        throw error
      } finally {
        await reader.close()
      }
    })
  }

  /** The digest of the points' coordinates. */
  async #digestOf(points: LoadedBases): Promise<Uint8Array> {
    const { group, count, stride } = points
    const digest = new BlockDigest()
    const size = POINT_BYTES[group] * (ELEMENT_BYTES / 32)
    for (let from = 0; from < count; from += CHUNK) {
      const most = Math.min(CHUNK, count - from)
      const rows = this.#read(points.address + from * stride, most * stride)
      for (let i = 0; i < most; i++) rows.copyWithin(i * size, i * stride, i * stride + size)
      await digest.update(rows.subarray(0, most * size))
    }
    return digest.digest()
  }

  /** A copy of bytes of the engine's memory. */
  #read(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length).slice()
  }

  /** Digit sets stay in the engine's memory once used: a few hundred KiB each. */
  #digitsOf(kind: DigitKind, bits: number): PlacedDigits {
    const key = `${kind}-${bits}`
    const known = this.#digits.get(key)
    if (known) return known
    const set = makeDigits(kind, bits)
    const place = (words: Uint32Array): number => {
      const address = this.heap.allocate(words.byteLength)
      this.write(address, new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
      return address
    }
    const placed = { set, codes: place(set.codes), weights: place(set.weights) }
    this.#digits.set(key, placed)
    return placed
  }

  /** {@link msm} of `count` scalars that lie in the engine's memory already, within {@link exclusive}. */
  async msmAt(bases: Bases, scalars: number, count: number): Promise<Point> {
    const { group, address, stride, count: all, table } = loaded(bases)
    if (count === 0) return undefined
    const g2 = group === 'g2'
    const { kind, bits, windows, passes } =
      table?.plan ?? planMsm(new Uint32Array(this.memory.buffer, scalars, count * 8), this.threads)
    const { set, codes, weights } = this.#digitsOf(kind, bits)
    const { perPoint, levels } = set
    const point = POINT_BYTES[group] * (ELEMENT_BYTES / 32)
    const buckets = set.weights.length
    const blocks = blocksOf(buckets, passes, this.threads)
    const unit = 2 * levels * point
    const rowBytes = 4 * perPoint * count
    const sizes = [windows * rowBytes, passes * blocks * (unit + 2 * point), point, POINT_BYTES[group]]
    return this.borrow(sizes, async (digits, sums, sum, result) => {
      const splits: number[][] = []
      for (let i = 0; i < count; i += CHUNK)
        splits.push([
          ...[scalars, i, Math.min(i + CHUNK, count), count, address, stride],
          ...[perPoint, bits, windows, codes, digits!],
        ])
      await this.run({ field: 'base', g2, name: 'splitScalars', units: splits })
      const units: number[][] = []
      const most = Math.ceil(buckets / blocks)
      for (let pass = 0; pass < passes; pass++) {
        const rows = Math.ceil((windows - pass) / passes)
        for (let block = 0; block < blocks; block++)
          units.push([
            ...[digits! + pass * rowBytes, passes * rowBytes, rows, perPoint * count],
            ...[address, all * stride, stride, perPoint, stride / set.multiples],
            ...[block * most, Math.max(0, Math.min(most, buckets - block * most)), weights, levels],
            ...[0, rows * perPoint * count, sums! + (pass * blocks + block) * unit],
          ])
      }
      const job = { field: 'base', g2, name: 'runUnit', units, workArgument: 13 } as const
      await this.run(job, workBytes(most, levels, Math.ceil(windows / passes) * perPoint * count, point))
      const combine = [sums!, passes, blocks, levels, bits, set.shift, sum!]
      await this.run({ field: 'base', g2, name: 'combine', units: [combine] })
      await this.run({ field: 'base', g2, name: 'writePoint', units: [[sum!, result!]] })
      return this.#readPoint(group, result!)
    })
  }

  /** Returns how many additions of points were done on the calling thread: all of them, where no other works. */
  additions(): Promise<number> {
    return this.exclusive(() =>
      this.borrow([8], async (target) => {
        await this.run({ field: 'base', g2: false, name: 'countAdditions', units: [[target!]] })
        return Number(new BigUint64Array(this.memory.buffer, target, 1)[0])
      }),
    )
  }

  /** Checks points as they were written for `readPoints`; the first is number `first`. */
  async #checkPoints(group: Group, source: number, count: number, first: number): Promise<void> {
    const job = { field: 'base', g2: group === 'g2', name: 'checkPoints' } as const
    const found = await this.#firstFound(job, source, count)
    if (found !== undefined) throw pointError(group, first, found)
  }

  async #checkScalars(source: number, count: number): Promise<void> {
    const found = await this.#firstFound({ field: 'scalar', g2: false, name: 'checkScalars' }, source, count)
    if (found !== undefined) throw scalarError(found)
  }

  /** Runs a check (wasm/assembly/check.ts) in chunks and returns the first result that is not -1. */
  #firstFound(job: Omit<Job, 'units'>, source: number, count: number): Promise<number | undefined> {
    const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) => index * CHUNK)
    return this.borrow([chunks.length * RESULT_BYTES], async (results) => {
      const units = chunks.map((from, index) => [
        ...[source, from, Math.min(from + CHUNK, count)],
        results! + index * RESULT_BYTES,
      ])
      await this.run({ ...job, units })
      return new Int32Array(this.memory.buffer, results, chunks.length).find((result) => result >= 0)
    })
  }

  #readPoint(group: Group, address: number): Point {
    const bytes = new Uint8Array(this.memory.buffer, address, POINT_BYTES[group])
    if (bytes.every((byte) => byte === 0)) return undefined
    const coordinates = Array.from({ length: bytes.length / 32 }, (_, index) =>
      mod(bytesToBigint(bytes, 32 * index) * FROM_MONTGOMERY, BASE_MODULUS),
    )
    return { x: coordinates.slice(0, coordinates.length / 2), y: coordinates.slice(coordinates.length / 2) }
  }
}

/** Returns a point's bytes as {@link Engine.loadBases} takes them. */
export function pointBytes(group: Group, point: Point): Uint8Array {
  const bytes = new Uint8Array(POINT_BYTES[group])
  for (const [i, component] of (point ? [...point.x, ...point.y] : []).entries())
    writeBigint(bytes, 32 * i, mod(component << 256n))
  return bytes
}

const summaryOf = ({ kind, bits, passes }: TablePlan, bytes: number): TableSummary => ({
  memoryMiB: bytes / 2 ** 20,
  kind,
  windowBits: bits,
  passes,
})
