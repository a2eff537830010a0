/**
 * Checks of scalars and points that come from elsewhere: reduced, on the curve, and in G2 in the subgroup of order r. Points are
 * checked eight at a time, one in each lane of two quads.
 *
 * The subgroup: [x + 1]P + ψ([x]P) + ψ²([x]P) = ψ³([2x]P) for the curve's parameter x and the untwisted Frobenius ψ
 * (El Housni, Guillevic, Piellard, ePrint 2022/348, section 5.1). That no other point of the twist passes is a statement on
 * resultants, which src/check.test.ts computes.
 *
 * Sums are Jacobian and incomplete: a sum of equal, opposite or infinite points yields Z = 0, and Z stays 0 from then on. With
 * a point of order r that happens nowhere, since no two of the multiples that are added agree; so Z = 0 refuses a point.
 */
import { unpackLane, zeroLanes } from './field'
import { extension } from './group'
import { addNormalized, addRaw, K, mul2, mulExtension, S, subNormalized, subRaw, subTwoNormalized } from './kernels'
import {
  CONSTANT_B_G1,
  CONSTANT_B_G2,
  CONSTANT_FROM_256,
  CONSTANT_MODULUS_WORDS,
  CONSTANT_ONE,
  CONSTANT_PSI_X,
  CONSTANT_PSI_Y,
  QUAD,
  SCRATCH_BATCH,
  SCRATCH_QUAD,
} from './layout'

/** Results: nothing is wrong, or the first index times two, plus one where the point is on the curve but not in the subgroup. */
const SOUND: i32 = -1

/** Two quads are worked on in turn: while one waits for its carries, the other does not. */
const LANES: i32 = 8
/** Four coordinates of G2, a row of eight, and eight points. */
const E: usize = 2 * QUAD
const ROW: usize = 2 * E
const POINT: usize = 3 * ROW

/** BN254's parameter, and the places of the signed digits of it that are 1 and -1: none are neighbours. */
const X: u64 = 4965661367192848881
const PLUS: u64 = (3 * X & ~X) >> 1
const MINUS: u64 = (X & ~(3 * X)) >> 1

/** Whether 32 bytes, little-endian, are below the field's modulus. */
function isReduced(source: usize): bool {
  for (let i: isize = 24; i >= 0; i -= 8) {
    const own = load<u64>(source + i)
    const modulus = load<u64>(K + CONSTANT_MODULUS_WORDS + i)
    if (own != modulus) return own < modulus
  }
  return false
}

/** Writes the index of the first of the scalars [from, to) that is not reduced, or -1. */
export function checkScalars(source: usize, from: i32, to: i32, result: usize): void {
  store<i32>(result, SOUND)
  for (let i: i32 = from; i < to; i++)
    if (!isReduced(source + (<usize>i << 5))) {
      store<i32>(result, i)
      return
    }
}

/** target = a·b for rows; b may be raw. */
function multiply(target: usize, a: usize, b: usize): void {
  mulExtension(target, a, b)
  mulExtension(target + E, a + E, b + E)
}

/** target = a·factor for a row and a constant. */
function multiplyBy(target: usize, a: usize, factor: usize): void {
  mulExtension(target, a, factor)
  mulExtension(target + E, a + E, factor)
}

/** target = a². The kernel for squares is no faster beside multiplications: both do not fit the instruction cache. */
function square(target: usize, a: usize): void {
  multiply(target, a, a)
}

function add(target: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ROW; i += QUAD) addNormalized(target + i, a + i, b + i)
}

function subtract(target: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ROW; i += QUAD) subNormalized(target + i, a + i, b + i)
}

function subtractTwo(target: usize, a: usize, b: usize, c: usize): void {
  for (let i: usize = 0; i < ROW; i += QUAD) subTwoNormalized(target + i, a + i, b + i, c + i)
}

function doubleRaw(target: usize, a: usize): void {
  for (let i: usize = 0; i < ROW; i += QUAD) addRaw(target + i, a + i, a + i)
}

function subtractRaw(target: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ROW; i += QUAD) subRaw(target + i, a + i, b + i)
}

/** Bits of the lanes of two quads that are zero. */
function zeroComponents(a: usize): i32 {
  const t = S + SCRATCH_QUAD
  mul2(t, a, K + CONSTANT_ONE, t + QUAD, a + QUAD, K + CONSTANT_ONE)
  return i32x4.bitmask(zeroLanes(t)) | (i32x4.bitmask(zeroLanes(t + QUAD)) << 4)
}

/** Bits of the lanes of a row that are zero. */
function zeros(a: usize): i32 {
  const low = zeroComponents(a)
  const high = zeroComponents(a + E)
  return (low & (low >> 4)) | ((high & (high >> 4)) << 4)
}

/** Doubles points in place. `t` is scratch of four rows. */
function doublePoint(point: usize, t: usize): void {
  const y = point + ROW
  const z = y + ROW
  const slope = t + ROW
  const yy = slope + ROW
  const d = yy + ROW
  square(t, point)
  doubleRaw(slope, t)
  add(slope, slope, t)
  // 2·y²: its square is 4·y⁴, and 4·x·y² is twice its product with x.
  square(yy, y)
  add(yy, yy, yy)
  doubleRaw(y, y)
  multiply(z, z, y)
  multiply(d, yy, point)
  add(d, d, d)
  square(yy, yy)
  square(t, slope)
  subtractTwo(point, t, d, d)
  subtractRaw(d, d, point)
  multiply(t, slope, d)
  subtractTwo(y, t, yy, yy)
}

/**
 * The tail of an addition, for numerators over a common denominator z: x1, y1 and the differences h = x2 - x1, r = y2 - y1.
 * All are overwritten. `t` is scratch of two rows.
 */
function finishSum(target: usize, x1: usize, y1: usize, h: usize, r: usize, z: usize, t: usize): void {
  const v = t + ROW
  multiply(target + 2 * ROW, z, h)
  square(t, h)
  multiply(v, x1, t)
  multiply(h, h, t)
  multiply(y1, y1, h)
  square(t, r)
  subtractTwo(t, t, v, v)
  subtract(target, t, h)
  subtractRaw(v, v, target)
  multiply(t, r, v)
  subtract(target + ROW, t, y1)
}

/** Adds affine points (x, y) to points in place. `t` is scratch of four rows. */
function addAffine(point: usize, x: usize, y: usize, t: usize): void {
  const z = point + 2 * ROW
  const h = t + 2 * ROW
  const r = h + ROW
  square(h, z)
  multiply(r, h, z)
  multiply(h, h, x)
  multiply(r, r, y)
  subtract(h, h, point)
  subtract(r, r, point + ROW)
  finishSum(point, point, point + ROW, h, r, z, t)
}

/** Writes x1, y1, h, r and z of two sets of points, one behind the other, for {@link finishSum}. */
function compare(parts: usize, a: usize, b: usize): void {
  const x1 = parts
  const y1 = x1 + ROW
  const h = y1 + ROW
  const r = h + ROW
  const z = r + ROW
  square(z, b + 2 * ROW)
  multiply(x1, z, a)
  multiply(z, z, b + 2 * ROW)
  multiply(y1, z, a + ROW)
  square(z, a + 2 * ROW)
  multiply(h, z, b)
  multiply(z, z, a + 2 * ROW)
  multiply(r, z, b + ROW)
  subtract(h, h, x1)
  subtract(r, r, y1)
  multiply(z, a + 2 * ROW, b + 2 * ROW)
}

/** a = a + b. `t` is scratch of seven rows. */
function addPoint(a: usize, b: usize, t: usize): void {
  const parts = t + 2 * ROW
  compare(parts, a, b)
  finishSum(a, parts, parts + ROW, parts + 2 * ROW, parts + 3 * ROW, parts + 4 * ROW, t)
}

/** target = ψ(source): conjugates, times γ_x and γ_y. */
function applyPsi(target: usize, source: usize): void {
  for (let c: usize = 0; c < POINT; c += E)
    for (let i: usize = 0; i < QUAD; i += 16) {
      v128.store(target + c + i, v128.load(source + c + i))
      v128.store(target + c + QUAD + i, i16x8.neg(v128.load(source + c + QUAD + i)))
    }
  multiplyBy(target, target, K + CONSTANT_PSI_X)
  multiplyBy(target + ROW, target + ROW, K + CONSTANT_PSI_Y)
}

/** Bits of the lanes whose affine points (x, y), on G2's curve, are in the subgroup. `y` is followed by scratch. */
function inSubgroup(x: usize, y: usize): i32 {
  const minusY = y + ROW
  const multiple = minusY + ROW
  const image = multiple + POINT
  const sum = image + POINT
  const t = sum + POINT
  for (let i: usize = 0; i < ROW; i += 16) v128.store(minusY + i, i16x8.neg(v128.load(y + i)))
  memory.copy(multiple, x, ROW)
  memory.copy(multiple + ROW, y, ROW)
  for (let z = multiple + 2 * ROW; z < image; z += E) {
    memory.copy(z, K + CONSTANT_ONE, QUAD)
    memory.fill(z + QUAD, 0, QUAD)
  }
  for (let bit: u64 = 1 << (62 - clz<u64>(PLUS)); bit > 0; bit >>= 1) {
    doublePoint(multiple, t)
    if ((PLUS & bit) != 0) addAffine(multiple, x, y, t)
    else if ((MINUS & bit) != 0) addAffine(multiple, x, minusY, t)
  }
  applyPsi(sum, multiple)
  applyPsi(image, sum)
  addPoint(sum, image, t)
  addAffine(multiple, x, y, t)
  addPoint(sum, multiple, t)
  applyPsi(multiple, image)
  doublePoint(multiple, t)
  compare(t, sum, multiple)
  return zeros(t + 2 * ROW) & zeros(t + 3 * ROW) & ~zeros(t + 4 * ROW)
}

/** Bits of the lanes whose points (x, y) are on their curve: y² - x³ - b is zero. */
function onCurve(x: usize, y: usize, t: usize): i32 {
  if (extension) {
    const xxx = t + ROW
    square(xxx, x)
    multiply(xxx, xxx, x)
    square(t, y)
    for (let i: usize = 0; i < ROW; i += E) {
      subTwoNormalized(t + i, t + i, xxx + i, K + CONSTANT_B_G2)
      subTwoNormalized(t + i + QUAD, t + i + QUAD, xxx + i + QUAD, K + CONSTANT_B_G2 + QUAD)
    }
    return zeros(t)
  }
  const xxx = t + E
  mul2(xxx, x, x, xxx + QUAD, x + QUAD, x + QUAD)
  mul2(xxx, xxx, x, xxx + QUAD, xxx + QUAD, x + QUAD)
  mul2(t, y, y, t + QUAD, y + QUAD, y + QUAD)
  for (let i: usize = 0; i < E; i += QUAD) subTwoNormalized(t + i, t + i, xxx + i, K + CONSTANT_B_G1)
  return zeroComponents(t)
}

/**
 * Checks points [from, to), as `readPoints` reads them; infinity, all zeros, is sound. Writes what is wrong with the first
 * that is unsound, or -1.
 */
export function checkPoints(source: usize, from: i32, to: i32, result: usize): void {
  store<i32>(result, SOUND)
  const components: usize = extension ? 2 : 1
  const size = components << 6
  const row = components * E
  const x = S + SCRATCH_BATCH
  const y = x + row
  const factor = K + CONSTANT_FROM_256
  for (let i: i32 = from; i < to; i += LANES) {
    let infinite: i32 = 0
    let off: i32 = 0
    for (let lane: i32 = 0; lane < LANES; lane++) {
      // The last row may read the last point more than once.
      const p = source + <usize>min<i32>(i + lane, to - 1) * size
      const target = x + <usize>(lane >> 2) * components * QUAD
      let any: u64 = 0
      for (let o: usize = 0; o < size; o += 8) any |= load<u64>(p + o)
      if (any == 0) infinite |= 1 << lane
      for (let c: usize = 0; c < 2 * components; c++) {
        const component = p + (c << 5)
        if (!isReduced(component)) off |= 1 << lane
        const offset = c < components ? c * QUAD : row + (c - components) * QUAD
        unpackLane(target + offset, lane & 3, component)
      }
    }
    for (let q = x; q < x + 2 * row; q += E) mul2(q, q, factor, q + QUAD, q + QUAD, factor)
    off |= ~onCurve(x, y, y + row)
    const outside = extension ? ~inSubgroup(x, y) : 0
    const unsound = (off | outside) & ~infinite & ((1 << LANES) - 1)
    if (unsound != 0) {
      const lane = ctz<i32>(unsound)
      store<i32>(result, ((i + lane) << 1) | (((off >> lane) & 1) ^ 1))
      return
    }
  }
}
