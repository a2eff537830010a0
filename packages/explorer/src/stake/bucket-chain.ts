/**
 * What a staker's page asks of the vaults of buckets, by way of the wallet, and has them do.
 * @module
 */
import { bucketEscrowInterface } from '@iotex2/chain/contracts/BucketEscrow'
import { bucketVaultInterface } from '@iotex2/chain/contracts/BucketVault'
import { bucketStateOf, type StakedBucket, systemStakingInterface } from '@iotex2/chain/system-staking'
import type { Transaction, WalletChain } from '../onboarding/chain/wallet-chain.ts'
import type { DebtState, RestakeState } from './bucket-preview.ts'
import type { Pool } from './stake-chain.ts'

export class BucketChain {
  readonly #chain: WalletChain

  constructor(chain: WalletChain) {
    this.#chain = chain
  }

  /* READING */

  /** Returns undefined of a bucket that is not there. */
  async restakeState(account: string, vault: string, staking: string, id: bigint): Promise<RestakeState | undefined> {
    const ask = <T>(name: string): Promise<T> =>
      this.#chain.read({ to: staking, contract: systemStakingInterface, name, args: [id] })
    const owner = await this.#chain.find<string>({
      to: staking,
      contract: systemStakingInterface,
      name: 'ownerOf',
      args: [id],
    })
    if (owner === undefined) return undefined
    const [bucket, approved, balance] = await Promise.all([
      ask<StakedBucket>('bucketOf'),
      ask<string>('getApproved'),
      this.#vault<bigint>(vault, 'balanceOf', account),
    ])
    const { amount, duration, delegate } = bucket
    return {
      ...{ amount, duration, delegate: delegate.toLowerCase(), balance, state: bucketStateOf(bucket) },
      isOwner: owner.toLowerCase() === account.toLowerCase(),
      isApproved: approved.toLowerCase() === vault.toLowerCase(),
    }
  }

  async debtState(account: string, vault: string): Promise<DebtState> {
    const [balance, { debt, coin }, held] = await Promise.all([
      this.#vault<bigint>(vault, 'balanceOf', account),
      this.#vault<{ debt: bigint; coin: bigint }>(vault, 'accountOf', account),
      this.#chain.balanceWei(account),
    ])
    return { balance, debt, coin, held }
  }

  /** Returns what a bucket costs now; undefined where it is not for sale any more. */
  price(vault: string, bucket: string): Promise<bigint | undefined> {
    return this.#chain.find({ to: vault, contract: bucketVaultInterface, name: 'priceOf', args: [bucket] })
  }

  /** Returns the present generation of a pool, of which losses are put down. */
  generation({ vault, validator, basket }: Pool): Promise<bigint> {
    return this.#vault(vault, 'generationOf', validator, basket)
  }

  /* WRITING */

  /** Lets the vault take the very bucket. */
  approve(from: string, staking: string, vault: string, id: bigint): Transaction {
    return { from, to: staking, data: systemStakingInterface.encodeFunctionData('approve', [vault, id]) }
  }

  restake(from: string, vault: string, id: bigint): Transaction {
    return this.#call(from, vault, 'depositBucket', [id])
  }

  /** Pays `valueWei` first, then gives the bucket to `from`. */
  takeBack(from: string, vault: string, bucket: string, valueWei: bigint): Transaction {
    return { ...this.#call(from, vault, 'withdrawBucket', [bucket, from]), valueWei }
  }

  pay(from: string, vault: string, valueWei: bigint): Transaction {
    return { ...this.#call(from, vault, 'pay', [from]), valueWei }
  }

  takeCoin(from: string, vault: string, amount: bigint): Transaction {
    return this.#call(from, vault, 'withdraw', [amount, from])
  }

  creditAdded(from: string, vault: string, bucket: string): Transaction {
    return this.#call(from, vault, 'remeasure', [bucket])
  }

  /** Puts down what slashes took of a position as a debt. */
  realise(from: string, { vault, validator, basket }: Pool, generation: bigint): Transaction {
    return this.#call(from, vault, 'realise', [from, validator, basket, generation])
  }

  buy(from: string, vault: string, bucket: string, price: bigint): Transaction {
    return { ...this.#call(from, vault, 'buy', [bucket]), valueWei: price }
  }

  vote(from: string, escrow: string, bucket: string, delegate: string): Transaction {
    return this.#callEscrow(from, escrow, 'changeDelegate', [bucket, delegate])
  }

  lockFor(from: string, escrow: string, bucket: string, duration: bigint): Transaction {
    return this.#callEscrow(from, escrow, 'lock', [bucket, duration])
  }

  /** Sends the rewards in the escrow on to its staker. */
  forward(from: string, escrow: string): Transaction {
    return this.#callEscrow(from, escrow, 'forward', [`0x${'00'.repeat(20)}`])
  }

  #call(from: string, to: string, name: string, args: unknown[]): Transaction {
    return { from, to, data: bucketVaultInterface.encodeFunctionData(name, args) }
  }

  #callEscrow(from: string, to: string, name: string, args: unknown[]): Transaction {
    return { from, to, data: bucketEscrowInterface.encodeFunctionData(name, args) }
  }

  #vault<T>(to: string, name: string, ...args: unknown[]): Promise<T> {
    return this.#chain.read({ to, contract: bucketVaultInterface, name, args })
  }
}
