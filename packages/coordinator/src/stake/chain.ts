/**
 * What time and slashes change of restaked stake, read at one block. Requests of the same moment go out as one batch.
 * @module
 */
import { connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { connectDimRegistry } from '@iotex2/chain/contracts/DimRegistry'
import { connectRewards } from '@iotex2/chain/contracts/Rewards'
import { connectTokenVault } from '@iotex2/chain/contracts/TokenVault'
import { reach } from '@iotex2/chain/provider'
import { type BucketState, bucketStateOf, connectSystemStaking } from '@iotex2/chain/system-staking'
import { AbiCoder, id, isError, type JsonRpcProvider } from 'ethers'
import type { StakeAddresses } from './indexer.ts'
import { epochStart, least } from './ledger.ts'

export interface Head {
  number: number
  /** In seconds since the epoch. */
  time: number
}

export interface PoolKey {
  vault: string
  validator: string
  basket: number
}

/** What is paid to those of a vault's stakers who back a module. */
export interface PotKey {
  dim: string
  vault: string
  token: string
}

export interface PoolAmounts {
  /** All that a slash could reach: active and leaving. */
  slashable: bigint
  /** What is not leaving. */
  active: bigint
  /** What counts for modules in this epoch: it was there before, and is not leaving. */
  counting: bigint
}

/** What an asset says of itself: anybody's word. */
export interface Asset {
  symbol: string
  decimals: number
}

/** A bucket of system staking in a vault. Amounts are wei of IOTX. */
export interface RestakedBucket {
  staker: string
  /** What it counts for. */
  amount: bigint
  /** What is in it. */
  contained: bigint
  /** In blocks of version 2, in seconds of version 3. */
  duration: bigint
  state: BucketState
  /** For whom it votes. */
  delegate: string
  /** While it is up for auction. */
  auction: Auction | undefined
}

export interface Auction {
  price: bigint
  /** In seconds since the epoch, as all times here. */
  startedAt: number
  /** From then on the price falls no further. */
  endsAt: number
}

/** What a staker's buckets owe. */
export interface BucketAccount {
  /** What of its balance and stake it can withdraw as coin. */
  coin: bigint
  debt: bigint
  /** Until then the debt can be paid before a bucket is taken for it; undefined: there is none. */
  payUntil: number | undefined
  escrow: string
  /** Coin in the escrow: rewards of the L1 to be forwarded. */
  rewards: bigint
}

/** Segments that one claim goes through. */
export const SEGMENTS = 50

const MAXIMUM_SYMBOL_LENGTH = 12
const MAXIMUM_DECIMALS = 36

export class StakeChain {
  readonly #provider: JsonRpcProvider
  readonly #addresses: StakeAddresses
  readonly #assets = new Map<string, Asset>()
  readonly #stakings = new Map<string, Promise<string>>()

  constructor(provider: JsonRpcProvider, addresses: StakeAddresses) {
    this.#provider = provider
    this.#addresses = addresses
  }

  async head(): Promise<Head> {
    const block = await reach(this.#provider, () => this.#provider.send('eth_getBlockByNumber', ['latest', false]))
    return { number: Number(block.number), time: Number(block.timestamp) }
  }

  /** Returns how long an exit takes that is requested at `head`, in seconds. */
  async exitDelay({ number: blockTag }: Head): Promise<number> {
    const dims = connectDimRegistry(this.#addresses.dimRegistry, this.#provider)
    return Number(await this.#read(() => dims.exitDelay({ blockTag })))
  }

  async pool({ vault, validator, basket }: PoolKey, { number: blockTag, time }: Head): Promise<PoolAmounts> {
    const contract = connectTokenVault(vault, this.#provider)
    const [slashable, active, before] = await this.#read(() =>
      Promise.all([
        contract.slashableNow(validator, basket, { blockTag }),
        contract.activeAt(validator, basket, time, { blockTag }),
        contract.activeAt(validator, basket, epochStart(time) - 1, { blockTag }),
      ]),
    )
    return { slashable, active, counting: least(before, active) }
  }

  /** Returns all that a vault owes: balances, pools, and what was slashed and not collected. */
  owed(vault: string, { number: blockTag }: Head): Promise<bigint> {
    return this.#read(() => connectTokenVault(vault, this.#provider).owed({ blockTag }))
  }

  balance(vault: string, staker: string, { number: blockTag }: Head): Promise<bigint> {
    return this.#read(() => connectTokenVault(vault, this.#provider).balanceOf(staker, { blockTag }))
  }

  async position(
    { vault, validator, basket }: PoolKey,
    staker: string,
    { number: blockTag }: Head,
  ): Promise<{ shares: bigint; stake: bigint }> {
    const contract = connectTokenVault(vault, this.#provider)
    const [shares, stake] = await this.#read(() =>
      Promise.all([
        contract.sharesOf(staker, validator, basket, { blockTag }),
        contract.stakeOf(staker, validator, basket, { blockTag }),
      ]),
    )
    return { shares, stake }
  }

  /** Returns what an exit would be credited if it were claimed at `head`, or unlocked then. */
  exitAmount(vault: string, exitId: string, { number: blockTag }: Head): Promise<bigint> {
    return this.#read(() => connectTokenVault(vault, this.#provider).previewExit(exitId, { blockTag }))
  }

  /** Returns what is left in a pot: neither paid nor refunded. */
  async potLeft(pot: PotKey, { number: blockTag }: Head): Promise<bigint> {
    return (await this.#read(() => this.#rewards().balanceOf(pot, { blockTag }))).left
  }

  /** Returns what a pot pays for an epoch, and the stake that shares it as far as it is known by `head`. */
  async epoch(pot: PotKey, epoch: number, { number: blockTag }: Head): Promise<{ funded: bigint; stake: bigint }> {
    const rewards = this.#rewards()
    const [funded, stake] = await this.#read(() =>
      Promise.all([
        rewards.fundedFor(pot, epoch, { blockTag }),
        rewards.totalIn(pot.dim, pot.vault, epoch, { blockTag }),
      ]),
    )
    return { funded, stake }
  }

  /** Returns the present generation of a pool: shares of an older one are worth nothing. */
  generation({ vault, validator, basket }: PoolKey, { number: blockTag }: Head): Promise<bigint> {
    return this.#read(() => connectTokenVault(vault, this.#provider).generationOf(validator, basket, { blockTag }))
  }

  /** Returns what a position earned out of a pot and was not paid, in at most {@link SEGMENTS} segments. */
  pending(
    pot: PotKey,
    { validator, basket }: PoolKey,
    generation: bigint,
    staker: string,
    { number: blockTag }: Head,
  ): Promise<bigint> {
    const position = { validator, basket, generation, staker }
    return this.#read(() => this.#rewards().pending(pot, position, SEGMENTS, { blockTag }))
  }

  #rewards() {
    return connectRewards(this.#addresses.rewards, this.#provider)
  }

  /* BUCKETS */

  /** Returns the staked coin of a vault of buckets: the contract that holds it, and how it is printed. */
  async stakedCoin(vault: string): Promise<Asset & { address: string }> {
    const known = this.#stakings.get(vault)
    const staking = known ?? this.#read(() => connectBucketVault(vault, this.#provider).staking())
    this.#stakings.set(vault, staking)
    try {
      return { address: (await staking).toLowerCase(), symbol: 'IOTX', decimals: 18 }
    } catch (error) {
      this.#stakings.delete(vault)
      throw error
    }
  }

  /** Returns undefined of a bucket that is not in the vault. */
  async bucket(vault: string, id: bigint, { number: blockTag }: Head): Promise<RestakedBucket | undefined> {
    const contract = connectBucketVault(vault, this.#provider)
    const { staker, amount, auctionedAt } = await this.#read(() => contract.bucketOf(id, { blockTag }))
    if (BigInt(staker) === 0n) return undefined
    const { address } = await this.stakedCoin(vault)
    const [inside, price, length] = await this.#read(() =>
      Promise.all([
        connectSystemStaking(address, this.#provider).bucketOf(id, { blockTag }),
        contract.priceOf(id, { blockTag }).catch(undefinedWhereRefused),
        contract.AUCTION_LENGTH({ blockTag }),
      ]),
    )
    const startedAt = Number(auctionedAt)
    return {
      ...{ staker: staker.toLowerCase(), amount, contained: inside.amount, duration: inside.duration },
      ...{ state: bucketStateOf(inside), delegate: inside.delegate.toLowerCase() },
      auction: price === undefined ? undefined : { price, startedAt, endsAt: startedAt + Number(length) },
    }
  }

  async bucketAccount(vault: string, staker: string, { number: blockTag }: Head): Promise<BucketAccount> {
    const contract = connectBucketVault(vault, this.#provider)
    const [{ coin, debt, indebtedAt }, grace, escrow] = await this.#read(() =>
      Promise.all([
        contract.accountOf(staker, { blockTag }),
        contract.GRACE({ blockTag }),
        contract.escrowOf(staker, { blockTag }),
      ]),
    )
    const rewards = await this.#read(() => this.#provider.getBalance(escrow, blockTag))
    const payUntil = indebtedAt === 0n ? undefined : Number(indebtedAt + grace)
    return { coin, debt, payUntil, escrow: escrow.toLowerCase(), rewards }
  }

  /** Returns what slashes took of a position in a vault of buckets, and what is not put down to its staker yet. */
  async loss(key: PoolKey, staker: string, head: Head): Promise<bigint> {
    const { vault, validator, basket } = key
    const generation = await this.generation(key, head)
    const contract = connectBucketVault(vault, this.#provider)
    return this.#read(() => contract.lossOf(staker, validator, basket, generation, { blockTag: head.number }))
  }

  /** Returns how an asset is printed. A contract that is no token has no symbol and no decimals. */
  async asset(address: string): Promise<Asset> {
    const known = this.#assets.get(address)
    if (known) return known
    const [symbol, decimals] = await Promise.all([
      this.#ask(address, 'symbol()', 'string'),
      this.#ask(address, 'decimals()', 'uint256'),
    ])
    const asset = {
      symbol: printable(typeof symbol === 'string' ? symbol : '') || `${address.slice(0, 6)}…${address.slice(-4)}`,
      decimals: typeof decimals === 'bigint' && decimals <= MAXIMUM_DECIMALS ? Number(decimals) : 0,
    }
    this.#assets.set(address, asset)
    return asset
  }

  /** Returns the decoded answer, or undefined where the contract refuses or answers something else. */
  async #ask(to: string, signature: string, type: string): Promise<unknown> {
    try {
      const data = id(signature).slice(0, 10)
      const answer = await this.#read(() => this.#provider.call({ to, data }))
      return AbiCoder.defaultAbiCoder().decode([type], answer)[0]
    } catch (error) {
      if (
        ['CALL_EXCEPTION', 'BAD_DATA', 'BUFFER_OVERRUN', 'INVALID_ARGUMENT'].some((code) =>
          isError(error, code as never),
        )
      )
        return undefined
      throw error
    }
  }

  #read<T>(request: () => Promise<T>): Promise<T> {
    return reach(this.#provider, request)
  }
}

/** For a call that a contract refuses. */
function undefinedWhereRefused(error: unknown): undefined {
  if (isError(error, 'CALL_EXCEPTION')) return undefined
  throw error
}

/** Marks of all scripts are kept; controls, and what turns the direction of a line, are not. */
const printable = (text: string): string => text.replaceAll(/[\p{C}\p{Z}]/gu, '').slice(0, MAXIMUM_SYMBOL_LENGTH)
