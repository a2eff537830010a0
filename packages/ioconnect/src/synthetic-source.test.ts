import { parseProfile } from '@iotex2/protocol/profile'
import { expect, test } from 'vitest'
import { SensorSilentError, type Synthetic, SyntheticSource } from './synthetic-source.ts'

const profile = parseProfile({
  name: 'weather',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -60, maximum: 60, scale: 100 },
    { name: 'humidity', unit: '%', minimum: 0, maximum: 100, scale: 10 },
  ],
})
const HOUR_MS = 3_600_000

/** Values of the first field at every hour; undefined where there was none. */
async function course(options: Synthetic, hours: number): Promise<(number | undefined)[]> {
  let now = 1_764_000_000_000
  const source = new SyntheticSource(profile, options, () => now)
  const values: (number | undefined)[] = []
  for (let hour = 0; hour < hours; hour++, now += HOUR_MS) {
    try {
      values.push((await source.measure()).values.temperature)
    } catch (error) {
      expect(error).toBeInstanceOf(SensorSilentError)
      values.push(undefined)
    }
  }
  return values
}

test('a seed gives the committed readings', async () => {
  expect((await course({ seed: 1 }, 4)).map((value) => value!.toFixed(3))).toMatchInlineSnapshot(`
    [
      "28.262",
      "22.042",
      "21.446",
      "14.202",
    ]
  `)
  expect(await course({ seed: 1 }, 4)).not.toEqual(await course({ seed: 2 }, 4))
})

test('a day comes around, within the range, whatever the noise', async () => {
  const quiet = (await course({ seed: 5, noise: 0 }, 49)) as number[]
  for (const hour of [0, 7, 24]) expect(quiet[hour + 24]).toBeCloseTo(quiet[hour]!, 6)
  expect(Math.max(...quiet) - Math.min(...quiet)).toBeCloseTo(60, 0)
  const loud = (await course({ seed: 5, noise: 1 }, 500)) as number[]
  expect(Math.min(...loud)).toBe(-60)
  expect(Math.max(...loud)).toBe(60)
})

test('noise has its standard deviation, and drift goes one way', async () => {
  const quiet = (await course({ seed: 9, noise: 0 }, 2_000)) as number[]
  const noisy = (await course({ seed: 9, noise: 0.02 }, 2_000)) as number[]
  const errors = noisy.map((value, i) => value - quiet[i]!)
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length)
  expect(deviation / (0.02 * 120)).toBeCloseTo(1, 1)

  const drifting = (await course({ seed: 9, noise: 0, drift: 0.1 }, 25)) as number[]
  const drift = drifting.map((value, i) => value - quiet[i]!)
  expect(Math.abs(drift[24]!)).toBeGreaterThan(0.1)
  expect(drift[24]).toBeCloseTo(2 * drift[12]!, 6)
})

test('faults stick, leave the range, and fall silent', async () => {
  const values = await course({ seed: 3, noise: 0.01, faults: 0.05 }, 2_000)
  expect(values.filter((value) => value === undefined).length).toBeGreaterThan(5)
  expect(values.filter((value) => value !== undefined && value > 60).length).toBeGreaterThan(5)
  const sticks = values.filter((value, i) => value !== undefined && value === values[i + 1])
  expect(sticks.length).toBeGreaterThan(50)
})
