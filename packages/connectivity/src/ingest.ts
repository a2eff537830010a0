/**
 * A message's way: verify (worker threads) → registered? → commit, many at a time → tell the sender. What a sender hears
 * is true: "accepted" and "duplicate" are on disk.
 * @module
 */
import { addCounts } from '@iotex2/data-availability/counters'
import { type AppendOutcome, appendMessages, type NewMessage } from '@iotex2/data-availability/messages'
import type { Store } from '@iotex2/data-availability/store'
import { RequestError } from '@iotex2/protocol/errors'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import type { DeviceRegistry } from './registry.ts'
import type { IncomingMessage, Project, VerifiedMessage } from './verification.ts'
import { VerificationPool } from './verification-pool.ts'

/** What became of a message. `status` is what HTTP replies. */
export type IngestResult =
  | { status: 200; outcome: 'accepted' | 'duplicate'; nonce: bigint; taskId: Hex }
  | { status: number; outcome: 'rejected'; nonce?: bigint; code: string; message: string }

/** Where a message is on its way; a test ends the process there. */
export type IngestPoint = 'received' | 'verified' | 'committed'

export interface IngestOptions {
  store: Store
  chainId: bigint
  registry: DeviceRegistry
  projects: ReadonlyMap<bigint, Project>
  /** Worker threads that verify signatures. */
  threads: number
  clock: () => number
  /** Told of failures of the store, the registry and threads. */
  onError: (error: unknown) => void
  /** Called each time that a message, or a commit of many, gets to a point. */
  onPoint?: (point: IngestPoint) => void
}

/** Messages in one commit at most, and commits at once: while one waits for the disk, the next one is prepared. */
const COMMIT_MESSAGES = 1024
const COMMITS = 2
/** Messages on their way at most; more are told to come back. Some 50 MB. */
const MAXIMUM_PENDING = 50_000
const FLUSH_COUNTS_MS = 1_000

interface Append {
  message: NewMessage
  resolve: (outcome: AppendOutcome) => void
  reject: (error: unknown) => void
}

export class Ingest {
  readonly #options: IngestOptions
  readonly #pool: VerificationPool
  readonly #rejections = new Map<string, number>()
  readonly #flushTimer: NodeJS.Timeout
  #appends: Append[] = []
  #commits = 0
  #pending = 0
  #closing = false
  #idle: (() => void)[] = []
  /** Told of every result, for metrics. */
  onResult: (result: IngestResult) => void = () => {}

  constructor(options: IngestOptions) {
    this.#options = options
    this.#pool = new VerificationPool(options)
    this.#flushTimer = setInterval(() => void this.flushCounts(), FLUSH_COUNTS_MS).unref()
  }

  /** Messages on their way. */
  get pending(): number {
    return this.#pending
  }

  /** Takes a message all its way. Never rejects. */
  async submit(incoming: IncomingMessage): Promise<IngestResult> {
    if (this.#closing)
      return this.#rejected(new RequestError(503, 'GATEWAY_STOPPING', 'The gateway stops; try another, or again.'))
    if (this.#pending >= MAXIMUM_PENDING)
      return this.#rejected(new RequestError(503, 'GATEWAY_BUSY', 'The gateway is busy; try again.'))
    this.#pending++
    try {
      return await this.#take(incoming)
    } finally {
      this.#pending--
      if (this.#pending === 0) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** Counts a request that was refused before it became a message. */
  countRejection(code: string): void {
    this.#rejections.set(code, (this.#rejections.get(code) ?? 0) + 1)
  }

  /** Writes the counts of refusals to the store; a timer does it too. */
  async flushCounts(): Promise<void> {
    const counts = new Map(this.#rejections)
    this.#rejections.clear()
    try {
      await addCounts(this.#options.store, counts)
    } catch (error) {
      this.#options.onError(error)
      for (const [code, count] of counts) this.#rejections.set(code, (this.#rejections.get(code) ?? 0) + count)
    }
  }

  /** Takes nothing more. Resolves when everything taken is answered, and threads and timers have ended. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#pending > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
    clearInterval(this.#flushTimer)
    await this.flushCounts()
    await this.#pool.close()
  }

  async #take(incoming: IncomingMessage): Promise<IngestResult> {
    let nonce: bigint | undefined
    this.#options.onPoint?.('received')
    try {
      const verified = await this.#pool.verify(incoming)
      nonce = verified.nonce
      if (verified.kind === 'rejected') return this.#rejected(verified, nonce)
      const signer = this.#registered(verified) ?? (await this.#registeredJustNow(verified))
      this.#options.onPoint?.('verified')
      const { projectId, time, values, contentHash, signature, circuitSignature, payload } = verified
      const { device, taskId } = signer
      const outcome = await this.#append({
        projectId,
        device,
        nonce: verified.nonce,
        taskId,
        contentHash,
        signature,
        ...(circuitSignature && { circuitSignature }),
        payload,
        time,
        values,
      })
      if (outcome.kind === 'conflict')
        throw new RequestError(409, 'NONCE_REUSED', `Nonce ${nonce} of this device stands for another message.`)
      const result = { status: 200, outcome: outcome.kind, nonce: verified.nonce, taskId: outcome.taskId } as const
      this.onResult(result)
      return result
    } catch (error) {
      if (error instanceof RequestError) return this.#rejected(error, nonce)
      this.#options.onError(error)
      return this.#rejected(new RequestError(503, 'GATEWAY_FAILED', 'The gateway failed; try again.'), nonce)
    }
  }

  #rejected(
    { status, code, message }: Pick<RequestError, 'status' | 'code' | 'message'>,
    nonce?: bigint,
  ): IngestResult {
    this.countRejection(code)
    const result = { status, outcome: 'rejected', code, message, ...(nonce === undefined ? {} : { nonce }) } as const
    this.onResult(result)
    return result
  }

  #registered({ projectId, signers }: VerifiedMessage): VerifiedMessage['signers'][number] | undefined {
    return signers.find(({ device }) => this.#options.registry.has(projectId, toHex(device)))
  }

  async #registeredJustNow(verified: VerifiedMessage): Promise<VerifiedMessage['signers'][number]> {
    try {
      await this.#options.registry.refresh()
    } catch (error) {
      this.#options.onError(error)
      throw new RequestError(503, 'REGISTRY_UNAVAILABLE', 'The device registry does not answer; try again.')
    }
    const signer = this.#registered(verified)
    if (!signer)
      throw new RequestError(
        403,
        'DEVICE_NOT_PERMITTED',
        `The signer has no ioID in project ${verified.projectId}: register the device, and sign with its key.`,
      )
    return signer
  }

  #append(message: NewMessage): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      this.#appends.push({ message, resolve, reject })
      // One commit starts at once; a second one only with what is worth a trip to the disk.
      if (this.#commits === 0 || (this.#commits < COMMITS && this.#appends.length >= COMMIT_MESSAGES / 8))
        void this.#commit()
    })
  }

  async #commit(): Promise<void> {
    this.#commits++
    // What was verified together is committed together.
    await new Promise(setImmediate)
    while (this.#appends.length > 0) {
      const appends = this.#appends.splice(0, COMMIT_MESSAGES)
      try {
        const outcomes = await appendMessages(
          this.#options.store,
          this.#options.chainId,
          appends.map(({ message }) => message),
        )
        const duplicates = outcomes.reduce((sum, { kind }) => sum + (kind === 'duplicate' ? 1 : 0), 0)
        if (duplicates > 0) await addCounts(this.#options.store, new Map([['duplicate', duplicates]]))
        this.#options.onPoint?.('committed')
        for (const [i, append] of appends.entries()) append.resolve(outcomes[i]!)
      } catch (error) {
        this.#options.onError(error)
        const unavailable = new RequestError(503, 'STORE_UNAVAILABLE', 'The store does not answer; try again.')
        for (const append of appends) append.reject(unavailable)
      }
    }
    this.#commits--
  }
}
