import { expect, test } from 'vitest'
import { seededRandom } from '../test/random.ts'
import { fullJitterMs } from './backoff.ts'

const OPTIONS = { baseMs: 500, capMs: 60_000 }

test('delays of a seeded generator are the committed ones', () => {
  const random = seededRandom(1)
  expect(Array.from({ length: 12 }, (_, i) => fullJitterMs(OPTIONS, i + 1, random))).toMatchInlineSnapshot(`
    [
      313,
      2,
      1054,
      3924,
      7747,
      4497,
      19610,
      43244,
      25547,
      59689,
      27316,
      29327,
    ]
  `)
})

test('a delay fills the whole range up to base × 2^(failures − 1), and no more than the cap', () => {
  const random = seededRandom(2)
  for (const [failures, upper] of [
    [1, 500],
    [2, 1_000],
    [5, 8_000],
    [8, 60_000],
    [2_000, 60_000],
  ] as const) {
    const delays = Array.from({ length: 2_000 }, () => fullJitterMs(OPTIONS, failures, random))
    expect(Math.max(...delays)).toBeLessThan(upper)
    expect(Math.max(...delays)).toBeGreaterThan(upper * 0.98)
    expect(Math.min(...delays)).toBeLessThan(upper * 0.02)
    const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length
    expect(mean / upper).toBeCloseTo(0.5, 1)
  }
})
