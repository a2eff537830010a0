/**
 * The scalars that make a Groth16 proof say nothing of its witness: fresh for each proof, from the system's CSPRNG.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { readScalar, viewOf } from './section-file.ts'

/** Fills bytes with randomness: `crypto.getRandomValues` but in tests. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void

const systemRandom: FillRandom = (bytes) => void crypto.getRandomValues(bytes)

/** Of 32 random bytes, the bits that r has: 254. */
const TOP_BYTE_MASK = 0x3f

/** Returns a scalar that is uniform in [0, r): 254 random bits, drawn again where they are not below r (one in four). */
export function randomScalar(fillRandom: FillRandom = systemRandom): bigint {
  const bytes = new Uint8Array(32)
  const view = viewOf(bytes)
  for (;;) {
    fillRandom(bytes)
    bytes[31]! &= TOP_BYTE_MASK
    const scalar = readScalar(view, 0)
    if (scalar < FIELD_MODULUS) {
      bytes.fill(0)
      return scalar
    }
  }
}
