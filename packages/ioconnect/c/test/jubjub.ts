/**
 * BabyJubjub by @noble/curves, written apart from the core: what a circuit and the registry check.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { edwards } from '@noble/curves/abstract/edwards.js'
import { poseidon5 } from 'poseidon-lite'

/** EIP-2494, in circomlib's form. */
export const ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n
export const Point = edwards({
  p: FIELD_MODULUS,
  n: ORDER,
  h: 8n,
  a: 168700n,
  d: 168696n,
  // Base8.
  Gx: 5299619240641551281634865583518297030282874472190772894086521144482721001553n,
  Gy: 16950150798460657717958625567821834550301663161624707787222815936182638968203n,
})
export type Point = InstanceType<typeof Point>

export const bytesOf = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, '0'), 'hex')
export const numbersOf = (bytes: Buffer): bigint[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) =>
    BigInt(`0x${bytes.subarray(32 * i, 32 * i + 32).toString('hex')}`),
  )
export const pointOf = ([x, y]: readonly bigint[]): Point => {
  const point = Point.fromAffine({ x: x!, y: y! })
  point.assertValidity()
  return point
}

/** circomlib's EdDSAPoseidonVerifier: S·Base8 = R8 + h·8·A. */
export function isSigned(key: readonly bigint[], message: bigint, [x, y, s]: readonly bigint[]): boolean {
  const hash = poseidon5([x!, y!, key[0]!, key[1]!, message])
  const right = pointOf([x!, y!]).add(pointOf(key).multiplyUnsafe((8n * hash) % ORDER))
  return s! < ORDER && Point.BASE.multiply(s!).equals(right)
}
