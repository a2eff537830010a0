/**
 * Scalars to digits: split along the endomorphism (Gallant, Lambert, Vanstone, CRYPTO 2001), then signed windows.
 * The lattice's constants are at LATTICE: g1 (4 words), g2 (6), a1 (2), -b1 (4), a2 (4); b2 = a1. Words are of 32 bits.
 * g1 = 2^288·b2/r and g2 = -2^288·b1/r: with fewer bits c1 and c2 would not be the nearest, and the halves a bit longer.
 */
import { isInfinity } from './group'
import { S } from './kernels'
import { LATTICE, SCRATCH_QUAD } from './layout'

const G1: usize = LATTICE
const G2: usize = LATTICE + 16
const A1: usize = LATTICE + 40
const B1: usize = LATTICE + 48
const A2: usize = LATTICE + 64

/** target[0, na + nb) = a·b, in words. */
function multiplyWords(target: usize, a: usize, na: usize, b: usize, nb: usize): void {
  memory.fill(target, 0, (na + nb) << 2)
  for (let i: usize = 0; i < na; i++) {
    const x = <u64>load<u32>(a + (i << 2))
    let carry: u64 = 0
    for (let j: usize = 0; j < nb; j++) {
      const t = target + ((i + j) << 2)
      carry += <u64>load<u32>(t) + x * <u64>load<u32>(b + (j << 2))
      store<u32>(t, <u32>carry)
      carry >>= 32
    }
    store<u32>(target + ((i + nb) << 2), <u32>carry)
  }
}

/** target = a - b over five words, wrapping. */
function subtractWords(target: usize, a: usize, b: usize): void {
  let borrow: i64 = 0
  for (let i: usize = 0; i < 20; i += 4) {
    borrow += <i64>load<u32>(a + i) - <i64>load<u32>(b + i)
    store<u32>(target + i, <u32>borrow)
    borrow >>= 32
  }
}

/** Makes five words their absolute value and returns whether they were negative. */
function absolute(x: usize): u32 {
  if (load<i32>(x, 16) >= 0) return 0
  let carry: u64 = 1
  for (let i: usize = 0; i < 20; i += 4) {
    carry += <u64>load<u32>(x + i) ^ 0xffffffff
    store<u32>(x + i, <u32>carry)
    carry >>= 32
  }
  return 1
}

/** target[0, n) = the words of a product above 288 bits, rounded to the nearest. */
function roundWords(target: usize, product: usize, n: usize): void {
  let carry = <u64>(load<u32>(product, 32) >> 31)
  for (let i: usize = 0; i < n << 2; i += 4) {
    carry += <u64>load<u32>(product + 36 + i)
    store<u32>(target + i, <u32>carry)
    carry >>= 32
  }
}

/** Bits [position, position + 32) of six words. */
@inline
function bitsAt(words: usize, position: i32): u32 {
  const pair = load<u64>(words + (<usize>(position >> 5) << 2))
  return <u32>(pair >> <u64>(position & 31))
}

/** Writes one half's digits, a row apart; `flags` are the low bits of each. The highest bit of a code is its carry. */
function writeDigits(half: usize, bits: i32, windows: i32, codes: usize, target: usize, row: usize, flags: u32): void {
  const mask: u32 = (1 << bits) - 1
  let carry: u32 = 0
  let position: i32 = 0
  for (let w: i32 = 0; w < windows; w++) {
    const code = load<u32>(codes + (<usize>((bitsAt(half, position) & mask) + carry) << 2))
    carry = code >> 31
    const digit = code & 0x7fffffff
    store<u32>(target, digit == 0 ? 0 : digit ^ flags)
    target += row
    position += bits
  }
}

/** Writes the digits of k1 + k2·ω, in two's complement. The two highest bits of a code are the carries of either part. */
function writeEisensteinDigits(k1: usize, k2: usize, bits: i32, windows: i32, codes: usize, target: usize, row: usize): void {
  const mask: u32 = (1 << bits) - 1
  let carry1: u32 = 0
  let carry2: u32 = 0
  let position: i32 = 0
  for (let w: i32 = 0; w < windows; w++) {
    const x = (bitsAt(k1, position) & mask) + carry1
    const y = (bitsAt(k2, position) & mask) + carry2
    const code = load<u32>(codes + (<usize>((x & mask) | ((y & mask) << bits)) << 2))
    carry1 = (x >> bits) + ((code >> 30) & 1)
    carry2 = (y >> bits) + (code >> 31)
    store<u32>(target, code & 0x3fffffff)
    target += row
    position += bits
  }
}

/**
 * Writes the digits of scalars [from, to), 32 bytes little-endian each and below the group's order. Rings: over the integers
 * (perPoint 2) two digits a window, for the point and for φ(point); over Z[ω] (perPoint 1) one. Windows are rows of
 * perPoint·count digits. `codes` has a word for each remainder (digits.ts). A point at infinity gets none.
 */
export function splitScalars(
  scalars: usize,
  from: i32,
  to: i32,
  count: i32,
  points: usize,
  stride: usize,
  perPoint: i32,
  bits: i32,
  windows: i32,
  codes: usize,
  digits: usize,
): void {
  const c1 = S + SCRATCH_QUAD
  const c2 = c1 + 64
  const product = c1 + 128
  const k1 = c1 + 192
  const k2 = c1 + 256
  memory.fill(c1, 0, 320)
  const size = <usize>perPoint << 2
  const row = <usize>count * size
  for (let i: i32 = from; i < to; i++) {
    const k = scalars + (<usize>i << 5)
    const target = digits + <usize>i * size
    const upper = load<u64>(k, 16) | load<u64>(k, 24)
    const isNothing = (upper | load<u64>(k) | load<u64>(k, 8)) == 0
    if (isNothing || isInfinity(points + <usize>i * stride)) {
      for (let w: usize = 0; w < <usize>windows; w++)
        for (let d: usize = 0; d < size; d += 4) store<u32>(target + w * row + d, 0)
      continue
    }
    if (upper == 0 && load<u64>(k, 8) >> 62 == 0) {
      // Short already: bits and small numbers.
      store<u64>(k1, load<u64>(k))
      store<u64>(k1, load<u64>(k, 8), 8)
      store<u64>(k1, 0, 16)
      memory.fill(k2, 0, 24)
    } else {
      multiplyWords(c1, k, 8, G1, 4)
      roundWords(c1, c1, 3)
      multiplyWords(c2, k, 8, G2, 6)
      roundWords(c2, c2, 5)
      // k1 = k - c1·a1 - c2·a2, k2 = c1·(-b1) - c2·a1: both fit 127 bits with their sign, so five words are enough.
      multiplyWords(product, c1, 3, A1, 2)
      subtractWords(k1, k, product)
      multiplyWords(product, c2, 4, A2, 4)
      subtractWords(k1, k1, product)
      multiplyWords(product, c2, 4, A1, 2)
      memory.copy(k2, product, 20)
      multiplyWords(product, c1, 3, B1, 4)
      subtractWords(k2, product, k2)
    }
    if (perPoint == 1) {
      store<i32>(k1, load<i32>(k1, 16) >> 31, 20)
      store<i32>(k2, load<i32>(k2, 16) >> 31, 20)
      writeEisensteinDigits(k1, k2, bits, windows, codes, target, row)
    } else {
      const sign1 = absolute(k1)
      const sign2 = absolute(k2)
      store<u32>(k1, 0, 20)
      store<u32>(k2, 0, 20)
      writeDigits(k1, bits, windows, codes, target, row, sign1)
      writeDigits(k2, bits, windows, codes, target + 4, row, sign2 | 2)
    }
  }
}
