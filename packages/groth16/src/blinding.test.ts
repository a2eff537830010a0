import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { expect, test } from 'vitest'
import { randomScalar } from './blinding.ts'
import { viewOf, writeScalar } from './section-file.ts'

/** Hands out the given values, one a call. */
const draws = (...values: bigint[]) => {
  let calls = 0
  const fill = (bytes: Uint8Array<ArrayBuffer>) => writeScalar(viewOf(bytes), 0, values[calls++]!)
  return { fill, calls: () => calls }
}

test.each([0n, 1n, FIELD_MODULUS - 1n])('a draw of %s is taken', (value) => {
  expect(randomScalar(draws(value).fill)).toBe(value)
})

test.each([FIELD_MODULUS, FIELD_MODULUS + 1n, (1n << 254n) - 1n])(
  'a draw of %s is not reduced, but drawn again',
  (value) => {
    const { fill, calls } = draws(value, value, 7n)
    expect(randomScalar(fill)).toBe(7n)
    expect(calls()).toBe(3)
  },
)

test('the two bits above 2^254 are left out', () => {
  expect(randomScalar(draws((3n << 254n) | 9n).fill)).toBe(9n)
})

test('the system’s scalars are all different and spread over the field', () => {
  const scalars = Array.from({ length: 200 }, () => randomScalar())
  expect(new Set(scalars).size).toBe(200)
  // Each third has 67 of 200 on average; fewer than 20 in one happens once in 10^15 runs.
  for (let third = 0n; third < 3n; third++)
    expect(scalars.filter((scalar) => (3n * scalar) / FIELD_MODULUS === third).length).toBeGreaterThan(20)
})
