/**
 * Random choices that a seed repeats. The seed is printed, and SEED=… accepts another.
 * @module
 */
import { createHash } from 'node:crypto'

export interface SeededRandom {
  /** Uniform in [0, below). */
  integer(below: number): number
  shuffle<T>(items: readonly T[]): T[]
}

export function seededRandom(seed: string): SeededRandom {
  process.stderr.write(`seed: ${seed}\n`)
  let counter = 0
  const integer = (below: number): number => {
    const digest = createHash('sha256').update(`${seed}:${counter++}`).digest()
    return Number(digest.readBigUInt64BE() % BigInt(below))
  }
  return {
    integer,
    shuffle: (items) => {
      const left = [...items]
      return items.map(() => left.splice(integer(left.length), 1)[0]!)
    },
  }
}
