/**
 * Sends the transactions of one key: nonces in order, fees bumped while a transaction is stuck, and every attempt at
 * one nonce followed until one of them is mined.
 *
 * A step is signed before it is sent, and all that is ever sent again under its nonce is the same call. So a dropped
 * connection cannot make it happen twice. A process that died does not know what it had sent: callers read the chain
 * before they send a step, and the first send of a process waits for whatever its predecessor left underway.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import {
  type Interface,
  type JsonRpcProvider,
  keccak256,
  type TransactionReceipt,
  type TransactionRequest,
  type TransactionResponse,
  Wallet,
} from 'ethers'
import { type Clock, systemClock } from './clock.ts'
import { gasLimitOf } from './gas.ts'
import { isUnreachable, reach } from './provider.ts'
import { revertData, TransactionRevertedError } from './reverts.ts'

export { TransactionRevertedError } from './reverts.ts'

/** Thrown when the node refuses a transaction for good: no funds, gas beyond the block. Code TRANSACTION_REJECTED. */
export class TransactionRejectedError extends CodedError {
  constructor(step: string, cause: unknown) {
    super('TRANSACTION_REJECTED', `${step} was refused by the node: ${messageOf(cause)}`, { cause })
  }
}

/**
 * Thrown when another transaction took the nonce: a second process uses the key. Whether the step happened must be read
 * from the chain. Code TRANSACTION_REPLACED.
 */
export class TransactionReplacedError extends CodedError {
  constructor(step: string, nonce: number) {
    super('TRANSACTION_REPLACED', `${step}: another transaction took nonce ${nonce}. Give each process its own key.`)
  }
}

/** Thrown to whoever waits when the sender is closed. What was sent may still be mined. Code SENDER_CLOSED. */
export class SenderClosedError extends CodedError {
  constructor(step: string) {
    super('SENDER_CLOSED', `${step}: the sender was closed before the transaction was mined.`)
  }
}

export interface SenderOptions {
  provider: JsonRpcProvider
  privateKey: string
  /** Blocks that must stand on a transaction, its own included. */
  confirmations?: number
  /** How often receipts are asked for. */
  pollIntervalMs?: number
  /** How long a transaction may wait in the pool before it is sent again with higher fees. */
  stuckAfterMs?: number
  /** Contracts whose errors are decoded; all generated bindings by default. */
  interfaces?: readonly Interface[]
  clock?: Clock
}

/** What ethers' `method.populateTransaction(…)` returns, or a plain transfer. */
export type Call = Pick<TransactionRequest, 'to' | 'data' | 'value' | 'gasLimit'>

export interface GasQuote {
  gasLimit: bigint
  /** In wei, what the call itself sends not included. */
  feeWei: bigint
}

interface Fees {
  maxFeePerGas?: bigint
  maxPriorityFeePerGas?: bigint
  gasPrice?: bigint
}

interface InFlight {
  step: string
  call: Call
  nonce: number
  fees: Fees
  gasLimit: bigint
  /** Signed attempts, the newest last. */
  attempts: { hash: string; raw: string }[]
}

/** Why a node does not take a transaction: the nonce is used, the fees are too low for now, or it never will. */
interface Refusal {
  code: 'NONCE_EXPIRED' | 'UNDERPRICED' | 'REFUSED'
  error: unknown
}

/** Nodes want at least 10 % (geth) to replace a transaction. */
const BUMP_PERCENT = 125n

export class TransactionSender {
  readonly address: string
  readonly #provider: JsonRpcProvider
  readonly #wallet: Wallet
  readonly #confirmations: number
  readonly #pollIntervalMs: number
  readonly #stuckAfterMs: number
  readonly #interfaces: readonly Interface[] | undefined
  readonly #clock: Clock
  readonly #closed = new AbortController()
  /** The next nonce; undefined until the chain was asked. */
  #nextNonce: number | undefined
  /** The tail of the queue in which nonces are given out. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: SenderOptions) {
    this.#provider = options.provider
    this.#wallet = new Wallet(options.privateKey)
    this.address = this.#wallet.address
    this.#confirmations = options.confirmations ?? 1
    this.#pollIntervalMs = options.pollIntervalMs ?? 500
    this.#stuckAfterMs = options.stuckAfterMs ?? 30_000
    this.#interfaces = options.interfaces
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Sends `call` and returns its receipt once it is confirmed. `step` names it in errors and logs. Calls may overlap:
   * they are mined in the order in which they were sent. Throws {@link TransactionRevertedError} (also when the call
   * would revert: then nothing was sent), {@link TransactionRejectedError}, {@link TransactionReplacedError},
   * {@link SenderClosedError}, and ChainUnreachableError when nothing was sent because the chain does not answer.
   */
  async send(step: string, call: Call): Promise<TransactionReceipt> {
    const inFlight = await this.#enqueue(() => this.#start(step, call))
    return this.#follow(inFlight)
  }

  /**
   * Returns what sending `call` costs in gas at most, at the fees of now, and the gas limit that `send` would choose.
   * Throws as `send` does before it sends.
   */
  async quote(step: string, call: Call): Promise<GasQuote> {
    this.#throwIfClosed(step)
    const gasLimit = BigInt(call.gasLimit ?? (await this.#estimateGas(step, call)))
    const fees = await this.#currentFees()
    return { gasLimit, feeWei: gasLimit * (fees.maxFeePerGas ?? fees.gasPrice ?? 0n) }
  }

  /** Stops following. Whoever waits gets a {@link SenderClosedError}; what was sent may still be mined. */
  close(): void {
    this.#closed.abort()
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(task)
    this.#queue = result.catch(() => {})
    return result
  }

  /** Estimates, signs and sends for the first time. On return the nonce is taken. */
  async #start(step: string, call: Call): Promise<InFlight> {
    this.#throwIfClosed(step)
    const gasLimit = call.gasLimit ?? (await this.#estimateGas(step, call))
    for (;;) {
      this.#nextNonce ??= await this.#firstNonce(step)
      const nonce = this.#nextNonce
      const fees = await this.#currentFees()
      const inFlight: InFlight = { step, call, nonce, fees, gasLimit: BigInt(gasLimit), attempts: [] }
      await this.#sign(inFlight)
      const refusal = await this.#broadcast(inFlight)
      // A key used elsewhere meanwhile: nothing was sent under this nonce, ask for the next one.
      if (refusal?.code === 'NONCE_EXPIRED' && !(await this.#receipt(inFlight))) {
        this.#nextNonce = undefined
        // A node that lags may still tell the same nonce.
        await this.#pause(step)
        continue
      }
      if (refusal?.code === 'REFUSED' && !(await this.#receipt(inFlight)))
        throw new TransactionRejectedError(step, refusal.error)
      this.#nextNonce = nonce + 1
      return inFlight
    }
  }

  async #estimateGas(step: string, call: Call): Promise<bigint> {
    try {
      return gasLimitOf(await reach(this.#provider, () => this.#provider.estimateGas({ ...call, from: this.address })))
    } catch (error) {
      if (isUnreachable(error)) throw error
      const data = revertData(error)
      throw data === undefined
        ? new TransactionRejectedError(step, error)
        : new TransactionRevertedError(step, data, undefined, this.#interfaces)
    }
  }

  /** Waits for transactions that an earlier process of this key left in the pool; replaces those that are stuck. */
  async #firstNonce(step: string): Promise<number> {
    let [mined, pending] = await this.#counts()
    let progressAt = this.#clock.now()
    while (mined < pending) {
      if (this.#clock.now() - progressAt > this.#stuckAfterMs) {
        await this.#cancel(mined)
        progressAt = this.#clock.now()
      }
      await this.#pause(step)
      const before = mined
      ;[mined, pending] = await this.#counts()
      if (mined > before) progressAt = this.#clock.now()
    }
    return pending
  }

  #counts(): Promise<[mined: number, pending: number]> {
    return reach(this.#provider, () =>
      Promise.all([
        this.#provider.getTransactionCount(this.address, 'latest'),
        this.#provider.getTransactionCount(this.address, 'pending'),
      ]),
    )
  }

  /** Takes the place of an unknown stuck transaction: its step is done again by whoever reads the chain. */
  async #cancel(nonce: number): Promise<void> {
    const current = await this.#currentFees()
    const fees = Object.fromEntries(Object.entries(current).map(([key, value]) => [key, 2n * value])) as Fees
    const step = `cancel of nonce ${nonce}`
    const inFlight: InFlight = { step, call: { to: this.address }, nonce, fees, gasLimit: 21_000n, attempts: [] }
    await this.#sign(inFlight)
    await this.#broadcast(inFlight)
  }

  async #currentFees(): Promise<Fees> {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await reach(this.#provider, () =>
      this.#provider.getFeeData(),
    )
    if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) return { maxFeePerGas, maxPriorityFeePerGas }
    return { gasPrice: gasPrice ?? 0n }
  }

  async #sign(inFlight: InFlight): Promise<void> {
    const { chainId } = this.#provider._network
    const type = inFlight.fees.gasPrice === undefined ? 2 : 0
    const { call, nonce, gasLimit, fees } = inFlight
    const raw = await this.#wallet.signTransaction({ ...call, ...fees, type, chainId, nonce, gasLimit })
    inFlight.attempts.push({ hash: keccak256(raw), raw })
  }

  /** Sends the newest attempt. Returns why the node refused it; undefined when it took it, or when nobody can tell. */
  async #broadcast({ attempts }: InFlight): Promise<Refusal | undefined> {
    try {
      await this.#provider.send('eth_sendRawTransaction', [attempts.at(-1)!.raw])
      return undefined
    } catch (error) {
      // It may have arrived before the connection broke: it is followed, and sent again while no receipt appears.
      if (isUnreachable(error)) return undefined
      const text = messageOf(error).toLowerCase()
      if (/already known|known transaction|already imported/.test(text)) return undefined
      if (text.includes('underpriced')) return { code: 'UNDERPRICED', error }
      if (/nonce (is )?too low|nonce has already been used|expected nonce/.test(text))
        return { code: 'NONCE_EXPIRED', error }
      return { code: 'REFUSED', error }
    }
  }

  async #follow(inFlight: InFlight): Promise<TransactionReceipt> {
    let sentAt = this.#clock.now()
    for (;;) {
      const receipt = await this.#tolerant(() => this.#confirmedReceipt(inFlight))
      if (receipt?.status === 1) return receipt
      if (receipt) throw await this.#revertOf(inFlight, receipt)
      if (receipt === undefined && this.#clock.now() - sentAt > this.#stuckAfterMs) {
        await this.#tolerant(() => this.#resend(inFlight))
        sentAt = this.#clock.now()
      }
      await this.#pause(inFlight.step)
    }
  }

  /** Returns the receipt once confirmed, null while it is mined and not yet confirmed, undefined while in the pool. */
  async #confirmedReceipt(inFlight: InFlight): Promise<TransactionReceipt | null | undefined> {
    const receipt = await this.#receipt(inFlight)
    if (!receipt) return undefined
    if (this.#confirmations <= 1) return receipt
    const head = await this.#provider.getBlockNumber()
    return head - receipt.blockNumber + 1 >= this.#confirmations ? receipt : null
  }

  async #receipt({ attempts }: InFlight): Promise<TransactionReceipt | undefined> {
    for (const { hash } of attempts) {
      const receipt = await this.#provider.getTransactionReceipt(hash)
      if (receipt) return receipt
    }
    return undefined
  }

  async #resend(inFlight: InFlight): Promise<void> {
    const mined = await this.#provider.getTransactionCount(this.address, 'latest')
    if (mined > inFlight.nonce) {
      // The receipt may have appeared since it was asked for.
      if (await this.#receipt(inFlight)) return
      throw new TransactionReplacedError(inFlight.step, inFlight.nonce)
    }
    // A pool that forgot it takes it again as it was. One that holds it, or finds it too cheap, needs a better offer.
    if (!(await this.#isPooled(inFlight)) && !(await this.#broadcast(inFlight))) return
    inFlight.fees = bumpFees(inFlight.fees, await this.#currentFees())
    await this.#sign(inFlight)
    await this.#broadcast(inFlight)
  }

  async #isPooled({ attempts }: InFlight): Promise<boolean> {
    const known: (TransactionResponse | null)[] = await Promise.all(
      attempts.map(({ hash }) => this.#provider.getTransaction(hash)),
    )
    return known.some((transaction) => transaction !== null)
  }

  /** A node that is away, or that errs for a moment, changes nothing about what was sent. */
  async #tolerant<T>(task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task()
    } catch (error) {
      if (isUnreachable(error)) return undefined
      throw error
    }
  }

  /**
   * Replays the mined call to learn the error, which a receipt does not tell: after its block, where what refused it
   * in the same block shows too, then before it.
   */
  async #revertOf({ step, call, gasLimit }: InFlight, receipt: TransactionReceipt): Promise<TransactionRevertedError> {
    for (const blockTag of [receipt.blockNumber, receipt.blockNumber - 1]) {
      const request = { ...call, from: this.address, gasLimit, blockTag }
      const data = await this.#provider.call(request).then(() => undefined, revertData)
      if (data !== undefined) return new TransactionRevertedError(step, data, receipt.hash, this.#interfaces)
    }
    return new TransactionRevertedError(step, '0x', receipt.hash, this.#interfaces)
  }

  async #pause(step: string): Promise<void> {
    await this.#clock.wait(this.#pollIntervalMs, this.#closed.signal)
    this.#throwIfClosed(step)
  }

  #throwIfClosed(step: string): void {
    if (this.#closed.signal.aborted) throw new SenderClosedError(step)
  }
}

/** Returns what a pool needs to replace a transaction, or the market's fees where they have risen further. */
function bumpFees(fees: Fees, current: Fees): Fees {
  const bumped: Fees = {}
  for (const key of ['maxFeePerGas', 'maxPriorityFeePerGas', 'gasPrice'] as const) {
    const fee = fees[key]
    if (fee === undefined) continue
    const least = (fee * BUMP_PERCENT) / 100n + 1n
    const now = current[key] ?? 0n
    bumped[key] = now > least ? now : least
  }
  return bumped
}

/** A node's own words lie under ethers': in `info.error`, or in `error`. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const {
    message,
    info,
    error: inner,
  } = error as {
    message?: string
    info?: { error?: unknown }
    error?: unknown
  }
  const below = info?.error ?? inner
  return below === undefined ? (message ?? '') : messageOf(below)
}
