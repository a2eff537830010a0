/**
 * Batches of affine additions with one inversion: Montgomery's trick over rows of eight, on either group.
 *
 * A point is x, y of one component each (G1) or two (G2). A reference is an address, whose low bits say: negate; which of the
 * point, φ(point), φ²(point). What can be referred to by φ holds βx, and for φ² β²x, behind y. The point at infinity has y = 0.
 */
import { invertLane, mul, zeroLanes } from './field'
import {
  addNormalized,
  addRaw,
  gatherElement,
  K,
  mul2,
  mulExtension,
  S,
  scatterElement,
  subNormalized,
  subRaw,
  subTwoNormalized,
} from './kernels'
import { CONSTANT_ONE, ELEMENT, FILLER, QUAD, SCRATCH_BATCH, SCRATCH_QUAD } from './layout'

/** Additions in a batch: chosen so that what they touch stays in the second-level cache. */
export const BATCH: i32 = 512
const ROWS: usize = 64

/** True in G2. */
export let extension: bool = false
/** Bytes of a coordinate, of a point, of a quad of coordinates. */
export let C: usize = ELEMENT
export let POINT: usize = 2 * ELEMENT
let E: usize = QUAD
let ROW: usize = 2 * QUAD

// Addresses of the batch's arrays in scratch memory.
let X1: usize = 0
let X2: usize = 0
let Y1: usize = 0
let Y2: usize = 0
let D: usize = 0
let P: usize = 0
let N: usize = 0
let L: usize = 0
let T: usize = 0
let jobs: usize = 0
let trash: usize = 0
let count: i32 = 0
/** Sums that turned out to be infinity since {@link takeInfinities}. */
let infinities: i32 = 0

/** Chooses the group that points are of. */
export function setGroup(g2: bool): void {
  extension = g2
  C = g2 ? 2 * ELEMENT : ELEMENT
  POINT = 2 * C
  E = g2 ? 2 * QUAD : QUAD
  ROW = 2 * E
  const array = ROWS * ROW
  X1 = S + SCRATCH_BATCH
  X2 = X1 + array
  Y1 = X2 + array
  Y2 = Y1 + array
  D = Y2 + array
  P = D + array
  N = P + array
  L = N + array
  T = L + array
  jobs = T + 8 * E
  trash = jobs + <usize>BATCH * 12
  count = 0
  infinities = 0
}

export function takeInfinities(): i32 {
  const taken = infinities
  infinities = 0
  return taken
}

/** Two quads of coordinates, one behind the other. */
function mulRow(target: usize, a: usize, b: usize): void {
  if (extension) {
    mulExtension(target, a, b)
    mulExtension(target + E, a + E, b + E)
  } else mul2(target, a, b, target + QUAD, a + QUAD, b + QUAD)
}

function mulQuad(target: usize, a: usize, b: usize): void {
  if (extension) mulExtension(target, a, b)
  else mul(target, a, b)
}

/** Squares a row; operands normalized. In the extension (a0 + a1)(a0 - a1) and 2·a0·a1. */
function squareRow(target: usize, a: usize): void {
  if (!extension) {
    mul2(target, a, a, target + QUAD, a + QUAD, a + QUAD)
    return
  }
  const t = S + SCRATCH_QUAD
  for (let i: usize = 0; i < 2; i++) {
    const x = a + i * E
    const y = target + i * E
    addRaw(t, x, x + QUAD)
    subRaw(t + QUAD, x, x + QUAD)
    addRaw(t + 2 * QUAD, x, x)
    mul2(t, t, t + QUAD, y + QUAD, x + QUAD, t + 2 * QUAD)
    for (let j: usize = 0; j < QUAD; j += 16) v128.store(y + j, v128.load(t + j))
  }
}

function copyQuad(target: usize, source: usize): void {
  for (let i: usize = 0; i < E; i += 16) v128.store(target + i, v128.load(source + i))
}

/** Exchanges neighbouring lanes of a quad of coordinates, or its halves. */
function swapLanes(target: usize, source: usize, halves: bool): void {
  for (let i: usize = 0; i < E; i += 16) {
    const x = v128.load(source + i)
    v128.store(target + i, halves ? i32x4.shuffle(x, x, 2, 3, 0, 1) : i32x4.shuffle(x, x, 1, 0, 3, 2))
  }
}

/** Inverts a quad of coordinates whose lanes are all equal. Returns false for zero. */
function invertEqualLanes(target: usize, source: usize): bool {
  if (!extension) return invertLane(target, source)
  // 1/(a + bi) = (a - bi)/(a² + b²).
  const t = S + SCRATCH_QUAD + 2 * QUAD
  mul2(t, source, source, t + QUAD, source + QUAD, source + QUAD)
  addNormalized(t, t, t + QUAD)
  if (!invertLane(t + QUAD, t)) return false
  const zero = i32x4.splat(0)
  for (let i: usize = 0; i < QUAD; i += 16) v128.store(t + i, i16x8.sub(zero, v128.load(source + QUAD + i)))
  mul2(target, source, t + QUAD, target + QUAD, t, t + QUAD)
  return true
}

/** Inverts each lane of the row at `source` into `target`, with one inversion. Returns false if one is zero. */
function invertRow(target: usize, source: usize): bool {
  const u = T + E
  const neighbours = T + 2 * E
  const halves = T + 3 * E
  const inverse = T + 4 * E
  mulQuad(T, source, source + E)
  swapLanes(neighbours, T, false)
  mulQuad(u, T, neighbours)
  swapLanes(halves, u, true)
  mulQuad(inverse, u, halves)
  if (!invertEqualLanes(inverse, inverse)) return false
  mulQuad(inverse, inverse, halves)
  mulQuad(inverse, inverse, neighbours)
  mulQuad(T, inverse, source + E)
  mulQuad(target + E, inverse, source)
  copyQuad(target, T)
  return true
}

@inline
function xOf(reference: u32): usize {
  const multiple = <usize>((reference >> 1) & 3)
  const address = <usize>(reference & ~7)
  return multiple == 0 ? address : address + (multiple + 1) * C
}

@inline
function signOf(reference: u32): i32 {
  return -(<i32>(reference & 1))
}

/** Reads four points, `operand` 0 or 4 bytes into their jobs, to quads of coordinates. */
function gatherPoints(x: usize, y: usize, job: usize): void {
  const a = load<u32>(job)
  const b = load<u32>(job, 12)
  const c = load<u32>(job, 24)
  const d = load<u32>(job, 36)
  const sign = i32x4.replace_lane(
    i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(signOf(a)), 1, signOf(b)), 2, signOf(c)),
    3,
    signOf(d),
  )
  const zero = i32x4.splat(0)
  const ya = <usize>(a & ~7) + C
  const yb = <usize>(b & ~7) + C
  const yc = <usize>(c & ~7) + C
  const yd = <usize>(d & ~7) + C
  const xa = xOf(a)
  const xb = xOf(b)
  const xc = xOf(c)
  const xd = xOf(d)
  gatherElement(x, xa, xb, xc, xd, zero)
  gatherElement(y, ya, yb, yc, yd, sign)
  if (extension) {
    gatherElement(x + QUAD, xa + ELEMENT, xb + ELEMENT, xc + ELEMENT, xd + ELEMENT, zero)
    gatherElement(y + QUAD, ya + ELEMENT, yb + ELEMENT, yc + ELEMENT, yd + ELEMENT, sign)
  }
}

function scatterPoints(x: usize, y: usize, job: usize): void {
  const a = <usize>load<u32>(job, 8)
  const b = <usize>load<u32>(job, 20)
  const c = <usize>load<u32>(job, 32)
  const d = <usize>load<u32>(job, 44)
  scatterElement(x, a, b, c, d)
  scatterElement(y, a + C, b + C, c + C, d + C)
  if (extension) {
    scatterElement(x + QUAD, a + ELEMENT, b + ELEMENT, c + ELEMENT, d + ELEMENT)
    const offset = C + ELEMENT
    scatterElement(y + QUAD, a + offset, b + offset, c + offset, d + offset)
  }
}

/** Lanes of a quad of coordinates, made raw, that are zero. */
function coordinateZeroLanes(raw: usize): v128 {
  const t = S + SCRATCH_QUAD + 4 * QUAD
  if (!extension) {
    mul2(t, raw, K + CONSTANT_ONE, t + QUAD, raw, K + CONSTANT_ONE)
    return zeroLanes(t)
  }
  mul2(t, raw, K + CONSTANT_ONE, t + QUAD, raw + QUAD, K + CONSTANT_ONE)
  return v128.and(zeroLanes(t), zeroLanes(t + QUAD))
}

function selectQuad(target: usize, source: usize, lanes: v128): void {
  for (let i: usize = 0; i < QUAD; i += 16)
    v128.store(target + i, v128.bitselect(v128.load(source + i), v128.load(target + i), lanes))
}

/**
 * Where two points of a quad have the same x, replaces denominator and numerator of the slope by those of the tangent, or
 * makes the sum infinity. `infinite` receives the lanes of the latter.
 */
function repairQuad(offset: usize): v128 {
  const same = coordinateZeroLanes(D + offset)
  const zero = i32x4.splat(0)
  if (!v128.any_true(same)) return zero
  const opposite = v128.andnot(same, coordinateZeroLanes(N + offset))
  // 3·x² over 2·y, normalized before they stand for raw differences.
  const t = S + SCRATCH_QUAD + 8 * QUAD
  mulQuad(t, X1 + offset, X1 + offset)
  for (let i: usize = 0; i < E; i += QUAD) {
    addNormalized(t + E + i, t + i, t + i)
    addNormalized(t + i, t + i, t + E + i)
    selectQuad(N + offset + i, t + i, same)
    addNormalized(t + i, Y1 + offset + i, Y1 + offset + i)
    selectQuad(D + offset + i, t + i, same)
  }
  // Any invertible denominator will do for infinity.
  if (v128.any_true(opposite)) {
    selectQuad(D + offset, K + CONSTANT_ONE, opposite)
    if (extension) {
      for (let i: usize = 0; i < QUAD; i += 16) v128.store(t + i, zero)
      selectQuad(D + offset + QUAD, t, opposite)
    }
  }
  return opposite
}

function multiplyUp(rows: usize): void {
  copyQuad(P, D)
  copyQuad(P + E, D + E)
  for (let i: usize = 1; i < rows; i++) mulRow(P + i * ROW, P + (i - 1) * ROW, D + i * ROW)
}

/** Slopes of tangents instead of chords: 3·x² over 2·y. */
function tangents(quads: usize): void {
  for (let i: usize = 0; i < quads; i += 2) mulRow(N + i * E, X1 + i * E, X1 + i * E)
  const t = S + SCRATCH_QUAD + 8 * QUAD
  for (let i: usize = 0; i < quads * E; i += QUAD) {
    addNormalized(t, N + i, N + i)
    addNormalized(N + i, N + i, t)
    addRaw(D + i, Y1 + i, Y1 + i)
  }
}

/** Does the additions that were queued. */
export function flush(): void {
  add(false)
}

/** Does the additions that were queued, all of which are of a point and itself. */
export function flushDoubles(): void {
  add(true)
}

function add(doubles: bool): void {
  if (count == 0) return
  const real = count
  while ((count & 7) != 0) {
    const job = jobs + <usize>count * 12
    store<u32>(job, <u32>(extension ? FILLER + 160 : FILLER))
    store<u32>(job, <u32>(extension ? FILLER + 320 : FILLER + 80), 4)
    store<u32>(job, <u32>trash, 8)
    count++
  }
  const rows = <usize>count >> 3
  const quads = rows << 1
  for (let i: usize = 0; i < quads; i++) {
    const job = jobs + i * 48
    gatherPoints(X1 + i * E, Y1 + i * E, job)
    gatherPoints(X2 + i * E, Y2 + i * E, job + 4)
  }
  const components = quads * (E / QUAD)
  if (doubles) tangents(quads)
  else
    for (let i: usize = 0; i < components; i++) {
      subRaw(D + i * QUAD, X2 + i * QUAD, X1 + i * QUAD)
      subRaw(N + i * QUAD, Y2 + i * QUAD, Y1 + i * QUAD)
    }
  multiplyUp(rows)
  let repaired = false
  if (!invertRow(L, P + (rows - 1) * ROW)) {
    repaired = true
    // Which lanes became infinity is kept where the slopes' queue was: Y2 is not needed any more.
    for (let i: usize = 0; i < quads; i++) v128.store(Y2 + i * E, repairQuad(i * E))
    multiplyUp(rows)
    invertRow(L, P + (rows - 1) * ROW)
  }
  // L holds the running inverse in its first row's place until the slopes are written.
  const running = T + 5 * E
  copyQuad(running, L)
  copyQuad(running + E, L + E)
  for (let i: usize = rows - 1; i > 0; i--) {
    mulRow(P + i * ROW, running, P + (i - 1) * ROW)
    mulRow(running, running, D + i * ROW)
  }
  copyQuad(P, running)
  copyQuad(P + E, running + E)
  for (let i: usize = 0; i < rows; i++) mulRow(L + i * ROW, P + i * ROW, N + i * ROW)
  for (let i: usize = 0; i < rows; i++) squareRow(P + i * ROW, L + i * ROW)
  for (let i: usize = 0; i < components; i++) {
    subTwoNormalized(P + i * QUAD, P + i * QUAD, X1 + i * QUAD, X2 + i * QUAD)
    subRaw(D + i * QUAD, X1 + i * QUAD, P + i * QUAD)
  }
  for (let i: usize = 0; i < rows; i++) mulRow(N + i * ROW, L + i * ROW, D + i * ROW)
  for (let i: usize = 0; i < components; i++) subNormalized(N + i * QUAD, N + i * QUAD, Y1 + i * QUAD)
  if (repaired) {
    const zero = i32x4.splat(0)
    for (let i: usize = 0; i < quads; i++) {
      const infinite = v128.load(Y2 + i * E)
      const lanes = i32x4.bitmask(infinite)
      if (lanes == 0) continue
      infinities += popcnt<i32>(lanes)
      for (let j: usize = 0; j < E; j += 16) {
        v128.store(P + i * E + j, v128.andnot(v128.load(P + i * E + j), infinite))
        v128.store(N + i * E + j, v128.andnot(v128.load(N + i * E + j), infinite))
      }
    }
  }
  for (let i: usize = 0; i < quads; i++) scatterPoints(P + i * E, N + i * E, jobs + i * 48)
  additions += <u64>real
  count = 0
}

/** Additions done by this thread, for the benchmark. */
export let additions: u64 = 0

/** Queues target = a + b for two points that are not infinity. Targets are written when the queue is full or flushed. */
export function queueAdd(a: u32, b: u32, target: usize): void {
  const job = jobs + <usize>count * 12
  store<u32>(job, a)
  store<u32>(job, b, 4)
  store<u32>(job, <u32>target, 8)
  count++
  if (count == BATCH) flush()
}

/** Queues target = 2·a for a point that is not infinity; only others of its kind may be queued. `target` may be a. */
export function queueDouble(a: usize, target: usize): void {
  const job = jobs + <usize>count * 12
  store<u32>(job, <u32>a)
  store<u32>(job, <u32>a, 4)
  store<u32>(job, <u32>target, 8)
  count++
  if (count == BATCH) add(true)
}

/** Copies the point of a reference, its sign and multiple applied. */
export function copyReference(reference: u32, target: usize): void {
  const x = xOf(reference)
  const y = <usize>(reference & ~7) + C
  const sign = i16x8.splat(<i16>signOf(reference))
  for (let i: usize = 0; i < C; i += 8) {
    store<u64>(target + i, load<u64>(x + i))
    const limbs = i16x8.sub(v128.xor(v128.load64_zero(y + i), sign), sign)
    v128.store64_lane(target + C + i, limbs, 0)
  }
}

export function copyPoint(target: usize, source: usize): void {
  for (let i: usize = 0; i < POINT; i += 16) v128.store(target + i, v128.load(source + i))
}

export function clearPoint(target: usize): void {
  for (let i: usize = 0; i < POINT; i += 16) v128.store(target + i, i32x4.splat(0))
}

export function isInfinity(point: usize): bool {
  let any: u64 = 0
  for (let i: usize = 0; i < C; i += 8) any |= load<u64>(point + C + i)
  return any == 0
}

/** Queues target = a + b where either may be infinity. `target` may be either of them. */
export function queueAny(a: usize, b: usize, target: usize): void {
  if (isInfinity(b)) {
    if (a != target) copyPoint(target, a)
  } else if (isInfinity(a)) {
    if (b != target) copyPoint(target, b)
  } else queueAdd(<u32>a, <u32>b, target)
}
