/**
 * Restaked buckets in exact rationals: what docs/adr/0053 says, on top of the pools of the model of restaked stake, without
 * shares, queues or rounding. A staker's loss is what it delegated less what its stake is worth; who was harmed is paid by
 * looking at all payments and all slashes anew.
 * @module
 */
import { atMost, type Basket, MspModel, minus, over, plus, type Rational, ratio, times, ZERO } from './msp-model.ts'

/** Losses below it are put down to nobody, in wei. */
export const DUST = 1_000_000_000n
/** Where the price of an auction begins, in percent of what is in the bucket. */
const FIRST_PRICE = ratio(110n, 100n)
const HALF = ratio(1n, 2n)

/** What a bucket counts for, and what is in it, in wei. */
export interface ModelBucket {
  staker: string
  counts: Rational
  contains: Rational
}

/** `slack` is how far the contract's figures may be from these, in wei. */
export interface ModelAccount {
  balance: Rational
  coin: Rational
  debt: Rational
  shortfall: Rational
  slack: bigint
}

/** Stake on its way out, and what of what was delegated it is. */
export interface ModelExit {
  index: number
  staker: string
  value: () => Rational
  basis: Rational
}

const least = (a: Rational, b: Rational): Rational => (atMost(a, b) ? a : b)
const most = (a: Rational, b: Rational): Rational => (atMost(a, b) ? b : a)
const beyond = (a: Rational, b: Rational): Rational => (atMost(a, b) ? ZERO : minus(a, b))

export class BucketsModel {
  readonly pools: MspModel
  readonly buckets = new Map<bigint, ModelBucket>()
  readonly #accounts = new Map<string, ModelAccount>()
  readonly #basis = new Map<string, Rational>()
  readonly #slashes: { beneficiary: string; amount: Rational }[] = []
  readonly #collected = new Map<string, Rational>()
  #paid = ZERO
  #slack = 0n

  constructor(baskets: readonly Basket[]) {
    this.pools = new MspModel(baskets)
  }

  accountOf(staker: string): ModelAccount {
    const account = this.#accounts.get(staker) ?? { balance: ZERO, coin: ZERO, debt: ZERO, shortfall: ZERO, slack: 0n }
    this.#accounts.set(staker, account)
    return account
  }

  /** Returns how far what beneficiaries are paid may be from the exact figure, in wei. */
  get slack(): bigint {
    return this.#slack
  }

  #round(account: ModelAccount, wei: bigint): void {
    account.slack += wei
    this.#slack += wei
  }

  /* BUCKETS AND COIN */

  deposit(id: bigint, staker: string, amount: bigint): void {
    this.buckets.set(id, { staker, counts: ratio(amount), contains: ratio(amount) })
    this.#credit(this.accountOf(staker), ratio(amount))
  }

  /** Adds `amount` to what is in a bucket, or takes it. */
  change(id: bigint, amount: bigint): void {
    const bucket = this.buckets.get(id)!
    bucket.contains = plus(bucket.contains, ratio(amount))
  }

  remeasure(id: bigint): void {
    const bucket = this.buckets.get(id)!
    const account = this.accountOf(bucket.staker)
    const added = minus(bucket.contains, bucket.counts)
    if (added.numerator > 0n) {
      bucket.counts = bucket.contains
      this.#credit(account, added)
    } else {
      bucket.counts = minus(bucket.counts, this.#take(account, minus(ZERO, added)))
    }
  }

  #credit(account: ModelAccount, amount: Rational): void {
    account.balance = plus(account.balance, amount)
    account.shortfall = minus(account.shortfall, this.#take(account, account.shortfall))
  }

  #take(account: ModelAccount, amount: Rational): Rational {
    const taken = least(amount, most(account.balance, ZERO))
    account.balance = minus(account.balance, taken)
    return taken
  }

  withdrawBucket(id: bigint): void {
    const { staker, counts } = this.buckets.get(id)!
    this.buckets.delete(id)
    const account = this.accountOf(staker)
    account.balance = minus(account.balance, counts)
  }

  pay(staker: string, amount: bigint): void {
    this.#credit(this.accountOf(staker), ratio(amount))
    this.#receive(this.accountOf(staker), ratio(amount))
  }

  #receive(account: ModelAccount, amount: Rational): void {
    account.coin = plus(account.coin, amount)
    this.#offset(account)
  }

  #offset(account: ModelAccount): void {
    const paid = least(account.debt, account.coin)
    account.coin = minus(account.coin, paid)
    account.debt = minus(account.debt, paid)
    this.#paid = plus(this.#paid, paid)
  }

  withdrawCoin(staker: string, amount: bigint): void {
    const account = this.accountOf(staker)
    account.balance = minus(account.balance, ratio(amount))
    account.coin = minus(account.coin, ratio(amount))
  }

  /** Returns what a bucket costs `elapsed` of the auction's time after it was put up: between 0 and 1. */
  priceOf(id: bigint, elapsed: Rational): Rational {
    const { staker, counts, contains } = this.buckets.get(id)!
    const { balance, debt } = this.accountOf(staker)
    const low = most(most(times(counts, HALF), least(debt, counts)), beyond(counts, balance))
    const high = times(contains, FIRST_PRICE)
    return most(low, minus(high, times(beyond(high, low), elapsed)))
  }

  /** Turns a bucket into coin. */
  sell(id: bigint, price: bigint): void {
    const { staker, counts } = this.buckets.get(id)!
    this.buckets.delete(id)
    const account = this.accountOf(staker)
    const gain = minus(ratio(price), counts)
    if (gain.numerator > 0n) {
      this.#credit(account, gain)
    } else {
      const loss = minus(ZERO, gain)
      account.shortfall = plus(account.shortfall, minus(loss, this.#take(account, loss)))
    }
    this.#receive(account, ratio(price))
  }

  /* STAKE */

  delegate(index: number, staker: string, amount: bigint, time: bigint): void {
    const account = this.accountOf(staker)
    account.balance = minus(account.balance, ratio(amount))
    const key = keyOf(index, this.pools.generationOf(index), staker)
    this.#basis.set(key, plus(this.#basis.get(key) ?? ZERO, ratio(amount)))
    this.pools.join(index, staker, amount, time)
  }

  leave(index: number, staker: string, part: Rational, time: bigint, unlockTime: bigint): ModelExit {
    const key = keyOf(index, this.pools.generationOf(index), staker)
    const basis = this.#basis.get(key) ?? ZERO
    const leaving = times(basis, part)
    this.#basis.set(key, minus(basis, leaving))
    this.#round(this.accountOf(staker), 1n)
    return { index, staker, basis: leaving, value: this.pools.leave(index, staker, part, time, unlockTime) }
  }

  claim(exit: ModelExit, time: bigint): void {
    const account = this.accountOf(exit.staker)
    const value = exit.value()
    account.balance = plus(account.balance, value)
    this.#round(account, this.pools.stakeSlack(exit.index))
    this.#lose(account, beyond(exit.basis, value))
    account.shortfall = minus(account.shortfall, this.#take(account, account.shortfall))
    this.pools.pay(exit.index, time)
  }

  /* LOSSES */

  slash(index: number, amount: bigint, beneficiary: string, time: bigint): void {
    const slack = this.pools.stakeSlack(index)
    const taken = this.pools.slash(index, amount, time)
    if (atMost(taken, ratio(amount - 1n))) this.#slack += slack
    this.#slashes.push({ beneficiary, amount: taken })
  }

  /** Returns what slashes took of a position and is not put down to its staker. */
  lossOf(index: number, generation: bigint, staker: string, time: bigint): Rational {
    const value = generation === this.pools.generationOf(index) ? this.pools.stakeOf(index, staker, time) : ZERO
    return beyond(this.#basis.get(keyOf(index, generation, staker)) ?? ZERO, value)
  }

  realise(index: number, generation: bigint, staker: string, time: bigint): void {
    const loss = this.lossOf(index, generation, staker, time)
    const key = keyOf(index, generation, staker)
    this.#basis.set(key, minus(this.#basis.get(key) ?? ZERO, loss))
    const account = this.accountOf(staker)
    this.#round(account, this.pools.stakeSlack(index))
    this.#lose(account, loss)
  }

  realiseExit(exit: ModelExit): void {
    const loss = beyond(exit.basis, exit.value())
    exit.basis = minus(exit.basis, loss)
    const account = this.accountOf(exit.staker)
    this.#round(account, this.pools.stakeSlack(exit.index))
    this.#lose(account, loss)
  }

  #lose(account: ModelAccount, loss: Rational): void {
    if (!atMost(ratio(DUST), loss)) return
    account.debt = plus(account.debt, loss)
    this.#offset(account)
  }

  /* PAYING WHO WAS HARMED */

  /** Returns what was paid for slashes in favour of `beneficiary`, the first slash first, and was not collected. */
  fundedFor(beneficiary: string): Rational {
    let before = ZERO
    let funded = ZERO
    for (const slash of this.#slashes) {
      if (slash.beneficiary === beneficiary) funded = plus(funded, least(beyond(this.#paid, before), slash.amount))
      before = plus(before, slash.amount)
    }
    return minus(funded, this.#collected.get(beneficiary) ?? ZERO)
  }

  collect(beneficiary: string, amount: bigint): void {
    this.#collected.set(beneficiary, plus(this.#collected.get(beneficiary) ?? ZERO, ratio(amount)))
  }

  /** Returns what slashes took that nobody paid and nobody is charged with: zero once all losses are put down, but for dust. */
  get unsettled(): Rational {
    const debts = [...this.#accounts.values()].reduce((all, { debt }) => plus(all, debt), ZERO)
    const slashed = this.#slashes.reduce((all, { amount }) => plus(all, amount), ZERO)
    return minus(slashed, plus(this.#paid, debts))
  }
}

const keyOf = (index: number, generation: bigint, staker: string): string => `${index} ${generation} ${staker}`

/** Returns `part` of `whole`, one at most. */
export const partOf = (part: bigint, whole: bigint): Rational => least(over(ratio(part), ratio(whole)), ratio(1n))
