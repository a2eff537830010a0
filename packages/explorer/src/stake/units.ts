/**
 * Amounts of any token, as people read and type them; fractions and times of stake.
 * @module
 */
import type { Asset } from './types.ts'

/** Significant digits of an amount below one: a small yield is not shown as nothing. */
const SIGNIFICANT = 4
const SHOWN_DECIMALS = 4

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** Returns `1,234.5` of an amount; cut, never rounded up. One below 1 keeps four significant digits. */
export function formatUnits(amount: string | bigint, decimals: number): string {
  const value = BigInt(amount)
  const unit = 10n ** BigInt(decimals)
  const [whole, rest] = [value / unit, (value % unit).toString().padStart(decimals, '0')]
  const leading = rest.length - rest.replace(/^0+/, '').length
  const shown = whole === 0n ? Math.max(SHOWN_DECIMALS, leading + SIGNIFICANT) : SHOWN_DECIMALS
  const fraction = decimals === 0 ? '' : rest.slice(0, shown).replace(/0+$/, '')
  return `${group(whole.toString())}${fraction === '' ? '' : `.${fraction}`}`
}

/** Returns `12.5` of an amount, exact, to be typed again. */
export function printUnits(amount: bigint, decimals: number): string {
  const unit = 10n ** BigInt(decimals)
  const fraction = decimals === 0 ? '' : (amount % unit).toString().padStart(decimals, '0').replace(/0+$/, '')
  return `${amount / unit}${fraction === '' ? '' : `.${fraction}`}`
}

/** Returns the amount of `12.5`, or undefined where it is none: no sign, no exponent, no more decimals than the token has. */
export function parseUnits(text: string, decimals: number): bigint | undefined {
  const match = /^(\d{1,40})(?:\.(\d+))?$/.exec(text.trim())
  const fraction = match?.[2] ?? ''
  if (!match || fraction.length > decimals) return undefined
  return BigInt(match[1]!) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || 0)
}

/** Returns `12.5 %` of basis points. */
export const formatShare = (basisPoints: number): string => `${basisPoints / 100} %`

const WINDOW_UNITS = [
  [86_400, 'day', 'days'],
  [3_600, 'h', 'h'],
  [60, 'min', 'min'],
  [1, 's', 's'],
] as const

/** Returns `7 days` or `2 days 12 h`, of two units; rounded up, for it says how long something can last at most. */
export function formatWindow(seconds: number): string {
  const first = WINDOW_UNITS.findIndex(([size]) => seconds >= size)
  if (first < 0) return 'none'
  const [size] = WINDOW_UNITS[first]!
  const next = WINDOW_UNITS[first + 1]
  const rounded = next === undefined ? seconds : Math.ceil(seconds / next[0]) * next[0]
  // Nearly a whole of the next larger unit is one.
  if (first > 0 && rounded >= WINDOW_UNITS[first - 1]![0]) return formatWindow(rounded)
  const [count, rest] = [Math.floor(rounded / size), rounded % size]
  const [, one, many] = WINDOW_UNITS[first]!
  const name = `${count} ${count === 1 ? one : many}`
  return rest === 0 || next === undefined ? name : `${name} ${rest / next[0]} ${next[1]}`
}

/** What the durations of a version of system staking count a day (docs of IoTeX: version 2 counts blocks). */
export const LOCK_UNITS_A_DAY = { 2: 17_280n, 3: 86_400n } as const

/** Returns how long a bucket is locked, in words. */
export const formatLock = (duration: string | bigint, version: 2 | 3): string =>
  version === 3 ? formatWindow(Number(duration)) : `${group(String(duration))} blocks`

/** Returns `25 Nov 2026, 14:05 UTC`. */
export const formatDay = (seconds: number): string => {
  const date = new Date(1000 * seconds)
  const month = date.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })
  const time = date.toISOString().slice(11, 16)
  return `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}, ${time} UTC`
}

/** Decimals of a yield. */
const YIELD_DECIMALS = 18

/**
 * Returns what one whole unit of stake earns, in whole tokens, as `0.0125`; undefined where no stake shares it. It compares
 * two tokens, and says nothing of their prices.
 */
export function yieldPerUnit(funded: bigint, token: Asset, stake: bigint, asset: Asset): string | undefined {
  if (stake === 0n) return undefined
  const scaled = 10n ** BigInt(YIELD_DECIMALS + asset.decimals)
  return formatUnits((funded * scaled) / (stake * 10n ** BigInt(token.decimals)), YIELD_DECIMALS)
}
