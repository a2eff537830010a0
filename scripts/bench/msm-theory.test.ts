import { openEngine } from '@iotex2/msm/engine'
import { expect, test } from 'vitest'
import { pointsOf, scalarsOf } from './msm-input.ts'
import { hexagonalTable, signed, signedSplit, signedTable } from './msm-theory.ts'

test.each([
  ['signed digits', signed, 24.75, 21.25],
  // Halves of 127 bits and a carry are eight windows of 16.
  ['signed digits, split scalars', signedSplit, 22.5, 20],
  ['signed digits, full table', signedTable, 18, 16],
  ['hexagonal digits, full table', hexagonalTable, 17.67, 15.67],
] as const)('%s: the counts for 2^14 and 2^16 points', (_, count, at14, at16) => {
  expect(count(2 ** 14)).toBeCloseTo(at14, 2)
  expect(count(2 ** 16)).toBeCloseTo(at16, 2)
})

test('the engine takes no more additions than are counted on paper, however few the points', async () => {
  const engine = await openEngine()
  for (const n of [2 ** 9, 2 ** 10, 3000]) {
    const bases = await engine.loadBases('g1', pointsOf('g1', n))
    const before = await engine.additions()
    await engine.msm(bases, scalarsOf(n))
    expect(((await engine.additions()) - before) / n).toBeLessThan(1.02 * signedSplit(n))
    bases.free()
  }
  await engine.dispose()
})
