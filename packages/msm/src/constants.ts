/**
 * What the engine's memory must hold before anything else: the constants of wasm/layout.ts, from the curve's parameters.
 * @module
 */
import {
  BASE_MODULUS,
  BETA_G1,
  BETA_G2,
  type Coordinate,
  G1_B,
  G1_GENERATOR,
  G2_B,
  G2_GENERATOR,
  inverse,
  LAMBDA,
  mod,
  multiplyPoint,
  ORDER,
  PSI_X,
  PSI_Y,
} from '../reference/curve.ts'
import { ADDRESS, CONSTANT, LIMB_BITS, LIMBS, MONTGOMERY_BITS, QUAD_BYTES, VECTORS } from '../wasm/layout.ts'

const LIMB = 1n << BigInt(LIMB_BITS)

/** Returns limbs in [-2^12, 2^12), the last one with what is left. */
function balancedLimbs(value: bigint): number[] {
  const limbs: number[] = []
  let rest = value
  for (let i = 0; i < LIMBS; i++) {
    let limb = rest % LIMB
    if (i < LIMBS - 1 && limb >= LIMB / 2n) limb -= LIMB
    if (i === LIMBS - 1) limb = rest
    limbs.push(Number(limb))
    rest = (rest - limb) / LIMB
  }
  return limbs
}

/** Writes a little-endian number in words of `bits` bits. */
function writeWords(memory: ArrayBufferLike, address: number, value: bigint, words: number, bits: number): void {
  const view = new Uint32Array(memory, address, words)
  for (let i = 0; i < words; i++) view[i] = Number((value >> BigInt(i * bits)) & ((1n << BigInt(bits)) - 1n))
}

/** Returns the bytes of a quad of elements, in Montgomery form. */
export function elementQuad(modulus: bigint, elements: readonly [bigint, bigint, bigint, bigint]): Uint8Array {
  const limbs = new Int16Array(QUAD_BYTES / 2)
  for (const [lane, element] of elements.entries())
    for (const [i, limb] of balancedLimbs(mod(element << MONTGOMERY_BITS, modulus)).entries())
      limbs[8 * (i >> 1) + 2 * lane + (i & 1)] = limb
  return new Uint8Array(limbs.buffer)
}

function writeField(
  memory: ArrayBufferLike,
  address: number,
  modulus: bigint,
  constants: Record<number, bigint>,
): void {
  const words = new Int32Array(memory)
  const splat = (index: number, word: number): void => {
    words.fill(word, address / 4 + 4 * index, address / 4 + 4 * index + 4)
  }
  const pair = (low: number, high: number): number => (low & 0xffff) | (high << 16)
  const limbs = balancedLimbs(modulus)
  for (let j = 0; j <= LIMBS; j++) splat(CONSTANT.MODULUS_CROSS + j, pair(limbs[j] ?? 0, limbs[j - 1] ?? 0))
  const half = Number(LIMB / 2n)
  splat(CONSTANT.INVERSE, Number(LIMB - inverse(modulus, LIMB)))
  splat(CONSTANT.MASK, Number(LIMB) - 1)
  splat(CONSTANT.HALF, half)
  splat(CONSTANT.HALF_PAIR, pair(half, half))
  splat(CONSTANT.HALF_LOW, half)
  for (let i = 0; i < LIMBS / 2; i++) splat(CONSTANT.MODULUS_PAIR + i, pair(limbs[2 * i]!, limbs[2 * i + 1]!))
  // Bits above the highest limb's start, and 15 of fraction.
  const quotient = Number((1n << (15n + BigInt((LIMBS - 1) * LIMB_BITS))) / modulus)
  splat(CONSTANT.QUOTIENT, pair(quotient, quotient))
  writeWords(memory, address + 16 * CONSTANT.PRIME, modulus, 9, 30)
  writeWords(memory, address + 16 * CONSTANT.PRIME + 36, inverse(modulus, 1n << 30n), 1, 30)
  writeWords(memory, address + 16 * CONSTANT.MODULUS_WORDS, modulus, 8, 32)
  for (const [index, value] of Object.entries(constants)) {
    const own = balancedLimbs(mod(value, modulus))
    for (let i = 0; i < LIMBS / 2; i++) splat(Number(index) + i, pair(own[2 * i]!, own[2 * i + 1]!))
  }
}

/** A coordinate's components, each a quad behind the other. */
const quads = (index: number, coordinate: Coordinate): Record<number, bigint> =>
  Object.fromEntries(coordinate.map((component, i) => [index + i * VECTORS, component << MONTGOMERY_BITS]))

/** A basis of the (a, b) with a + bλ = 0 modulo the order: Gallant, Lambert, Vanstone's use of the extended gcd. */
export function shortVectors(lambda: bigint): [[bigint, bigint], [bigint, bigint]] {
  let [r0, r1, t0, t1] = [ORDER, lambda, 0n, 1n]
  while (r1 * r1 >= ORDER) {
    const q = r0 / r1
    ;[r0, r1] = [r1, r0 - q * r1]
    ;[t0, t1] = [t1, t0 - q * t1]
  }
  return [
    [r1, -t1],
    [r0, -t0],
  ]
}

/** Writes every constant. Threads that share the memory may all do so: the values are the same. */
export function writeConstants(memory: ArrayBufferLike): void {
  const montgomery = 1n << MONTGOMERY_BITS
  const common = {
    [CONSTANT.ONE]: montgomery,
    [CONSTANT.R2]: montgomery ** 2n,
    [CONSTANT.R3]: montgomery ** 3n,
    [CONSTANT.FROM_256]: 1n << (2n * MONTGOMERY_BITS - 256n),
    [CONSTANT.TO_256]: 1n << 256n,
    [CONSTANT.UNIT]: 1n,
    [CONSTANT.COEFFICIENT]: 1n << (3n * MONTGOMERY_BITS - 512n),
  }
  writeField(memory, ADDRESS.BASE_FIELD, BASE_MODULUS, {
    ...common,
    [CONSTANT.BETA_G1]: BETA_G1 * montgomery,
    [CONSTANT.BETA_G2]: BETA_G2 * montgomery,
    ...quads(CONSTANT.B_G1, G1_B),
    ...quads(CONSTANT.B_G2, G2_B),
    ...quads(CONSTANT.PSI_X, PSI_X),
    ...quads(CONSTANT.PSI_Y, PSI_Y),
  })
  writeField(memory, ADDRESS.SCALAR_FIELD, ORDER, common)
  let address: number = ADDRESS.FILLER
  for (const generator of [G1_GENERATOR, G2_GENERATOR])
    for (const point of [generator, multiplyPoint(generator, 2n)])
      for (const component of [...point!.x, ...point!.y]) {
        new Int16Array(memory, address, LIMBS).set(balancedLimbs(mod(component * montgomery)))
        address += QUAD_BYTES / 4
      }

  const [[a1, b1], [a2, b2]] = shortVectors(LAMBDA)
  writeWords(memory, ADDRESS.LATTICE, (b2 << 288n) / ORDER, 4, 32)
  writeWords(memory, ADDRESS.LATTICE + 16, (-b1 << 288n) / ORDER, 6, 32)
  writeWords(memory, ADDRESS.LATTICE + 40, a1, 2, 32)
  writeWords(memory, ADDRESS.LATTICE + 48, -b1, 4, 32)
  writeWords(memory, ADDRESS.LATTICE + 64, a2, 4, 32)
}
