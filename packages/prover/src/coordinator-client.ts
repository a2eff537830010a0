/**
 * A prover's requests to one coordinator, signed with the prover's key.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type ProverResult, type ProverTask, parseProverTask } from '@iotex2/protocol/prover-task'
import { requestText, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '@iotex2/protocol/request-signature'
import type { Wallet } from 'ethers'

const TIMEOUT_MS = 15_000

/** Thrown when a coordinator does not answer or is not well. Code COORDINATOR_UNAVAILABLE; trying again may help. */
export class CoordinatorUnavailableError extends CodedError {
  constructor(url: string, detail: string, options?: ErrorOptions) {
    super('COORDINATOR_UNAVAILABLE', `The coordinator at ${url} is unavailable: ${detail}`, options)
  }
}

/** Thrown when a coordinator refuses for good. `code` is the coordinator's. */
export class CoordinatorRefusedError extends CodedError {
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(code, message)
    this.status = status
  }
}

export interface CoordinatorClientOptions {
  /** Base URL. */
  url: string
  wallet: Wallet
  now: () => number
}

export class CoordinatorClient {
  readonly url: string
  readonly #wallet: Wallet
  readonly #now: () => number

  constructor({ url, wallet, now }: CoordinatorClientOptions) {
    this.url = url.replace(/\/$/, '')
    this.#wallet = wallet
    this.#now = now
  }

  /** Returns the task that is assigned to this prover, or undefined. */
  async pullTask(): Promise<ProverTask | undefined> {
    const reply = await this.#request('GET', 'task', '')
    return reply === undefined ? undefined : parseProverTask(reply)
  }

  /** Hands a proof over. Resolves once the coordinator keeps it. */
  async postProof(result: ProverResult): Promise<void> {
    await this.#request('POST', 'proof', JSON.stringify(result))
  }

  async #request(method: string, action: string, body: string): Promise<unknown> {
    const path = `/v1/provers/${this.#wallet.address.toLowerCase()}/${action}`
    const timestampMs = this.#now()
    const signature = await this.#wallet.signMessage(requestText({ method, path, timestampMs, body }))
    let response: Response
    let text: string
    try {
      response = await fetch(this.url + path, {
        method,
        headers: {
          [TIMESTAMP_HEADER]: String(timestampMs),
          [SIGNATURE_HEADER]: signature,
          ...(body === '' ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === '' ? {} : { body }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      text = await response.text()
    } catch (cause) {
      throw new CoordinatorUnavailableError(this.url, (cause as Error).message, { cause })
    }
    if (response.status >= 500) throw new CoordinatorUnavailableError(this.url, `status ${response.status}`)
    const reply = parse(text)
    if (response.ok) return response.status === 204 ? undefined : reply
    const { code = 'REFUSED', message = text } = (reply ?? {}) as { code?: string; message?: string }
    throw new CoordinatorRefusedError(response.status, code, message)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
