/**
 * Unpacks messages, and says what is known of who sent them.
 *
 * Envelopes nest in one order only: anoncrypt, authcrypt, signed, plaintext, each at most once. What a message claims of
 * its sender and recipient is held against the keys that were used ("Message Layer Addressing Consistency"). Whether it
 * is expired or was seen before is the {@link ./inbox.ts | inbox}'s question.
 * @module
 */
import { type DidResolver, didOf } from '../verification-method.ts'
import { decrypt, type EncryptedEnvelope, readEncrypted } from './encryption.ts'
import { DidcommError } from './errors.ts'
import { type FromPrior, verifyFromPrior } from './from-prior.ts'
import { type JsonObject, parseObject } from './json.ts'
import type { AgreementKey } from './key-agreement.ts'
import type { KeyRing } from './key-ring.ts'
import { type Message, readMessage } from './message.ts'
import { keyIn, resolveDocument } from './resolve-document.ts'
import { readSigned, verify } from './signing.ts'

/** Bytes of a packed message, unless told otherwise. */
export const MAXIMUM_MESSAGE_BYTES = 1 << 20

export interface UnpackContext {
  resolver: DidResolver
  keys: KeyRing
  maximumBytes?: number
}

/** A message and what is known of it. */
export interface Unpacked {
  message: Message
  encrypted: boolean
  /** Whether it is known to come from `message.from`: by authcrypt, or by a signature. */
  authenticated: boolean
  /** Whether the sender's signature can be shown to others. */
  nonRepudiation: boolean
  /** Whether a layer of anoncrypt hid the sender on the way. */
  anonymousSender: boolean
  /** The key that encrypted it, of authcrypt. */
  encryptedFrom?: string
  /** Our key that decrypted the innermost layer. */
  encryptedTo?: string
  signedBy?: string[]
  /** The signed message as it was sent, to be kept as proof. */
  signed?: string
  /** Which DID the sender had before. */
  fromPrior?: FromPrior
}

type Layer = 'anoncrypt' | 'authcrypt' | 'signed'
const ORDER: readonly Layer[] = ['anoncrypt', 'authcrypt', 'signed']

/** Returns the message in `packed`. Throws {@link DidcommError}, and nothing else, whatever `packed` holds. */
export async function unpack(packed: string | Uint8Array, context: UnpackContext): Promise<Unpacked> {
  const { maximumBytes = MAXIMUM_MESSAGE_BYTES } = context
  if (packed.length > maximumBytes)
    throw new DidcommError('DIDCOMM_TOO_LARGE', `A message is of ${maximumBytes} bytes at most.`)

  const found: Omit<Unpacked, 'message'> = {
    encrypted: false,
    authenticated: false,
    nonRepudiation: false,
    anonymousSender: false,
  }
  let text = packed
  let depth = -1
  const enter = (layer: Layer): void => {
    const next = ORDER.indexOf(layer)
    if (next <= depth) throw new DidcommError('DIDCOMM_NESTING', `A message is not ${layer} inside ${ORDER[depth]}.`)
    depth = next
  }

  for (;;) {
    const json = parseObject(text)
    if (Object.hasOwn(json, 'ciphertext')) {
      const envelope = readEncrypted(json)
      enter(envelope.skid === undefined ? 'anoncrypt' : 'authcrypt')
      text = await open(envelope, context, found)
    } else if (Object.hasOwn(json, 'payload')) {
      const envelope = readSigned(json)
      enter('signed')
      found.signedBy = []
      for (const signature of envelope.signatures) {
        const document = await resolveDocument(context.resolver, didOf(signature.kid))
        verify(signature, keyIn(document, 'authentication', signature.kid))
        found.signedBy.push(signature.kid)
      }
      found.authenticated = true
      found.nonRepudiation = true
      found.signed = typeof text === 'string' ? text : Buffer.from(text).toString()
      text = envelope.payload
    } else return finish(json, found, context)
  }
}

/** Decrypts an envelope by the first of our keys that it names. */
async function open(
  envelope: EncryptedEnvelope,
  { keys, resolver }: UnpackContext,
  found: Omit<Unpacked, 'message'>,
): Promise<Uint8Array> {
  let key: AgreementKey | undefined
  for (const { kid } of envelope.recipients) {
    key = keys.agreementKey(kid)
    if (key) break
  }
  if (!key) throw new DidcommError('DIDCOMM_NOT_FOR_US', 'None of the keys that the message is encrypted to is ours.')
  found.encrypted = true
  found.encryptedTo = key.kid
  const { skid } = envelope
  if (skid === undefined) {
    found.anonymousSender = true
    return decrypt(envelope, key)
  }
  const document = await resolveDocument(resolver, didOf(skid))
  const plaintext = decrypt(envelope, key, keyIn(document, 'keyAgreement', skid))
  found.authenticated = true
  found.encryptedFrom = skid
  return plaintext
}

async function finish(json: JsonObject, found: Omit<Unpacked, 'message'>, context: UnpackContext): Promise<Unpacked> {
  const message = readMessage(json)
  const { encryptedFrom, encryptedTo, signedBy = [] } = found
  const senders = encryptedFrom === undefined ? signedBy : [encryptedFrom, ...signedBy]
  for (const sender of senders)
    if (message.from === undefined || didOf(message.from) !== didOf(sender))
      throw new DidcommError('DIDCOMM_ADDRESSING', `The message is of ${didOf(sender)}, and says otherwise.`)
  if (encryptedTo !== undefined) {
    // A signed message that somebody else was sent could otherwise be encrypted to us, as if it had been meant for us.
    if (message.to === undefined && signedBy.length > 0)
      throw new DidcommError('DIDCOMM_ADDRESSING', 'A signed and encrypted message does not say to whom.')
    if (message.to && !message.to.some((did) => didOf(did) === didOf(encryptedTo)))
      throw new DidcommError('DIDCOMM_ADDRESSING', `The message is encrypted to ${didOf(encryptedTo)}, and not to it.`)
  }
  const { from_prior: fromPrior } = message
  return {
    message,
    ...found,
    ...(fromPrior === undefined ? {} : { fromPrior: await verifyFromPrior(fromPrior, message.from, context.resolver) }),
  }
}
