/**
 * Files spoilt at random, from fixed seeds. Longer runs: test/long/fuzz-circuit-files.test.ts.
 */
import { expect, test } from 'vitest'
import {
  type FuzzCount,
  fuzzCircuits,
  fuzzKeyFiles,
  fuzzProofs,
  fuzzProvingKeys,
  fuzzWitnesses,
} from './fuzz.fixture.ts'

test.each<[string, (seed: number, rounds: number) => Promise<FuzzCount>, number]>([
  ['keys', fuzzProvingKeys, 1500],
  ['keys in files', fuzzKeyFiles, 300],
  ['circuits', fuzzCircuits, 1500],
  ['witnesses', fuzzWitnesses, 1500],
])('spoilt %s are refused with a typed error, or yield what is right', async (_, run, rounds) => {
  const { refused, taken } = await run(1, rounds)
  // Some changes are harmless: a label, a value of a witness. If all were, or none, the mutations would be too tame.
  expect(refused).toBeGreaterThan(rounds / 2)
  expect(taken).toBeGreaterThan(0)
})

test('with spoilt keys or witnesses, no proof is returned but one that holds', async () => {
  const { refused, taken } = await fuzzProofs(1, 60)
  expect(refused + taken).toBe(120)
  expect(refused).toBeGreaterThan(60)
})
