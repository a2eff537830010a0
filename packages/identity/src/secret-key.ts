/**
 * Private keys of any curve that a DID document names: secp256k1 and P-256 for devices and issuers, Ed25519 for issuers,
 * X25519 for DIDComm. A device of secp256k1 is a {@link ./key.ts | DeviceKey} where it signs for contracts.
 * @module
 */
import type { KeyObject } from 'node:crypto'
import { inspect } from 'node:util'
import type { Hex } from '@iotex2/protocol/hex'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { decodeBase64Url, encodeBase64Url } from './jose/base64url.ts'
import { importPrivateKey, JwkError, type PrivateKeyJwk, type PublicKeyJwk } from './jose/jwk.ts'
import { createSigner, type Signer } from './jose/signature.ts'
import { addressOf, type RandomBytes } from './key.ts'
import { encodeMultikey } from './multikey.ts'

/** Curves that keystores hold, each with secrets of 32 bytes. */
export const KEY_CURVES = ['secp256k1', 'P-256', 'Ed25519', 'X25519'] as const
export type KeyCurve = (typeof KEY_CURVES)[number]

/** Returns the coordinates of a secret's public key: x and y, or x alone. Throws where the bytes are no secret. */
const PUBLIC_KEYS: Record<KeyCurve, (secret: Uint8Array) => Uint8Array[]> = {
  secp256k1: (secret) => coordinates(secp256k1.getPublicKey(secret, false)),
  'P-256': (secret) => coordinates(p256.getPublicKey(secret, false)),
  Ed25519: (secret) => [ed25519.getPublicKey(secret)],
  X25519: (secret) => [x25519.getPublicKey(secret)],
}
const coordinates = (point: Uint8Array): Uint8Array[] => [point.subarray(1, 33), point.subarray(33)]

export const isKeyCurve = (name: unknown): name is KeyCurve => (KEY_CURVES as readonly unknown[]).includes(name)

/** Holds the secret; whatever prints or serialises a key shows its public half only. */
export class SecretKey {
  readonly curve: KeyCurve
  readonly publicJwk: PublicKeyJwk
  /** The last 20 bytes of keccak256 of the public key, lower case: what a did:io is made of. */
  readonly address: Hex
  /** Whether the secret lay unencrypted on disk: such a key is for development chains only. */
  readonly development: boolean
  readonly #secret: Uint8Array

  /** Throws JwkError KEY_INVALID where the 32 bytes are no secret of the curve. They are not in the message. */
  constructor(curve: KeyCurve, secret: Uint8Array, { development = false }: { development?: boolean } = {}) {
    let points: Uint8Array[]
    try {
      points = PUBLIC_KEYS[curve](secret)
    } catch {
      throw new JwkError('KEY_INVALID', `A secret of ${curve} has 32 bytes, and is in the curve's range.`)
    }
    const [x, y] = points.map((point) => encodeBase64Url(point)) as [string, string?]
    this.publicJwk = { kty: y === undefined ? 'OKP' : 'EC', crv: curve, x, ...(y === undefined ? {} : { y }) }
    this.address = addressOf(Buffer.concat(points))
    this.curve = curve
    this.development = development
    this.#secret = Uint8Array.from(secret)
  }

  /** Returns the public key as Multikey: what a did:key is made of. */
  get multikey(): string {
    return encodeMultikey(this.publicJwk)
  }

  /** Returns what signs for the verification method `kid`. Throws SignatureError where the curve is X25519. */
  signer(kid: string): Signer {
    return createSigner(kid, this.keyObject())
  }

  /** Returns the key as node:crypto has it. */
  keyObject(): KeyObject {
    return importPrivateKey({ ...this.publicJwk, d: encodeBase64Url(this.#secret) })
  }

  /** Returns a copy of the secret, for writing a key file. */
  exportSecret(): Uint8Array {
    return Uint8Array.from(this.#secret)
  }

  toJSON(): PublicKeyJwk {
    return this.publicJwk
  }

  [inspect.custom](): string {
    return `SecretKey(${this.curve}, ${this.address})`
  }
}

/** Returns a fresh key. Draws again in the case, of negligible odds, that the bytes are no secret of the curve. */
export function generateSecretKey(curve: KeyCurve, randomBytes: RandomBytes): SecretKey {
  for (;;) {
    const secret = randomBytes(32)
    // Keystores hold scalars of secp256k1: of the other curves, nearly all secrets are.
    if (secp256k1.utils.isValidSecretKey(secret) && (curve !== 'P-256' || p256.utils.isValidSecretKey(secret)))
      return new SecretKey(curve, secret)
  }
}

/** Returns the key in a private JWK. Throws JwkError where its curve is none of keystores', or its halves do not fit. */
export function secretKeyOfJwk(jwk: Partial<PrivateKeyJwk>): SecretKey {
  importPrivateKey(jwk)
  if (!isKeyCurve(jwk.crv)) throw new JwkError('KEY_UNSUPPORTED', `Keystores hold no keys on ${String(jwk.crv)}.`)
  return new SecretKey(jwk.crv, decodeBase64Url(jwk.d))
}
