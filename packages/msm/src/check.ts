/**
 * Checks of points that come from elsewhere, in bigints.
 * @module
 */
import { BASE_MODULUS, inverse, isOnCurve, mod, multiplyPoint, ORDER, type Point } from '../reference/curve.ts'
import { bytesToBigint } from './bytes.ts'
import type { Group } from './engine.ts'
import { MsmError } from './errors.ts'

const FROM_MONTGOMERY = inverse(1n << 256n)

/** Checks points as {@link Engine.loadBases} takes them. Throws {@link MsmError}. */
export function checkPoints(group: Group, bytes: Uint8Array): void {
  const components = group === 'g1' ? 2 : 4
  for (let offset = 0, index = 0; offset < bytes.length; offset += 32 * components, index++) {
    const raw = Array.from({ length: components }, (_, i) => bytesToBigint(bytes, offset + 32 * i))
    if (raw.every((component) => component === 0n)) continue
    const coordinates = raw.map((component) => mod(component * FROM_MONTGOMERY))
    const point: Point = { x: coordinates.slice(0, components / 2), y: coordinates.slice(components / 2) }
    if (raw.some((component) => component >= BASE_MODULUS) || !isOnCurve(point))
      throw new MsmError('MSM_POINT_NOT_ON_CURVE', `Point ${index} is not on the curve of ${group}.`)
    if (group === 'g2' && multiplyPoint(point, ORDER) !== undefined)
      throw new MsmError('MSM_POINT_NOT_IN_SUBGROUP', `Point ${index} is not in the subgroup of order r.`)
  }
}
