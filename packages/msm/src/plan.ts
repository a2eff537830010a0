/**
 * Chooses windows and units of work from the scalars.
 * @module
 */

export interface MsmPlan {
  /** Bits of a window; the digits are signed. */
  bits: number
  windows: number
  /** Passes over the buckets: one for each window, fewer where a table holds multiples. */
  passes: number
  /** Ranges of buckets that each window is cut into, a power of two, so that threads have even shares. */
  blocks: number
  /** log2 of the buckets in a range. */
  levels: number
}

/** Bits that the halves of a split scalar have, with the carry of the highest digit. */
export const HALF_BITS = 128

/** Returns the plan with the fewest additions. `words` are the scalars, eight words of 32 bits each. */
export function planMsm(words: Uint32Array, threads: number, table?: TablePlan): MsmPlan {
  if (table) {
    const { bits, windows, passes } = table
    return { bits, windows, passes, ...cut(bits, passes, threads, CACHED_BLOCKS) }
  }
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
    const cost = windows * (2 * full + weighing(buckets, 2 * full)) + short * Math.ceil(16 / bits) + 40 * windows
    if (cost < best.cost) best = { bits, cost }
  }
  const { bits } = best
  const windows = Math.ceil(HALF_BITS / bits)
  return { bits, windows, passes: windows, ...cut(bits, windows, threads, 1) }
}

/**
 * Returns the additions that weighing takes (buckets.ts, weigh), less those that the first digit of each bucket saves: each
 * level adds neighbours where both are there, and every other one where it is. Few digits in many buckets are dear.
 */
function weighing(buckets: number, references: number): number {
  const filled = (nodes: number): number => 1 - Math.exp(-references / nodes)
  let additions = -buckets * filled(buckets)
  for (let nodes = buckets; nodes > 1; nodes /= 2) additions += (nodes / 2) * filled(nodes) * (1 + filled(nodes))
  return additions
}

/** A pass over a table has many more references than one over a window: cut, they stay nearer to the processor. */
const CACHED_BLOCKS = 4

/** Cuts the buckets of each pass into ranges. */
function cut(bits: number, passes: number, threads: number, least: number): Pick<MsmPlan, 'blocks' | 'levels'> {
  let blocks = Math.min(least, 2 ** (bits - 2))
  // The last round of units leaves at most an eighth of the threads' time unused.
  while (threads > 1 && blocks < 2 ** (bits - 2) && waste(passes * blocks, threads) > 1 / 8) blocks *= 2
  return { blocks, levels: bits - 1 - Math.log2(blocks) }
}

/** Multiples 2^(bits·passes·j)·P of each point, j = 0 … rows − 1: digit w is then one of pass w mod passes. */
export interface TablePlan {
  bits: number
  windows: number
  passes: number
  rows: number
}

/** Returns the table with the fewest additions for `count` points in `bytes`, or undefined where none has fewer than none. */
export function planTable(count: number, rowBytes: number, bytes: number): TablePlan | undefined {
  // The points themselves are moved into the first row.
  const most = Math.floor(bytes / rowBytes)
  if (most < 2) return undefined
  let best: TablePlan | undefined
  let least = Number.POSITIVE_INFINITY
  for (let bits = 4; bits <= 17; bits++) {
    const windows = Math.ceil(HALF_BITS / bits)
    const passes = Math.ceil(windows / most)
    const rows = Math.ceil(windows / passes)
    const additions = 2 * count * windows + passes * 2 ** (bits - 1)
    if (additions < least) {
      least = additions
      best = { bits, windows, passes, rows }
    }
  }
  return best && best.rows > 1 ? best : undefined
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
