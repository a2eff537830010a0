/**
 * Points and scalars for tests, in the engine's bytes.
 * @module
 */
import {
  addPoints,
  BASE_MODULUS,
  G1_GENERATOR,
  G2_B,
  G2_GENERATOR,
  inverse,
  isOnCurve,
  mod,
  ORDER,
  type Point,
  power,
} from '../reference/curve.ts'
import { writeBigint } from './bytes.ts'
import { type Group, POINT_BYTES, pointBytes, SCALAR_BYTES } from './engine.ts'

/** Returns different points of a group: 1, 3, 7, 15 … times its generator. */
export function differentPoints(group: Group, count: number): Point[] {
  const generator = group === 'g1' ? G1_GENERATOR : G2_GENERATOR
  const points: Point[] = []
  for (let point: Point = generator; points.length < count; point = addPoints(addPoints(point, point), generator))
    points.push(point)
  return points
}

export function encodePoints(group: Group, points: readonly Point[]): Uint8Array {
  const size = POINT_BYTES[group]
  const bytes = new Uint8Array(points.length * size)
  for (const [i, point] of points.entries()) bytes.set(pointBytes(group, point), i * size)
  return bytes
}

export function encodeScalars(scalars: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(scalars.length * SCALAR_BYTES)
  for (const [i, scalar] of scalars.entries()) writeBigint(bytes, i * SCALAR_BYTES, scalar)
  return bytes
}

/** Returns a source of scalars in [0, r) that a seed determines: a linear congruential generator's upper bits. */
export function scalarsFrom(seed: bigint): () => bigint {
  let state = seed
  return () => {
    state = BigInt.asUintN(384, state * 6364136223846793005n + 1442695040888963407n)
    state ^= state >> 190n
    return (state >> 64n) % ORDER
  }
}

/** Returns a square root modulo the base field's prime, which is 3 modulo 4, if there is one. */
function squareRoot(a: bigint): bigint | undefined {
  const root = power(a, (BASE_MODULUS + 1n) / 4n, BASE_MODULUS)
  return mod(root * root - a) === 0n ? root : undefined
}

/** Returns a point of G2's curve with x = (x, 0), if there is one: in the subgroup by a chance of 2^-254. */
export function twistPoint(x: bigint): Point {
  // y = y0 + y1·i with y0² - y1² = c0 and 2·y0·y1 = c1.
  const [c0, c1] = [mod(x ** 3n + G2_B[0]!), G2_B[1]!]
  const norm = squareRoot(mod(c0 * c0 + c1 * c1))
  if (norm === undefined) return undefined
  for (const sign of [norm, -norm]) {
    const y0 = squareRoot(mod((c0 + sign) * inverse(2n)))
    if (!y0) continue
    const point: Point = { x: [x, 0n], y: [y0, mod(c1 * inverse(2n * y0))] }
    if (isOnCurve(point)) return point
  }
  return undefined
}
