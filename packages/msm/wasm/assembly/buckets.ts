/**
 * One unit of a multi-scalar multiplication: a range of buckets, filled by pairwise additions, and their sum by weight.
 *
 * Digits are words: bit 0 the sign, bits 1 and 2 the power of ω, bits 3 and 4 the multiple of the point, the rest
 * bucket + 1 (0: nothing to add). A bucket's weight is u + v·θ, of which `weights` holds u in the low half of a word and v in
 * the high one; what θ is matters to {@link combine} alone.
 */
import {
  clearPoint,
  copyPoint,
  copyReference,
  flush,
  isInfinity,
  POINT,
  queueAdd,
  queueAny,
  takeInfinities,
} from './group'
import { SLAB } from './layout'

/**
 * Sorts the points that have a digit in the buckets [first, first + buckets) by bucket. `windows` rows of `count` digits,
 * digitStride bytes apart; multiple m of the point of digit i in window w is at
 * points + w·windowStride + (i / perPoint)·pointStride + m·multipleStride. counts and ends have a word for each bucket.
 */
function sort(
  digits: usize,
  digitStride: usize,
  windows: i32,
  count: i32,
  points: usize,
  windowStride: usize,
  pointStride: usize,
  perPoint: i32,
  multipleStride: usize,
  first: i32,
  buckets: i32,
  counts: usize,
  ends: usize,
  sorted: usize,
): void {
  memory.fill(counts, 0, <usize>buckets << 2)
  for (let w: usize = 0; w < <usize>windows; w++) {
    const row = digits + w * digitStride
    for (let i: usize = 0; i < <usize>count; i++) {
      const bucket = <i32>(load<u32>(row + (i << 2)) >> 5) - 1 - first
      if (<u32>bucket < <u32>buckets) {
        const address = counts + (<usize>bucket << 2)
        store<i32>(address, load<i32>(address) + 1)
      }
    }
  }
  let end = 0
  for (let b: usize = 0; b < <usize>buckets; b++) {
    store<i32>(ends + (b << 2), end)
    end += load<i32>(counts + (b << 2))
  }
  for (let w: usize = 0; w < <usize>windows; w++) {
    const row = digits + w * digitStride
    let point = points + w * windowStride
    for (let i: i32 = 0; i < count; ) {
      for (let m: i32 = 0; m < perPoint; m++, i++) {
        const digit = load<u32>(row + (<usize>i << 2))
        const bucket = <i32>(digit >> 5) - 1 - first
        if (<u32>bucket >= <u32>buckets) continue
        const address = ends + (<usize>bucket << 2)
        const position = load<i32>(address)
        const reference = <u32>(point + <usize>((digit >> 3) & 3) * multipleStride) | (digit & 7)
        store<u32>(sorted + (<usize>position << 2), reference)
        store<i32>(address, position + 1)
      }
      point += pointStride
    }
  }
}

/** Pieces of lists of a slab: how many points each has left, and where in `area` they are. */
let sizes: usize = 0
let slots: usize = 0
let area: usize = 0

/** Squeezes infinities out of every piece. */
function compact(pieces: i32): void {
  for (let p: usize = 0; p < <usize>pieces; p++) {
    const n = load<i32>(sizes + (p << 2))
    const slot = area + <usize>load<u32>(slots + (p << 2)) * POINT
    let kept: i32 = 0
    for (let i: i32 = 0; i < n; i++) {
      const point = slot + <usize>i * POINT
      if (isInfinity(point)) continue
      if (kept != i) copyPoint(slot + <usize>kept * POINT, point)
      kept++
    }
    store<i32>(sizes + (p << 2), kept)
  }
}

/** Adds up each piece's points, pair by pair, until none has two. */
function addPairs(pieces: i32): void {
  let most = 2
  while (most > 1) {
    if (takeInfinities() > 0) compact(pieces)
    most = 0
    for (let p: usize = 0; p < <usize>pieces; p++) {
      const n = load<i32>(sizes + (p << 2))
      if (n < 2) continue
      const target = area + <usize>load<i32>(slots + (p << 2)) * POINT
      // An odd one out stays first, so that what follows needs no second area.
      const odd = n & 1
      for (let i: i32 = odd, j: usize = <usize>odd; i < n; i += 2, j++) {
        const pair = target + <usize>i * POINT
        queueAdd(<u32>pair, <u32>(pair + POINT), target + j * POINT)
      }
      const left = (n + 1) >> 1
      store<i32>(sizes + (p << 2), left)
      if (left > most) most = left
    }
    flush()
  }
  if (takeInfinities() > 0) compact(pieces)
}

/**
 * Adds up each of `lists` lists of references, a slab at a time, so that sums stay in the second-level cache. List l has
 * counts[l] references and ends at ends[l] of `sorted`. Sums other than infinity go to `sums`, the list of each to `owners`; a
 * list longer than a slab has more than one. Returns how many there are.
 */
function addLists(lists: i32, counts: usize, ends: usize, sorted: usize, sums: usize, owners: usize): i32 {
  let filled: i32 = 0
  let list: i32 = 0
  // How many references of this list are in former slabs.
  let taken: i32 = 0
  while (list < lists) {
    let pieces: i32 = 0
    let slot: i32 = 0
    let room: i32 = <i32>SLAB
    while (list < lists) {
      const n = load<i32>(counts + (<usize>list << 2)) - taken
      if (n == 0) {
        list++
        taken = 0
        continue
      }
      const own = min<i32>(n, <i32>SLAB)
      if (own > room) break
      room -= own
      const references = sorted + (<usize>(load<i32>(ends + (<usize>list << 2)) - n) << 2)
      const target = area + <usize>slot * POINT
      const odd = own & 1
      if (odd) copyReference(load<u32>(references), target)
      for (let i: i32 = odd, j: usize = <usize>odd; i < own; i += 2, j++) {
        const pair = references + (<usize>i << 2)
        queueAdd(load<u32>(pair), load<u32>(pair, 4), target + j * POINT)
      }
      const left = (own + 1) >> 1
      store<i32>(sizes + (<usize>pieces << 2), left)
      store<i32>(slots + (<usize>pieces << 2), slot)
      store<i32>(owners + (<usize>(filled + pieces) << 2), list)
      slot += left
      pieces++
      taken += own
      if (own == n) {
        list++
        taken = 0
      }
    }
    flush()
    addPairs(pieces)
    const base = filled
    for (let p: i32 = 0; p < pieces; p++) {
      if (load<i32>(sizes + (<usize>p << 2)) == 0) continue
      copyPoint(sums + <usize>filled * POINT, area + <usize>load<i32>(slots + (<usize>p << 2)) * POINT)
      store<i32>(owners + (<usize>filled << 2), load<i32>(owners + (<usize>(base + p) << 2)))
      filled++
    }
  }
  return filled
}

/**
 * Refers to each sum from two lists: that of the u of its bucket's weight, and that of its v, 2^levels lists further. A part
 * that is zero adds nothing.
 */
function sortByWeight(
  filled: i32,
  sums: usize,
  owners: usize,
  weights: usize,
  levels: i32,
  counts: usize,
  ends: usize,
  sorted: usize,
): void {
  const lists: usize = 2 << levels
  memory.fill(counts, 0, lists << 2)
  for (let i: usize = 0; i < <usize>filled; i++) {
    const weight = load<u32>(weights + (<usize>load<i32>(owners + (i << 2)) << 2))
    const u = counts + (<usize>(weight & 0xffff) << 2)
    const v = counts + (((<usize>1 << levels) + <usize>(weight >> 16)) << 2)
    store<i32>(u, load<i32>(u) + 1)
    store<i32>(v, load<i32>(v) + 1)
  }
  store<i32>(counts, 0)
  store<i32>(counts + (<usize>4 << levels), 0)
  let end = 0
  for (let l: usize = 0; l < lists; l++) {
    store<i32>(ends + (l << 2), end)
    end += load<i32>(counts + (l << 2))
  }
  for (let i: usize = 0; i < <usize>filled; i++) {
    const weight = load<u32>(weights + (<usize>load<i32>(owners + (i << 2)) << 2))
    const reference = <u32>(sums + i * POINT)
    const u = <usize>(weight & 0xffff)
    const v = <usize>(weight >> 16)
    if (u != 0) append(reference, ends + (u << 2), sorted)
    if (v != 0) append(reference, ends + (((<usize>1 << levels) + v) << 2), sorted)
  }
}

@inline
function append(reference: u32, end: usize, sorted: usize): void {
  const position = load<i32>(end)
  store<u32>(sorted + (<usize>position << 2), reference)
  store<i32>(end, position + 1)
}

/**
 * Prepares the sums by weight of two rows of 2^levels points: W(S) = Σ t·S_t = O(S) + 2·W(T), where T_t = S_2t + S_2t+1 and O
 * is the sum of the S_2t+1. Writes O of each level, first row then second, to `sums`. `rows` holds both, and as much again.
 */
function weigh(levels: i32, rows: usize, sums: usize): void {
  let from = rows
  for (let l: i32 = 1; l < levels; l++) {
    const size: usize = <usize>4 << (levels - l)
    const to = from + size * POINT
    for (let t: usize = 0; t < size >> 1; t++) queueAny(from + 2 * t * POINT, from + (2 * t + 1) * POINT, to + t * POINT)
    flush()
    from = to
  }
  // The odd ones of every level, all levels at once.
  for (let round: i32 = 1; round < levels; round++) {
    let level = rows
    for (let l: i32 = 0; l < levels - round; l++) {
      const row: usize = <usize>1 << (levels - l)
      const half: usize = row >> (round + 1)
      for (let own = level; own < level + 2 * row * POINT; own += row * POINT)
        for (let i: usize = 0; i < half; i++) {
          const point = own + (2 * i + 1) * POINT
          queueAny(point, point + 2 * half * POINT, point)
        }
      level += 2 * row * POINT
    }
    flush()
  }
  let level = rows
  for (let l: i32 = 0; l < levels; l++) {
    const row: usize = <usize>1 << (levels - l)
    copyPoint(sums + <usize>l * POINT, level + POINT)
    copyPoint(sums + <usize>(levels + l) * POINT, level + (row + 1) * POINT)
    level += 2 * row * POINT
  }
  takeInfinities()
}

/**
 * Does a unit: `work` is scratch memory for it (plan.ts says how much), `sums` receives 2·levels points (see {@link weigh}) of
 * the buckets [first, first + buckets), all of whose weights have halves below 2^levels. There are at most `capacity` digits.
 */
export function runUnit(
  digits: usize,
  digitStride: usize,
  windows: i32,
  count: i32,
  points: usize,
  windowStride: usize,
  pointStride: usize,
  perPoint: i32,
  multipleStride: usize,
  first: i32,
  buckets: i32,
  weights: usize,
  levels: i32,
  work: usize,
  capacity: i32,
  sums: usize,
): void {
  const most = buckets + capacity / <i32>SLAB + 1
  const rowSums: i32 = 2 << levels
  const mostListed = rowSums + (2 * most) / <i32>SLAB + 1
  const lists = max<i32>(buckets, rowSums)
  area = work
  const rows = area + SLAB * POINT
  const bucketSums = rows + 2 * <usize>rowSums * POINT
  const listSums = bucketSums + <usize>most * POINT
  const owners = listSums + <usize>mostListed * POINT
  const counts = owners + (<usize>max<i32>(most, mostListed) << 2)
  const ends = counts + (<usize>lists << 2)
  sizes = ends + (<usize>lists << 2)
  slots = sizes + (SLAB << 2)
  const sorted = slots + (SLAB << 2)
  sort(
    digits,
    digitStride,
    windows,
    count,
    points,
    windowStride,
    pointStride,
    perPoint,
    multipleStride,
    first,
    buckets,
    counts,
    ends,
    sorted,
  )
  const filled = addLists(buckets, counts, ends, sorted, bucketSums, owners)
  sortByWeight(filled, bucketSums, owners, weights + (<usize>first << 2), levels, counts, ends, sorted)
  for (let i: usize = 0; i < <usize>rowSums; i++) clearPoint(rows + i * POINT)
  const listed = addLists(rowSums, counts, ends, sorted, listSums, owners)
  for (let i: usize = 0; i < <usize>listed; i++) {
    const target = rows + <usize>load<i32>(owners + (i << 2)) * POINT
    queueAny(target, listSums + i * POINT, target)
    flush()
  }
  weigh(levels, rows, sums)
}
