/**
 * Multi-scalar multiplication as its definition has it: what the engine must equal.
 * @module
 */
import { addPoints, multiplyPoint, type Point } from './curve.ts'

/** Returns Σ scalars[i]·points[i]. The arrays are of one length; scalars are not negative. */
export function referenceMsm(points: readonly Point[], scalars: readonly bigint[]): Point {
  let sum: Point
  for (const [i, point] of points.entries()) sum = addPoints(sum, multiplyPoint(point, scalars[i]!))
  return sum
}
