/**
 * Times and parts as people write them, and the days in which stake is counted.
 * @module
 */

import { text } from '../command.ts'
import { UsageError } from '../errors.ts'

const MINUTE = 60n
const HOUR = 60n * MINUTE
const DAY = 24n * HOUR

/** As in Epochs.sol: from midnight to midnight, UTC. */
const EPOCH = DAY

/** Returns when the epoch after that of `now` begins: what joins counts from then on. */
export const nextEpoch = (now: bigint): bigint => now - (now % EPOCH) + EPOCH

/** Returns the number of the epoch of `time`: days since 1970. */
export const epochOf = (time: bigint): bigint => time / EPOCH

/** Returns an epoch's date: 2027-01-07. */
export const formatEpoch = (epoch: bigint): string => new Date(Number(epoch * EPOCH) * 1000).toISOString().slice(0, 10)

/** Returns the epoch of a date, YYYY-MM-DD. Throws {@link UsageError}. */
export function parseEpoch(date: string): bigint {
  const milliseconds = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  // Some days are no days of their month, and count as days of the next.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).getUTCDate() !== Number(date.slice(-2)))
    throw new UsageError('OPTION_INVALID', `"${date}" is no date: write 2027-01-07.`)
  return epochOf(BigInt(milliseconds) / 1000n)
}

const UNITS = { w: 7n * DAY, d: DAY, h: HOUR, m: MINUTE, s: 1n } as const

export const DURATION = '^[0-9]{1,6}[wdhms]$'

/** Returns seconds. `duration` is as {@link DURATION} says: 3d, 12h. */
export const parseDuration = (duration: string): bigint =>
  BigInt(duration.slice(0, -1)) * UNITS[duration.at(-1) as keyof typeof UNITS]

/** Returns seconds in days, hours, minutes and seconds: 1d 12h. Exact. */
export function formatDuration(seconds: bigint): string {
  const parts: string[] = []
  let rest = seconds
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const whole = rest / UNITS[unit]
    rest %= UNITS[unit]
    if (whole > 0n) parts.push(`${whole}${unit}`)
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}

/** 100 %, in basis points. */
export const WHOLE = 10_000n

const PERCENT = /^([0-9]{1,5})(?:\.([0-9]{1,2}))?%?$/

/** Returns basis points. Throws {@link UsageError} where it is no percentage, or has more than two decimals. */
export function parsePercent(percent: string): bigint {
  const [, whole, part = ''] = PERCENT.exec(percent) ?? []
  if (whole === undefined)
    throw new UsageError('OPTION_INVALID', `"${percent}" is no percentage: write 12 or 12.5, two decimals at most.`)
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, '0'))
}

/** Returns basis points as a percentage: 12.5 %. */
export function formatPercent(basisPoints: bigint): string {
  const part = (basisPoints % 100n).toString().padStart(2, '0').replace(/0+$/, '')
  return `${basisPoints / 100n}${part === '' ? '' : `.${part}`} %`
}

export const percentOption = (description: string) => text('PERCENT', description, { pattern: PERCENT.source })

/**
 * Returns seconds since the epoch. `time` is that number, or a date and time with its zone: 2027-01-07T12:00:00Z. Throws
 * {@link UsageError}.
 */
export function parseTime(time: string): bigint {
  if (/^[0-9]{1,12}$/.test(time)) return BigInt(time)
  const milliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(time) ? Date.parse(time) : Number.NaN
  if (Number.isNaN(milliseconds))
    throw new UsageError('OPTION_INVALID', `"${time}" is no time: write 2027-01-07T12:00:00Z, or seconds since 1970.`)
  return BigInt(milliseconds) / 1000n
}
