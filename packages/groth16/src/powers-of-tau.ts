/**
 * The shape of a powers-of-tau file, read without reading its gigabytes: whether it is whole, prepared for phase 2, and
 * for how large a circuit it serves.
 * @module
 */
import { BASE_MODULUS } from './bn254.ts'
import { CircuitFileError } from './errors.ts'
import type { R1cs } from './r1cs.ts'
import { readScalar } from './section-file.ts'

/** A file of which parts are read. Both are in bytes. */
export interface RandomAccess {
  size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

export interface PowersOfTau {
  /** The file serves circuits of at most 2^power rows. */
  power: number
  /** Power of the ceremony that the file was cut from. */
  ceremonyPower: number
  contributions: number
}

const G1_BYTES = 64
const G2_BYTES = 128
const HEADER_BYTES = 44
const LARGEST_POWER = 28

/** Returns what a .ptau states, after checking that it is prepared and of the size that it should have. Throws {@link CircuitFileError}. */
export async function inspectPowersOfTau(file: RandomAccess): Promise<PowersOfTau> {
  const cutOff = new CircuitFileError('The powers of tau are cut off: download the file again.')
  const read = async (offset: number, length: number): Promise<DataView> => {
    if (offset + length > file.size) throw cutOff
    const bytes = await file.read(offset, length)
    if (bytes.length !== length) throw cutOff
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  if (file.size < 12 || new TextDecoder().decode(await read(0, 4)) !== 'ptau')
    throw new CircuitFileError('Not a .ptau file.')
  const sections = new Map<number, { offset: number; length: number }>()
  let offset = 12
  for (let left = (await read(8, 4)).getUint32(0, true); left > 0; left--) {
    const view = await read(offset, 12)
    const length = Number(view.getBigUint64(4, true))
    offset += 12
    if (offset + length > file.size) throw cutOff
    sections.set(view.getUint32(0, true), { offset, length })
    offset += length
  }

  const at = sections.get(1)
  if (at?.length !== HEADER_BYTES) throw new CircuitFileError('The .ptau file has no header.')
  const header = await read(at.offset, HEADER_BYTES)
  if (header.getUint32(0, true) !== 32 || readScalar(header, 4) !== BASE_MODULUS)
    throw new CircuitFileError('The powers of tau are not over BN254.')
  const power = header.getUint32(36, true)
  if (power < 1 || power > LARGEST_POWER) throw new CircuitFileError(`The powers of tau claim a power of ${power}.`)
  if ([12, 13, 14, 15].some((id) => !sections.has(id)))
    throw new CircuitFileError('The powers of tau are not prepared for phase 2: take the ceremony\'s "final" file.')

  const size = 2 ** power
  const lengths: [id: number, bytes: number][] = [
    [2, (2 * size - 1) * G1_BYTES],
    [3, size * G2_BYTES],
    [4, size * G1_BYTES],
    [5, size * G1_BYTES],
    [6, G2_BYTES],
    // Lagrange bases of every domain up to 2^power; of tau in G1, of the next one too.
    [12, (4 * size - 1) * G1_BYTES],
    [13, (2 * size - 1) * G2_BYTES],
    [14, (2 * size - 1) * G1_BYTES],
    [15, (2 * size - 1) * G1_BYTES],
  ]
  for (const [id, bytes] of lengths)
    if (sections.get(id)?.length !== bytes)
      throw new CircuitFileError(`Section ${id} of the powers of tau has a wrong size.`)
  const transcript = sections.get(7)
  if (!transcript || transcript.length < 4) throw new CircuitFileError('The powers of tau lack their contributions.')
  return {
    power,
    ceremonyPower: header.getUint32(40, true),
    contributions: (await read(transcript.offset, 4)).getUint32(0, true),
  }
}

/**
 * Returns the smallest power that serves a circuit. A row is a constraint, or one of the rows that snarkjs adds for the
 * constant and each public signal, so that signals that no constraint uses stay bound.
 */
export const requiredPower = ({ constraintCount, publicSignals }: R1cs): number =>
  32 - Math.clz32(constraintCount + publicSignals)
