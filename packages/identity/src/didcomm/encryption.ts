/**
 * Encrypted DIDComm messages: JWE in general JSON serialisation (RFC 7516 §7.2.1) with one protected header for all
 * recipients (DIDComm v2.1, "ECDH-1PU key wrapping and common protected headers").
 * @module
 */
import { hash, type KeyObject, randomBytes } from 'node:crypto'
import { encodeBase64Url } from '../jose/base64url.ts'
import type { PublicKeyJwk } from '../jose/jwk.ts'
import {
  type ContentEncryption,
  contentLengths,
  isContentEncryption,
  openContent,
  sealContent,
} from './content-encryption.ts'
import { DidcommError } from './errors.ts'
import { decodeMember, describe, type JsonObject, parseObject } from './json.ts'
import {
  type AgreementCurve,
  type AgreementKey,
  deriveWrappingKey,
  type EphemeralKey,
  generateEphemeral,
  type KeyAgreement,
  readEphemeral,
  unwrapKey,
  wrapKey,
} from './key-agreement.ts'

export const ENCRYPTED_TYPE = 'application/didcomm-encrypted+json'

/** More recipients than this would make one message a day's work. */
const MAXIMUM_RECIPIENTS = 64

/** A public key of a recipient or a sender, under its DID URL. */
export interface AgreementPublicKey {
  id: string
  jwk: PublicKeyJwk
  key: KeyObject
}

/** A JWE as it was read: shape and header checked, nothing decrypted. */
export interface EncryptedEnvelope {
  alg: KeyAgreement
  enc: ContentEncryption
  curve: AgreementCurve
  /** The sender's key, of ECDH-1PU only. */
  skid: string | undefined
  recipients: { kid: string; encryptedKey: Buffer }[]
  epk: KeyObject
  /** The protected header as it was sent, which is what the tag covers. */
  protectedText: string
  apu: Buffer
  apv: Buffer
  iv: Buffer
  ciphertext: Buffer
  tag: Buffer
}

/** Returns `apv`: SHA-256 of the recipients' key ids, sorted and joined with dots. */
export const partyV = (kids: readonly string[]): Buffer => hash('sha256', kids.toSorted().join('.'), 'buffer')

export interface EncryptOptions {
  enc: ContentEncryption
  /** Of one curve all of them, at least one. */
  recipients: readonly AgreementPublicKey[]
  /** Makes it authcrypt. On the same curve. */
  sender?: AgreementKey
  /** Fixed in test vectors only. */
  ephemeral?: EphemeralKey
}

/** Returns `plaintext` encrypted, as the text of a JWE. */
export function encrypt(plaintext: Uint8Array, { enc, recipients, sender, ephemeral }: EncryptOptions): string {
  const alg: KeyAgreement = sender ? 'ECDH-1PU+A256KW' : 'ECDH-ES+A256KW'
  if (sender && enc !== 'A256CBC-HS512')
    throw new DidcommError(
      'DIDCOMM_ALGORITHM',
      'Authcrypt goes with A256CBC-HS512 only: the tag must commit to its key.',
    )
  const [first] = recipients
  if (!first) throw new DidcommError('DIDCOMM_KEY_UNKNOWN', 'A message is encrypted to at least one key.')
  if (recipients.some(({ jwk }) => jwk.crv !== first.jwk.crv) || (sender && sender.curve !== first.jwk.crv))
    throw new DidcommError('DIDCOMM_NO_COMMON_CURVE', 'The keys of one message are on one curve.')

  const ephemeralKey = ephemeral ?? generateEphemeral(first.jwk.crv as AgreementCurve)
  const apv = partyV(recipients.map(({ id }) => id))
  const apu = Buffer.from(sender?.kid ?? '')
  const header = {
    epk: ephemeralKey.jwk,
    apv: encodeBase64Url(apv),
    ...(sender ? { skid: sender.kid, apu: encodeBase64Url(apu) } : {}),
    typ: ENCRYPTED_TYPE,
    enc,
    alg,
  }
  const protectedText = encodeBase64Url(JSON.stringify(header))
  const { keyLength, ivLength } = contentLengths(enc)
  const [contentKey, iv] = [randomBytes(keyLength), randomBytes(ivLength)]
  const { ciphertext, tag } = sealContent(enc, contentKey, iv, plaintext, Buffer.from(protectedText, 'ascii'))
  const context = sender ? { alg, apu, apv, tag } : { alg, apu, apv }
  return JSON.stringify({
    ciphertext: encodeBase64Url(ciphertext),
    protected: protectedText,
    recipients: recipients.map(({ id, jwk, key }) => {
      const secrets = [ephemeralKey.agree(key), ...(sender ? [sender.agreeStatic(key, jwk)] : [])]
      const encryptedKey = wrapKey(deriveWrappingKey(secrets, context), contentKey)
      return { encrypted_key: encodeBase64Url(encryptedKey), header: { kid: id } }
    }),
    tag: encodeBase64Url(tag),
    iv: encodeBase64Url(iv),
  })
}

/** Returns the JWE in `json`, its shape and header checked. Throws {@link DidcommError}. */
export function readEncrypted(json: JsonObject): EncryptedEnvelope {
  // Members of the other serialisation, and parts that nothing would protect.
  for (const name of ['header', 'encrypted_key', 'unprotected', 'aad'])
    if (Object.hasOwn(json, name)) throw malformed(`an encrypted message has no "${name}"`)
  const recipients = readRecipients(json.recipients)

  if (typeof json.protected !== 'string') throw malformed('there is no protected header')
  const header = parseObject(decodeMember(json.protected, 'protected'))
  refuseExtensions(header)
  const { alg, enc, typ, skid } = header
  if (typ !== undefined && typ !== ENCRYPTED_TYPE && typ !== ENCRYPTED_TYPE.slice('application/'.length))
    throw malformed('"typ" is not that of an encrypted message')
  if (alg !== 'ECDH-ES+A256KW' && alg !== 'ECDH-1PU+A256KW')
    throw new DidcommError('DIDCOMM_ALGORITHM', `"alg" ${describe(alg)} is not DIDComm's.`)
  if (!isContentEncryption(enc)) throw new DidcommError('DIDCOMM_ALGORITHM', `"enc" ${describe(enc)} is not DIDComm's.`)
  const isAuthenticated = alg === 'ECDH-1PU+A256KW'
  if (isAuthenticated && enc !== 'A256CBC-HS512')
    throw new DidcommError('DIDCOMM_ALGORITHM', 'Authcrypt goes with A256CBC-HS512 only.')

  const apv = decodeMember(header.apv, 'apv')
  if (!apv.equals(partyV(recipients.map(({ kid }) => kid)))) throw malformed('"apv" is not of these recipients')
  const apu = header.apu === undefined && !isAuthenticated ? Buffer.alloc(0) : decodeMember(header.apu, 'apu')
  const sender = apu.toString()
  if (isAuthenticated && skid !== undefined && skid !== sender) throw malformed('"apu" is not of "skid"')
  if (isAuthenticated && sender === '') throw malformed('"apu" names no sender')
  const { curve, publicKey } = readEphemeral(header.epk)
  return {
    alg,
    enc,
    curve,
    skid: isAuthenticated ? sender : undefined,
    recipients,
    epk: publicKey,
    protectedText: json.protected,
    apu,
    apv,
    iv: decodeMember(json.iv, 'iv'),
    ciphertext: decodeMember(json.ciphertext, 'ciphertext'),
    tag: decodeMember(json.tag, 'tag'),
  }
}

function readRecipients(value: unknown): EncryptedEnvelope['recipients'] {
  if (!Array.isArray(value) || value.length === 0) throw malformed('there are no recipients')
  if (value.length > MAXIMUM_RECIPIENTS)
    throw new DidcommError('DIDCOMM_TOO_LARGE', `A message has ${MAXIMUM_RECIPIENTS} recipients at most.`)
  const recipients = value.map((recipient: unknown) => {
    const { header, encrypted_key: encryptedKey } = (recipient ?? {}) as {
      header?: JsonObject
      encrypted_key?: unknown
    }
    const kid = header?.kid
    if (typeof kid !== 'string' || kid === '') throw malformed('a recipient has no "kid"')
    // Headers of a recipient are not protected: what decides must not stand there.
    if (Object.keys(header!).length > 1) throw malformed('a recipient\'s header has more than "kid"')
    return { kid, encryptedKey: decodeMember(encryptedKey, 'encrypted_key') }
  })
  if (new Set(recipients.map(({ kid }) => kid)).size < recipients.length) throw malformed('a recipient is there twice')
  return recipients
}

/**
 * Returns the plaintext of an envelope for the recipient `key`; `sender` is the key that `skid` names, of authcrypt.
 * Throws {@link DidcommError}.
 */
export function decrypt(envelope: EncryptedEnvelope, key: AgreementKey, sender?: AgreementPublicKey): Uint8Array {
  const { alg, enc, curve, epk, apu, apv, tag, iv, ciphertext, protectedText, recipients } = envelope
  const recipient = recipients.find(({ kid }) => kid === key.kid)
  if (!recipient) throw new DidcommError('DIDCOMM_NOT_FOR_US', `The message is not encrypted to ${key.kid}.`)
  if ((envelope.skid === undefined) !== (sender === undefined))
    throw new DidcommError('DIDCOMM_KEY_UNKNOWN', "A sender's key goes with authcrypt, and authcrypt with one.")
  if (key.curve !== curve || (sender && sender.jwk.crv !== curve))
    throw new DidcommError('DIDCOMM_ALGORITHM', `The keys of the message are not all on ${curve}.`)
  const secrets = [key.agree(epk)]
  if (sender) secrets.push(key.agreeStatic(sender.key, sender.jwk))
  const wrappingKey = deriveWrappingKey(secrets, sender ? { alg, apu, apv, tag } : { alg, apu, apv })
  const contentKey = unwrapKey(wrappingKey, recipient.encryptedKey)
  return openContent(enc, contentKey, iv, { ciphertext, tag }, Buffer.from(protectedText, 'ascii'))
}

/** Refuses what must be understood and is not. */
export function refuseExtensions(header: JsonObject): void {
  for (const name of ['crit', 'zip', 'b64'])
    if (Object.hasOwn(header, name))
      throw new DidcommError('DIDCOMM_CRITICAL_HEADER', `"${name}" in a protected header is not understood.`)
}

const malformed = (what: string): DidcommError =>
  new DidcommError('DIDCOMM_MALFORMED', `Not a DIDComm message: ${what}.`)
