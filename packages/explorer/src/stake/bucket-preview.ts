/**
 * What a write to a vault of buckets will do, before the wallet is asked (contracts/msp/BucketVault.sol). Pure.
 * @module
 */
import type { BucketState } from '@iotex2/chain/system-staking'

/** What the chain says before a bucket is restaked. */
export interface RestakeState {
  isOwner: boolean
  state: BucketState
  /** In wei of IOTX, as all amounts. */
  amount: bigint
  duration: bigint
  delegate: string
  /** Whether the vault may take it. */
  isApproved: boolean
  /** What the account has in the vault and did not delegate. */
  balance: bigint
}

export type RestakeRefusal = 'not-yours' | 'not-locked'

/** Returns why a bucket cannot be restaked; undefined where it can. */
export function refusalOf({ isOwner, state }: RestakeState): RestakeRefusal | undefined {
  if (!isOwner) return 'not-yours'
  return state === 'locked' ? undefined : 'not-locked'
}

/** What the chain says before a bucket is taken back, or a debt is paid. */
export interface DebtState {
  balance: bigint
  debt: bigint
  coin: bigint
  /** What the account holds outside the vault. */
  held: bigint
}

/** Returns what can be taken out: coin that is not delegated. */
export function freeCoin({ coin, balance }: DebtState): bigint {
  if (coin < balance) return coin
  return balance
}

export interface TakeBackPreview {
  /** What has to be sent along: the debt, and what the balance lacks of the bucket's amount. */
  pays: bigint
  balanceAfter: bigint
}

/** Undefined where the account does not hold what has to be paid. */
export function previewTakeBack({ balance, debt, held }: DebtState, amount: bigint): TakeBackPreview | undefined {
  const lacks = amount > balance ? amount - balance : 0n
  const pays = lacks > debt ? lacks : debt
  if (pays > held) return undefined
  return { pays, balanceAfter: balance + pays - amount }
}

export interface PayPreview {
  debtAfter: bigint
  /** Credited to the balance: all of it, for the bucket behind the debt is free again. */
  balanceAfter: bigint
  /** What exceeds the debt is coin, which can be taken out again. */
  coinAfter: bigint
}

export function previewPay({ balance, debt, coin, held }: DebtState, amount: bigint): PayPreview | undefined {
  if (amount <= 0n || amount > held) return undefined
  const paid = amount < debt ? amount : debt
  return { debtAfter: debt - paid, balanceAfter: balance + amount, coinAfter: coin + amount - paid }
}
