/**
 * Verification of Groth16 proofs off chain, with the same answer as the generated Solidity verifier.
 *
 * By ffjavascript's WASM, in Node and in browsers: 7.4 ms a proof on one core of a 2-core machine, after 120 ms once for
 * the curve. @noble/curves 2.4, which is free of WASM, takes 28 ms, and 63 ms for the first.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'
import { bn254 } from './bn254.ts'
import { ProofError } from './errors.ts'
import { type ProofPoints, proofPoints } from './proof.ts'
import type { VerificationKey } from './verification-key.ts'

export interface Verifier {
  /** Returns whether `proof` proves `publicSignals` (decimal); false where either is malformed. */
  verify(publicSignals: readonly string[], proof: Groth16Proof): Promise<boolean>
}

/** Returns a verifier on the calling thread. It holds no resource. */
export async function createVerifier(key: VerificationKey): Promise<Verifier> {
  const curve = await bn254()
  const { G1, G2 } = curve
  const g1 = ([x, y]: readonly string[]) => G1.fromObject([BigInt(x!), BigInt(y!)])
  const g2 = ([x, y]: readonly (readonly string[])[]) =>
    G2.fromObject([
      [BigInt(x![0]!), BigInt(x![1]!)],
      [BigInt(y![0]!), BigInt(y![1]!)],
    ])
  const [alpha, beta, gamma, delta] = [
    g1(key.vk_alpha_1),
    g2(key.vk_beta_2),
    g2(key.vk_gamma_2),
    g2(key.vk_delta_2),
  ] as const
  const ic = key.IC.map(g1)

  return {
    async verify(publicSignals, proof) {
      if (publicSignals.length !== ic.length - 1) return false
      const scalars = publicSignals.map((text) => (/^[0-9]{1,78}$/.test(text) ? BigInt(text) : FIELD_MODULUS))
      if (scalars.some((scalar) => scalar >= FIELD_MODULUS)) return false
      const points = wellFormed(proof)
      if (!points) return false
      const [a, b, c] = [G1.fromObject(points.a), G2.fromObject(points.b), G1.fromObject(points.c)]
      if (!G1.isValid(a) || !G2.isValid(b) || !G1.isValid(c)) return false
      // The curve over F_q² has points outside the subgroup of order r, which the precompile refuses.
      if (!G2.isZero(G2.timesScalar(b, FIELD_MODULUS))) return false
      const signals = scalars.reduce(
        (sum, scalar, i) => (scalar === 0n ? sum : G1.add(sum, G1.timesScalar(ic[i + 1]!, scalar))),
        ic[0]!,
      )
      return curve.pairingEq(G1.neg(a), b, alpha, beta, signals, gamma, c, delta)
    },
  }
}

function wellFormed(proof: Groth16Proof): ProofPoints | undefined {
  try {
    return proofPoints(proof)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}
