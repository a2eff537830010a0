/**
 * iden3's binary container of .r1cs, .wtns and .zkey files: magic, version, then sections (id, length, bytes).
 * Numbers are little-endian.
 * @module
 */
import { CircuitFileError } from './errors.ts'

const HEADER_BYTES = 12
const SECTION_HEADER_BYTES = 12

/** Returns the sections by id. Throws {@link CircuitFileError}. */
export function readSections(bytes: Uint8Array, magic: string): Map<number, Uint8Array> {
  const found = bytes.length >= HEADER_BYTES ? String.fromCharCode(...bytes.subarray(0, 4)) : ''
  if (found !== magic) throw new CircuitFileError(`Not a .${magic} file.`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sections = new Map<number, Uint8Array>()
  let offset = HEADER_BYTES
  for (let left = view.getUint32(8, true); left > 0; left--) {
    if (offset + SECTION_HEADER_BYTES > bytes.length) throw new CircuitFileError(`The .${magic} file is cut off.`)
    const id = view.getUint32(offset, true)
    const length = Number(view.getBigUint64(offset + 4, true))
    offset += SECTION_HEADER_BYTES
    if (offset + length > bytes.length) throw new CircuitFileError(`The .${magic} file is cut off in section ${id}.`)
    sections.set(id, bytes.subarray(offset, offset + length))
    offset += length
  }
  return sections
}

/** Returns one section. Throws {@link CircuitFileError} where it is missing. */
export function section(sections: ReadonlyMap<number, Uint8Array>, id: number): Uint8Array {
  const bytes = sections.get(id)
  if (!bytes) throw new CircuitFileError(`Section ${id} is missing.`)
  return bytes
}

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
