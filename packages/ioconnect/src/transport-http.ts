/**
 * HTTP: `POST /v1/task`, whose reply is the acknowledgement.
 * @module
 */
import type { Transport, TransportOptions } from './transport.ts'

export class HttpTransport implements Transport {
  readonly #options: TransportOptions
  /** The last attempt for each message: what becomes of one before it is nobody's business. */
  readonly #attempts = new Map<bigint, AbortController>()

  constructor(options: TransportOptions) {
    this.#options = options
  }

  send(gateway: string, nonce: bigint, body: string): void {
    const attempt = new AbortController()
    this.#attempts.get(nonce)?.abort()
    this.#attempts.set(nonce, attempt)
    void this.#post(gateway, nonce, body, attempt)
  }

  hangUp(): void {
    for (const attempt of this.#attempts.values()) attempt.abort()
    this.#attempts.clear()
  }

  async #post(gateway: string, nonce: bigint, body: string, attempt: AbortController): Promise<void> {
    const { device, listener } = this.#options
    let tell = () => listener.fail(nonce, 'GATEWAY_UNREACHABLE', `${gateway} cannot be reached.`)
    try {
      const response = await fetch(new URL('/v1/task', gateway), {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-device': device },
        body,
        signal: attempt.signal,
      })
      const text = await response.text()
      tell = () => listener.reply(nonce, response.status, text)
    } catch {
      // Whatever it was: it is sent again.
    }
    if (this.#attempts.get(nonce) !== attempt) return
    this.#attempts.delete(nonce)
    tell()
  }
}
