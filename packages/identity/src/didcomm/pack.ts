/**
 * Packs messages: plaintext, signed, anoncrypt, authcrypt, and what the specification allows of one in another.
 * @module
 */
import { type DidResolver, didOf, keysOf } from '../verification-method.ts'
import type { ContentEncryption } from './content-encryption.ts'
import { type AgreementPublicKey, encrypt } from './encryption.ts'
import { DidcommError } from './errors.ts'
import { AGREEMENT_CURVES, type AgreementCurve, type AgreementKey } from './key-agreement.ts'
import type { KeyRing } from './key-ring.ts'
import { type Message, PLAINTEXT_TYPE, readMessage } from './message.ts'
import { resolveDocument } from './resolve-document.ts'
import { sign } from './signing.ts'

export interface PackContext {
  resolver: DidResolver
  keys: KeyRing
}

export interface PackEncryptedOptions {
  /** A DID, or the DID URL of one key of it. */
  to: string
  /** A DID, or the DID URL of one key of it: makes it authcrypt. Without it the sender stays unknown: anoncrypt. */
  from?: string
  /** A DID, or the DID URL of one key of it: signs before encryption, which the recipient can show to others. */
  signBy?: string
  /** Of anoncrypt; authcrypt has A256CBC-HS512. A256CBC-HS512 by default, which every recipient must know. */
  enc?: ContentEncryption
  /** Encrypts once more, anonymously, so that `skid` is not seen on the way. */
  protectSender?: boolean
}

/** Returns `message` as it is, for what is encrypted elsewhere. Throws {@link DidcommError} DIDCOMM_MALFORMED. */
export const packPlaintext = (message: Message): string =>
  JSON.stringify({ typ: PLAINTEXT_TYPE, ...readMessage(message) })

/** Returns `message` signed. Throws {@link DidcommError}. */
export async function packSigned(
  message: Message,
  signBy: string,
  { keys }: Pick<PackContext, 'keys'>,
): Promise<string> {
  const signer = signBy.includes('#') ? keys.signer(signBy) : keys.signers(signBy)[0]
  if (!signer) throw new DidcommError('DIDCOMM_KEY_UNKNOWN', `There is no key to sign as ${signBy}.`)
  if (message.from === undefined || didOf(message.from) !== didOf(signer.kid))
    throw new DidcommError('DIDCOMM_ADDRESSING', `A message signed by ${didOf(signer.kid)} is from it.`)
  return sign(Buffer.from(packPlaintext(message)), signer)
}

/** Returns `message` encrypted to every key of `to` that is on the chosen curve. Throws {@link DidcommError}. */
export async function packEncrypted(
  message: Message,
  options: PackEncryptedOptions,
  context: PackContext,
): Promise<string> {
  const { to, from, signBy, enc = 'A256CBC-HS512', protectSender = false } = options
  if (message.to && !message.to.includes(didOf(to)))
    throw new DidcommError('DIDCOMM_ADDRESSING', `The message is not to ${didOf(to)}.`)
  if (from !== undefined && (message.from === undefined || didOf(message.from) !== didOf(from)))
    throw new DidcommError('DIDCOMM_ADDRESSING', `The message is not from ${didOf(from)}.`)
  if (signBy !== undefined && !message.to)
    throw new DidcommError('DIDCOMM_ADDRESSING', 'What is signed and encrypted says to whom: it could be passed on.')

  const plaintext =
    signBy === undefined ? packPlaintext(message) : await packSigned(message, signBy, { keys: context.keys })
  const available = await recipientKeys(to, context.resolver)
  if (from === undefined) {
    const [first] = available
    return encrypt(Buffer.from(plaintext), { enc, recipients: onCurveOf(available, first!) })
  }
  const { sender, recipients } = choosePair(senderKeys(from, context.keys), available)
  const packed = encrypt(Buffer.from(plaintext), { enc: 'A256CBC-HS512', recipients, sender })
  return protectSender ? encrypt(Buffer.from(packed), { enc, recipients }) : packed
}

/** The keys of `to`, of which there is at least one. */
async function recipientKeys(to: string, resolver: DidResolver): Promise<AgreementPublicKey[]> {
  const document = await resolveDocument(resolver, didOf(to))
  const keys = keysOf(document, 'keyAgreement').filter(
    ({ id, curve }) => (AGREEMENT_CURVES as readonly string[]).includes(curve) && (!to.includes('#') || id === to),
  )
  if (keys.length === 0) throw new DidcommError('DIDCOMM_KEY_UNKNOWN', `${to} has no key for agreement.`)
  return keys
}

function senderKeys(from: string, keys: KeyRing): AgreementKey[] {
  const one = keys.agreementKey(from)
  const found = from.includes('#') ? (one ? [one] : []) : keys.agreementKeys(from)
  if (found.length === 0) throw new DidcommError('DIDCOMM_KEY_UNKNOWN', `There is no key to encrypt as ${from}.`)
  return found
}

/** The first of the sender's keys on whose curve the recipient has keys, and those. */
function choosePair(senders: AgreementKey[], available: AgreementPublicKey[]) {
  for (const sender of senders) {
    const recipients = available.filter(({ jwk }) => jwk.crv === sender.curve)
    if (recipients.length > 0) return { sender, recipients }
  }
  throw new DidcommError('DIDCOMM_NO_COMMON_CURVE', 'Sender and recipient have no keys on one curve.')
}

const onCurveOf = (keys: AgreementPublicKey[], { jwk }: AgreementPublicKey): AgreementPublicKey[] =>
  keys.filter((key) => (key.jwk.crv as AgreementCurve) === jwk.crv)
