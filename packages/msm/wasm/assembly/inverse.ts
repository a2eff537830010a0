/**
 * Inversion modulo the field's prime: Bernstein and Yang, "Fast constant-time gcd computation and modular inversion"
 * (2019), with 30 division steps a round, in variable time. Numbers are 9 signed limbs of 30 bits.
 */
import { K, S } from './kernels'
import { CONSTANT_PRIME, SCRATCH_INVERSION } from './layout'

const LIMBS: i32 = 9
const BYTES: usize = 36
const BITS: i64 = 30
const M30: i32 = 0x3fffffff

// What a round of division steps multiplies (f, g) with, times 2^30.
let tu: i32 = 0
let tv: i32 = 0
let tq: i32 = 0
let tr: i32 = 0

function divisionSteps(start: i32, f0: i32, g0: i32): i32 {
  let eta = start
  let f = f0
  let g = g0
  let u: i32 = 1
  let v: i32 = 0
  let q: i32 = 0
  let r: i32 = 1
  let left: i32 = 30
  while (left > 0) {
    const zeros = ctz<i32>(g | (-1 << left))
    g >>= zeros
    u <<= zeros
    v <<= zeros
    eta -= zeros
    left -= zeros
    if (left == 0) continue
    if (eta < 0) {
      eta = -eta
      let swap = f
      f = g
      g = -swap
      swap = u
      u = q
      q = -swap
      swap = v
      v = r
      r = -swap
    }
    // -1/f mod 64 is f·(f² - 2): up to six low bits of g vanish at once.
    const limit = min<i32>(min<i32>(eta + 1, left), 6)
    const w = (f * g * (f * f - 2)) & ((1 << limit) - 1)
    g += f * w
    q += u * w
    r += v * w
  }
  tu = u
  tv = v
  tq = q
  tr = r
  return eta
}

/** (d, e) times the matrix over 2^30, modulo the prime. */
function updateCofactors(d: usize, e: usize): void {
  const u = <i64>tu
  const v = <i64>tv
  const q = <i64>tq
  const r = <i64>tr
  const inverse = load<i32>(K + CONSTANT_PRIME, 36)
  const dSign = load<i32>(d, 32) >> 31
  const eSign = load<i32>(e, 32) >> 31
  let md: i32 = (tu & dSign) + (tv & eSign)
  let me: i32 = (tq & dSign) + (tr & eSign)
  let cd: i64 = u * <i64>load<i32>(d) + v * <i64>load<i32>(e)
  let ce: i64 = q * <i64>load<i32>(d) + r * <i64>load<i32>(e)
  md -= (inverse * <i32>cd + md) & M30
  me -= (inverse * <i32>ce + me) & M30
  cd = (cd + <i64>load<i32>(K + CONSTANT_PRIME) * <i64>md) >> BITS
  ce = (ce + <i64>load<i32>(K + CONSTANT_PRIME) * <i64>me) >> BITS
  for (let i: usize = 4; i < BYTES; i += 4) {
    const p = <i64>load<i32>(K + CONSTANT_PRIME + i)
    const di = <i64>load<i32>(d + i)
    const ei = <i64>load<i32>(e + i)
    cd += u * di + v * ei + p * <i64>md
    ce += q * di + r * ei + p * <i64>me
    store<i32>(d + i - 4, <i32>cd & M30)
    store<i32>(e + i - 4, <i32>ce & M30)
    cd >>= BITS
    ce >>= BITS
  }
  store<i32>(d, <i32>cd, 32)
  store<i32>(e, <i32>ce, 32)
}

/** (f, g) times the matrix over 2^30, exactly. */
function updateOperands(f: usize, g: usize): void {
  const u = <i64>tu
  const v = <i64>tv
  const q = <i64>tq
  const r = <i64>tr
  let cf: i64 = (u * <i64>load<i32>(f) + v * <i64>load<i32>(g)) >> BITS
  let cg: i64 = (q * <i64>load<i32>(f) + r * <i64>load<i32>(g)) >> BITS
  for (let i: usize = 4; i < BYTES; i += 4) {
    const fi = <i64>load<i32>(f + i)
    const gi = <i64>load<i32>(g + i)
    cf += u * fi + v * gi
    cg += q * fi + r * gi
    store<i32>(f + i - 4, <i32>cf & M30)
    store<i32>(g + i - 4, <i32>cg & M30)
    cf >>= BITS
    cg >>= BITS
  }
  store<i32>(f, <i32>cf, 32)
  store<i32>(g, <i32>cg, 32)
}

/** x = ±x + times·p, carried. */
function adjust(x: usize, sign: i64, times: i64): void {
  let carry: i64 = 0
  for (let i: usize = 0; i < BYTES; i += 4) {
    carry += sign * <i64>load<i32>(x + i) + times * <i64>load<i32>(K + CONSTANT_PRIME + i)
    if (i < BYTES - 4) {
      store<i32>(x + i, <i32>carry & M30)
      carry >>= BITS
    } else store<i32>(x + i, <i32>carry)
  }
}

function isNegative(x: usize): bool {
  return load<i32>(x, 32) < 0
}

function isZero(x: usize): bool {
  let any: i32 = 0
  for (let i: usize = 0; i < BYTES; i += 4) any |= load<i32>(x + i)
  return any == 0
}

/** Brings a carried x of a few moduli into [0, p). */
export function canonicalize(x: usize): void {
  while (isNegative(x)) adjust(x, 1, 1)
  do adjust(x, 1, -1)
  while (!isNegative(x))
  adjust(x, 1, 1)
}

/** Replaces x in [0, p) by 1/x. Returns false for 0. */
export function invert(x: usize): bool {
  if (isZero(x)) return false
  const d = S + SCRATCH_INVERSION
  const e = d + 40
  const f = d + 80
  const g = d + 120
  for (let i: usize = 0; i < BYTES; i += 4) {
    store<i32>(d + i, 0)
    store<i32>(e + i, 0)
    store<i32>(f + i, load<i32>(K + CONSTANT_PRIME + i))
    store<i32>(g + i, load<i32>(x + i))
  }
  store<i32>(e, 1)
  let eta: i32 = -1
  while (!isZero(g)) {
    eta = divisionSteps(eta, load<i32>(f), load<i32>(g))
    updateCofactors(d, e)
    updateOperands(f, g)
  }
  if (isNegative(f)) adjust(d, -1, 0)
  canonicalize(d)
  for (let i: usize = 0; i < BYTES; i += 4) store<i32>(x + i, load<i32>(d + i))
  return true
}
