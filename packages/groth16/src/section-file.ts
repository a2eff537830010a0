/**
 * iden3's binary container of .r1cs, .wtns and .zkey files: magic, version, then sections (id, length, bytes).
 * Numbers are little-endian.
 * @module
 */
import { CircuitFileError } from './errors.ts'

const HEADER_BYTES = 12
const SECTION_HEADER_BYTES = 12

/** Highest version that is read, as snarkjs does. The layouts of a kind's versions are the same. */
const VERSIONS: Record<string, number> = { r1cs: 1, wtns: 2, zkey: 2 }

/**
 * Returns the sections by id, as views on `bytes`: nothing is copied, and offsets beyond 4 GiB are fine. The file has
 * each section at most once and ends with the last. Throws {@link CircuitFileError}.
 */
export function readSections(bytes: Uint8Array, magic: string): Map<number, Uint8Array> {
  const found = bytes.length >= HEADER_BYTES ? String.fromCharCode(...bytes.subarray(0, 4)) : ''
  if (found !== magic) throw new CircuitFileError(`Not a .${magic} file.`, { problem: 'format' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(4, true)
  if (version < 1 || version > (VERSIONS[magic] ?? 1))
    throw new CircuitFileError(`Version ${version} of .${magic} files is not known.`, { problem: 'format' })
  const sections = new Map<number, Uint8Array>()
  let offset = HEADER_BYTES
  for (let left = view.getUint32(8, true); left > 0; left--) {
    if (offset + SECTION_HEADER_BYTES > bytes.length)
      throw new CircuitFileError(`The .${magic} file is cut off.`, { problem: 'truncated' })
    const id = view.getUint32(offset, true)
    // A length that a number cannot hold exactly is longer than any file.
    const length = Number(view.getBigUint64(offset + 4, true))
    offset += SECTION_HEADER_BYTES
    if (offset + length > bytes.length)
      throw new CircuitFileError(`The .${magic} file is cut off in section ${id}.`, { problem: 'truncated' })
    if (sections.has(id))
      throw new CircuitFileError(`The .${magic} file has section ${id} twice.`, { problem: 'sections' })
    sections.set(id, bytes.subarray(offset, offset + length))
    offset += length
  }
  if (offset !== bytes.length)
    throw new CircuitFileError(`The .${magic} file has bytes behind its last section.`, { problem: 'truncated' })
  return sections
}

/** Returns one section. Throws {@link CircuitFileError} where it is missing, or not of `length` bytes. */
export function section(sections: ReadonlyMap<number, Uint8Array>, id: number, length?: number): Uint8Array {
  const bytes = sections.get(id)
  if (!bytes) throw new CircuitFileError(`Section ${id} is missing.`, { problem: 'sections' })
  if (length !== undefined && bytes.length !== length)
    throw new CircuitFileError(`Section ${id} has ${bytes.length} bytes instead of ${length}.`, { problem: 'size' })
  return bytes
}

/** Returns a view of `bytes` for reading numbers. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Returns a container of `sections` in the order given. */
export function writeSections(
  magic: string,
  version: number,
  sections: readonly (readonly [id: number, bytes: Uint8Array])[],
): Uint8Array {
  const length = sections.reduce((sum, [, bytes]) => sum + SECTION_HEADER_BYTES + bytes.length, HEADER_BYTES)
  const out = new Uint8Array(length)
  const view = new DataView(out.buffer)
  out.set(new TextEncoder().encode(magic), 0)
  view.setUint32(4, version, true)
  view.setUint32(8, sections.length, true)
  let offset = HEADER_BYTES
  for (const [id, bytes] of sections) {
    view.setUint32(offset, id, true)
    view.setBigUint64(offset + 4, BigInt(bytes.length), true)
    out.set(bytes, offset + SECTION_HEADER_BYTES)
    offset += SECTION_HEADER_BYTES + bytes.length
  }
  return out
}

/** Returns the container with one more section, the last. */
export function addSection(file: Uint8Array, id: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(file.length + SECTION_HEADER_BYTES + bytes.length)
  out.set(file)
  const view = new DataView(out.buffer)
  view.setUint32(8, view.getUint32(8, true) + 1, true)
  view.setUint32(file.length, id, true)
  view.setBigUint64(file.length + 4, BigInt(bytes.length), true)
  out.set(bytes, file.length + SECTION_HEADER_BYTES)
  return out
}

/** Returns the 32-byte little-endian integer at `offset`. */
export const readScalar = (view: DataView, offset: number): bigint =>
  view.getBigUint64(offset, true) |
  (view.getBigUint64(offset + 8, true) << 64n) |
  (view.getBigUint64(offset + 16, true) << 128n) |
  (view.getBigUint64(offset + 24, true) << 192n)

/** Writes `value` as 32 little-endian bytes at `offset`. */
export function writeScalar(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, BigInt.asUintN(64, value), true)
  view.setBigUint64(offset + 8, BigInt.asUintN(64, value >> 64n), true)
  view.setBigUint64(offset + 16, BigInt.asUintN(64, value >> 128n), true)
  view.setBigUint64(offset + 24, BigInt.asUintN(64, value >> 192n), true)
}

/**
 * Returns the index of the first 32-byte little-endian integer that is not below `modulus`, or -1. They start at
 * `offset` and lie `stride` bytes apart. Reads little more than the top word of each: 2 ns an integer.
 */
export function findUnreduced(
  view: DataView,
  modulus: bigint,
  { offset = 0, stride = 32, count = Math.floor((view.byteLength - offset) / stride) } = {},
): number {
  const top = Number(modulus >> 224n)
  for (let i = 0, at = offset; i < count; i++, at += stride) {
    const word = view.getUint32(at + 28, true)
    if (word > top || (word === top && readScalar(view, at) >= modulus)) return i
  }
  return -1
}
