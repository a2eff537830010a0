import { expect, test } from 'vitest'
import { formatCount, formatExactWei, formatNumber, formatWei } from './amount.ts'
import { shortenDid, shortenHash } from './hash.ts'
import { formatDuration, formatExactTime, formatRelative } from './time.ts'
import { formatUnit } from './unit.ts'

const TOKEN = 10n ** 18n

test.each([
  ['0', '0'],
  ['1', '<0.0001'],
  [(TOKEN / 10_000n - 1n).toString(), '<0.0001'],
  [(TOKEN / 10_000n).toString(), '0.0001'],
  [(TOKEN / 2n).toString(), '0.5'],
  [(1_234_567n * TOKEN + TOKEN / 4n).toString(), '1,234,567.25'],
  // Cut, not rounded: nobody is shown more than they have.
  [(2n * TOKEN - 1n).toString(), '1.9999'],
  [(-TOKEN).toString(), '−1'],
  // Beyond what a double holds.
  [(9_007_199_254_740_993n * TOKEN).toString(), '9,007,199,254,740,993'],
])('formatWei(%s) is %s', (wei, text) => {
  expect(formatWei(wei)).toBe(text)
})

test('exact amounts name every wei', () => {
  expect(formatExactWei('1234567890123456789')).toBe('1,234,567,890,123,456,789 wei')
  expect(formatExactWei('-1000')).toBe('−1,000 wei')
})

test('counts and numbers have thousands separators', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567')
  expect(formatNumber(1234.5)).toBe('1,234.5')
  expect(formatNumber(0.004)).toBe('0')
  expect(formatNumber(-0.004)).toBe('0')
  expect(formatNumber(-21.25)).toBe('−21.25')
})

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
test.each([
  [0, 'now'],
  [12_400, '12 s ago'],
  [61_000, '1 min ago'],
  [3_600_000, '1 h ago'],
  [47 * 3_600_000, '47 h ago'],
  [72 * 3_600_000, '3 d ago'],
  [-90_000, 'in 1 min'],
])('%i ms before now is %s', (ms, text) => {
  expect(formatRelative(new Date(NOW - ms).toISOString(), NOW)).toBe(text)
})

test('exact times are UTC, with milliseconds where there are any', () => {
  expect(formatExactTime('2026-11-23T16:40:37.250Z')).toBe('2026-11-23 16:40:37.250 UTC')
  expect(formatExactTime('2026-11-23T17:40:37+01:00')).toBe('2026-11-23 16:40:37 UTC')
})

test.each([
  [850, '850 ms'],
  [4_230, '4.2 s'],
  [5_000, '5 s'],
  [59_999, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
])('%i ms lasts %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test('hashes and DIDs keep their edges, and short ones stay whole', () => {
  expect(shortenHash(`0x${'ab'.repeat(20)}`)).toBe('0xabab…abab')
  expect(shortenHash('0x1234')).toBe('0x1234')
  expect(shortenDid(`did:io:0x${'cd'.repeat(20)}`)).toBe('did:io:0xcdcd…cdcd')
})

test('units are printed as people write them', () => {
  expect(['Cel', 'MiBy', '%', 'widgets'].map(formatUnit)).toEqual(['°C', 'MiB', '%', 'widgets'])
})
