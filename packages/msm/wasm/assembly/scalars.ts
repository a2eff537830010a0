/**
 * Scalars to digits: split along the endomorphism (Gallant, Lambert, Vanstone, CRYPTO 2001), then signed windows.
 * The lattice's constants are at LATTICE: g1 (3 words), g2 (5), a1 (2), -b1 (4), a2 (4); b2 = a1. Words are of 32 bits.
 */
import { isInfinity } from './group'
import { S } from './kernels'
import { LATTICE, SCRATCH_QUAD } from './layout'

const G1: usize = LATTICE
const G2: usize = LATTICE + 12
const A1: usize = LATTICE + 32
const B1: usize = LATTICE + 40
const A2: usize = LATTICE + 56

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

/** Writes one half's digits, a row apart; `flags` are the low bits of each. */
function writeDigits(half: usize, bits: i32, windows: i32, target: usize, row: usize, flags: u32): void {
  const mask: u32 = (1 << bits) - 1
  const most: u32 = 1 << (bits - 1)
  let carry: u32 = 0
  let position: i32 = 0
  for (let w: i32 = 0; w < windows; w++) {
    const word = <usize>(position >> 5) << 2
    // The words beyond the half are zero.
    const pair = <u64>load<u32>(half + word) | (<u64>load<u32>(half + word, 4) << 32)
    let digit = (<u32>(pair >> <u64>(position & 31)) & mask) + carry
    carry = 0
    let sign: u32 = 0
    if (digit > most) {
      digit = (1 << bits) - digit
      sign = 1
      carry = 1
    }
    store<u32>(target, digit == 0 ? 0 : (digit << 3) | (flags ^ sign))
    target += row
    position += bits
  }
}

/**
 * Writes the digits of scalars [from, to), 32 bytes little-endian each and below the group's order: two digits a window,
 * for the point and for φ(point); windows are rows of 2·count digits. A point at infinity gets none.
 */
export function splitScalars(
  scalars: usize,
  from: i32,
  to: i32,
  count: i32,
  points: usize,
  stride: usize,
  bits: i32,
  windows: i32,
  digits: usize,
): void {
  const c1 = S + SCRATCH_QUAD
  const c2 = c1 + 64
  const product = c1 + 128
  const k1 = c1 + 192
  const k2 = c1 + 256
  memory.fill(c1, 0, 320)
  const row = <usize>count << 3
  for (let i: i32 = from; i < to; i++) {
    const k = scalars + (<usize>i << 5)
    const target = digits + (<usize>i << 3)
    const upper = load<u64>(k, 16) | load<u64>(k, 24)
    let sign1: u32 = 0
    let sign2: u32 = 0
    const isNothing = (upper | load<u64>(k) | load<u64>(k, 8)) == 0
    if (isNothing || isInfinity(points + <usize>i * stride)) {
      for (let w: usize = 0; w < <usize>windows; w++) store<u64>(target + w * row, 0)
      continue
    }
    if (upper == 0 && <i64>load<u64>(k, 8) >= 0) {
      // Short already: bits and small numbers.
      store<u64>(k1, load<u64>(k))
      store<u64>(k1, load<u64>(k, 8), 8)
      store<u32>(k1, 0, 16)
      memory.fill(k2, 0, 20)
    } else {
      multiplyWords(c1, k, 8, G1, 3)
      memory.copy(c1, c1 + 32, 12)
      multiplyWords(c2, k, 8, G2, 5)
      memory.copy(c2, c2 + 32, 20)
      // k1 = k - c1·a1 - c2·a2, k2 = c1·(-b1) - c2·a1: both fit 128 bits, so five words are enough.
      multiplyWords(product, c1, 3, A1, 2)
      subtractWords(k1, k, product)
      multiplyWords(product, c2, 4, A2, 4)
      subtractWords(k1, k1, product)
      multiplyWords(product, c2, 4, A1, 2)
      memory.copy(k2, product, 20)
      multiplyWords(product, c1, 3, B1, 4)
      subtractWords(k2, product, k2)
      sign1 = absolute(k1)
      sign2 = absolute(k2)
    }
    writeDigits(k1, bits, windows, target, row, sign1)
    writeDigits(k2, bits, windows, target + 4, row, sign2 | 2)
  }
}
