/** Points in and out: bytes as snarkjs has them (Montgomery form with R = 2^256, little-endian), and the last sums. */
import { packLane, unpackLane } from './field'
import { C, clearPoint, copyPoint, extension, flush, flushDoubles, isInfinity, POINT, queueAdd, queueAny, queueDouble } from './group'
import { gatherElement, K, mul2, S, scatterElement } from './kernels'
import { CONSTANT_BETA_G1, CONSTANT_BETA_G2, CONSTANT_FROM_256, CONSTANT_TO_256, ELEMENT, QUAD, SCRATCH_QUAD } from './layout'

/** Reads points [from, to): x, y in 32 bytes a component. Each becomes `stride` bytes at target: x, y, βx. */
export function readPoints(source: usize, from: i32, to: i32, target: usize, stride: usize): void {
  const coordinates: usize = extension ? 4 : 2
  const size = coordinates << 5
  const q = S + SCRATCH_QUAD + QUAD
  const factor = K + CONSTANT_FROM_256
  for (let i: i32 = from; i < to; i += 4) {
    // The last quad may read the last point more than once.
    const i1 = min<i32>(i + 1, to - 1)
    const i2 = min<i32>(i + 2, to - 1)
    const i3 = min<i32>(i + 3, to - 1)
    const t0 = target + <usize>i * stride
    const t1 = target + <usize>i1 * stride
    const t2 = target + <usize>i2 * stride
    const t3 = target + <usize>i3 * stride
    for (let c: usize = 0; c < coordinates; c++) {
      const s = source + (c << 5)
      unpackLane(q, 0, s + <usize>i * size)
      unpackLane(q, 1, s + <usize>i1 * size)
      unpackLane(q, 2, s + <usize>i2 * size)
      unpackLane(q, 3, s + <usize>i3 * size)
      mul2(q, q, factor, q + QUAD, q, factor)
      const offset = c * ELEMENT
      scatterElement(q, t0 + offset, t1 + offset, t2 + offset, t3 + offset)
    }
  }
  multiplyByBeta(target, from, to, stride, 1)
}

/**
 * The next row of a table: points [from, to), targetStride bytes apart, are those at `source` doubled `doublings` times. Behind
 * each are `multiples` - 1 multiples of it, and behind y of each are βx and, where `power` is 2, β²x.
 */
export function tableRow(
  source: usize,
  sourceStride: usize,
  from: i32,
  to: i32,
  target: usize,
  targetStride: usize,
  doublings: i32,
  multiples: i32,
  power: i32,
): void {
  const own = targetStride / <usize>multiples
  for (let i: i32 = from; i < to; i++) copyPoint(target + <usize>i * targetStride, source + <usize>i * sourceStride)
  for (let d: i32 = 0; d < doublings; d++) {
    for (let i: i32 = from; i < to; i++) double(target + <usize>i * targetStride)
    flushDoubles()
  }
  for (let m: i32 = 1; m < multiples; m++) {
    for (let i: i32 = from; i < to; i++) {
      const first = target + <usize>i * targetStride
      const next = first + <usize>m * own
      if (isInfinity(first)) clearPoint(next)
      else if (m == 1) queueDouble(first, next)
      else queueAdd(<u32>first, <u32>(next - own), next)
    }
    if (m == 1) flushDoubles()
    else flush()
  }
  for (let m: i32 = 0; m < multiples; m++) multiplyByBeta(target + <usize>m * own, from, to, targetStride, power)
}

/** Writes βx, or βx and β²x, behind points [from, to). */
function multiplyByBeta(points: usize, from: i32, to: i32, stride: usize, power: i32): void {
  const beta = K + (extension ? CONSTANT_BETA_G2 : CONSTANT_BETA_G1)
  const q = S + SCRATCH_QUAD + QUAD
  const zero = i32x4.splat(0)
  for (let i: i32 = from; i < to; i += 4) {
    const t0 = points + <usize>i * stride
    const t1 = points + <usize>min<i32>(i + 1, to - 1) * stride
    const t2 = points + <usize>min<i32>(i + 2, to - 1) * stride
    const t3 = points + <usize>min<i32>(i + 3, to - 1) * stride
    for (let c: usize = 0; c < C; c += ELEMENT) {
      gatherElement(q, t0 + c, t1 + c, t2 + c, t3 + c, zero)
      for (let m: i32 = 1; m <= power; m++) {
        mul2(q, q, beta, q + QUAD, q, beta)
        const o = <usize>(m + 1) * C + c
        scatterElement(q, t0 + o, t1 + o, t2 + o, t3 + o)
      }
    }
  }
}

/** Writes a point as {@link readPoints} reads it; infinity is all zeros. */
export function writePoint(point: usize, target: usize): void {
  const components: usize = extension ? 2 : 1
  const q = S + SCRATCH_QUAD + QUAD
  const zero = i32x4.splat(0)
  for (let c: usize = 0; c < 2 * components; c++) {
    const p = point + c * ELEMENT
    gatherElement(q, p, p, p, p, zero)
    mul2(q, q, K + CONSTANT_TO_256, q + QUAD, q, K + CONSTANT_TO_256)
    packLane(q, 0, target + (c << 5))
  }
}

function double(point: usize): void {
  if (!isInfinity(point)) queueDouble(point, point)
}

/** Multiplies a point by ζ = 1 + ω = -ω²: (β²x, -y). */
function multiplyByZeta(point: usize): void {
  const beta = K + (extension ? CONSTANT_BETA_G2 : CONSTANT_BETA_G1)
  const q = S + SCRATCH_QUAD + QUAD
  const zero = i32x4.splat(0)
  for (let c: usize = 0; c < C; c += ELEMENT) {
    const p = point + c
    gatherElement(q, p, p, p, p, zero)
    mul2(q, q, beta, q + QUAD, q, beta)
    mul2(q, q, beta, q + QUAD, q, beta)
    scatterElement(q, p, p, p, p)
  }
  for (let i: usize = 0; i < C; i += 8)
    store<u64>(point + C + i, i64x2.extract_lane(i16x8.neg(v128.load64_zero(point + C + i)), 0))
}

/**
 * The sums of `passes` × `blocks` units of 2·levels points each (buckets.ts) to one point at `target`:
 * Σ_w 2^(bits·w) Σ_b (U_wb + θ·V_wb), where θ is 2^shift or, where that is 0, ζ. Behind the sums is room for two points a unit.
 */
export function combine(sums: usize, passes: i32, blocks: i32, levels: i32, bits: i32, shift: i32, target: usize): void {
  const rows = 2 * passes * blocks
  const totals = sums + <usize>(rows * levels) * POINT
  for (let r: i32 = 0; r < rows; r++) clearPoint(totals + <usize>r * POINT)
  for (let l: i32 = levels - 1; l >= 0; l--) {
    for (let r: i32 = 0; r < rows; r++) double(totals + <usize>r * POINT)
    flushDoubles()
    for (let r: i32 = 0; r < rows; r++) {
      const total = totals + <usize>r * POINT
      queueAny(total, sums + <usize>(r * levels + l) * POINT, total)
    }
    flush()
  }
  for (let b: i32 = 1; b < blocks; b++) {
    for (let w: i32 = 0; w < passes; w++) {
      const first = totals + <usize>(2 * w * blocks) * POINT
      const other = first + <usize>(2 * b) * POINT
      queueAny(first, other, first)
      queueAny(first + POINT, other + POINT, first + POINT)
    }
    flush()
  }
  clearPoint(target)
  for (let w: i32 = passes - 1; w >= 0; w--) {
    const u = totals + <usize>(2 * w * blocks) * POINT
    const v = u + POINT
    if (shift == 0) {
      multiplyByZeta(v)
      doubleTimes(target, bits)
    } else {
      doubleTimes(target, bits - shift)
      queueAny(target, v, target)
      flush()
      doubleTimes(target, shift)
    }
    queueAny(target, u, target)
    flush()
    if (shift == 0) {
      queueAny(target, v, target)
      flush()
    }
  }
}

function doubleTimes(point: usize, times: i32): void {
  for (let i: i32 = 0; i < times; i++) {
    double(point)
    flushDoubles()
  }
}
