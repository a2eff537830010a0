/**
 * What the engine's checks (wasm/assembly/check.ts) write, as errors.
 * @module
 */
import type { Group } from './bases.ts'
import { MsmError } from './errors.ts'

export const RESULT_BYTES = 4

/** Returns the error of a point, for the result of its chunk; the chunk's first point is number `first`. */
export function pointError(group: Group, first: number, result: number): MsmError {
  const index = first + (result >> 1)
  return (result & 1) === 0
    ? new MsmError('MSM_POINT_NOT_ON_CURVE', `Point ${index} is not on the curve of ${group}.`, { index })
    : new MsmError('MSM_POINT_NOT_IN_SUBGROUP', `Point ${index} is not in the subgroup of order r.`, { index })
}

export const scalarError = (index: number): MsmError =>
  new MsmError('MSM_SCALAR_NOT_REDUCED', `Scalar ${index} is not below the order of the groups.`, { index })
