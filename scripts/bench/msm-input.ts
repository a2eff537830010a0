/**
 * What `pnpm bench msm` adds up, and how it takes the time.
 * @module
 */
import { addPoints, G1_GENERATOR, G2_GENERATOR, ORDER, type Point } from '@iotex2/msm/curve'
import { type Group, POINT_BYTES, pointBytes } from '@iotex2/msm/engine'

/** Different points; longer inputs repeat them in blocks, which neither side can use. */
const DIFFERENT = 1024

/** Returns points as both sides take them. */
export function pointsOf(group: Group, count: number): Uint8Array {
  const size = POINT_BYTES[group]
  const bytes = new Uint8Array(count * size)
  const generator = group === 'g1' ? G1_GENERATOR : G2_GENERATOR
  let point: Point = generator
  for (let i = 0; i < Math.min(count, DIFFERENT); i++) {
    bytes.set(pointBytes(group, point), i * size)
    point = addPoints(addPoints(point, point), generator)
  }
  for (let i = DIFFERENT; i < count; i += DIFFERENT) bytes.copyWithin(i * size, 0, DIFFERENT * size)
  return bytes
}

/** Returns scalars that are uniform below the order: 254 random bits, drawn again where they are not. */
export function scalarsOf(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 32)
  const top = Number(ORDER >> 240n)
  for (let i = 0; i < count; i++) {
    const scalar = bytes.subarray(32 * i, 32 * i + 32)
    do {
      crypto.getRandomValues(scalar)
      scalar[31]! &= 0x3f
    } while (scalar[31]! * 256 + scalar[30]! >= top)
  }
  return bytes
}

/** Returns the lesser of `before` and the time of `run`. */
export async function leastMs(run: () => Promise<unknown>, before: number): Promise<number> {
  const began = performance.now()
  await run()
  return Math.min(before, performance.now() - began)
}
