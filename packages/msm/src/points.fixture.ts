/**
 * Points and scalars for tests, in the engine's bytes.
 * @module
 */
import { addPoints, G1_GENERATOR, G2_GENERATOR, ORDER, type Point } from '../reference/curve.ts'
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
