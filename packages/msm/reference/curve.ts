/**
 * BN254 in bigints, to compare with: affine points of G1 over the base field and of G2 over its quadratic extension. Slow,
 * short, and independent of the engine.
 * @module
 */

/** Modulus of the base field. */
export const BASE_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
/** Order of both groups, modulus of the scalar field. */
export const ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** Returns a modulo m in [0, m). */
export const mod = (a: bigint, m: bigint = BASE_MODULUS): bigint => {
  const r = a % m
  return r < 0n ? r + m : r
}

/** Returns base^exponent modulo m. */
export function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n
  for (let square = mod(base, m), bits = exponent; bits > 0n; bits >>= 1n, square = (square * square) % m)
    if (bits & 1n) result = (result * square) % m
  return result
}

/** Returns 1/a modulo a prime m. */
export function inverse(a: bigint, m: bigint = BASE_MODULUS): bigint {
  let [r0, r1, s0, s1] = [mod(a, m), m, 1n, 0n]
  while (r1 > 0n) {
    const q = r0 / r1
    ;[r0, r1] = [r1, r0 - q * r1]
    ;[s0, s1] = [s1, s0 - q * s1]
  }
  return mod(s0, m)
}

/** A coordinate: one component in G1, (c0, c1) = c0 + c1·i in G2. */
export type Coordinate = readonly bigint[]
/** An affine point; undefined is the point at infinity. */
export type Point = { readonly x: Coordinate; readonly y: Coordinate } | undefined

const add = (a: Coordinate, b: Coordinate): Coordinate => a.map((c, i) => mod(c + b[i]!))
const subtract = (a: Coordinate, b: Coordinate): Coordinate => a.map((c, i) => mod(c - b[i]!))
function multiply(a: Coordinate, b: Coordinate): Coordinate {
  const [a0, a1] = a as [bigint, bigint?]
  const [b0, b1] = b as [bigint, bigint?]
  if (a1 === undefined || b1 === undefined) return [mod(a0 * b0)]
  return [mod(a0 * b0 - a1 * b1), mod(a0 * b1 + a1 * b0)]
}
function invert(a: Coordinate): Coordinate {
  const [a0, a1] = a as [bigint, bigint?]
  if (a1 === undefined) return [inverse(a0)]
  const norm = inverse(a0 * a0 + a1 * a1)
  return [mod(a0 * norm), mod(-a1 * norm)]
}
const equal = (a: Coordinate, b: Coordinate): boolean => a.every((c, i) => c === b[i])

/** Returns a + b. */
export function addPoints(a: Point, b: Point): Point {
  if (!a) return b
  if (!b) return a
  const isDouble = equal(a.x, b.x)
  if (isDouble && !equal(a.y, b.y)) return undefined
  const square = multiply(a.x, a.x)
  const slope = isDouble
    ? multiply(add(square, add(square, square)), invert(add(a.y, a.y)))
    : multiply(subtract(b.y, a.y), invert(subtract(b.x, a.x)))
  const x = subtract(subtract(multiply(slope, slope), a.x), b.x)
  return { x, y: subtract(multiply(slope, subtract(a.x, x)), a.y) }
}

export const negatePoint = (a: Point): Point => a && { x: a.x, y: a.y.map((c) => mod(-c)) }

/** Returns scalar·point for any integer that is not negative. */
export function multiplyPoint(point: Point, scalar: bigint): Point {
  let sum: Point
  for (let bits = scalar, double = point; bits > 0n; bits >>= 1n, double = addPoints(double, double))
    if (bits & 1n) sum = addPoints(sum, double)
  return sum
}

export const G1_GENERATOR: Point = { x: [1n], y: [2n] }
/** EIP-197. */
export const G2_GENERATOR: Point = {
  x: [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  ],
  y: [
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
}

/** y² = x³ + b. */
export const G1_B: Coordinate = [3n]
/** 3/(9 + i): the sextic twist. */
export const G2_B: Coordinate = multiply([3n, 0n], invert([9n, 1n]))

/** Returns whether a point is on its curve; infinity is. */
export function isOnCurve(point: Point): boolean {
  if (!point) return true
  const b = point.x.length === 1 ? G1_B : G2_B
  return equal(multiply(point.y, point.y), add(multiply(multiply(point.x, point.x), point.x), b))
}

/** Returns a primitive cube root of unity. */
function cubeRoot(m: bigint): bigint {
  for (let base = 2n; ; base++) {
    const root = power(base, (m - 1n) / 3n, m)
    if (root !== 1n) return root
  }
}

/** λ with λ² + λ + 1 = 0: the one whose lattice is named in the engine (ADDRESS.LATTICE). */
export const LAMBDA = cubeRoot(ORDER)

function eigenvector(generator: Point): bigint {
  const multiple = multiplyPoint(generator, LAMBDA)
  const root = cubeRoot(BASE_MODULUS)
  const isRoot = equal(
    generator!.x.map((c) => mod(c * root)),
    multiple!.x,
  )
  return isRoot ? root : mod(root * root)
}
/** β of each group: φ(x, y) = (βx, y) is λ(x, y). */
export const BETA_G1 = eigenvector(G1_GENERATOR)
export const BETA_G2 = eigenvector(G2_GENERATOR)

/** Returns base^exponent in the quadratic extension. */
function powerCoordinate(base: Coordinate, exponent: bigint): Coordinate {
  let result: Coordinate = [1n, 0n]
  for (let square = base, bits = exponent; bits > 0n; bits >>= 1n, square = multiply(square, square))
    if (bits & 1n) result = multiply(result, square)
  return result
}

/** What ψ multiplies conjugates by: powers of ξ = 9 + i. */
export const PSI_X = powerCoordinate([9n, 1n], (BASE_MODULUS - 1n) / 3n)
export const PSI_Y = powerCoordinate([9n, 1n], (BASE_MODULUS - 1n) / 2n)

/** Returns ψ(point): Frobenius's map between twist and curve, on G2's curve. In G2 it is multiplication by the modulus. */
export function psi(point: Point): Point {
  const conjugate = ([c0, c1]: Coordinate): Coordinate => [c0!, mod(-c1!)]
  return point && { x: multiply(PSI_X, conjugate(point.x)), y: multiply(PSI_Y, conjugate(point.y)) }
}
