/**
 * What a verifier needs of a .zkey, as snarkjs's JSON has it.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import type { G1Coordinates, G2Coordinates } from 'ffjavascript'
import { BASE_MODULUS, bn254 } from './bn254.ts'
import { CircuitFileError } from './errors.ts'
import { readScalar, readSections, section } from './section-file.ts'

type JsonG1 = [string, string, string]
type JsonG2 = [[string, string], [string, string], [string, string]]

/** snarkjs's verification key, coordinates in decimal, last one 1. `IC` has one point more than public signals. */
export interface VerificationKey {
  protocol: 'groth16'
  curve: 'bn128'
  nPublic: number
  vk_alpha_1: JsonG1
  vk_beta_2: JsonG2
  vk_gamma_2: JsonG2
  vk_delta_2: JsonG2
  IC: JsonG1[]
}

export interface ProvingKeyHeader {
  wires: number
  publicSignals: number
  domainSize: number
}

const G1_BYTES = 64
const G2_BYTES = 128
const HEADER_POINTS = 84
const HEADER_BYTES = HEADER_POINTS + 3 * G1_BYTES + 3 * G2_BYTES

/** Returns the sizes that a .zkey states, after checking that its sections have them. Throws {@link CircuitFileError}. */
export function parseProvingKey(zkey: Uint8Array): ProvingKeyHeader {
  const sections = readSections(zkey, 'zkey')
  const header = section(sections, 2)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (
    section(sections, 1)[0] !== 1 ||
    header.length !== HEADER_BYTES ||
    readScalar(view, 4) !== BASE_MODULUS ||
    readScalar(view, 40) !== FIELD_MODULUS
  )
    throw new CircuitFileError('The key is no Groth16 key on BN254.')
  const wires = view.getUint32(72, true)
  const publicSignals = view.getUint32(76, true)
  const domainSize = view.getUint32(80, true)
  const lengths: [id: number, bytes: number][] = [
    [3, (publicSignals + 1) * G1_BYTES],
    [5, wires * G1_BYTES],
    [6, wires * G1_BYTES],
    [7, wires * G2_BYTES],
    [8, (wires - publicSignals - 1) * G1_BYTES],
    [9, domainSize * G1_BYTES],
  ]
  for (const [id, bytes] of lengths)
    if (section(sections, id).length !== bytes) throw new CircuitFileError(`Section ${id} of the key has a wrong size.`)
  section(sections, 4)
  return { wires, publicSignals, domainSize }
}

/** Returns the verification key of a .zkey. Throws {@link CircuitFileError}. */
export async function exportVerificationKey(zkey: Uint8Array): Promise<VerificationKey> {
  const { publicSignals } = parseProvingKey(zkey)
  const { G1, G2 } = await bn254()
  const sections = readSections(zkey, 'zkey')
  const header = section(sections, 2)
  const ic = section(sections, 3)

  const g1 = (bytes: Uint8Array, offset: number): JsonG1 => {
    const [x, y] = G1.toObject(bytes.slice(offset, offset + G1_BYTES)) as unknown as G1Coordinates
    return [x.toString(), y.toString(), '1']
  }
  const g2 = (bytes: Uint8Array, offset: number): JsonG2 => {
    const [x, y] = G2.toObject(bytes.slice(offset, offset + G2_BYTES)) as unknown as G2Coordinates
    return [
      [x[0].toString(), x[1].toString()],
      [y[0].toString(), y[1].toString()],
      ['1', '0'],
    ]
  }
  // alpha1, beta1, beta2, gamma2, delta1, delta2
  const beta2 = HEADER_POINTS + 2 * G1_BYTES
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: publicSignals,
    vk_alpha_1: g1(header, HEADER_POINTS),
    vk_beta_2: g2(header, beta2),
    vk_gamma_2: g2(header, beta2 + G2_BYTES),
    vk_delta_2: g2(header, beta2 + 2 * G2_BYTES + G1_BYTES),
    IC: Array.from({ length: publicSignals + 1 }, (_, i) => g1(ic, i * G1_BYTES)),
  }
}

/**
 * Returns whether delta equals gamma: no one has contributed to the key, so that whoever knows how it was made can
 * forge proofs. Such keys are for chain id 31337 only.
 */
export const isDevelopmentKey = (key: Pick<VerificationKey, 'vk_gamma_2' | 'vk_delta_2'>): boolean =>
  key.vk_gamma_2.flat().join() === key.vk_delta_2.flat().join()
