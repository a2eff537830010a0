/**
 * Moves messages from a device's queue to gateways: a bounded window in flight, one probe at a time after a failure,
 * full-jitter backoff. A message leaves the queue when a gateway keeps it, or refuses it and it is in the dead letters.
 * @module
 */
import { open } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import { type BackoffOptions, fullJitterMs } from './backoff.ts'
import type { Clock, Random } from './clock.ts'
import type { DeviceLog } from './device-log.ts'
import type { Queue, QueuedMessage } from './queue.ts'
import { judge, type Transport } from './transport.ts'

export interface ForwarderOptions {
  queue: Queue
  transport: Transport
  log: DeviceLog
  /** File that takes what gateways refuse for good, one JSON object a line. */
  deadLetterPath: string
  clock: Clock
  random: Random
  backoff: BackoffOptions
  /** Messages that may be in flight at once. */
  window: number
}

interface Refusal {
  status: number
  code: string
  message: string
}

export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #inFlight = new Map<bigint, Promise<void>>()
  /** Consecutive failed rounds. Messages that were in flight together fail as one. */
  #failures = 0
  #round = 0
  #lastFailure: CodedError | undefined
  /** Messages that a gateway would not take now: others go first until one succeeds, so that none blocks the rest. */
  readonly #deferred = new Set<bigint>()
  #wake = () => {}

  constructor(options: ForwarderOptions) {
    this.#options = options
  }

  /** Tells that the queue has more. */
  notify(): void {
    this.#wake()
  }

  /** Forwards until `signal` aborts. What is in flight then stays in the queue. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    let roundBackedOff = 0
    while (!signal.aborted) {
      if (this.#failures > 0 && roundBackedOff < this.#round) {
        roundBackedOff = this.#round
        await this.#backOff(signal)
        continue
      }
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      for (const message of this.#sendable()) this.#start(message, signal)
      await woken
    }
    await Promise.all(this.#inFlight.values())
  }

  /** Messages that may go out now, oldest first. */
  #sendable(): QueuedMessage[] {
    const free = (this.#failures > 0 ? 1 : this.#options.window) - this.#inFlight.size
    const messages: QueuedMessage[] = []
    if (free <= 0) return messages
    const deferred: QueuedMessage[] = []
    for (const message of this.#options.queue.messages()) {
      if (this.#inFlight.has(message.nonce)) continue
      const list = this.#deferred.has(message.nonce) ? deferred : messages
      list.push(message)
      if (messages.length === free) break
    }
    return [...messages, ...deferred].slice(0, free)
  }

  #start(message: QueuedMessage, signal: AbortSignal): void {
    const round = this.#round
    const sending = this.#send(message, signal)
      .catch((error: CodedError) => {
        if (error instanceof GatewayBusyError) this.#deferred.add(message.nonce)
        if (signal.aborted || round !== this.#round) return
        this.#round++
        this.#failures++
        this.#lastFailure = error
      })
      .finally(() => {
        this.#inFlight.delete(message.nonce)
        this.#wake()
      })
    this.#inFlight.set(message.nonce, sending)
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    const { backoff, clock, log, random } = this.#options
    const delayMs = fullJitterMs(backoff, this.#failures, random)
    const { code = 'UNKNOWN', message = '' } = this.#lastFailure ?? {}
    // Where even the log cannot be written (a full disk), waiting is still right.
    await log.append({ event: 'retrying', code, message, failures: this.#failures, delayMs }).catch(() => undefined)
    await clock.sleep(delayMs, signal)
  }

  async #send(message: QueuedMessage, signal: AbortSignal): Promise<void> {
    const { log, queue, transport } = this.#options
    const nonce = String(message.nonce)
    await log.append({ event: 'sent', nonce, gateway: transport.gateway })
    const reply = await transport.send(message, signal)
    const verdict = judge(reply)
    if (verdict === 'retry') throw new GatewayBusyError(reply)
    this.#failures = 0
    this.#deferred.clear()
    if (verdict === 'kept')
      await log.append({ event: 'acknowledged', nonce, taskID: reply.taskID!, status: reply.status })
    else {
      const refusal: Refusal = { status: reply.status, code: reply.code!, message: reply.message ?? '' }
      await this.#bury(message, refusal)
      await log.append({ event: 'refused', nonce, ...refusal })
    }
    await queue.remove(message.nonce)
  }

  /** Makes a refused message durable beside the queue, before it leaves the queue. */
  async #bury({ nonce, body }: QueuedMessage, refusal: Refusal): Promise<void> {
    const time = new Date(this.#options.clock.now()).toISOString()
    const file = await open(this.#options.deadLetterPath, 'a', 0o600)
    try {
      await file.appendFile(`${JSON.stringify({ time, nonce: String(nonce), ...refusal, body })}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
  }
}

/** Thrown when a gateway answers that it cannot take a message now. Its own code, or GATEWAY_BUSY. */
class GatewayBusyError extends CodedError {
  constructor({ status, code, message }: Acknowledgement) {
    super(code ?? 'GATEWAY_BUSY', message ?? `The gateway replied ${status}.`)
  }
}
