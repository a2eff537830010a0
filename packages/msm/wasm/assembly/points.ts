/** Points in and out: bytes as snarkjs has them (Montgomery form with R = 2^256, little-endian), and the last sums. */
import { packLane, unpackLane } from './field'
import { C, clearPoint, copyPoint, extension, flush, isInfinity, POINT, queueAdd, queueAny } from './group'
import { gatherElement, K, mul2, S, scatterElement } from './kernels'
import { CONSTANT_BETA_G1, CONSTANT_BETA_G2, CONSTANT_FROM_256, CONSTANT_TO_256, ELEMENT, QUAD, SCRATCH_QUAD } from './layout'

/**
 * Reads points [from, to): x, y in 32 bytes a component. Each becomes `stride` bytes at target: x, y, βx and, where `multiples`
 * is 3, β²x.
 */
export function readPoints(source: usize, from: i32, to: i32, target: usize, stride: usize, multiples: i32): void {
  const components: usize = extension ? 2 : 1
  const coordinates: usize = 2 * components
  const q = S + SCRATCH_QUAD + QUAD
  const beta = K + (extension ? CONSTANT_BETA_G2 : CONSTANT_BETA_G1)
  for (let i: i32 = from; i < to; i += 4) {
    // The last quad may read the last point more than once.
    const i1 = min<i32>(i + 1, to - 1)
    const i2 = min<i32>(i + 2, to - 1)
    const i3 = min<i32>(i + 3, to - 1)
    const size = coordinates << 5
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
      const factor = K + CONSTANT_FROM_256
      mul2(q, q, factor, q + QUAD, q, factor)
      const offset = c * ELEMENT
      scatterElement(q, t0 + offset, t1 + offset, t2 + offset, t3 + offset)
      if (c >= components) continue
      for (let m: i32 = 1; m < multiples; m++) {
        mul2(q, q, beta, q + QUAD, q, beta)
        const further = (<usize>m + 1) * C + offset
        scatterElement(q, t0 + further, t1 + further, t2 + further, t3 + further)
      }
    }
  }
}

/**
 * The next row of a table: points [from, to) at `target` are those at `source` doubled `doublings` times, with their multiples
 * as {@link readPoints} writes them.
 */
export function doublePoints(source: usize, from: i32, to: i32, target: usize, stride: usize, doublings: i32): void {
  for (let d: i32 = 0; d < doublings; d++) {
    for (let i: i32 = from; i < to; i++) {
      const t = target + <usize>i * stride
      const s = d == 0 ? source + <usize>i * stride : t
      if (isInfinity(s)) clearPoint(t)
      else queueAdd(<u32>s, <u32>s, t)
    }
    flush()
  }
  const components: usize = extension ? 2 : 1
  const q = S + SCRATCH_QUAD + QUAD
  const beta = K + (extension ? CONSTANT_BETA_G2 : CONSTANT_BETA_G1)
  const zero = i32x4.splat(0)
  for (let i: i32 = from; i < to; i += 4) {
    const t0 = target + <usize>i * stride
    const t1 = target + <usize>min<i32>(i + 1, to - 1) * stride
    const t2 = target + <usize>min<i32>(i + 2, to - 1) * stride
    const t3 = target + <usize>min<i32>(i + 3, to - 1) * stride
    for (let c: usize = 0; c < components * ELEMENT; c += ELEMENT) {
      gatherElement(q, t0 + c, t1 + c, t2 + c, t3 + c, zero)
      mul2(q, q, beta, q + QUAD, q, beta)
      const o = 2 * C + c
      scatterElement(q, t0 + o, t1 + o, t2 + o, t3 + o)
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
  if (!isInfinity(point)) queueAdd(<u32>point, <u32>point, point)
}

function negate(point: usize): void {
  for (let i: usize = 0; i < C; i += 8)
    store<u64>(point + C + i, i64x2.extract_lane(i16x8.neg(v128.load64_zero(point + C + i)), 0))
}

/**
 * The sums of `units` units of weigh(levels), `first` blocks of buckets apart, to one point at `target`:
 * Σ_w 2^(bits·w) Σ_b (W_wb + b·2^levels·T_wb) for windows of `blocks` units each. Sums are overwritten.
 */
export function combine(sums: usize, windows: i32, blocks: i32, levels: i32, bits: i32, target: usize): void {
  const unit = <usize>(levels + 1) * POINT
  const units = windows * blocks
  const total = S + SCRATCH_QUAD + 2048
  // W of every unit, side by side, where its T was; T moves to where E_0 was.
  for (let u: i32 = 0; u < units; u++) {
    const point = sums + <usize>u * unit
    for (let l: i32 = 1; l <= levels; l++) if (!isInfinity(point + <usize>l * POINT)) negate(point + <usize>l * POINT)
  }
  for (let l: i32 = levels; l > 0; l--) {
    for (let u: i32 = 0; u < units; u++) {
      const point = sums + <usize>u * unit
      // With blocks, T is wanted once more.
      if (l == levels) copyPoint(point + unit * <usize>units, point)
      double(point)
    }
    flush()
    for (let u: i32 = 0; u < units; u++) {
      const point = sums + <usize>u * unit
      queueAny(point, point + <usize>l * POINT, point)
    }
    flush()
  }
  if (levels == 0) for (let u: i32 = 0; u < units; u++) copyPoint(sums + <usize>(units + u) * unit, sums + <usize>u * unit)
  clearPoint(target)
  for (let w: i32 = windows - 1; w >= 0; w--) {
    for (let i: i32 = 0; i < bits; i++) {
      double(target)
      flush()
    }
    // Σ_b b·T_b by a running sum, from the last block down.
    const base = sums + <usize>(w * blocks) * unit
    const copies = base + unit * <usize>units
    clearPoint(total)
    for (let b: i32 = blocks - 1; b > 0; b--) {
      queueAny(total, copies + <usize>b * unit, total)
      flush()
      // Accumulated where block 0's T was.
      if (b == blocks - 1) copyPoint(copies, total)
      else {
        queueAny(copies, total, copies)
        flush()
      }
    }
    if (blocks > 1) {
      for (let l: i32 = 0; l < levels; l++) {
        double(copies)
        flush()
      }
      queueAny(target, copies, target)
      flush()
    }
    for (let b: i32 = 0; b < blocks; b++) {
      queueAny(target, base + <usize>b * unit, target)
      flush()
    }
  }
}
