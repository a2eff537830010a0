/**
 * Files of circuits spoilt at random, from a seed of the day that is printed: typed errors, or what is right.
 */

import { expect, test } from 'vitest'
import {
  type FuzzCount,
  fuzzCircuits,
  fuzzKeyFiles,
  fuzzProofs,
  fuzzProvingKeys,
  fuzzWitnesses,
} from '../../packages/groth16/src/fuzz.fixture.ts'

const seed = Math.floor(Date.now() / 86_400_000) * 1_000_000

test.each<[string, (seed: number, rounds: number) => Promise<FuzzCount>, number]>([
  ['keys', fuzzProvingKeys, 50_000],
  ['keys in files', fuzzKeyFiles, 10_000],
  ['circuits', fuzzCircuits, 50_000],
  ['witnesses', fuzzWitnesses, 50_000],
  ['proofs with keys or witnesses', fuzzProofs, 3_000],
])(`spoilt %s, seed ${seed}`, async (_, run, rounds) => {
  const { refused, taken } = await run(seed, rounds)
  expect(refused).toBeGreaterThan(rounds / 2)
  expect(taken).toBeGreaterThan(0)
})
