/**
 * What an attacker does with a device's messages, the same for the same seed: whoever builds a gateway tries it against
 * these. The device itself goes on as ever.
 * @module
 */
import { type Static, Type } from 'typebox'
import { seededNumbers } from './synthetic-source.ts'

export const Attack = Type.Union(
  [
    Type.Object(
      {
        kind: Type.Union([Type.Literal('replay'), Type.Literal('tamper')], {
          description: 'Sends again what a gateway keeps already: as it was, or with a digit of its payload changed.',
        }),
        rate: Type.Number({ minimum: 0, maximum: 1, description: 'Attacks a message that is sent.' }),
        seed: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      { kind: Type.Literal('clone', { description: 'A second device has the same key, and a queue of its own.' }) },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        kind: Type.Literal('clock-skew', { description: "The device's clock is ahead, or behind." }),
        skewMs: Type.Integer(),
      },
      { additionalProperties: false },
    ),
  ],
  { description: 'An attack on the gateway by this device.' },
)
export type Attack = Static<typeof Attack>

/** Messages that are remembered. */
const REMEMBERED = 64

interface Message {
  nonce: bigint
  body: string
}

/** Decides what goes out beside a device's own messages. */
export class Meddler {
  readonly #attack: Extract<Attack, { rate: number }>
  readonly #random: () => number
  readonly #sent = new Map<bigint, string>()
  readonly #kept: Message[] = []

  constructor(attack: Extract<Attack, { rate: number }>) {
    this.#attack = attack
    this.#random = seededNumbers(attack.seed)
  }

  /** Sees a message go out, and returns one that goes out after it, if any. */
  onSent(message: Message): Message | undefined {
    this.#sent.set(message.nonce, message.body)
    if (this.#kept.length === 0 || this.#random() >= this.#attack.rate) return undefined
    const { nonce, body } = this.#kept[Math.floor(this.#random() * this.#kept.length)]!
    return { nonce, body: this.#attack.kind === 'replay' ? body : this.#alter(body) }
  }

  /** Sees that a gateway keeps a message: of what is in flight, a gateway's word on a forgery would be taken for its own. */
  onKept(nonce: bigint): void {
    const body = this.#sent.get(nonce)
    if (body === undefined) return
    this.#sent.delete(nonce)
    this.#kept.push({ nonce, body })
    if (this.#kept.length > REMEMBERED) this.#kept.shift()
  }

  /** Changes one digit of the payload to another, none of which becomes a leading zero. */
  #alter(body: string): string {
    const start = body.indexOf('"payload":')
    const end = body.indexOf(',"signature"')
    const digits = [...body.slice(start, end).matchAll(/[1-8]/g)].map(({ index }) => start + index)
    const at = digits[Math.floor(this.#random() * digits.length)]!
    return `${body.slice(0, at)}${Number(body[at]) + 1}${body.slice(at + 1)}`
  }
}
