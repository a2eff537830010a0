/**
 * Baskets: which modules can slash what part of the stake in them, and what delegating to one means.
 * @module
 */

import { formatUnits } from 'ethers'
import { count } from '../command.ts'
import { UsageError } from '../errors.ts'
import { formatTime } from '../governance.ts'
import { type Asset, formatAmount } from './assets.ts'
import type { Restaking } from './contracts.ts'
import { type DimState, describeTerms, readDim, termsJson } from './dims.ts'
import { RestakingError } from './errors.ts'
import { formatDuration, formatPercent, nextEpoch, parsePercent, WHOLE } from './quantities.ts'

export const basketOption = (description: string) => count(description, { minimum: 1, maximum: 65_535 })

/** A part of a basket's stake, in basis points, that backs a DIM. */
export interface Share {
  dim: bigint
  share: bigint
}

/**
 * Returns the shares that words say, 1=60 2=40.5 (DIM=PERCENT), in the order of their DIMs. Throws {@link UsageError}.
 */
export function parseShares(words: readonly string[]): Share[] {
  const shares = words.map((word) => {
    const [, dim, percent] = /^([1-9][0-9]{0,9})=(.+)$/.exec(word) ?? []
    if (dim === undefined)
      throw new UsageError('OPTION_INVALID', `"${word}" is no line: write DIM=PERCENT, as in 1=60.`)
    const share = parsePercent(percent!)
    if (share === 0n || share > WHOLE)
      throw new UsageError('OPTION_INVALID', `A line is of 0.01 to 100 %, and not of ${formatPercent(share)}.`)
    return { dim: BigInt(dim), share }
  })
  shares.sort((a, b) => (a.dim < b.dim ? -1 : 1))
  const twice = shares.find(({ dim }, i) => dim === shares[i + 1]?.dim)
  if (twice) throw new UsageError('OPTION_INVALID', `DIM ${twice.dim} has two lines.`)
  return shares
}

/** All in basis points, as Allocation.sol rounds them. */
export interface Exposure {
  sum: bigint
  /** What all DIMs together may take for one offence each. */
  slashable: bigint
  /** What is neither allocated nor slashable. Below zero where a basket would be refused. */
  free: bigint
}

/** Returns what a basket would expose. */
export function exposureOf(lines: readonly { share: bigint; maximumSlash: bigint }[]): Exposure {
  const sum = lines.reduce((total, { share }) => total + share, 0n)
  const product = lines.reduce((total, { share, maximumSlash }) => total + share * maximumSlash, 0n)
  const slashable = (product + WHOLE - 1n) / WHOLE
  const [largest = 0n] = lines.map(({ share }) => share).sort((a, b) => Number(b - a))
  return { sum, slashable, free: slashable > largest ? WHOLE - slashable : WHOLE - largest }
}

export interface Line {
  share: bigint
  dim: DimState
  /** Whether validator and DIM have agreed, now and from the next epoch on. */
  serves: boolean
  servesNext: boolean
}

export interface Basket {
  validator: string
  number: bigint
  isOpen: boolean
  lines: Line[]
  exposure: Exposure
  /** In basis points, now and from the next epoch on. */
  commission: bigint
  commissionNext: bigint
}

/** Returns the lines of shares, with what their DIMs may do. Throws {@link RestakingError} DIM_UNKNOWN. */
export const readLines = (restaking: Restaking, validator: string, shares: readonly Share[]): Promise<Line[]> =>
  Promise.all(
    shares.map(async ({ dim, share }) => {
      const [state, serves, servesNext] = await Promise.all([
        readDim(restaking, dim),
        restaking.validators.servesAt(validator, dim, restaking.now),
        restaking.validators.servesAt(validator, dim, nextEpoch(restaking.now)),
      ])
      return { share, dim: state, serves, servesNext }
    }),
  )

export const exposureOfLines = (lines: readonly Line[]): Exposure =>
  exposureOf(lines.map(({ share, dim }) => ({ share, maximumSlash: dim.terms.maximumSlash })))

/** Returns a basket. Throws {@link RestakingError} VALIDATOR_UNKNOWN and BASKET_UNKNOWN. */
export async function readBasket(restaking: Restaking, validator: string, number: bigint): Promise<Basket> {
  const { validators, allocation, now } = restaking
  const [isRegistered, baskets] = await Promise.all([
    validators.isRegistered(validator),
    allocation.basketsOf(validator),
  ])
  if (!isRegistered) throw new RestakingError('VALIDATOR_UNKNOWN', `${validator} is no validator.`)
  if (number > baskets)
    throw new RestakingError(
      'BASKET_UNKNOWN',
      `${validator} has opened ${baskets} baskets: there is no basket ${number}.`,
    )
  const [isOpen, shares, commission, commissionNext] = await Promise.all([
    allocation.isOpen(validator, number),
    allocation.linesOf(validator, number),
    validators.commissionAt(validator, now),
    validators.commissionAt(validator, nextEpoch(now)),
  ])
  const lines = await readLines(restaking, validator, shares)
  return { validator, number, isOpen, lines, exposure: exposureOfLines(lines), commission, commissionNext }
}

/** Returns the most that one offence against a line costs `amount`. */
export const mostOf = ({ share, dim }: Line, amount: bigint): bigint =>
  (amount * share * dim.terms.maximumSlash) / (WHOLE * WHOLE)

/** Returns which modules can slash what part of a basket's stake, on what terms; of `stake`, where it is given. */
export function describeLines(lines: readonly Line[], stake?: { amount: bigint; asset: Asset }): string[] {
  const exposure = exposureOfLines(lines)
  return [
    ...lines.map((line) => {
      const most = stake && formatAmount(mostOf(line, stake.amount), stake.asset)
      return `  DIM ${line.dim.id} has ${formatPercent(line.share)}${agreementOf(line)}: ${describeTerms(line.dim.terms, most)}`
    }),
    exposure.sum > WHOLE
      ? `  rehypothecated: ${formatPercent(exposure.sum)} in all, of which one offence each can cost ${formatPercent(exposure.slashable)}`
      : `  one offence each can cost ${formatPercent(exposure.slashable)} in all`,
    `  free: ${formatPercent(exposure.free)} is neither allocated nor slashable`,
  ]
}

function agreementOf({ dim, serves, servesNext }: Line): string {
  if (dim.status !== 'admitted') return ` (${dim.status})`
  if (serves === servesNext) return serves ? '' : ' (validator and DIM have not agreed: nothing counts, nor is slashed)'
  return servesNext ? ' (from the next day on)' : ' (until the end of this day)'
}

export const describeCommission = ({
  commission,
  commissionNext,
}: Pick<Basket, 'commission' | 'commissionNext'>): string =>
  commission === commissionNext
    ? `  the validator keeps ${formatPercent(commission)} of rewards`
    : `  the validator keeps ${formatPercent(commission)} of rewards, and ${formatPercent(commissionNext)} from the next day on`

/** Returns the price of a share, in assets: 1 at first, less by slashes. Both in base units; shares have 3 decimals more. */
export function formatPrice(assets: bigint, shares: bigint): string {
  const nano = (assets * 1000n * 10n ** 9n) / shares
  const part = (nano % 10n ** 9n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${nano / 10n ** 9n}${part === '' ? '' : `.${part}`}`
}

/** Returns shares as people read them: they have 3 decimals more than the asset. */
export const formatShares = (shares: bigint, { decimals }: Asset): string =>
  formatUnits(shares, decimals + 3).replace(/\.0$/, '')

/** Returns when it counts, and when it could leave. */
export function describeTimes(now: bigint, exitDelay: bigint): string[] {
  const counts = nextEpoch(now)
  return [
    `  it counts from ${formatTime(counts)} UTC on, in ${formatDuration(counts - now)}; it shares slashes at once`,
    `  it leaves ${formatDuration(exitDelay)} after you ask: asked now, ${formatTime(now + exitDelay)} UTC; until then it can be slashed`,
  ]
}

export const linesJson = (lines: readonly Line[], amount?: bigint) =>
  lines.map((line) => ({
    dim: line.dim.id,
    status: line.dim.status,
    shareBps: line.share,
    serves: line.serves,
    servesNext: line.servesNext,
    ...(amount !== undefined && { mostUnits: mostOf(line, amount) }),
    ...termsJson(line.dim.terms),
  }))

export const basketJson = ({ validator, number, isOpen, lines, exposure, commission }: Basket, amount?: bigint) => ({
  validator,
  basket: number,
  isOpen,
  commissionBps: commission,
  freeBps: exposure.free,
  slashableBps: exposure.slashable,
  lines: linesJson(lines, amount),
})
