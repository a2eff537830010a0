/**
 * How the key of a JWE reaches a recipient: ECDH-ES+A256KW (RFC 7518 §4.6) and ECDH-1PU+A256KW
 * (draft-madden-jose-ecdh-1pu-04), over X25519, P-256, P-384 and P-521, on node:crypto.
 * @module
 */
import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  type KeyObject,
} from 'node:crypto'
import {
  exportPublicJwk,
  importPrivateKey,
  importPublicKey,
  type PrivateKeyJwk,
  type PublicKeyJwk,
} from '../jose/jwk.ts'
import { DidcommError } from './errors.ts'

export type AgreementCurve = 'X25519' | 'P-256' | 'P-384' | 'P-521'
export type KeyAgreement = 'ECDH-ES+A256KW' | 'ECDH-1PU+A256KW'

export const AGREEMENT_CURVES: readonly AgreementCurve[] = ['X25519', 'P-256', 'P-384', 'P-521']

export const isAgreementCurve = (curve: string): curve is AgreementCurve =>
  (AGREEMENT_CURVES as readonly string[]).includes(curve)

/** How many senders' shared secrets a key remembers: some 200 bytes each. */
const REMEMBERED_SECRETS = 10_000

/** A private key for agreement, under the DID URL of its verification method. */
export class AgreementKey {
  readonly kid: string
  readonly curve: AgreementCurve
  readonly publicJwk: PublicKeyJwk
  readonly #privateKey: KeyObject
  /**
   * ECDH of two long-lived keys is the same each time, and as secret as the private key beside it; a gateway meets the
   * same few thousand senders again and again. Keyed by the point itself, never by its name: a rotated key is another.
   * In the order of last use.
   */
  readonly #secrets = new Map<string, Buffer>()

  /** Throws JwkError, or {@link DidcommError} DIDCOMM_ALGORITHM where the key's curve is none for agreement. */
  constructor(kid: string, key: KeyObject | PrivateKeyJwk) {
    this.#privateKey = 'kty' in key ? importPrivateKey(key) : key
    this.kid = kid
    this.publicJwk = exportPublicJwk(this.#privateKey)
    const { crv } = this.publicJwk
    if (!isAgreementCurve(crv)) throw new DidcommError('DIDCOMM_ALGORITHM', `Keys on ${crv} do not agree on secrets.`)
    this.curve = crv
  }

  /** Returns the secret shared with an ephemeral key. Throws {@link DidcommError} DIDCOMM_KEY_INVALID. */
  agree(publicKey: KeyObject): Buffer {
    return agree(this.#privateKey, publicKey)
  }

  /** Returns the secret shared with a long-lived key, remembered. Throws {@link DidcommError} DIDCOMM_KEY_INVALID. */
  agreeStatic(publicKey: KeyObject, { x, y = '' }: PublicKeyJwk): Buffer {
    const point = `${x}.${y}`
    let secret = this.#secrets.get(point)
    if (secret) this.#secrets.delete(point)
    else {
      secret = agree(this.#privateKey, publicKey)
      if (this.#secrets.size >= REMEMBERED_SECRETS) this.#secrets.delete(this.#secrets.keys().next().value!)
    }
    this.#secrets.set(point, secret)
    return secret
  }

  toJSON(): { kid: string } {
    return { kid: this.kid }
  }
}

/** OpenSSL refuses points off the curve as they are read, and secrets of zero, which points of small order lead to. */
function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  try {
    return diffieHellman({ privateKey, publicKey })
  } catch (cause) {
    throw new DidcommError('DIDCOMM_KEY_INVALID', 'The public key of a message cannot be agreed with.', { cause })
  }
}

export interface EphemeralKey {
  jwk: PublicKeyJwk
  publicKey: KeyObject
  agree(publicKey: KeyObject): Buffer
}

/** Returns a fresh key for one message. Its randomness is OpenSSL's. */
export function generateEphemeral(curve: AgreementCurve): EphemeralKey {
  const { privateKey, publicKey } =
    curve === 'X25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: curve })
  return ephemeral(privateKey, publicKey)
}

const ephemeral = (privateKey: KeyObject, publicKey: KeyObject): EphemeralKey => ({
  jwk: exportPublicJwk(publicKey),
  publicKey,
  agree: (other) => agree(privateKey, other),
})

/** Returns `key` as an ephemeral one. For test vectors: a message's ephemeral key is never used twice. */
export const fixedEphemeral = (key: PrivateKeyJwk): EphemeralKey => {
  const privateKey = importPrivateKey(key)
  return ephemeral(privateKey, createPublicKey(privateKey))
}

/** Returns an ephemeral public key of a header. Throws {@link DidcommError}. */
export function readEphemeral(epk: unknown): { curve: AgreementCurve; publicKey: KeyObject } {
  const jwk = (typeof epk === 'object' && epk !== null ? epk : {}) as Partial<PublicKeyJwk>
  if (typeof jwk.crv !== 'string' || !isAgreementCurve(jwk.crv))
    throw new DidcommError('DIDCOMM_ALGORITHM', 'The ephemeral key is on no curve for agreement.')
  try {
    return { curve: jwk.crv, publicKey: importPublicKey(jwk) }
  } catch (cause) {
    throw new DidcommError('DIDCOMM_KEY_INVALID', 'The ephemeral key is no point of its curve.', { cause })
  }
}

/** What is bound into the key that wraps, besides the secrets. */
export interface KdfContext {
  alg: KeyAgreement
  apu: Uint8Array
  apv: Uint8Array
  /** ECDH-1PU only: the tag of the content, which is therefore encrypted first. */
  tag?: Uint8Array
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const KEY_BITS = uint32(256)
const ROUND = uint32(1)

/** Concat KDF (NIST SP 800-56A §5.8.1) with SHA-256: one round gives the 256 bits of an A256KW key. */
export function deriveWrappingKey(secrets: readonly Uint8Array[], { alg, apu, apv, tag }: KdfContext): Buffer {
  const parts: Uint8Array[] = [ROUND, ...secrets]
  for (const field of [Buffer.from(alg, 'ascii'), apu, apv]) parts.push(uint32(field.length), field)
  parts.push(KEY_BITS)
  if (tag) parts.push(uint32(tag.length), tag)
  return hash('sha256', Buffer.concat(parts), 'buffer')
}

/** RFC 3394's initial value, by which an unwrapped key is known to be right. */
const WRAP_IV = Buffer.alloc(8, 0xa6)

export function wrapKey(wrappingKey: Uint8Array, key: Uint8Array): Buffer {
  const cipher = createCipheriv('id-aes256-wrap', wrappingKey, WRAP_IV)
  return Buffer.concat([cipher.update(key), cipher.final()])
}

/** Returns the key that was wrapped. Throws {@link DidcommError} DIDCOMM_DECRYPTION. */
export function unwrapKey(wrappingKey: Uint8Array, wrapped: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv('id-aes256-wrap', wrappingKey, WRAP_IV)
    return Buffer.concat([decipher.update(wrapped), decipher.final()])
  } catch {
    throw new DidcommError('DIDCOMM_DECRYPTION', 'The message is encrypted to another key, or was altered.')
  }
}
