/**
 * The scalar field's work of a Groth16 proof: sparse matrices times the witness, and number-theoretic transforms.
 *
 * A vector of n = 4m elements is m quads: lane l of quad q is element q + l·m. So all but two stages of a transform are the
 * same work in four lanes. The inverse goes from natural to bit-reversed order (decimation in frequency), the forward one
 * back: nothing is ever permuted.
 */
import { packLane, splatElement, unpackLane } from './field'
import { addNormalized, gatherElement, K, mul2, S, scatterElement, subNormalized, subRaw } from './kernels'
import { CONSTANT_ONE, CONSTANT_UNIT, ELEMENT, QUAD, SCRATCH_QUAD } from './layout'

/** target[i] = a[i]·b[i] for quads. */
export function multiplyQuads(target: usize, a: usize, b: usize, quads: i32): void {
  const spare = S + SCRATCH_QUAD
  for (let i: usize = 0; i < <usize>quads; i += 2) {
    const o = i * QUAD
    if (i + 1 < <usize>quads) mul2(target + o, a + o, b + o, target + o + QUAD, a + o + QUAD, b + o + QUAD)
    else mul2(target + o, a + o, b + o, spare, a + o, b + o)
  }
}

/** target[i] = c·base^i as elements, for a quad `first` of c·base^0 … c·base^3 and a quad `step` of base^4. Four at a time. */
export function powers(target: usize, count: i32, first: usize, step: usize): void {
  const q = S + SCRATCH_QUAD + QUAD
  for (let i: usize = 0; i < QUAD; i += 16) v128.store(q + i, v128.load(first + i))
  for (let i: i32 = 0; i < count; i += 4) {
    const t = target + <usize>i * ELEMENT
    scatterElement(q, t, t + ELEMENT, t + 2 * ELEMENT, t + 3 * ELEMENT)
    mul2(q, q, step, q + QUAD, q, step)
  }
}

/** Reads numbers [from, to) of 32 bytes, little-endian, to elements times `factor`, a quad; 0 leaves them as they are, raw. */
export function readElements(source: usize, from: i32, to: i32, target: usize, factor: usize): void {
  const q = S + SCRATCH_QUAD + QUAD
  for (let i: i32 = from; i < to; i += 4) {
    const i1 = min<i32>(i + 1, to - 1)
    const i2 = min<i32>(i + 2, to - 1)
    const i3 = min<i32>(i + 3, to - 1)
    unpackLane(q, 0, source + (<usize>i << 5))
    unpackLane(q, 1, source + (<usize>i1 << 5))
    unpackLane(q, 2, source + (<usize>i2 << 5))
    unpackLane(q, 3, source + (<usize>i3 << 5))
    if (factor != 0) mul2(q, q, factor, q + QUAD, q, factor)
    scatterElement(
      q,
      target + <usize>i * ELEMENT,
      target + <usize>i1 * ELEMENT,
      target + <usize>i2 * ELEMENT,
      target + <usize>i3 * ELEMENT,
    )
  }
}

// A row's sum, in limbs of 32 bits.
let s0: v128 = i32x4.splat(0)
let s1: v128 = i32x4.splat(0)
let s2: v128 = i32x4.splat(0)
let s3: v128 = i32x4.splat(0)
let s4: v128 = i32x4.splat(0)

/** Carries the row's sum into an element, and clears it. The highest limb holds up to 256 terms. */
function closeRow(target: usize): void {
  const t = S + SCRATCH_QUAD + 8 * QUAD
  v128.store(t, s0)
  v128.store(t, s1, 16)
  v128.store(t, s2, 32)
  v128.store(t, s3, 48)
  v128.store(t, s4, 64)
  let carry: i32 = 0
  for (let i: usize = 0; i < 20; i++) {
    carry += load<i32>(t + (i << 2))
    if (i == 19) {
      store<i16>(target + 38, <i16>carry)
      break
    }
    const limb = ((carry + 4096) & 8191) - 4096
    store<i16>(target + (i << 1), <i16>limb)
    carry = (carry - limb) >> 13
  }
  const zero = i32x4.splat(0)
  s0 = zero
  s1 = zero
  s2 = zero
  s3 = zero
  s4 = zero
}

/** A long row is brought back into the field every so many terms. */
const FOLD: i32 = 200

function foldRow(): void {
  const q = S + SCRATCH_QUAD + 9 * QUAD
  const element = q + 4 * QUAD
  closeRow(element)
  splatElement(q, element)
  mul2(q, q, K + CONSTANT_ONE, q + QUAD, q, K + CONSTANT_ONE)
  scatterElement(q, element, element, element, element)
  addToRow(element)
}

@inline
function addToRow(element: usize): void {
  const a = v128.load(element)
  const b = v128.load(element, 16)
  const c = v128.load64_zero(element, 32)
  s0 = i32x4.add(s0, i32x4.extend_low_i16x8_s(a))
  s1 = i32x4.add(s1, i32x4.extend_high_i16x8_s(a))
  s2 = i32x4.add(s2, i32x4.extend_low_i16x8_s(b))
  s3 = i32x4.add(s3, i32x4.extend_high_i16x8_s(b))
  s4 = i32x4.add(s4, i32x4.extend_low_i16x8_s(c))
}

/**
 * Rows [from, to) of a sparse matrix times the witness, as elements. Row i has the terms [starts[i], starts[i + 1]); term t is
 * coefficients[which[t]] · witness[signals[t]], the coefficients times 2^520 and the witness raw as it stands: the result
 * is in Montgomery form.
 */
export function evaluateRows(
  starts: usize,
  from: i32,
  to: i32,
  signals: usize,
  which: usize,
  coefficients: usize,
  witness: usize,
  target: usize,
): void {
  const q = S + SCRATCH_QUAD
  const products = q + 14 * QUAD
  const zero = i32x4.splat(0)
  let row = from
  const end = load<i32>(starts + (<usize>to << 2))
  let rowEnd = load<i32>(starts + (<usize>row << 2), 4)
  let inRow: i32 = 0
  for (let t = load<i32>(starts + (<usize>from << 2)); t < end; t += 8) {
    for (let h: usize = 0; h < 2; h++) {
      const i0 = <usize>min<i32>(t + (<i32>h << 2), end - 1) << 2
      const i1 = <usize>min<i32>(t + (<i32>h << 2) + 1, end - 1) << 2
      const i2 = <usize>min<i32>(t + (<i32>h << 2) + 2, end - 1) << 2
      const i3 = <usize>min<i32>(t + (<i32>h << 2) + 3, end - 1) << 2
      gatherElement(
        q + h * QUAD,
        coefficients + <usize>load<u32>(which + i0) * ELEMENT,
        coefficients + <usize>load<u32>(which + i1) * ELEMENT,
        coefficients + <usize>load<u32>(which + i2) * ELEMENT,
        coefficients + <usize>load<u32>(which + i3) * ELEMENT,
        zero,
      )
      gatherElement(
        q + (2 + h) * QUAD,
        witness + <usize>load<u32>(signals + i0) * ELEMENT,
        witness + <usize>load<u32>(signals + i1) * ELEMENT,
        witness + <usize>load<u32>(signals + i2) * ELEMENT,
        witness + <usize>load<u32>(signals + i3) * ELEMENT,
        zero,
      )
    }
    mul2(q, q, q + 2 * QUAD, q + QUAD, q + QUAD, q + 3 * QUAD)
    for (let h: usize = 0; h < 2; h++) {
      const p = products + h * QUAD
      scatterElement(q + h * QUAD, p, p + ELEMENT, p + 2 * ELEMENT, p + 3 * ELEMENT)
    }
    for (let i: i32 = 0; i < 8 && t + i < end; i++) {
      while (t + i == rowEnd) {
        closeRow(target + <usize>row * ELEMENT)
        row++
        rowEnd = load<i32>(starts + (<usize>row << 2), 4)
        inRow = 0
      }
      addToRow(products + <usize>i * ELEMENT)
      if (++inRow % FOLD == 0) foldRow()
    }
  }
  for (; row < to; row++) closeRow(target + <usize>row * ELEMENT)
}

/** Elements in their natural order to quads, each brought near zero. m = 2^log / 4 quads. */
export function toQuads(source: usize, m: i32, target: usize): void {
  const quarter = <usize>m * ELEMENT
  const zero = i32x4.splat(0)
  for (let q: usize = 0; q < <usize>m; q++) {
    const p = source + q * ELEMENT
    gatherElement(target + q * QUAD, p, p + quarter, p + 2 * quarter, p + 3 * quarter, zero)
  }
  const spare = S + SCRATCH_QUAD
  for (let q: usize = 0; q < <usize>m; q += 2) {
    const t = target + q * QUAD
    if (q + 1 < <usize>m) mul2(t, t, K + CONSTANT_ONE, t + QUAD, t + QUAD, K + CONSTANT_ONE)
    else mul2(t, t, K + CONSTANT_ONE, spare, t, K + CONSTANT_ONE)
  }
}

/** Sums and differences across lanes: halves (0 with 2, 1 with 3) or neighbours (0 with 1, 2 with 3). Raw. */
function crossLanes(target: usize, source: usize, halves: bool): void {
  for (let i: usize = 0; i < QUAD; i += 16) {
    const x = v128.load(source + i)
    const y = halves ? i32x4.shuffle(x, x, 2, 3, 0, 1) : i32x4.shuffle(x, x, 1, 0, 3, 2)
    const sum = i16x8.add(x, y)
    const difference = i16x8.sub(y, x)
    v128.store(target + i, halves ? i32x4.shuffle(sum, difference, 0, 1, 6, 7) : i32x4.shuffle(sum, difference, 0, 5, 2, 7))
  }
}

/** The factors of the two stages across lanes, of quad q: 1, 1, w^q, w^(q+m) and 1, w^2q, 1, w^2q. */
function crossFactors(target: usize, twiddles: usize, m: usize, q: usize): void {
  const zero = i32x4.splat(0)
  const w = twiddles + q * ELEMENT
  const square = twiddles + 2 * q * ELEMENT
  gatherElement(target, twiddles, twiddles, w, w + m * ELEMENT, zero)
  gatherElement(target + QUAD, twiddles, square, twiddles, square, zero)
}

/**
 * The butterflies of one size within lanes: (a + b, (a - b)·w), or with the factor first (a + b·w, a - b·w). Inlined, so that
 * each transform is compiled for its own kind.
 */
@inline
function butterflies(data: usize, m: usize, size: usize, twiddles: usize, factorFirst: bool): void {
  const factors = S + SCRATCH_QUAD
  const t = factors + 2 * QUAD
  const half = size >> 1
  const step = ((m << 2) / size) * ELEMENT
  for (let block: usize = 0; block < m; block += size)
    for (let j: usize = 0; j < half; j += 2) {
      const a = data + (block + j) * QUAD
      const b = a + half * QUAD
      if (half == 1) {
        subNormalized(t, a, b)
        addNormalized(a, a, b)
        for (let i: usize = 0; i < QUAD; i += 16) v128.store(b + i, v128.load(t + i))
        continue
      }
      splatElement(factors, twiddles + j * step)
      splatElement(factors + QUAD, twiddles + (j + 1) * step)
      if (factorFirst) {
        mul2(t, b, factors, t + QUAD, b + QUAD, factors + QUAD)
        subNormalized(b, a, t)
        subNormalized(b + QUAD, a + QUAD, t + QUAD)
        addNormalized(a, a, t)
        addNormalized(a + QUAD, a + QUAD, t + QUAD)
      } else {
        subRaw(t, a, b)
        subRaw(t + QUAD, a + QUAD, b + QUAD)
        addNormalized(a, a, b)
        addNormalized(a + QUAD, a + QUAD, b + QUAD)
        mul2(b, t, factors, b + QUAD, t + QUAD, factors + QUAD)
      }
    }
}

/** From values (natural order) to n·coefficients (bit-reversed order); twiddles are the powers of 1/ω, n/2 of them. */
export function inverseTransform(data: usize, m: i32, twiddles: usize): void {
  const factors = S + SCRATCH_QUAD
  const t = factors + 2 * QUAD
  for (let q: usize = 0; q < <usize>m; q++) {
    const p = data + q * QUAD
    crossFactors(factors, twiddles, <usize>m, q)
    crossLanes(t, p, true)
    mul2(t, t, factors, t + QUAD, t, factors)
    crossLanes(t, t, false)
    mul2(p, t, factors + QUAD, t + QUAD, t, factors + QUAD)
  }
  for (let size: usize = <usize>m; size > 1; size >>= 1) butterflies(data, <usize>m, size, twiddles, false)
}

/** From coefficients (bit-reversed order) to values (natural order); twiddles are the powers of ω. */
export function forwardTransform(data: usize, m: i32, twiddles: usize): void {
  const factors = S + SCRATCH_QUAD
  const t = factors + 2 * QUAD
  for (let size: usize = 2; size <= <usize>m; size <<= 1) butterflies(data, <usize>m, size, twiddles, true)
  for (let q: usize = 0; q < <usize>m; q++) {
    const p = data + q * QUAD
    crossFactors(factors, twiddles, <usize>m, q)
    mul2(t, p, factors + QUAD, t + QUAD, p, factors + QUAD)
    crossLanes(t, t, false)
    mul2(t, t, factors, t + QUAD, t, factors)
    crossLanes(t, t, true)
    for (let i: usize = 0; i < QUAD; i += 16) v128.store(p + i, i32x4.splat(0))
    addNormalized(p, p, t)
  }
}

/** Multiplies element k of a bit-reversed vector by factors[k], elements in their natural order. */
export function scaleReversed(data: usize, log: i32, factors: usize): void {
  const m: u32 = (1 << log) >> 2
  const shift = 32 - log
  const t = S + SCRATCH_QUAD
  const zero = i32x4.splat(0)
  for (let q: u32 = 0; q < m; q++) {
    const p = data + <usize>q * QUAD
    gatherElement(
      t,
      factors + <usize>reverse(q, shift) * ELEMENT,
      factors + <usize>reverse(q + m, shift) * ELEMENT,
      factors + <usize>reverse(q + 2 * m, shift) * ELEMENT,
      factors + <usize>reverse(q + 3 * m, shift) * ELEMENT,
      zero,
    )
    mul2(p, p, t, t + QUAD, p, t)
  }
}

function reverse(value: u32, shift: i32): u32 {
  let x = bswap<u32>(value)
  x = ((x >> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4)
  x = ((x >> 2) & 0x33333333) | ((x & 0x33333333) << 2)
  x = ((x >> 1) & 0x55555555) | ((x & 0x55555555) << 1)
  return x >> shift
}

/** scalars[i] = a_i·b_i - c_i of quads [from, to), 32 bytes each in natural order, in [0, r). */
export function quotientScalars(a: usize, b: usize, c: usize, from: i32, to: i32, m: i32, scalars: usize): void {
  const t = S + SCRATCH_QUAD + QUAD
  for (let q: i32 = from; q < to; q++) {
    const o = <usize>q * QUAD
    mul2(t, a + o, b + o, t + QUAD, a + o, b + o)
    subRaw(t, t, c + o)
    mul2(t, t, K + CONSTANT_UNIT, t + QUAD, t, K + CONSTANT_UNIT)
    for (let lane: i32 = 0; lane < 4; lane++) packLane(t, lane, scalars + ((<usize>q + <usize>lane * <usize>m) << 5))
  }
}

