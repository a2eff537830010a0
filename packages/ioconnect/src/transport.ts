/**
 * How a message reaches a gateway. Whatever the way, only a gateway's reply settles a message's fate.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import type { QueuedMessage } from './queue.ts'

export interface Transport {
  /** URL of the gateway that the next message goes to. */
  readonly gateway: string
  /** Sends a message and returns the gateway's reply. Throws {@link TransportError} where there is none. */
  send(message: QueuedMessage, signal: AbortSignal): Promise<Acknowledgement>
  close(): Promise<void>
}

/** What every transport is made of. */
export interface TransportOptions {
  projectId: bigint
  device: Hex
  /** Tried in turn: after a failure the next one, and after the last the first. */
  gateways: readonly string[]
  /** How long a gateway may take to reply. */
  replyTimeoutMs: number
}

export type TransportCode = 'GATEWAY_UNREACHABLE' | 'GATEWAY_SILENT' | 'REPLY_MALFORMED' | 'TRANSPORT_CLOSED'

/** Thrown when no reply came: the message may or may not have been kept, and is to be sent again. */
export class TransportError extends CodedError {
  declare readonly code: TransportCode

  constructor(code: TransportCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

export type Verdict = 'kept' | 'refused' | 'retry'

/** Statuses below 500 that speak of now and not of the message. */
const TRANSIENT = new Set([408, 425, 429])

/**
 * Returns what a reply means. Refused for good is only what a gateway says so of, by a stable code: a status without one
 * is a proxy's or a captive portal's, and a 409 other than NONCE_REUSED a conflict that may pass.
 */
export function judge({ status, code, taskID }: Acknowledgement): Verdict {
  if (status >= 200 && status < 300) return taskID === undefined ? 'retry' : 'kept'
  if (status < 400 || status >= 500 || TRANSIENT.has(status)) return 'retry'
  if (code === undefined || code === 'ROUTE_UNKNOWN') return 'retry'
  return status === 409 && code !== 'NONCE_REUSED' ? 'retry' : 'refused'
}

/** A list of gateways of which one is current. */
export class GatewayRing {
  readonly #urls: readonly string[]
  #index = 0

  constructor(urls: readonly string[]) {
    this.#urls = urls
  }

  get current(): string {
    return this.#urls[this.#index % this.#urls.length]!
  }

  /** Moves on from `failed`. Messages that failed together move on once. */
  leave(failed: string): void {
    if (this.current === failed) this.#index++
  }
}

/** Returns a gateway's reply from its JSON. Throws {@link TransportError} REPLY_MALFORMED. */
export function parseReply(text: string): Record<string, unknown> {
  try {
    const reply = JSON.parse(text) as unknown
    if (typeof reply === 'object' && reply !== null) return reply as Record<string, unknown>
  } catch {
    // Falls through to the error below.
  }
  throw new TransportError('REPLY_MALFORMED', 'What answered is no gateway: its reply is no JSON object.')
}
