/**
 * What a staker's page asks of the contracts, by way of the wallet, and has them do.
 * @module
 */
import { allocationInterface } from '@iotex2/chain/contracts/Allocation'
import { dimRegistryInterface } from '@iotex2/chain/contracts/DimRegistry'
import { nativeVaultInterface } from '@iotex2/chain/contracts/NativeVault'
import { rewardsInterface } from '@iotex2/chain/contracts/Rewards'
import { validatorRegistryInterface } from '@iotex2/chain/contracts/ValidatorRegistry'
import { Interface } from 'ethers'
import type { Transaction, WalletChain } from '../onboarding/chain/wallet-chain.ts'
import { BucketChain } from './bucket-chain.ts'
import { type DelegationState, type DepositState, type ExitState, type LineTerms, nextEpoch } from './preview.ts'
import type { StakeOverview } from './types.ts'

/** What any ERC-20 has. */
export const tokenInterface = new Interface([
  'function balanceOf(address) view returns (uint256)',
  'function allowance(address, address) view returns (uint256)',
  'function approve(address, uint256) returns (bool)',
])

/** A place for stake. */
export interface Pool {
  vault: string
  validator: string
  basket: number
}

/** What a claim of an exit gives. */
export interface ExitValue {
  amount: bigint
  unlocksAt: bigint
  /** By the chain's clock. */
  unlocked: boolean
}

const ADMITTED = 2n
const ZERO = `0x${'00'.repeat(20)}`
/** What one pot may use in a claim of several: one that misbehaves does not stop the others. */
const GAS_EACH = 400_000n

export class StakeChain {
  readonly chain: WalletChain
  readonly buckets: BucketChain
  readonly #contracts: StakeOverview['contracts']

  constructor(chain: WalletChain, contracts: StakeOverview['contracts']) {
    this.chain = chain
    this.buckets = new BucketChain(chain)
    this.#contracts = contracts
  }

  /* DEPOSITS */

  async depositState(account: string, vault: string, asset: string, native: boolean): Promise<DepositState> {
    const token = { to: asset, contract: tokenInterface }
    const [held, allowance, balance] = await Promise.all([
      native
        ? this.chain.balanceWei(account)
        : this.chain.read<bigint>({ ...token, name: 'balanceOf', args: [account] }),
      native ? 0n : this.chain.read<bigint>({ ...token, name: 'allowance', args: [account, vault] }),
      this.balance(vault, account),
    ])
    return { held, allowance, balance, native }
  }

  balance(vault: string, account: string): Promise<bigint> {
    return this.#vault(vault, 'balanceOf', account)
  }

  /** Lets the vault take exactly `amount`. */
  approve(from: string, asset: string, vault: string, amount: bigint): Transaction {
    return { from, to: asset, data: tokenInterface.encodeFunctionData('approve', [vault, amount]) }
  }

  deposit(from: string, vault: string, amount: bigint, native: boolean): Transaction {
    if (native)
      return {
        from,
        to: vault,
        data: nativeVaultInterface.encodeFunctionData('depositNative', [from]),
        valueWei: amount,
      }
    return { from, to: vault, data: nativeVaultInterface.encodeFunctionData('deposit', [amount, from]) }
  }

  withdraw(from: string, vault: string, amount: bigint, native: boolean): Transaction {
    const name = native ? 'withdrawNative' : 'withdraw'
    return { from, to: vault, data: nativeVaultInterface.encodeFunctionData(name, [amount, from]) }
  }

  /* DELEGATIONS AND EXITS */

  async delegationState(account: string, { vault, validator, basket }: Pool): Promise<DelegationState> {
    const time = await this.chain.blockTime()
    const [exitDelay, balance, stake, lines, open] = await Promise.all([
      this.#vault<bigint>(vault, 'exitDelay'),
      this.balance(vault, account),
      this.#vault<bigint>(vault, 'stakeOf', account, validator, basket),
      this.#lines(validator, basket, time),
      this.#allocation<boolean>('isOpen', validator, basket),
    ])
    return { time, exitDelay, balance, stake, lines, open }
  }

  delegate(from: string, { vault, validator, basket }: Pool, amount: bigint): Transaction {
    return {
      from,
      to: vault,
      data: nativeVaultInterface.encodeFunctionData('delegate', [validator, basket, amount]),
    }
  }

  async exitState(account: string, { vault, validator, basket }: Pool): Promise<ExitState> {
    const time = await this.chain.blockTime()
    const [exitDelay, shares, stake, lines] = await Promise.all([
      this.#vault<bigint>(vault, 'exitDelay'),
      this.#vault<bigint>(vault, 'sharesOf', account, validator, basket),
      this.#vault<bigint>(vault, 'stakeOf', account, validator, basket),
      this.#lines(validator, basket, time),
    ])
    return { time, exitDelay, shares, stake, lines }
  }

  requestExit(from: string, { vault, validator, basket }: Pool, shares: bigint): Transaction {
    return {
      from,
      to: vault,
      data: nativeVaultInterface.encodeFunctionData('requestExit', [validator, basket, shares]),
    }
  }

  async exitValue(vault: string, exitId: string): Promise<ExitValue> {
    const [amount, exit, time] = await Promise.all([
      this.#vault<bigint>(vault, 'previewExit', exitId),
      this.#vault<{ unlockTime: bigint }>(vault, 'exitOf', exitId),
      this.chain.blockTime(),
    ])
    return { amount, unlocksAt: exit.unlockTime, unlocked: exit.unlockTime <= time }
  }

  claim(from: string, vault: string, exitId: string): Transaction {
    return { from, to: vault, data: nativeVaultInterface.encodeFunctionData('claim', [exitId]) }
  }

  /* BRIBES */

  /** Returns what `account` would be paid out of each pot now. */
  earned(
    account: string,
    pool: Pool,
    generation: string,
    pots: readonly { dim: string; token: string }[],
    segments: number,
  ): Promise<bigint[]> {
    return Promise.all(
      pots.map(({ dim, token }) =>
        this.chain.read<bigint>({
          to: this.#contracts.rewards,
          contract: rewardsInterface,
          name: 'pending',
          args: [{ dim, vault: pool.vault, token }, positionOf(account, pool, generation), segments],
        }),
      ),
    )
  }

  claimEarned(
    from: string,
    pool: Pool,
    generation: string,
    pots: readonly { dim: string; token: string }[],
    segments: number,
  ): Transaction {
    const keys = pots.map(({ dim, token }) => ({ dim, vault: pool.vault, token }))
    const args = [keys, positionOf(from, pool, generation), segments, GAS_EACH]
    return { from, to: this.#contracts.rewards, data: rewardsInterface.encodeFunctionData('claimEach', args) }
  }

  /* CALLS */

  /** Returns a basket's lines with the terms of their modules. */
  async #lines(validator: string, basket: number, time: bigint): Promise<LineTerms[]> {
    const lines = await this.#allocation<{ dim: bigint; share: bigint }[]>('linesOf', validator, basket)
    return Promise.all(
      lines.map(async ({ dim, share }) => {
        const [module, terms, serves] = await Promise.all([
          this.#dims<{ status: bigint }>('dimOf', dim),
          this.#dims<Omit<LineTerms, 'dim' | 'share' | 'counts'> & { beneficiary: string }>('termsOf', dim),
          this.chain.read<boolean>({
            to: this.#contracts.validatorRegistry,
            contract: validatorRegistryInterface,
            name: 'servesAt',
            args: [validator, dim, nextEpoch(time)],
          }),
        ])
        const { maximumSlash, evidenceAge, vetoWindow, executionWindow, beneficiary } = terms
        return {
          ...{ dim, share, maximumSlash, evidenceAge, vetoWindow, executionWindow },
          beneficiary: beneficiary === ZERO ? null : beneficiary,
          counts: module.status === ADMITTED && serves,
        }
      }),
    )
  }

  #vault<T>(to: string, name: string, ...args: unknown[]): Promise<T> {
    return this.chain.read({ to, contract: nativeVaultInterface, name, args })
  }

  #allocation<T>(name: string, ...args: unknown[]): Promise<T> {
    return this.chain.read({ to: this.#contracts.allocation, contract: allocationInterface, name, args })
  }

  #dims<T>(name: string, ...args: unknown[]): Promise<T> {
    return this.chain.read({ to: this.#contracts.dimRegistry, contract: dimRegistryInterface, name, args })
  }
}

const positionOf = (staker: string, { validator, basket }: Pool, generation: string) => ({
  ...{ validator, basket, generation, staker },
})
