/**
 * Tables outside the engine, so that they need not be built again: a header, the rows, and a digest of both.
 *
 *   magic      16 bytes, "iotex2-msm-table"
 *   words      version, group (1 or 2), points, kind, bits, passes, rows, bytes a point: 32 bits each, little-endian
 *   bases      32 bytes, digest of the points that the table is of, as the engine holds them
 *   rows       rows · points · bytes a point
 *   digest     32 bytes, of everything before
 *
 * A digest is SHA-256 over the SHA-256 of each block of 4 MiB, which WebCrypto can do without holding all of it.
 * @module
 */
import { ELEMENT_BYTES } from '../wasm/layout.ts'
import type { Group } from './bases.ts'
import { type DigitKind, windowsOf } from './digits.ts'
import { MsmError } from './errors.ts'
import { TABLES, type TablePlan } from './plan.ts'

const MAGIC = new TextEncoder().encode('iotex2-msm-table')
const VERSION = 1
const KINDS: readonly DigitKind[] = ['windows', 'lfg', 'hexagonal']
const WORDS = 8
const BLOCK_BYTES = 4 * 2 ** 20

export const DIGEST_BYTES = 32
export const HEADER_BYTES = MAGIC.length + 4 * WORDS + DIGEST_BYTES

export interface TableHeader {
  group: Group
  count: number
  plan: TablePlan
  /** {@link BlockDigest} of the points. */
  bases: Uint8Array
}

const refuse = (why: string): MsmError => new MsmError('MSM_TABLE_REFUSED', `The table is not used: ${why}.`)

export function encodeHeader({ group, count, plan, bases }: TableHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  bytes.set(MAGIC)
  const view = new DataView(bytes.buffer, MAGIC.length)
  const { kind, bits, passes, rows, stride } = plan
  const words = [VERSION, group === 'g1' ? 1 : 2, count, KINDS.indexOf(kind), bits, passes, rows, stride]
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word, true)
  bytes.set(bases, HEADER_BYTES - DIGEST_BYTES)
  return bytes
}

/** Returns the plan of a header that is of these points. Throws {@link MsmError} MSM_TABLE_REFUSED. */
export function decodeHeader(bytes: Uint8Array, expected: Omit<TableHeader, 'plan'>): TablePlan {
  const { group, count, bases } = expected
  if (bytes.length < HEADER_BYTES || !isEqual(bytes.subarray(0, MAGIC.length), MAGIC)) throw refuse('it is none')
  const view = new DataView(bytes.buffer, bytes.byteOffset + MAGIC.length)
  const [version, ownGroup, ownCount, kindIndex, bits, passes, rows, stride] = Array.from(
    { length: WORDS },
    (_, index) => view.getUint32(4 * index, true),
  ) as [number, number, number, number, number, number, number, number]
  if (version !== VERSION) throw refuse(`it is of version ${version}, not ${VERSION}`)
  const isOfThese = ownGroup === (group === 'g1' ? 1 : 2) && ownCount === count
  if (!isOfThese || !isEqual(bytes.subarray(HEADER_BYTES - DIGEST_BYTES, HEADER_BYTES), bases))
    throw refuse('it is of other points')
  const kind = KINDS[kindIndex]
  const [least, most] = kind ? TABLES[kind].bits : [1, 0]
  if (!kind || bits < least || bits > most) throw refuse('its digits are unknown')
  const windows = windowsOf(kind, bits)
  const { multiples, coordinates } = TABLES[kind]
  const ownStride = multiples * coordinates * ELEMENT_BYTES * ownGroup
  if (passes < 1 || rows !== Math.ceil(windows / passes) || stride !== ownStride) throw refuse('its rows are too few')
  return { kind, bits, windows, passes, rows, stride }
}

/** Computes the digest of bytes that come in parts. */
export class BlockDigest {
  readonly #block = new Uint8Array(BLOCK_BYTES)
  #filled = 0
  #digests: Uint8Array[] = []

  async update(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + BLOCK_BYTES - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      from += part.length
      if (this.#filled === BLOCK_BYTES) await this.#close()
    }
  }

  async digest(): Promise<Uint8Array> {
    if (this.#filled > 0) await this.#close()
    const all = new Uint8Array(DIGEST_BYTES * this.#digests.length)
    for (const [index, digest] of this.#digests.entries()) all.set(digest, DIGEST_BYTES * index)
    return new Uint8Array(await crypto.subtle.digest('SHA-256', all))
  }

  async #close(): Promise<void> {
    this.#digests.push(new Uint8Array(await crypto.subtle.digest('SHA-256', this.#block.subarray(0, this.#filled))))
    this.#filled = 0
  }
}

/** Hands out a stream's bytes in pieces of the lengths asked for. Throws {@link MsmError} MSM_TABLE_REFUSED where it ends early. */
export class TableReader {
  readonly digest = new BlockDigest()
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  #left: Uint8Array = new Uint8Array(0)

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#source = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  }

  /** Returns the next bytes, at least one and at most `most`; empty at the end. Does not count them to the digest. */
  async next(most: number): Promise<Uint8Array> {
    while (this.#left.length === 0) {
      const { done, value } = await this.#source.next()
      if (done) return this.#left
      this.#left = value
    }
    const part = this.#left.subarray(0, most)
    this.#left = this.#left.subarray(part.length)
    return part
  }

  async exactly(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let filled = 0; filled < length; ) {
      const part = await this.next(length - filled)
      if (part.length === 0) throw refuse('it ends too early')
      bytes.set(part, filled)
      filled += part.length
    }
    return bytes
  }

  /** Reads `length` bytes into `write`, at offsets from 0. */
  async into(length: number, write: (bytes: Uint8Array, offset: number) => void): Promise<void> {
    for (let offset = 0; offset < length; ) {
      const part = await this.next(length - offset)
      if (part.length === 0) throw refuse('it ends too early')
      await this.digest.update(part)
      write(part, offset)
      offset += part.length
    }
  }

  /** Throws {@link MsmError} MSM_TABLE_REFUSED unless the digest follows, and nothing after it. */
  async end(): Promise<void> {
    const [own, expected] = [await this.digest.digest(), await this.exactly(DIGEST_BYTES)]
    if (!isEqual(own, expected)) throw refuse('its bytes have changed')
    if ((await this.next(1)).length > 0) throw refuse('it goes on after its end')
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
