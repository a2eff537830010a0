/**
 * Files spoilt at random, the same for the same seed.
 * @module
 */

/** Numbers in [0, below). */
export type Pick = (below: number) => number

/** xorshift32. */
export function pickFrom(seed: number): Pick {
  let state = (seed ^ 0x9e37_79b9) | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Counts and lengths that tend to be forgotten. */
const WORDS = [0, 1, 2, 3, 31, 32, 0x7fff_ffff, 0x8000_0000, 0xffff_fff4, 0xffff_ffff]

/** Returns a copy of `file` with one to three changes: bits, bytes, words, cuts, insertions, repetitions, swaps. */
export function mutated(file: Uint8Array, pick: Pick): Uint8Array {
  let bytes = file.slice()
  for (let changes = 1 + pick(3); changes > 0; changes--) {
    // Half of the changes hit the start, where headers are.
    const at = pick(2) === 0 ? pick(Math.min(bytes.length, 200)) : pick(bytes.length)
    const length = Math.min(1 + pick(80), bytes.length - at)
    switch (pick(8)) {
      case 0:
        bytes[at]! ^= 1 << pick(8)
        break
      case 1:
        bytes[at] = pick(256)
        break
      case 2:
      case 3:
        if (at + 4 <= bytes.length)
          new DataView(bytes.buffer, bytes.byteOffset).setUint32(at & ~3, WORDS[pick(WORDS.length)]!, true)
        break
      case 4:
        bytes = bytes.slice(0, at)
        if (bytes.length === 0) return bytes
        break
      case 5:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)])
        if (bytes.length === 0) return bytes
        break
      case 6:
        bytes = Uint8Array.from([...bytes.subarray(0, at + length), ...bytes.subarray(at)])
        break
      default:
        bytes.copyWithin(at, pick(bytes.length), pick(bytes.length))
    }
  }
  return bytes
}
