/**
 * How a field element lies in the module's memory, and the constants that its kernels read. Written in Montgomery form
 * with R = 2^260, as 20 signed limbs of 13 bits, so that `i32x4.dot_i16x8_s` multiplies eight limbs in one instruction.
 *
 * element   20 limbs, 16 bits each, little-endian: 40 bytes
 * quad      four elements beside each other, one in each 32-bit lane: vector i holds limbs 2i and 2i + 1: 160 bytes
 *
 * A *normalized* element has limbs in [-2^12 - 4, 2^12 + 4]. A *raw* one is the sum or difference of two of those.
 * @module
 */

export const LIMBS = 20
export const LIMB_BITS = 13
/** Vectors in a quad. */
export const VECTORS = LIMBS / 2
export const ELEMENT_BYTES = 2 * LIMBS
export const QUAD_BYTES = 4 * ELEMENT_BYTES
export const MONTGOMERY_BITS = BigInt(LIMBS * LIMB_BITS)

export const BASE_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
export const SCALAR_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n

/** Where each constant lies in a field's block, in vectors of 16 bytes. */
export const CONSTANT = {
  /** Pairs (N_j, N_j-1) of the modulus's limbs, j = 0 … 20: what a pair of quotient digits multiplies. */
  MODULUS_CROSS: 0,
  /** -1/N mod 2^13, in the low half of each lane. */
  INVERSE: 21,
  /** 2^13 - 1 in each lane. */
  MASK: 22,
  /** 2^12 in each lane: rounds a carry to the nearest. */
  HALF: 23,
  /** 2^12 in both halves of each lane. */
  HALF_PAIR: 24,
  /** 2^12 in the low half of each lane. */
  HALF_LOW: 25,
  /** Pairs (N_2i, N_2i+1), i = 0 … 9. */
  MODULUS_PAIR: 26,
  /** 2^15 · 2^247 / N, to estimate how often the modulus goes into an element from its highest limb. */
  QUOTIENT: 36,
  /** Modulus in 9 limbs of 30 bits, and its inverse mod 2^30. */
  PRIME: 37,
  /** Quads of one element each. */
  ONE: 40,
  R2: 50,
  R3: 60,
  /** 2^264 mod N: takes Montgomery form with R = 2^256, as snarkjs has it, to ours. */
  FROM_256: 70,
  /** 2^256 mod N: the other way. */
  TO_256: 80,
  /** 1, out of Montgomery form: takes an element out of it. */
  UNIT: 90,
  /** Cube roots of unity, Montgomery form: φ(x, y) = (βx, y) is λ(x, y). */
  BETA_G1: 100,
  BETA_G2: 120,
  /** 2^268 mod N: takes a value times 2^512 (a coefficient of a .zkey) to one times 2^520. */
  COEFFICIENT: 110,
  /** The modulus in 32 bytes, little-endian. */
  MODULUS_WORDS: 130,
  /** What is added to x³: the curves' constants, of one quad in G1 and two in G2. */
  B_G1: 132,
  B_G2: 142,
  /** ψ(x, y) = (γ_x·x̄, γ_y·ȳ) on G2's curve: two quads each. */
  PSI_X: 162,
  PSI_Y: 182,
  COUNT: 202,
} as const

/** Byte addresses of the blocks, the same in every memory. */
export const ADDRESS = {
  /** Words that threads share: the next unit of work. */
  CONTROL: 64,
  BASE_FIELD: 1024,
  SCALAR_FIELD: 1024 + 16 * CONSTANT.COUNT,
  /** Two points that differ, in both groups, to fill up a batch. */
  FILLER: 1024 + 32 * CONSTANT.COUNT + 256,
  /** The endomorphism's lattice, in words of 32 bits. */
  LATTICE: 1024 + 32 * CONSTANT.COUNT + 1024,
  HEAP: 12288,
} as const

/** Offsets in a thread's own scratch memory. */
export const SCRATCH = {
  COLUMNS: 0,
  CROSS: 2048,
  QUOTIENTS: 3072,
  QUAD: 4096,
  INVERSION: 8192,
  BATCH: 9216,
} as const

/** References whose sums are computed together: as many as stay in the second-level cache. */
export const SLAB = 8192
