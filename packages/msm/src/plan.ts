/**
 * Chooses windows and units of work from the scalars.
 * @module
 */

export interface MsmPlan {
  /** Bits of a window; the digits are signed. */
  bits: number
  windows: number
  /** Ranges of buckets that each window is cut into, a power of two, so that threads have even shares. */
  blocks: number
  /** log2 of the buckets in a range. */
  levels: number
}

/** Bits that the halves of a split scalar have, with the carry of the highest digit. */
export const HALF_BITS = 128

/** Returns the plan with the fewest additions. `words` are the scalars, eight words of 32 bits each. */
export function planMsm(words: Uint32Array, threads: number): MsmPlan {
  let full = 0
  let short = 0
  for (let i = 0; i < words.length; i += 8) {
    if ((words[i + 4]! | words[i + 5]! | words[i + 6]! | words[i + 7]! | words[i + 3]! | words[i + 2]!) !== 0) full++
    else if ((words[i]! | words[i + 1]!) !== 0) short++
  }
  let best = { bits: 2, cost: Number.POSITIVE_INFINITY }
  for (let bits = 2; bits <= 16; bits++) {
    const windows = Math.ceil(HALF_BITS / bits)
    const buckets = 2 ** (bits - 1)
    // Each digit is an addition but for the first of its bucket; weighing adds twice for each bucket that is not empty.
    const filled = full === 0 ? 0 : buckets * (1 - Math.exp((-2 * full) / buckets))
    const cost = windows * (2 * full + filled) + short * Math.ceil(16 / bits) + 40 * windows
    if (cost < best.cost) best = { bits, cost }
  }
  const { bits } = best
  const windows = Math.ceil(HALF_BITS / bits)
  let blocks = 1
  // The last round of units leaves at most an eighth of the threads' time unused.
  while (threads > 1 && blocks < 2 ** (bits - 2) && waste(windows * blocks, threads) > 1 / 8) blocks *= 2
  return { bits, windows, blocks, levels: bits - 1 - Math.log2(blocks) }
}

function waste(units: number, threads: number): number {
  const rounds = Math.ceil(units / threads)
  return 1 - units / (rounds * threads)
}

/** Returns the bytes of working memory of a unit (buckets.ts): counts, starts, weighed points, references, sums. */
export function workBytes(levels: number, references: number, pointBytes: number): number {
  const buckets = 2 ** levels
  return 64 + 8 * buckets + 2 * buckets * pointBytes + 4 * references + ((references + buckets) / 2 + 1) * pointBytes
}
