/**
 * EdDSA-Poseidon over BabyJubjub (ERC-2494), as circomlib's EdDSAPoseidonVerifier checks it: how a device signs a reading's
 * leaf for circuits. Verification only, of what is public: not constant time.
 * @module
 */
import { babyjubjub } from '@noble/curves/misc.js'
import { poseidon5 } from 'poseidon-lite'
import { FIELD_MODULUS } from './field.ts'
import type { Hex } from './hex.ts'

const { Point } = babyjubjub
const { Fp } = Point
const ORDER = Point.Fn.ORDER

/** A point of the curve, not yet known to be one. */
export interface CircuitKey {
  x: bigint
  y: bigint
}

export interface CircuitSignature {
  r8: CircuitKey
  s: bigint
}

/** 0x and R8.x, R8.y and S, 32 bytes each, lower case. */
export const CIRCUIT_SIGNATURE = /^0x[0-9a-f]{192}$/

/** Returns the numbers of a text of the form {@link CIRCUIT_SIGNATURE}. */
export function parseCircuitSignature(text: Hex): CircuitSignature {
  const [x, y, s] = [0, 1, 2].map((i) => BigInt(`0x${text.slice(2 + 64 * i, 66 + 64 * i)}`))
  return { r8: { x: x!, y: y! }, s: s! }
}

/** Returns whether `key` is a point of the prime subgroup other than the identity, its coordinates reduced. */
export function isCircuitKey(key: CircuitKey): boolean {
  const point = pointOf(key)
  return point !== undefined && !point.is0() && point.isTorsionFree()
}

/** Returns whether `signature` is that of `key` over a field element, such as a leaf. */
export function verifyCircuitSignature(key: CircuitKey, message: bigint, { r8, s }: CircuitSignature): boolean {
  const [a, r] = [pointOf(key), pointOf(r8)]
  if (!a || !r || !isCircuitKey(key) || s >= ORDER || message < 0n || message >= FIELD_MODULUS) return false
  const challenge = poseidon5([r8.x, r8.y, key.x, key.y, message]) % ORDER
  const right = a.clearCofactor().multiplyUnsafe(challenge).add(r)
  return Point.BASE.multiplyUnsafe(s).equals(right)
}

function pointOf({ x, y }: CircuitKey) {
  if (!Fp.isValid(x) || !Fp.isValid(y)) return undefined
  try {
    const point = Point.fromAffine({ x, y })
    point.assertValidity()
    return point
  } catch {
    // Not on the curve.
    return undefined
  }
}
