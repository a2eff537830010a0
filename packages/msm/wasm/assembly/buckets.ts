/**
 * One unit of a multi-scalar multiplication: the buckets of a range of digits, filled by pairwise additions and summed by
 * weight. Digits are words: bit 0 the sign, bits 1 and 2 the power of ω, the rest bucket + 1 (0: nothing to add).
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

/**
 * Sorts the points that have a digit in the buckets [first, first + buckets) by bucket. `windows` rows of `count` digits,
 * digitStride bytes apart; the point of digit i in window w is at points + w·windowStride + (i / perPoint)·pointStride. Returns how many there are.
 * counts and starts have a word for each bucket.
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
  first: i32,
  buckets: i32,
  counts: usize,
  starts: usize,
  sorted: usize,
): i32 {
  memory.fill(counts, 0, <usize>buckets << 2)
  for (let w: usize = 0; w < <usize>windows; w++) {
    const row = digits + w * digitStride
    for (let i: usize = 0; i < <usize>count; i++) {
      const bucket = <i32>(load<u32>(row + (i << 2)) >> 3) - 1 - first
      if (<u32>bucket < <u32>buckets) {
        const address = counts + (<usize>bucket << 2)
        store<i32>(address, load<i32>(address) + 1)
      }
    }
  }
  let start = 0
  for (let b: usize = 0; b < <usize>buckets; b++) {
    store<i32>(starts + (b << 2), start)
    start += load<i32>(counts + (b << 2))
  }
  for (let w: usize = 0; w < <usize>windows; w++) {
    const row = digits + w * digitStride
    let point = points + w * windowStride
    for (let i: i32 = 0; i < count; ) {
      for (let m: i32 = 0; m < perPoint; m++, i++) {
        const digit = load<u32>(row + (<usize>i << 2))
        const bucket = <i32>(digit >> 3) - 1 - first
        if (<u32>bucket >= <u32>buckets) continue
        const address = starts + (<usize>bucket << 2)
        const position = load<i32>(address)
        store<u32>(sorted + (<usize>position << 2), <u32>point | (digit & 7))
        store<i32>(address, position + 1)
      }
      point += pointStride
    }
  }
  return start
}

/** Squeezes infinities out of every bucket. */
function compact(buckets: i32, counts: usize, slots: usize, area: usize): void {
  for (let b: usize = 0; b < <usize>buckets; b++) {
    const n = load<i32>(counts + (b << 2))
    const slot = area + <usize>load<u32>(slots + (b << 2)) * POINT
    let kept: i32 = 0
    for (let i: i32 = 0; i < n; i++) {
      const point = slot + <usize>i * POINT
      if (isInfinity(point)) continue
      if (kept != i) copyPoint(slot + <usize>kept * POINT, point)
      kept++
    }
    store<i32>(counts + (b << 2), kept)
  }
}

/** Adds up each bucket's points, pair by pair. The sum of bucket b ends at slots[b], if counts[b] is 1. */
function fill(buckets: i32, counts: usize, starts: usize, sorted: usize, area: usize): void {
  // From references to points: an odd one out comes first, so that what follows needs no second area.
  let slot = 0
  let most = 0
  for (let b: usize = 0; b < <usize>buckets; b++) {
    const n = load<i32>(counts + (b << 2))
    const references = sorted + (<usize>(load<i32>(starts + (b << 2)) - n) << 2)
    const target = area + <usize>slot * POINT
    const odd = n & 1
    if (odd) copyReference(load<u32>(references), target)
    for (let i: i32 = odd, j: usize = <usize>odd; i < n; i += 2, j++)
      queueAdd(
        load<u32>(references + (<usize>i << 2)),
        load<u32>(references + (<usize>i << 2), 4),
        target + j * POINT,
      )
    const left = (n + 1) >> 1
    store<i32>(starts + (b << 2), slot)
    store<i32>(counts + (b << 2), left)
    slot += left
    if (left > most) most = left
  }
  flush()
  if (takeInfinities() > 0) compact(buckets, counts, starts, area)
  while (most > 1) {
    most = 0
    for (let b: usize = 0; b < <usize>buckets; b++) {
      const n = load<i32>(counts + (b << 2))
      if (n < 2) continue
      const target = area + <usize>load<i32>(starts + (b << 2)) * POINT
      const odd = n & 1
      for (let i: i32 = odd, j: usize = <usize>odd; i < n; i += 2, j++) {
        const pair = target + <usize>i * POINT
        queueAdd(<u32>pair, <u32>(pair + POINT), target + j * POINT)
      }
      const left = (n + 1) >> 1
      store<i32>(counts + (b << 2), left)
      if (left > most) most = left
    }
    flush()
    if (takeInfinities() > 0) compact(buckets, counts, starts, area)
  }
}

/**
 * Sums buckets by weight 1 … 2^levels. W(S) = 2·W(T) - E with T_t = S_2t + S_2t+1 and E the sum of the S_2t, so that
 * W = 2(… 2(2·T - E_levels-1) … - E_1) - E_0: writes T, E_0, E_1, … to `sums`. `area` holds 2·2^levels points, the buckets
 * first.
 */
function weigh(levels: i32, area: usize, sums: usize): void {
  let size: usize = <usize>1 << levels
  let from = area
  while (size > 1) {
    const to = from + size * POINT
    for (let t: usize = 0; t < size >> 1; t++) {
      const pair = from + 2 * t * POINT
      queueAny(pair, pair + POINT, to + t * POINT)
    }
    flush()
    from = to
    size >>= 1
  }
  copyPoint(sums, from)
  // The even ones of every level, all levels at once.
  for (let round: i32 = 1; round < levels; round++) {
    let level = area
    for (let l: i32 = 0; l < levels - round; l++) {
      const half: usize = <usize>1 << (levels - l - 1 - round)
      for (let i: usize = 0; i < half; i++) {
        const point = level + 2 * i * POINT
        queueAny(point, point + 2 * half * POINT, point)
      }
      level += (<usize>1 << (levels - l)) * POINT
    }
    flush()
  }
  let level = area
  for (let l: i32 = 0; l < levels; l++) {
    copyPoint(sums + <usize>(l + 1) * POINT, level)
    level += (<usize>1 << (levels - l)) * POINT
  }
  takeInfinities()
}

/**
 * Does a unit: `work` is scratch memory for it, `sums` receives levels + 1 points (see {@link weigh}) of the buckets
 * [first, first + 2^levels). Returns the number of points that fell into them.
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
  first: i32,
  levels: i32,
  work: usize,
  capacity: i32,
  sums: usize,
): i32 {
  const buckets: i32 = 1 << levels
  const counts = work
  const starts = counts + (<usize>buckets << 2)
  const weights = (starts + (<usize>buckets << 2) + 15) & ~15
  const sorted = weights + 2 * <usize>buckets * POINT
  const area = (sorted + (<usize>capacity << 2) + 15) & ~15
  const found = sort(
    digits,
    digitStride,
    windows,
    count,
    points,
    windowStride,
    pointStride,
    perPoint,
    first,
    buckets,
    counts,
    starts,
    sorted,
  )
  fill(buckets, counts, starts, sorted, area)
  for (let b: usize = 0; b < <usize>buckets; b++) {
    const target = weights + b * POINT
    if (load<i32>(counts + (b << 2)) == 0) clearPoint(target)
    else copyPoint(target, area + <usize>load<i32>(starts + (b << 2)) * POINT)
  }
  weigh(levels, weights, sums)
  return found
}
