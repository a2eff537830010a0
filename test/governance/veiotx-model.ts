/**
 * veIOTX in exact rationals: what docs/adr/0060 says, without the contract's rounding and without its curves. Everything is
 * computed anew from the history of every lock, so that it can share no mistake with sums that are kept.
 * @module
 */

export const WEEK = 7n * 86_400n
export const MIN_DURATION = 91n * 86_400n
export const MAX_DURATION = 4n * 365n * 86_400n

/** numerator / denominator, denominator > 0. */
export interface Rational {
  numerator: bigint
  denominator: bigint
}

/** A lock as it was from `since` on, until the account's next entry. */
interface Entry {
  since: bigint
  amount: bigint
  end: bigint
  delegatee: string
}

export type Operation =
  | { kind: 'lock'; account: string; amount: bigint; end: bigint }
  | { kind: 'increase'; account: string; amount: bigint }
  | { kind: 'extend'; account: string; end: bigint }
  | { kind: 'delegate'; account: string; delegatee: string }
  | { kind: 'withdraw'; account: string }

export class VeIOTXModel {
  /** Each account's locks over time, the present one last. */
  readonly #histories = new Map<string, Entry[]>()

  /** Does `operation` at `time`, not before the last one. Returns the error that it ends with, and does nothing then. */
  apply(operation: Operation, time: bigint): string | undefined {
    const { amount, end, delegatee } = this.#present(operation.account)
    const set = (next: Partial<Entry>) => {
      const history = this.#histories.get(operation.account) ?? []
      this.#histories.set(operation.account, history)
      history.push({ amount, end, delegatee, ...next, since: time })
      return undefined
    }
    switch (operation.kind) {
      case 'lock':
        if (operation.amount === 0n) return 'VeIOTXZeroAmount'
        if (amount > 0n) return 'VeIOTXLocked'
        if (operation.end < time + MIN_DURATION) return 'VeIOTXTooShort'
        return refuseEnd(operation.end, time) ?? set({ amount: operation.amount, end: operation.end })
      case 'increase':
        if (operation.amount === 0n) return 'VeIOTXZeroAmount'
        if (amount === 0n) return 'VeIOTXNothingLocked'
        if (end <= time) return 'VeIOTXExpired'
        return end < time + MIN_DURATION ? 'VeIOTXTooShort' : set({ amount: amount + operation.amount })
      case 'extend':
        if (amount === 0n) return 'VeIOTXNothingLocked'
        if (end <= time) return 'VeIOTXExpired'
        if (operation.end <= end) return 'VeIOTXNotLonger'
        return refuseEnd(operation.end, time) ?? set({ end: operation.end })
      case 'delegate':
        return set({ delegatee: operation.delegatee })
      case 'withdraw':
        if (amount === 0n) return 'VeIOTXNothingLocked'
        return end > time ? 'VeIOTXNotExpired' : set({ amount: 0n })
    }
  }

  #present(account: string): Entry {
    return this.#histories.get(account)?.at(-1) ?? { since: 0n, amount: 0n, end: 0n, delegatee: account }
  }

  /** Locks that count at `time`, which is at or after every operation that matters to it. */
  #liveAt(time: bigint): Entry[] {
    return [...this.#histories.values()].flatMap((history) => {
      const entry = history.findLast(({ since }) => since <= time)
      return entry && entry.amount > 0n && entry.end > time ? [entry] : []
    })
  }

  /** Returns the votes of `delegatee` at `time`, and how many locks they are from. */
  votesAt(delegatee: string, time: bigint): { votes: Rational; locks: bigint } {
    return sum(
      this.#liveAt(time).filter((entry) => entry.delegatee === delegatee),
      time,
    )
  }

  /** Returns all votes at `time`, and how many locks they are from. */
  totalAt(time: bigint): { votes: Rational; locks: bigint } {
    return sum(this.#liveAt(time), time)
  }

  /** Returns what is locked and not withdrawn, in wei. */
  locked(): bigint {
    return [...this.#histories.keys()].reduce((wei, account) => wei + this.#present(account).amount, 0n)
  }

  /** Returns the present lock of `account`. */
  lockOf(account: string): { amount: bigint; end: bigint } {
    return this.#present(account)
  }
}

function refuseEnd(end: bigint, time: bigint): string | undefined {
  if (end % WEEK !== 0n) return 'VeIOTXNotAtWeek'
  return end > time + MAX_DURATION ? 'VeIOTXTooLong' : undefined
}

const sum = (entries: readonly Entry[], time: bigint): { votes: Rational; locks: bigint } => ({
  votes: {
    numerator: entries.reduce((whole, { amount, end }) => whole + amount * (end - time), 0n),
    denominator: MAX_DURATION,
  },
  locks: BigInt(entries.length),
})
