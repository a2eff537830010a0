/**
 * What a verifier needs of a .zkey, as snarkjs's JSON has it.
 * @module
 */
import { readCoordinate } from './points.ts'
import { G1_BYTES, type ProvingKey, parseProvingKey } from './proving-key.ts'
import { viewOf } from './section-file.ts'

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

/** Returns the verification key of a .zkey. Throws CircuitFileError. */
export const exportVerificationKey = async (zkey: Uint8Array): Promise<VerificationKey> =>
  verificationKeyOf(parseProvingKey(zkey))

/** Returns the verification key within a proving key. */
export function verificationKeyOf(
  key: Pick<ProvingKey, 'publicSignals' | 'alpha1' | 'beta2' | 'gamma2' | 'delta2' | 'ic'>,
): VerificationKey {
  const g1 = (bytes: Uint8Array, offset = 0): JsonG1 => {
    const view = viewOf(bytes)
    return [readCoordinate(view, offset).toString(), readCoordinate(view, offset + 32).toString(), '1']
  }
  const g2 = (bytes: Uint8Array): JsonG2 => {
    const view = viewOf(bytes)
    const [x0, x1, y0, y1] = [0, 32, 64, 96].map((offset) => readCoordinate(view, offset).toString())
    return [
      [x0!, x1!],
      [y0!, y1!],
      ['1', '0'],
    ]
  }
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: key.publicSignals,
    vk_alpha_1: g1(key.alpha1),
    vk_beta_2: g2(key.beta2),
    vk_gamma_2: g2(key.gamma2),
    vk_delta_2: g2(key.delta2),
    IC: Array.from({ length: key.publicSignals + 1 }, (_, i) => g1(key.ic, i * G1_BYTES)),
  }
}

/**
 * Returns whether delta equals gamma: no one has contributed to the key, so that whoever knows how it was made can
 * forge proofs. Such keys are for chain id 31337 only.
 */
export const isDevelopmentKey = (key: Pick<VerificationKey, 'vk_gamma_2' | 'vk_delta_2'>): boolean =>
  key.vk_gamma_2.flat().join() === key.vk_delta_2.flat().join()
