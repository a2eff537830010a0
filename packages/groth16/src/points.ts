/**
 * Points of BN254 as a .zkey has them (affine, little-endian, Montgomery with R = 2^256), by BigInt: what a key's checks
 * and its verification key need, and no more.
 * @module
 */
import { BASE_MODULUS as q } from './bn254.ts'
import { readScalar } from './section-file.ts'

/** An element c0 + c1·u of F_q², u² = −1. */
type Fq2 = readonly [c0: bigint, c1: bigint]

const R = 1n << 256n
const modulo = (value: bigint): bigint => ((value % q) + q) % q

function inverse(value: bigint): bigint {
  let [result, base] = [1n, modulo(value)]
  for (let exponent = q - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % q
    base = (base * base) % q
  }
  return result
}

const R_INVERSE = inverse(R)
const R_CUBED = modulo(R * R * R)
/** Curve constants times R³: a coordinate's cube in Montgomery form has that factor. G2's is 3 / (9 + u). */
const B1 = modulo(3n * R_CUBED)
const B2: Fq2 = [modulo(27n * inverse(82n) * R_CUBED), modulo(-3n * inverse(82n) * R_CUBED)]

const multiply = ([a0, a1]: Fq2, [b0, b1]: Fq2): Fq2 => [(a0 * b0 - a1 * b1) % q, (a0 * b1 + a1 * b0) % q]

/** Returns the coordinate at `offset` as a plain integer. */
export const readCoordinate = (view: DataView, offset: number): bigint => (readScalar(view, offset) * R_INVERSE) % q

/** Returns whether `length` bytes at `offset`, those of a point, are zero. */
export function isInfinity(view: DataView, offset: number, length: number): boolean {
  for (let at = 0; at < length; at += 4) if (view.getUint32(offset + at, true) !== 0) return false
  return true
}

/** Returns whether the 64 bytes at `offset` are a point of y² = x³ + 3, or infinity. */
export function isOnG1(view: DataView, offset: number): boolean {
  const [x, y] = [readScalar(view, offset), readScalar(view, offset + 32)]
  if (x === 0n && y === 0n) return true
  return (y * y * R - x * x * x - B1) % q === 0n
}

/** Returns whether the 128 bytes at `offset` are a point of y² = x³ + 3/(9 + u) over F_q², or infinity. */
export function isOnG2(view: DataView, offset: number): boolean {
  const x: Fq2 = [readScalar(view, offset), readScalar(view, offset + 32)]
  const y: Fq2 = [readScalar(view, offset + 64), readScalar(view, offset + 96)]
  if (x[0] === 0n && x[1] === 0n && y[0] === 0n && y[1] === 0n) return true
  const [left, right] = [multiply(y, y), multiply(multiply(x, x), x)]
  return (left[0] * R - right[0] - B2[0]) % q === 0n && (left[1] * R - right[1] - B2[1]) % q === 0n
}
