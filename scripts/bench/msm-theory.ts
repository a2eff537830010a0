/**
 * Additions a point that a sum of n points takes, by the count of its algorithm: each digit is one, and a bucket one more to be
 * weighed. The window is the one that takes the fewest.
 * @module
 */

const SCALAR_BITS = 254
/** Of a scalar's halves along the endomorphism, with the carry of the highest digit. */
const HALF_BITS = 128
const WINDOWS = Array.from({ length: 19 }, (_, i) => i + 2)

const fewest = (count: (bits: number) => number): number => Math.min(...WINDOWS.map(count))

/** Pippenger's buckets with signed digits: windows of their own, 2^(c - 1) buckets each. */
export const signed = (n: number): number => fewest((bits) => Math.ceil(SCALAR_BITS / bits) * (1 + 2 ** (bits - 1) / n))

/** The same with scalars split along the endomorphism. */
export const signedSplit = (n: number): number =>
  fewest((bits) => Math.ceil(HALF_BITS / bits) * (2 + 2 ** (bits - 1) / n))

/** Signed digits with every multiple in a table: one set of buckets. */
export const signedTable = (n: number): number => fewest((bits) => Math.ceil(SCALAR_BITS / bits) + 2 ** (bits - 1) / n)

/** Hexagonal digits in Z[ω]/2^c with a table: one of the six units takes a digit into a sixth of the plane. */
export const hexagonalTable = (n: number): number =>
  fewest((bits) => Math.ceil((HALF_BITS + 1) / bits) + 4 ** bits / 6 / n)
