/**
 * A Groth16 proof on BN254: snarkjs's JSON between services, eight words for IVerifier.
 * @module
 */
import { type Hex, isHex } from '@iotex2/protocol/hex'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'
import type { G1Coordinates, G2Coordinates } from 'ffjavascript'
import { BASE_MODULUS } from './bn254.ts'
import { ProofError } from './errors.ts'

/** Affine coordinates; those of `b` are in F_q², as [c0, c1] of c0 + c1·u. Infinity is all zeros. */
export interface ProofPoints {
  a: G1Coordinates
  b: G2Coordinates
  c: G1Coordinates
}

const WORDS = 8

/** Returns the coordinates of a proof. Throws {@link ProofError} where one is missing, or no element of F_q. */
export function proofPoints({ pi_a, pi_b, pi_c }: Groth16Proof): ProofPoints {
  const coordinate = (text: string | undefined): bigint => {
    const value = text !== undefined && /^(0|[1-9][0-9]{0,77})$/.test(text) ? BigInt(text) : BASE_MODULUS
    if (value >= BASE_MODULUS) throw new ProofError('A coordinate of the proof is no element of the base field.')
    return value
  }
  // snarkjs writes infinity as (0, 1, 0); the precompiles as (0, 0).
  const point = ([x, y, z]: readonly string[]): G1Coordinates => (z === '0' ? [0n, 0n] : [coordinate(x), coordinate(y)])
  const [x, y, z] = pi_b
  const b: G2Coordinates =
    z?.[0] === '0' && z[1] === '0'
      ? [
          [0n, 0n],
          [0n, 0n],
        ]
      : [
          [coordinate(x?.[0]), coordinate(x?.[1])],
          [coordinate(y?.[0]), coordinate(y?.[1])],
        ]
  return { a: point(pi_a), b, c: point(pi_c) }
}

/**
 * Returns abi.encode(uint256[8]): A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y (IVerifier).
 * Throws {@link ProofError}.
 */
export function encodeProof(proof: Groth16Proof): Hex {
  const { a, b, c } = proofPoints(proof)
  const words = [...a, b[0][1], b[0][0], b[1][1], b[1][0], ...c]
  return `0x${words.map((word) => word.toString(16).padStart(64, '0')).join('')}`
}

/** Inverse of {@link encodeProof}. Throws {@link ProofError} where the length is wrong. */
export function decodeProof(encoded: Hex): Groth16Proof {
  if (!isHex(encoded, 32 * WORDS)) throw new ProofError(`A proof has ${32 * WORDS} bytes.`)
  const word = (i: number): string => BigInt(`0x${encoded.slice(2 + 64 * i, 66 + 64 * i)}`).toString()
  const infinite = (...words: number[]): boolean => words.every((i) => word(i) === '0')
  const g1 = (x: number): string[] => (infinite(x, x + 1) ? ['0', '1', '0'] : [word(x), word(x + 1), '1'])
  return {
    pi_a: g1(0),
    pi_b: [[word(3), word(2)], [word(5), word(4)], infinite(2, 3, 4, 5) ? ['0', '0'] : ['1', '0']],
    pi_c: g1(6),
    protocol: 'groth16',
    curve: 'bn128',
  }
}
