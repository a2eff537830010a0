/**
 * Calls and transactions through a wallet (EIP-1193): its node is the only one that the page speaks to.
 *
 * A transaction is tried as a call first, so that a contract's refusal is known, by the contract's own error, before the
 * wallet asks for anything.
 * @module
 */
import type { Interface } from 'ethers'
import { PortalError } from '../errors.ts'
import { type Eip1193Provider, isRevert, revertData, toPortalError } from '../wallet/eip1193.ts'
import type { Explain } from './explain.ts'

export interface Call {
  to: string
  contract: Interface
  /** Name, or signature where the contract has several of the name. */
  name: string
  args: readonly unknown[]
}

export interface Transaction {
  from: string
  /** Without it a contract is made. */
  to?: string
  data: string
  valueWei?: bigint
}

export interface Receipt {
  transactionHash: string
  from: string
  status: string
  contractAddress: string | null
  gasUsed: string
  effectiveGasPrice?: string
  logs: { address: string; topics: string[]; data: string }[]
}

export interface WalletChainOptions {
  provider: Eip1193Provider
  /** The wallet must not send to any other chain, whatever it has been switched to meanwhile. */
  chainId: number
  /** Resolves after some time. */
  sleep: (ms: number) => Promise<void>
  /** Knows the errors of the contracts that are called. */
  explain: Explain
}

const POLL_MS = 1_000
/** Looks at a transaction that no node knows, before it is given up. */
const LOOKS_WITHOUT_TRACE = 30

const quantity = (value: bigint): string => `0x${value.toString(16)}`

export class WalletChain {
  readonly #provider: Eip1193Provider
  readonly #chainId: string
  readonly #sleep: (ms: number) => Promise<void>
  readonly #explain: Explain

  constructor({ provider, chainId, sleep, explain }: WalletChainOptions) {
    this.#provider = provider
    this.#chainId = quantity(BigInt(chainId))
    this.#sleep = sleep
    this.#explain = explain
  }

  /** Returns the single result of a call, as ethers decodes it. Throws {@link PortalError}. */
  async read<T>({ to, contract, name, args }: Call): Promise<T> {
    const data = contract.encodeFunctionData(name, args)
    const result = await this.#ask<string>('eth_call', [{ to, data }, 'latest'])
    // A contract that is not there answers nothing.
    if (result === '0x') throw new PortalError('CHAIN_READ_FAILED', `There is no contract at ${to} on this network.`)
    const decoded = contract.decodeFunctionResult(name, result)
    return (decoded.length === 1 ? decoded[0] : decoded) as T
  }

  /** As {@link read}; a contract that refuses answers undefined, such as for a token that does not exist. */
  async find<T>(call: Call): Promise<T | undefined> {
    try {
      return await this.read<T>(call)
    } catch (error) {
      if (error instanceof PortalError && error.code === 'TRANSACTION_REVERTED') return undefined
      throw error
    }
  }

  async balanceWei(account: string): Promise<bigint> {
    return BigInt(await this.#ask<string>('eth_getBalance', [account, 'latest']))
  }

  async blockNumber(): Promise<number> {
    return Number(await this.#ask<string>('eth_blockNumber', []))
  }

  /** Seconds since the epoch, of the newest block. */
  async blockTime(): Promise<bigint> {
    const { timestamp } = await this.#ask<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false])
    return BigInt(timestamp)
  }

  logs(filter: {
    address: string
    topics: (string | null)[]
    fromBlock: number
    toBlock: number
  }): Promise<Receipt['logs']> {
    const { address, topics, fromBlock, toBlock } = filter
    const range = { fromBlock: quantity(BigInt(fromBlock)), toBlock: quantity(BigInt(toBlock)) }
    return this.#ask('eth_getLogs', [{ address, topics, ...range }])
  }

  /** Sends, and returns the transaction's hash as soon as the wallet has it. Throws {@link PortalError}. */
  async send({ from, to, data, valueWei = 0n }: Transaction): Promise<string> {
    const transaction = { from, ...(to === undefined ? {} : { to }), data, value: quantity(valueWei) }
    await this.#ask('eth_call', [transaction, 'latest'])
    return this.#ask<string>('eth_sendTransaction', [{ ...transaction, chainId: this.#chainId }])
  }

  /**
   * Waits until a transaction is in a block. Throws {@link PortalError} TRANSACTION_REVERTED, and TRANSACTION_DROPPED once
   * the node has known nothing of it for a while.
   */
  async mined(hash: string): Promise<Receipt> {
    for (let withoutTrace = 0; withoutTrace < LOOKS_WITHOUT_TRACE; await this.#sleep(POLL_MS)) {
      const receipt = await this.#ask<Receipt | null>('eth_getTransactionReceipt', [hash])
      if (receipt) {
        if (BigInt(receipt.status) === 1n) return receipt
        throw new PortalError('TRANSACTION_REVERTED', 'The transaction was mined, and the contract refused it.')
      }
      const known = await this.#ask<object | null>('eth_getTransactionByHash', [hash])
      withoutTrace = known ? 0 : withoutTrace + 1
    }
    throw new PortalError('TRANSACTION_DROPPED', 'The network knows nothing of the transaction any more.')
  }

  async #ask<T>(method: string, params: readonly unknown[]): Promise<T> {
    try {
      return (await this.#provider.request({ method, params })) as T
    } catch (error) {
      if (method === 'eth_call' && isRevert(error))
        throw new PortalError('TRANSACTION_REVERTED', this.#explain(revertData(error)), { cause: error })
      throw toPortalError(error)
    }
  }
}
