/**
 * HTTP: `POST /v1/task`, whose reply is the acknowledgement.
 * @module
 */
import { type Hex, isHex } from '@iotex2/protocol/hex'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import type { QueuedMessage } from './queue.ts'
import { GatewayRing, parseReply, type Transport, TransportError, type TransportOptions } from './transport.ts'

export class HttpTransport implements Transport {
  readonly #device: Hex
  readonly #replyTimeoutMs: number
  readonly #gateways: GatewayRing

  constructor({ device, gateways, replyTimeoutMs }: TransportOptions) {
    this.#device = device
    this.#replyTimeoutMs = replyTimeoutMs
    this.#gateways = new GatewayRing(gateways)
  }

  get gateway(): string {
    return this.#gateways.current
  }

  async send({ nonce, body }: QueuedMessage, signal: AbortSignal): Promise<Acknowledgement> {
    const { gateway } = this
    let status: number
    let text: string
    try {
      const response = await fetch(new URL('/v1/task', gateway), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-device': this.#device },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#replyTimeoutMs)]),
      })
      status = response.status
      text = await response.text()
    } catch (cause) {
      if (signal.aborted) throw new TransportError('TRANSPORT_CLOSED', 'The device stops.', { cause })
      this.#gateways.leave(gateway)
      if ((cause as Error).name === 'TimeoutError')
        throw new TransportError('GATEWAY_SILENT', `${gateway} did not reply in ${this.#replyTimeoutMs} ms.`, { cause })
      throw new TransportError('GATEWAY_UNREACHABLE', `${gateway} cannot be reached.`, { cause })
    }
    if (status >= 500) this.#gateways.leave(gateway)
    const { taskID, code, message } = status < 300 ? parseReply(text) : parseRefusal(text)
    return {
      nonce: String(nonce),
      status,
      ...(isHex(taskID, 32) ? { taskID } : {}),
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    }
  }

  async close(): Promise<void> {}
}

/** A refusal that is no JSON has no code, and so is not taken for a gateway's. */
function parseRefusal(text: string): Record<string, unknown> {
  try {
    return parseReply(text)
  } catch {
    return {}
  }
}
