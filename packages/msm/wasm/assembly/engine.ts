/** What the host calls. */
export { runUnit } from './buckets'
export { checkPoints, checkScalars } from './check'
export { countAdditions } from './count'
export { setGroup } from './group'
export { mul2, setField, setScratch } from './kernels'
export { combine, readPoints, tableRow, writePoint } from './points'
export {
  evaluateRows,
  forwardTransform,
  inverseTransform,
  multiplyQuads,
  powers,
  quotientScalars,
  readElements,
  scaleReversed,
  toQuads,
} from './polynomial'
export { splitScalars } from './scalars'
