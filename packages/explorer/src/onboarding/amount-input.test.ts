import { expect, test } from 'vitest'
import { parseCount, parseTokens, printTokens } from './amount-input.ts'

test.each([
  ['10', 10n ** 19n],
  ['0.5', 5n * 10n ** 17n],
  ['0.000000000000000001', 1n],
  [' 1.50 ', 15n * 10n ** 17n],
  ['0', 0n],
])('%j is an amount', (text, wei) => {
  expect(parseTokens(text)).toBe(wei)
})

test.each(['', '-1', '1e3', '1.', '.5', '1,5', '0x10', '0.0000000000000000001', 'ten'])('%j is none', (text) => {
  expect(parseTokens(text)).toBeUndefined()
})

test.each([0n, 1n, 10n ** 18n, 123_456_789n * 10n ** 11n, 2n ** 80n])(
  '%s wei are printed so that they are read back',
  (wei) => {
    expect(parseTokens(printTokens(wei))).toBe(wei)
  },
)

test('counts begin with one', () => {
  expect(['1', '250', ' 3 '].map(parseCount)).toEqual([1n, 250n, 3n])
  expect(['0', '-1', '1.5', '', '1234567890', 'x'].map(parseCount)).toEqual(Array(6).fill(undefined))
})
