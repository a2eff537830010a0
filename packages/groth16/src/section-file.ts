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

type Range = readonly [from: number, to: number]

/** Asks for ranges of a file of `size` bytes, is given their bytes, and returns where each section is. */
function* findSections(size: number, magic: string): Generator<Range, Map<number, Range>, Uint8Array> {
  const header = yield [0, Math.min(HEADER_BYTES, size)]
  const found = header.length === HEADER_BYTES ? String.fromCharCode(...header.subarray(0, 4)) : ''
  if (found !== magic) throw new CircuitFileError(`Not a .${magic} file.`, { problem: 'format' })
  const view = viewOf(header)
  const version = view.getUint32(4, true)
  if (version < 1 || version > (VERSIONS[magic] ?? 1))
    throw new CircuitFileError(`Version ${version} of .${magic} files is not known.`, { problem: 'format' })
  const sections = new Map<number, Range>()
  let offset = HEADER_BYTES
  for (let left = view.getUint32(8, true); left > 0; left--) {
    if (offset + SECTION_HEADER_BYTES > size)
      throw new CircuitFileError(`The .${magic} file is cut off.`, { problem: 'truncated' })
    const section = viewOf(yield [offset, offset + SECTION_HEADER_BYTES])
    const id = section.getUint32(0, true)
    // A length that a number cannot hold exactly is longer than any file.
    const length = Number(section.getBigUint64(4, true))
    offset += SECTION_HEADER_BYTES
    if (offset + length > size)
      throw new CircuitFileError(`The .${magic} file is cut off in section ${id}.`, { problem: 'truncated' })
    if (sections.has(id))
      throw new CircuitFileError(`The .${magic} file has section ${id} twice.`, { problem: 'sections' })
    sections.set(id, [offset, offset + length])
    offset += length
  }
  if (offset !== size)
    throw new CircuitFileError(`The .${magic} file has bytes behind its last section.`, { problem: 'truncated' })
  return sections
}

/**
 * Returns the sections by id, as views on `bytes`: nothing is copied, and offsets beyond 4 GiB are fine. The file has
 * each section at most once and ends with the last. Throws {@link CircuitFileError}.
 */
export function readSections(bytes: Uint8Array, magic: string): Map<number, Uint8Array> {
  const finding = findSections(bytes.length, magic)
  let step = finding.next()
  while (!step.done) step = finding.next(bytes.subarray(...step.value))
  return new Map([...step.value].map(([id, range]) => [id, bytes.subarray(...range)]))
}

/** {@link readSections} of a file that is not in memory: sections are parts of it, yet to be read. */
export async function openSections(file: Blob, magic: string): Promise<Map<number, Blob>> {
  const finding = findSections(file.size, magic)
  let step = finding.next()
  while (!step.done) step = finding.next(await readBlob(file.slice(...step.value)))
  return new Map([...step.value].map(([id, range]) => [id, file.slice(...range)]))
}

/** Returns the bytes of a part of a file. Throws {@link CircuitFileError} where it has changed or is gone. */
export async function readBlob(part: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await part.arrayBuffer())
  } catch (cause) {
    throw new CircuitFileError('The file cannot be read any more.', { problem: 'truncated', cause })
  }
}

const lengthOf = (part: Uint8Array | Blob): number => (part instanceof Blob ? part.size : part.length)

/** Returns one section. Throws {@link CircuitFileError} where it is missing, or not of `length` bytes. */
export function section<Part extends Uint8Array | Blob>(
  sections: ReadonlyMap<number, Part>,
  id: number,
  length?: number,
): Part {
  const part = sections.get(id)
  if (!part) throw new CircuitFileError(`Section ${id} is missing.`, { problem: 'sections' })
  if (length !== undefined && lengthOf(part) !== length)
    throw new CircuitFileError(`Section ${id} has ${lengthOf(part)} bytes instead of ${length}.`, { problem: 'size' })
  return part
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
