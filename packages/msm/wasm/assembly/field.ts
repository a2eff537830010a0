/** What is done to quads and single elements around the kernels: conversions, inversion, comparison with zero. */
import { canonicalize, invert } from './inverse'
import { K, mul2, S } from './kernels'
import {
  CONSTANT_MODULUS_PAIR,
  CONSTANT_R3,
  ELEMENT,
  MASK13,
  QUAD,
  SCRATCH_INVERSION,
  SCRATCH_QUAD,
} from './layout'

/** Scratch of 9 limbs of 30 bits. */
export const LIMBS30: usize = 160
/** Offset of limb n of a lane in a quad. */
@inline
function at(limb: i32, lane: i32): usize {
  return (<usize>(limb >> 1) << 4) + (<usize>lane << 2) + (<usize>(limb & 1) << 1)
}

/** One product of quads, where a second has nothing to do. */
export function mul(target: usize, a: usize, b: usize): void {
  mul2(target, a, b, S + SCRATCH_QUAD, a, b)
}

/** A lane of a quad to 9 limbs of 30 bits, in [0, p). */
export function laneToLimbs30(quad: usize, lane: i32, target: usize): void {
  let buffer: i64 = 0
  let bits: i64 = 0
  let offset: usize = 0
  for (let i: i32 = 0; i < 20; i++) {
    buffer += <i64>load<i16>(quad + at(i, lane)) << bits
    bits += 13
    if (bits >= 30) {
      store<i32>(target + offset, <i32>buffer & 0x3fffffff)
      buffer >>= 30
      bits -= 30
      offset += 4
    }
  }
  store<i32>(target + offset, <i32>buffer)
  canonicalize(target)
}

/** 9 limbs of 30 bits to all lanes of a quad, in unsigned limbs of 13 bits: raw. */
export function limbs30ToQuad(source: usize, quad: usize): void {
  let buffer: i64 = 0
  let bits: i64 = 0
  let offset: usize = 0
  for (let i: i32 = 0; i < 20; i++) {
    if (bits < 13) {
      if (offset < 36) buffer |= <i64>load<i32>(source + offset) << bits
      offset += 4
      bits += 30
    }
    const limb = <i32>buffer & MASK13
    buffer >>= 13
    bits -= 13
    for (let lane: i32 = 0; lane < 4; lane++) store<i16>(quad + at(i, lane), <i16>limb)
  }
}

/** Sets all lanes of `target` to the inverse of lane 0 of `quad`. Returns false where that is 0. */
export function invertLane(target: usize, quad: usize): bool {
  const limbs = S + SCRATCH_INVERSION + LIMBS30
  laneToLimbs30(quad, 0, limbs)
  if (!invert(limbs)) return false
  limbs30ToQuad(limbs, target)
  mul(target, target, K + CONSTANT_R3)
  return true
}

/** Returns lanes that are all ones where the quad, which a multiplication made, is zero modulo the prime. */
export function zeroLanes(quad: usize): v128 {
  let any = i32x4.splat(0)
  let differs = i32x4.splat(0)
  for (let i: usize = 0; i < QUAD; i += 16) {
    const x = v128.load(quad + i)
    any = v128.or(any, x)
    differs = v128.or(differs, v128.xor(x, v128.load(K + CONSTANT_MODULUS_PAIR + i)))
  }
  const zero = i32x4.splat(0)
  return v128.or(i32x4.eq(any, zero), i32x4.eq(differs, zero))
}

/** A number of 32 bytes, little-endian, to a lane of a quad, in unsigned limbs: raw. */
export function unpackLane(quad: usize, lane: i32, source: usize): void {
  let buffer: u64 = 0
  let bits: u64 = 0
  let offset: usize = 0
  for (let i: i32 = 0; i < 20; i++) {
    if (bits < 13) {
      if (offset < 32) buffer |= <u64>load<u32>(source + offset) << bits
      offset += 4
      bits += 32
    }
    store<i16>(quad + at(i, lane), <i16>(<i32>buffer & MASK13))
    buffer >>= 13
    bits -= 13
  }
}

/** A lane of a quad to 32 bytes, little-endian, in [0, p). */
export function packLane(quad: usize, lane: i32, target: usize): void {
  const limbs = S + SCRATCH_INVERSION + LIMBS30
  laneToLimbs30(quad, lane, limbs)
  let buffer: u64 = 0
  let bits: u64 = 0
  let offset: usize = 0
  for (let i: usize = 0; i < 36; i += 4) {
    buffer |= <u64>load<u32>(limbs + i) << bits
    bits += 30
    if (bits >= 32 && offset < 32) {
      store<u32>(target + offset, <u32>buffer)
      buffer >>= 32
      bits -= 32
      offset += 4
    }
  }
  if (offset < 32) store<u32>(target + offset, <u32>buffer)
}

/** A single element to all lanes of a quad. */
export function splatElement(target: usize, source: usize): void {
  for (let i: usize = 0; i < ELEMENT; i += 4) v128.store(target + (i << 2), v128.load32_splat(source + i))
}
