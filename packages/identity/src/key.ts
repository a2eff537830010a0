/**
 * A device's key: ECDSA over secp256k1 (SEC 2), RFC 6979 nonces, s in the lower half of the order.
 * By @noble/curves: signing is hardened against timing on a best-effort basis only, as JavaScript allows.
 * @module
 */
import { inspect } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

/** Returns `length` random bytes; node:crypto's `randomBytes` outside tests. */
export type RandomBytes = (length: number) => Uint8Array

/** Thrown when bytes are no scalar of secp256k1. Code KEY_INVALID. The bytes are not in the message. */
export class KeyInvalidError extends CodedError {
  constructor() {
    super('KEY_INVALID', 'The device key must be 32 bytes, neither zero nor at or above the order of secp256k1.')
  }
}

/** A signature as the EVM's ecrecover takes it. */
export interface RecoverableSignature {
  r: Hex
  s: Hex
  v: 27 | 28
}

/** Holds the secret; whatever prints or serialises a key shows its address only. */
export class DeviceKey {
  /** Lower case. */
  readonly address: Hex
  /** x ‖ y, 64 bytes. */
  readonly publicKey: Uint8Array
  /** Whether the secret lay unencrypted on disk: such a key may be registered on a development chain only. */
  readonly development: boolean
  readonly #secret: Uint8Array

  /** Throws {@link KeyInvalidError}. */
  constructor(secret: Uint8Array, { development = false }: { development?: boolean } = {}) {
    if (!secp256k1.utils.isValidSecretKey(secret)) throw new KeyInvalidError()
    this.#secret = Uint8Array.from(secret)
    this.publicKey = secp256k1.getPublicKey(secret, false).slice(1)
    this.address = addressOf(this.publicKey)
    this.development = development
  }

  /** Returns r ‖ s over a 32-byte digest, as a device puts it on the wire. */
  sign(digest: Uint8Array): Uint8Array {
    return this.#signRecovered(digest).slice(1)
  }

  /** Returns r, s and v over a 32-byte digest, as a contract takes them. */
  signRecoverable(digest: Uint8Array): RecoverableSignature {
    const signature = this.#signRecovered(digest)
    return {
      r: toHex(signature.slice(1, 33)),
      s: toHex(signature.slice(33)),
      v: signature[0] === 0 ? 27 : 28,
    }
  }

  /** Returns a copy of the secret, for writing a key file. */
  exportSecret(): Uint8Array {
    return Uint8Array.from(this.#secret)
  }

  toJSON(): { address: Hex } {
    return { address: this.address }
  }

  [inspect.custom](): string {
    return `DeviceKey(${this.address})`
  }

  /** Returns recovery id ‖ r ‖ s. */
  #signRecovered(digest: Uint8Array): Uint8Array {
    return secp256k1.sign(digest, this.#secret, { prehash: false, lowS: true, format: 'recovered' })
  }
}

/** Returns a fresh key. Draws again in the case, of odds 2^-128, that the bytes are no scalar. */
export function generateKey(randomBytes: RandomBytes): DeviceKey {
  for (;;) {
    const secret = randomBytes(32)
    if (secp256k1.utils.isValidSecretKey(secret)) return new DeviceKey(secret)
  }
}

/** Returns the last 20 bytes of keccak256(x ‖ y), lower case. */
export const addressOf = (publicKey: Uint8Array): Hex => toHex(keccak_256(publicKey).slice(-20))
