/**
 * Takes messages that are encrypted by a known sender, not expired and not taken before.
 * @module
 */
import { didOf } from '../verification-method.ts'
import { DidcommError } from './errors.ts'
import { ReplayWindow } from './replay-window.ts'
import { type UnpackContext, type Unpacked, unpack } from './unpack.ts'

export interface InboxOptions extends UnpackContext {
  /** Milliseconds since the epoch. */
  now: () => number
  /** One of this inbox's own by default. */
  window?: ReplayWindow
  /** Takes what nobody is known to have sent too, such as anoncrypt. Plaintext is never taken. */
  acceptAnonymous?: boolean
}

export class Inbox {
  readonly #options: InboxOptions
  readonly #window: ReplayWindow

  constructor(options: InboxOptions) {
    this.#options = options
    this.#window = options.window ?? new ReplayWindow({ now: options.now })
  }

  /** Returns the message in `packed`, once. Throws {@link DidcommError}. */
  async take(packed: string | Uint8Array): Promise<Unpacked> {
    const unpacked = await unpack(packed, this.#options)
    const { message, encrypted, authenticated } = unpacked
    if (!encrypted || !(authenticated || this.#options.acceptAnonymous))
      throw new DidcommError('DIDCOMM_UNAUTHENTICATED', 'The message is not encrypted by a sender who is known.')
    if (message.expires_time !== undefined && message.expires_time * 1000 <= this.#options.now())
      throw new DidcommError('DIDCOMM_EXPIRED', 'The message is expired.')
    // Last: only who is known to have sent it uses up the sender's part of the window.
    this.#window.accept(authenticated ? didOf(message.from!) : '', message.id, message.created_time)
    return unpacked
  }
}
