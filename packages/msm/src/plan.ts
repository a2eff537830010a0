/**
 * Chooses digits, tables and units of work by the additions that they take.
 * @module
 */
import { ELEMENT_BYTES, SLAB } from '../wasm/layout.ts'
import { type DigitKind, HALF_BITS, windowsOf } from './digits.ts'

export interface MsmPlan {
  kind: DigitKind
  /** Bits of a window. */
  bits: number
  windows: number
  /** Passes over the buckets: one for each window, fewer where a table holds multiples. Digit w is of pass w mod passes. */
  passes: number
}

/** Multiples 2^(bits·passes·j)·P of each point, j = 0 … rows − 1. */
export interface TablePlan extends MsmPlan {
  rows: number
  /** Bytes of a point with its multiples. */
  stride: number
}

/** Returns the plan with the fewest additions. `words` are the scalars, eight words of 32 bits each. */
export function planMsm(words: Uint32Array, threads: number): MsmPlan {
  let full = 0
  let short = 0
  for (let i = 0; i < words.length; i += 8) {
    if ((words[i + 4]! | words[i + 5]! | words[i + 6]! | words[i + 7]! | words[i + 3]! | words[i + 2]!) !== 0) full++
    else if ((words[i]! | words[i + 1]!) !== 0) short++
  }
  let best: MsmPlan | undefined
  let least = Number.POSITIVE_INFINITY
  for (let bits = 2; bits <= 16; bits++) {
    const windows = windowsOf('windows', bits)
    const additions =
      additionsOf('windows', bits, windows, full) +
      short * Math.ceil(16 / bits) +
      fixedCost('windows', bits, windows, threads)
    if (additions >= least) continue
    least = additions
    best = { kind: 'windows', bits, windows, passes: windows }
  }
  return best!
}

/** Buckets that each kind of digits needs; LFG's are between 0.21 and 0.26 of the remainders. */
const BUCKETS: Record<DigitKind, (bits: number) => number> = {
  windows: (bits) => 2 ** (bits - 1),
  lfg: (bits) => 0.23 * 2 ** bits,
  hexagonal: (bits) => 4 ** bits / 6,
}

/** What a table of each kind holds of each point, and the windows worth a thought. */
export const TABLES: Record<DigitKind, { multiples: number; coordinates: number; bits: readonly [number, number] }> = {
  windows: { multiples: 1, coordinates: 3, bits: [4, 18] },
  lfg: { multiples: 3, coordinates: 3, bits: [6, 18] },
  hexagonal: { multiples: 1, coordinates: 4, bits: [3, 10] },
}

/** Returns the table with the fewest additions for `count` points in `bytes`, or undefined where none has fewer than none. */
export function planTable(count: number, components: number, bytes: number, threads: number): TablePlan | undefined {
  let best: TablePlan | undefined
  let least = Number.POSITIVE_INFINITY
  for (const [kind, { multiples, coordinates, bits: range }] of Object.entries(TABLES) as [
    DigitKind,
    typeof TABLES.lfg,
  ][])
    for (let bits = range[0]; bits <= range[1]; bits++) {
      const stride = multiples * coordinates * components * ELEMENT_BYTES
      const most = Math.floor(bytes / (count * stride))
      if (most < 2) continue
      const windows = windowsOf(kind, bits)
      const passes = Math.ceil(windows / most)
      const additions = additionsOf(kind, bits, passes, count) + fixedCost(kind, bits, passes, threads)
      if (additions >= least) continue
      least = additions
      best = { kind, bits, windows, passes, rows: Math.ceil(windows / passes), stride }
    }
  return best
}

/** What units take whatever the scalars: the sums by weight, for each range of buckets that threads share a pass by. */
function fixedCost(kind: DigitKind, bits: number, passes: number, threads: number): number {
  return passes * blocksOf(BUCKETS[kind](bits), passes, threads) * (40 + 4 * 2 ** (bits / 2))
}

/** Returns the additions that so many scalars of full length take in so many passes. */
export function additionsOf(kind: DigitKind, bits: number, passes: number, count: number): number {
  const windows = windowsOf(kind, bits)
  const perPoint = kind === 'hexagonal' ? 1 : 2
  // Where the last digit is hardly more than a carry, about half of them are zero.
  const dense = bits * (windows - 1) >= HALF_BITS - 1 ? windows - 0.5 : windows
  const digits = perPoint * dense * count
  const buckets = BUCKETS[kind](bits)
  const filled = buckets * (1 - Math.exp(-digits / passes / buckets))
  // Each digit is an addition but for the first of its bucket; weighing adds twice for each bucket that is not empty.
  return digits + passes * filled
}

/** Into how many ranges of buckets each pass is cut, so that threads have even shares. */
export function blocksOf(buckets: number, passes: number, threads: number): number {
  let blocks = 1
  // The last round of units leaves at most an eighth of the threads' time unused.
  while (threads > 1 && 2 * blocks < buckets && waste(passes * blocks, threads) > 1 / 8) blocks *= 2
  return blocks
}

function waste(units: number, threads: number): number {
  const rounds = Math.ceil(units / threads)
  return 1 - units / (rounds * threads)
}

/** Returns the bytes of working memory of a unit (buckets.ts) of so many buckets and at most so many digits. */
export function workBytes(buckets: number, levels: number, digits: number, pointBytes: number): number {
  const most = buckets + Math.floor(digits / SLAB) + 1
  const rows = 2 * 2 ** levels
  const listed = rows + Math.floor((2 * most) / SLAB) + 1
  const points = SLAB + 2 * rows + most + listed
  const words = Math.max(most, listed) + 2 * Math.max(buckets, rows) + 2 * SLAB + Math.max(digits, 2 * most)
  return points * pointBytes + 4 * words
}
