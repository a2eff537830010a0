/**
 * Locks of IOTX as people speak of them: how long, until when, and what votes they give.
 * @module
 */
import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { text } from './command.ts'
import { UsageError } from './errors.ts'
import { formatTime, formatVotes, GovernanceError } from './governance.ts'

const DAY = 86_400n
const WEEK = 7n * DAY
/** As in VeIOTX. */
const MIN_DURATION = 91n * DAY
const MAX_DURATION = 4n * 365n * DAY
/** A transaction is mined later than it is made: an end so close to the shortest would be refused then. */
const MINING_MARGIN = 600n

const UNITS = { d: DAY, w: WEEK, y: 365n * DAY } as const

export const endOptions = {
  for: Type.Optional(
    text('TIME', 'How long from now: 91d to 4y, in days, weeks or years; up to the next Thursday, 00:00 UTC.', {
      pattern: '^[1-9][0-9]{0,3}[dwy]$',
    }),
  ),
  until: Type.Optional(
    text('DATE', 'Until when, as YYYY-MM-DD; up to the next Thursday, 00:00 UTC.', {
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
    }),
  ),
}

export interface EndChoice {
  for?: string
  until?: string
}

export interface Lock {
  amount: bigint
  end: bigint
}

/**
 * Returns the week's bound that a choice names, or undefined where there is none. Throws {@link UsageError}, and
 * {@link GovernanceError} LOCK_END_REFUSED where it is further away than four years.
 */
export function chosenEnd(choice: EndChoice, now: bigint): bigint | undefined {
  if (choice.for !== undefined && choice.until !== undefined)
    throw new UsageError('OPTION_INVALID', 'Give --for TIME or --until DATE, not both.')
  if (choice.for !== undefined) {
    const duration = BigInt(choice.for.slice(0, -1)) * UNITS[choice.for.at(-1) as keyof typeof UNITS]
    const latest = floorToWeek(now + MAX_DURATION)
    const end = ceilToWeek(now + duration + MINING_MARGIN)
    // Four years end between two bounds: the last one before is meant.
    return duration <= MAX_DURATION && end > latest ? latest : expectWithin(end, now)
  }
  if (choice.until === undefined) return undefined
  const milliseconds = Date.parse(`${choice.until}T00:00:00Z`)
  // Some days are no days of their month, and count as days of the next.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).getUTCDate() !== Number(choice.until.slice(-2)))
    throw new UsageError('OPTION_INVALID', `${choice.until} is no date.`)
  return expectWithin(ceilToWeek(BigInt(milliseconds) / 1000n), now)
}

function expectWithin(end: bigint, now: bigint): bigint {
  if (end <= now + MAX_DURATION) return end
  const latest = formatTime(floorToWeek(now + MAX_DURATION))
  throw new GovernanceError('LOCK_END_REFUSED', `IOTX are locked for four years at most: until ${latest}.`)
}

/** Throws {@link GovernanceError} LOCK_END_REFUSED where what is locked now until `end` is so for less than 91 days. */
export function expectLongEnough(end: bigint, now: bigint): void {
  if (end < now + MIN_DURATION)
    throw new GovernanceError(
      'LOCK_END_REFUSED',
      `IOTX are locked for 91 days at least: until ${formatTime(ceilToWeek(now + MIN_DURATION))} or later, and not ${formatTime(end)}.`,
    )
}

const floorToWeek = (time: bigint): bigint => time - (time % WEEK)
const ceilToWeek = (time: bigint): bigint => floorToWeek(time + WEEK - 1n)

/** Returns the votes of a lock at a time, as the contract rounds them. */
export const votesOf = ({ amount, end }: Lock, time: bigint): bigint =>
  end > time ? (amount / MAX_DURATION) * (end - time) : 0n

/** Returns what a lock is and means. */
export const describeLock = (lock: Lock, now: bigint): string =>
  `${formatEther(lock.amount)} IOTX until ${formatTime(lock.end)} UTC: ${formatVotes(votesOf(lock, now))} votes now, none from then on`

/** Throws {@link GovernanceError} LOCK_MISSING or LOCK_EXPIRED unless there is a lock that has not ended. */
export function expectLive({ amount, end }: Lock, account: string, now: bigint): void {
  if (amount === 0n) throw new GovernanceError('LOCK_MISSING', `${account} has locked nothing (gov lock).`)
  if (end <= now)
    throw new GovernanceError('LOCK_EXPIRED', `The lock of ${account} ended ${formatTime(end)} UTC (gov withdraw).`)
}
