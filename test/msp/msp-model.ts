/**
 * Restaked stake and its rewards in exact rationals: what docs/adr/0050 and 0052 say, without shares, prices, traces or
 * rounding. A slash takes the same part of every wei in a pool; an epoch's reward is divided by the least that each had in the
 * pool at any time in the epoch. Everything is computed anew from the history of every position, so that it can share no mistake
 * with sums that are kept.
 * @module
 */

/** numerator / denominator in lowest terms, denominator > 0. */
export interface Rational {
  numerator: bigint
  denominator: bigint
}

const gcd = (a: bigint, b: bigint): bigint => {
  while (b !== 0n) [a, b] = [b, a % b]
  return a < 0n ? -a : a
}
/** Returns numerator / denominator, of which the denominator is positive. */
export const ratio = (numerator: bigint, denominator = 1n): Rational => {
  const divisor = gcd(numerator, denominator) || 1n
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}
export const plus = (a: Rational, b: Rational): Rational =>
  ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
export const minus = (a: Rational, b: Rational): Rational => plus(a, { ...b, numerator: -b.numerator })
export const times = (a: Rational, b: Rational): Rational =>
  ratio(a.numerator * b.numerator, a.denominator * b.denominator)
export const over = (a: Rational, b: Rational): Rational =>
  ratio(a.numerator * b.denominator, a.denominator * b.numerator)
export const atMost = (a: Rational, b: Rational): boolean => a.numerator * b.denominator <= b.numerator * a.denominator
const sum = (terms: readonly Rational[]): Rational => terms.reduce(plus, ZERO)
const least = (a: Rational, b: Rational): Rational => (atMost(a, b) ? a : b)
export const ZERO: Rational = { numerator: 0n, denominator: 1n }
const ONE: Rational = { numerator: 1n, denominator: 1n }
const WHOLE = 10_000n

export const EPOCH = 86_400n
export const epochOf = (time: bigint): bigint => time / EPOCH

/** What something is from `since` on, a time or an epoch, until the next entry. */
interface Entry<T> {
  since: bigint
  value: T
}

/** Returns what a history says of `moment`. */
const at = <T>(history: readonly Entry<T>[], moment: bigint, otherwise: T): T =>
  history.findLast(({ since }) => since <= moment)?.value ?? otherwise

/** A validator's basket. `lines` are the parts in basis points that back each DIM. */
export interface Basket {
  validator: string
  basket: bigint
  lines: ReadonlyMap<bigint, bigint>
}

/** One pool from its beginning to its end. Stake is in units of its first price; `worth` is what a unit is worth. */
interface Generation {
  worth: Entry<Rational>[]
  positions: Map<string, Entry<Rational>[]>
  exits: { units: Rational; unlockTime: bigint; worth?: Rational }[]
}

interface Pool {
  generations: Generation[]
  counted: Map<bigint, Entry<boolean>[]>
  /** Joins, exits, their payments, and slashes: each is rounded in the contract, by less than a wei. */
  changes: bigint
  /** How far those may have raised the contract's price, in parts of it: 1 / what was in the pool, for each. */
  drift: bigint
}

/** Drifts are in multiples of 2^-96. The contract takes any above 2^-32 over. */
const DRIFT_UNIT = 1n << 96n
const MOST_DRIFT = 1n << 64n

/** What a position earned of one epoch, and how far the contract's figures may be from it. */
export interface Share {
  staker: Rational
  validator: Rational
  forfeited: Rational
  slack: Rational
}

export class MspModel {
  readonly #baskets: readonly Basket[]
  readonly #pools: Pool[]
  readonly #serving = new Map<string, Entry<boolean>[]>()
  readonly #commissions = new Map<string, Entry<bigint>[]>()
  readonly #funding = new Map<string, Rational>()

  constructor(baskets: readonly Basket[]) {
    this.#baskets = baskets
    this.#pools = baskets.map(() => ({ generations: [newGeneration()], counted: new Map(), changes: 0n, drift: 0n }))
  }

  /* AGREEMENTS */

  /** Sets whether `validator` serves `dim`, from the epoch after `time`. */
  setServing(validator: string, dim: bigint, serves: boolean, time: bigint): void {
    entriesOf(this.#serving, `${validator} ${dim}`).push({ since: epochOf(time) + 1n, value: serves })
  }

  /** Sets the commission of `validator` in basis points, from the epoch after `time`. */
  setCommission(validator: string, commission: bigint, time: bigint): void {
    entriesOf(this.#commissions, validator).push({ since: epochOf(time) + 1n, value: commission })
  }

  #serves(validator: string, dim: bigint, epoch: bigint): boolean {
    return at(this.#serving.get(`${validator} ${dim}`) ?? [], epoch, false)
  }

  /** Counts a pool that was ever joined for what its validator serves from the next epoch on; `onlyMore`: drops nothing. */
  sync(index: number, time: bigint, onlyMore = false): void {
    if (this.#pools[index]!.changes === 0n) return
    const next = epochOf(time) + 1n
    const { validator, lines } = this.#baskets[index]!
    for (const dim of lines.keys()) {
      const serves = this.#serves(validator, dim, next)
      if (serves || !onlyMore) entriesOf(this.#pools[index]!.counted, dim).push({ since: next, value: serves })
    }
  }

  /* STAKE */

  #present(index: number): Generation {
    return this.#pools[index]!.generations.at(-1)!
  }

  /** Returns the number of the pool's present generation. */
  generationOf(index: number): bigint {
    return BigInt(this.#pools[index]!.generations.length - 1)
  }

  #change(index: number, time: bigint): void {
    const pool = this.#pools[index]!
    const { numerator, denominator } = this.assetsOf(index, time)
    pool.changes++
    const rise = numerator < denominator ? MOST_DRIFT : (DRIFT_UNIT * denominator) / numerator + 1n
    pool.drift = pool.drift + rise < MOST_DRIFT ? pool.drift + rise : MOST_DRIFT
  }

  /** Returns how far the contract's figure of a stake in a pool may be from the exact one, in wei. */
  stakeSlack(index: number): bigint {
    return this.#pools[index]!.changes + 2n
  }

  /** Returns how far the contract's figure of `weight` may be from it, in wei: its price may lag behind besides. */
  weightSlack(index: number, weight: Rational): bigint {
    const { changes, drift } = this.#pools[index]!
    return changes + 3n + (weight.numerator * drift) / (weight.denominator * DRIFT_UNIT)
  }

  join(index: number, staker: string, amount: bigint, time: bigint): void {
    const generation = this.#present(index)
    const units = over(ratio(amount), worthAt(generation, time))
    const position = entriesOf(generation.positions, staker)
    position.push({ since: time, value: plus(unitsAt(position, time), units) })
    this.#change(index, time)
    this.sync(index, time, true)
  }

  /** Lets `part` of what `staker` has leave. Returns the exit's value: of now before it unlocks, of then afterwards. */
  leave(index: number, staker: string, part: Rational, time: bigint, unlockTime: bigint): () => Rational {
    const generation = this.#present(index)
    const position = entriesOf(generation.positions, staker)
    const units = unitsAt(position, time)
    const leaving = times(units, part)
    position.push({ since: time, value: minus(units, leaving) })
    const exit = { units: leaving, unlockTime }
    generation.exits.push(exit)
    this.#change(index, time)
    return () => times(exit.units, worthAt(generation, unlockTime - 1n))
  }

  /** Tells that an exit of the pool was paid: no other stake is worth more or less for it. */
  pay(index: number, time: bigint): void {
    this.#change(index, time)
  }

  /** Takes `amount` of all that has not left, or all of it if that is less. Returns what was taken. */
  slash(index: number, amount: bigint, time: bigint): Rational {
    const pool = this.#pools[index]!
    const generation = this.#present(index)
    const all = this.assetsOf(index, time)
    this.#change(index, time)
    if (atMost(all, ratio(amount))) {
      generation.worth.push({ since: time, value: ZERO })
      pool.generations.push(newGeneration())
      return all
    }
    const left = over(minus(all, ratio(amount)), all)
    generation.worth.push({ since: time, value: times(worthAt(generation, time), left) })
    return ratio(amount)
  }

  /** Returns all of a pool that a slash at `time` could reach. */
  assetsOf(index: number, time: bigint): Rational {
    const generation = this.#present(index)
    const active = [...generation.positions.values()].map((position) => unitsAt(position, time))
    const leaving = generation.exits.filter(({ unlockTime }) => unlockTime > time).map(({ units }) => units)
    return times(sum([...active, ...leaving]), worthAt(generation, time))
  }

  /** Returns what `staker` has in a pool and is not leaving. */
  stakeOf(index: number, staker: string, time: bigint): Rational {
    const generation = this.#present(index)
    return times(unitsAt(generation.positions.get(staker) ?? [], time), worthAt(generation, time))
  }

  /* WEIGHTS */

  /** Returns the least that `staker` had in a pool at any time of `epoch`, by what a slash left of it. */
  weightIn(index: number, generation: bigint, staker: string, epoch: bigint): Rational {
    const of = this.#pools[index]!.generations[Number(generation)]!
    const position = of.positions.get(staker) ?? []
    const begin = epoch * EPOCH
    const end = begin + EPOCH
    const within = position.filter(({ since }) => since >= begin && since < end).map(({ value }) => value)
    return times(within.reduce(least, unitsAt(position, begin - 1n)), worthAt(of, end - 1n))
  }

  #isCounted(index: number, dim: bigint, epoch: bigint): boolean {
    return at(this.#pools[index]!.counted.get(dim) ?? [], epoch, false)
  }

  /** Returns what backed `dim` all through `epoch`, and how far the contract's figure may be from it. */
  totalIn(dim: bigint, epoch: bigint): { total: Rational; slack: bigint } {
    let total = ZERO
    let slack = 0n
    for (const [index, { lines }] of this.#baskets.entries()) {
      if (!this.#isCounted(index, dim, epoch)) continue
      const part = ratio(lines.get(dim) ?? 0n, WHOLE)
      let weight = ZERO
      for (const [number, { positions }] of this.#pools[index]!.generations.entries())
        for (const staker of positions.keys())
          weight = plus(weight, this.weightIn(index, BigInt(number), staker, epoch))
      total = plus(total, times(weight, part))
      slack += this.weightSlack(index, weight)
    }
    return { total, slack }
  }

  /* REWARDS */

  fund(dim: bigint, epoch: bigint, amount: Rational): void {
    this.#funding.set(`${dim} ${epoch}`, plus(this.fundedFor(dim, epoch), amount))
  }

  fundedFor(dim: bigint, epoch: bigint): Rational {
    return this.#funding.get(`${dim} ${epoch}`) ?? ZERO
  }

  /** Returns what a position earned of the pot of `dim` for `epoch`, which is over. */
  earnedIn(dim: bigint, index: number, generation: bigint, staker: string, epoch: bigint): Share {
    const nothing: Share = { staker: ZERO, validator: ZERO, forfeited: ZERO, slack: ZERO }
    const { validator, lines } = this.#baskets[index]!
    const part = ratio(lines.get(dim) ?? 0n, WHOLE)
    const funded = this.fundedFor(dim, epoch)
    const weight = times(this.weightIn(index, generation, staker, epoch), part)
    if (!this.#isCounted(index, dim, epoch) || weight.numerator === 0n || funded.numerator === 0n) return nothing
    const { total, slack } = this.totalIn(dim, epoch)
    const whole = over(times(funded, weight), total)
    const shared = { ...nothing, slack: shareSlack(funded, total, slack) }
    if (!this.#serves(validator, dim, epoch)) return { ...shared, forfeited: whole }
    const commission = times(whole, ratio(at(this.#commissions.get(validator) ?? [], epoch, 0n), WHOLE))
    return { ...shared, staker: minus(whole, commission), validator: commission }
  }
}

const newGeneration = (): Generation => ({ worth: [], positions: new Map(), exits: [] })
const worthAt = ({ worth }: Generation, time: bigint): Rational => at(worth, time, ONE)
const unitsAt = (position: readonly Entry<Rational>[], time: bigint): Rational => at(position, time, ZERO)

function entriesOf<K, T>(map: Map<K, Entry<T>[]>, key: K): Entry<T>[] {
  const entries = map.get(key) ?? []
  map.set(key, entries)
  return entries
}

/** A weight and its total that are off by `wei` at most move the share by 2 × wei / (total - wei) of it; rates are whole, and so are forfeits. */
function shareSlack(funded: Rational, total: Rational, wei: bigint): Rational {
  const sure = minus(total, ratio(wei))
  if (sure.numerator <= 0n) return plus(funded, ONE)
  return plus(over(times(funded, ratio(2n * wei)), sure), ONE)
}
