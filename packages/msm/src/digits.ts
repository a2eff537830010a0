/**
 * How scalars are written in digits, and which buckets the digits need.
 *
 * A scalar is split along the endomorphism to k1 + k2·ω, which stands for k1·P + k2·φ(P). Its digits are either those of k1 and
 * k2, in base 2^bits (ring `integers`), or of k1 + k2·ω itself (ring `eisenstein`, Z[ω] with ω² + ω + 1 = 0). Each digit is
 * ≡ unit · multiple · bucket modulo 2^bits: the unit is free (a sign, a power of φ), the multiple of the point comes from a
 * table, and what is left over is carried. Fewer buckets are needed the more multiples there are.
 *
 * Sources: Luo, Fu, Gong, "Speeding Up Multi-Scalar Multiplication over Fixed Points Towards Efficient zkSNARKs", CHES 2023;
 * Fan, Kuchta, Sica, Xu, ePrint 2024/750. Each set is checked digit by digit when it is made: what is printed there leaves
 * some digits out on this curve.
 * @module
 */

export type DigitKind = 'windows' | 'lfg' | 'hexagonal'

export interface DigitSet {
  readonly kind: DigitKind
  readonly bits: number
  /** Digits of a point in a window: 2 over the integers, 1 over Z[ω]. */
  readonly perPoint: 1 | 2
  /** How many multiples 1·P, 2·P, … a digit may refer to. */
  readonly multiples: number
  /** Powers of φ whose x a point must have beside its own. */
  readonly power: 1 | 2
  /** A bucket's weight is u + v·θ, u in the low half: θ is 2^shift, or ζ = 1 + ω where that is 0. */
  readonly weights: Uint32Array
  readonly shift: number
  /** Both halves of every weight are below 2^levels. */
  readonly levels: number
  /**
   * The digit of each remainder: bit 0 the sign, bits 1 and 2 the power of ω, bits 3 and 4 the multiple - 1, then bucket + 1 or
   * 0 for nothing. Over the integers the index is the remainder, with the former carry, in [0, 2^bits], and bit 31 the carry.
   * Over Z[ω] it is x + 2^bits·y for x + y·ω, and bits 30 and 31 are the carries of x and y.
   */
  readonly codes: Uint32Array
}

/** Bits of k1 and k2 with their signs. */
export const HALF_BITS = 127

/** |k1 + k2·ω|, where both are below 2^126 in absolute value and rounded to the lattice's nearest. */
const MOST_EISENSTEIN = 2 ** 126.7

/** Returns how many digits k1 and k2, or k1 + k2·ω, have: the last one has no carry. */
export function windowsOf(kind: DigitKind, bits: number): number {
  if (kind !== 'hexagonal') return Math.ceil(HALF_BITS / bits)
  // A window leaves a 2^bits-th, and its digit adds up to 1/√3; an integer of Z[ω] below 1 is zero.
  let windows = 0
  for (let left = MOST_EISENSTEIN; left >= 1; windows++) left = left / 2 ** bits + 1 / Math.sqrt(3)
  return windows
}

export function makeDigits(kind: DigitKind, bits: number): DigitSet {
  if (kind === 'hexagonal') return hexagonal(bits)
  return overIntegers(kind, bits, kind === 'lfg' ? lfgBuckets(bits) : undefined)
}

const CARRY = 2 ** 31
const code = (bucket: number, multiple: number, power: number, sign: number): number =>
  ((bucket + 1) << 5) | ((multiple - 1) << 3) | (power << 1) | sign

/** Multiples that a table of LFG's has. */
const LFG_MULTIPLES = 3

function overIntegers(kind: DigitKind, bits: number, some: Set<number> | undefined): DigitSet {
  const q = 2 ** bits
  const all = Array.from({ length: q / 2 }, (_, i) => i + 1)
  const buckets = some ? [...some].sort((a, b) => a - b) : all
  const place = new Map(buckets.map((bucket, index) => [bucket, index]))
  const multiples = some ? LFG_MULTIPLES : 1
  const codes = new Uint32Array(q + 1)
  const find = (digit: number, sign: number): number | undefined => {
    for (let m = 1; m <= multiples; m++)
      if (digit % m === 0 && place.has(digit / m)) return code(place.get(digit / m)!, m, 0, sign)
    return undefined
  }
  for (let t = 1; t <= q; t++) {
    // Without a carry where there is a choice.
    const digit = t === q ? undefined : find(t, 0)
    codes[t] = digit ?? (t === q ? 0 : find(q - t, 1)!) + CARRY
  }
  const shift = (bits + 1) >> 1
  return {
    ...{ kind, bits, perPoint: 2, multiples, power: 1, shift, levels: shift, codes },
    weights: Uint32Array.from(buckets, (bucket) => (bucket % 2 ** shift) | (Math.floor(bucket / 2 ** shift) << 16)),
  }
}

/** How often 2 and 3 together go into a number, even. */
function isEven(value: number): boolean {
  let [rest, factors] = [value, 0]
  for (const prime of [2, 3]) for (; rest % prime === 0; rest /= prime) factors++
  return factors % 2 === 0
}

/** LFG's buckets for q = 2^bits, without the ones that it drops; those that the dropped ones would have covered are put back. */
function lfgBuckets(bits: number): Set<number> {
  const q = 2 ** bits
  const set = new Set<number>()
  for (let i = 1; i <= q / 2; i++) if (isEven(i)) set.add(i)
  for (let i = q / 4; i < q / 2; i++) if (set.has(i) && q - 2 * i !== i && set.has(q - 2 * i)) set.delete(q - 2 * i)
  for (let i = Math.ceil(q / 6); i < q / 4; i++)
    if (set.has(i) && q - 3 * i !== i && set.has(q - 3 * i)) set.delete(q - 3 * i)
  const covers = (digit: number): boolean => [1, 2, 3].some((m) => digit % m === 0 && set.has(digit / m))
  // The last digit has no carry to give to; it is small, or the bits would do with a window less.
  const last = 2 ** (HALF_BITS - 1 - bits * (windowsOf('lfg', bits) - 1)) + 1
  for (let t = 1; t < q; t++)
    if (!covers(t) && (t <= last || !covers(q - t))) set.add(t <= last ? t : Math.min(t, q - t))
  return set
}

/**
 * Each remainder modulo q = 2^bits by its least representative, which lies in a hexagon; turned by a unit it lies in the sector
 * a + b·ζ with a ≥ 1, b ≥ 0, which has a sixth of them.
 */
function hexagonal(bits: number): DigitSet {
  const q = 2 ** bits
  const side = q / 2 + 1
  const found = new Uint32Array(side * side)
  const codes = new Uint32Array(q * q)
  const units = new Uint8Array(q * q)
  for (let y = 0; y < q; y++)
    for (let x = 0; x < q; x++) {
      if ((x | y) === 0) continue
      let least = Number.POSITIVE_INFINITY
      let [bestX, bestY] = [0, 0]
      for (const [cx, cy] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const [dx, dy] = [x - cx * q, y - cy * q]
        const norm = dx * dx - dx * dy + dy * dy
        if (norm < least) [least, bestX, bestY] = [norm, dx, dy]
      }
      const { a, b, power, sign } = toSector(bestX, bestY)
      const index = x + q * y
      const [carryX, carryY] = [bestX < 0 ? 1 : 0, bestY < 0 ? 1 : 0]
      codes[index] = a + side * b
      units[index] = (carryY << 4) | (carryX << 3) | (power << 1) | sign
      found[a + side * b] = 1
    }
  const weights: number[] = []
  for (let a = 1; a < side; a++)
    for (let b = 0; b < side; b++)
      if (found[a + side * b]) {
        found[a + side * b] = weights.length
        weights.push(a | (b << 16))
      }
  for (let index = 1; index < codes.length; index++) {
    const unit = units[index]!
    codes[index] = code(found[codes[index]!]!, 1, (unit >> 1) & 3, unit & 1) + (unit >> 3) * 2 ** 30
  }
  return {
    ...{ kind: 'hexagonal', bits, perPoint: 1, multiples: 1, power: 2, shift: 0, levels: bits, codes },
    weights: Uint32Array.from(weights),
  }
}

/** x + yω = ±ω^power·(a + bζ) with a ≥ 1 and b ≥ 0. */
function toSector(x: number, y: number): { a: number; b: number; power: number; sign: number } {
  let [u, v] = [x, y]
  for (let power = 0; ; power++) {
    for (const sign of [0, 1] as const) {
      // u + vω = (u - v) + vζ.
      const [a, b] = sign === 0 ? [u - v, v] : [v - u, -v]
      if (a >= 1 && b >= 0) return { a, b, power, sign }
    }
    // Divided by ω, which is multiplied by ω²: (u + vω)·ω² = (v - u) - uω.
    ;[u, v] = [v - u, -u]
  }
}
