import { expect, test } from 'vitest'
import { formatDay, formatShare, formatUnits, formatWindow, parseUnits, printUnits, yieldPerUnit } from './units.ts'

test.each([
  ['0', 18, '0'],
  ['1234567890000000000000', 18, '1,234.5678'],
  ['999999999999999999', 18, '0.9999'],
  // Below one, the first digits that count are shown.
  ['1', 18, '0.000000000000000001'],
  ['123456', 18, '0.0000000000001234'],
  ['2500000', 6, '2.5'],
  ['1', 6, '0.000001'],
  ['1500', 0, '1,500'],
])('%s of %i decimals is %s', (amount, decimals, text) => {
  expect(formatUnits(amount, decimals)).toBe(text)
})

test.each([
  ['2.5', 6, 2_500_000n],
  ['2.500000', 6, 2_500_000n],
  ['7', 0, 7n],
  [' 0.000001 ', 6, 1n],
  ['0', 18, 0n],
])('%j of %i decimals is an amount', (text, decimals, amount) => {
  expect(parseUnits(text, decimals)).toBe(amount)
})

test.each([
  ['0.0000001', 6],
  ['1.0', 0],
  ['-1', 18],
  ['1e3', 18],
  ['1,5', 18],
  ['', 18],
  ['.5', 18],
])('%j of %i decimals is none', (text, decimals) => {
  expect(parseUnits(text, decimals)).toBeUndefined()
})

test.each([0, 1, 6, 18, 36])('what is printed with %i decimals is read back', (decimals) => {
  for (const amount of [0n, 1n, 10n ** BigInt(decimals), 123_456_789n, 2n ** 112n - 1n])
    expect(parseUnits(printUnits(amount, decimals), decimals)).toBe(amount)
})

test('shares and windows', () => {
  expect([10_000, 5_000, 1, 125].map(formatShare)).toEqual(['100 %', '50 %', '0.01 %', '1.25 %'])
  expect([0, 59, 60, 3_600, 43_200, 86_400, 216_000, 7 * 86_400].map(formatWindow)).toEqual([
    'none',
    '59 s',
    '1 min',
    '1 h',
    '12 h',
    '1 day',
    '2 days 12 h',
    '7 days',
  ])
  // Never told as less than it is.
  expect([86_405, 172_799, 3_599, 61].map(formatWindow)).toEqual(['1 day 1 h', '2 days', '59 min 59 s', '1 min 1 s'])
  expect(formatDay(1_795_824_000)).toBe('28 Nov 2026, 00:00 UTC')
})

const asset = (symbol: string, decimals: number) => ({ address: `0x${'12'.repeat(20)}`, symbol, decimals })

test('a yield is whole tokens for a whole unit of stake, whatever their decimals', () => {
  const [wiotx, usdx] = [asset('WIOTX', 18), asset('USDX', 6)]
  expect(yieldPerUnit(12_000_000n, usdx, 160n * 10n ** 18n, wiotx)).toBe('0.075')
  expect(yieldPerUnit(10n ** 18n, wiotx, 4_000_000n, usdx)).toBe('0.25')
  expect(yieldPerUnit(1n, usdx, 10n ** 25n, wiotx)).toBe('0.0000000000001')
  expect(yieldPerUnit(1n, usdx, 0n, wiotx)).toBeUndefined()
})
