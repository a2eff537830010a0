/**
 * Content encryption of a JWE: A256CBC-HS512 (RFC 7518 §5.2.5), A256GCM (§5.3) and XC20P (draft-amringer-jose-chacha-02).
 * The first two by node:crypto; XChaCha20-Poly1305, which OpenSSL lacks, by @noble/ciphers.
 * @module
 */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { DidcommError } from './errors.ts'

export type ContentEncryption = 'A256CBC-HS512' | 'A256GCM' | 'XC20P'

export interface Sealed {
  ciphertext: Uint8Array
  tag: Uint8Array
}

interface ContentCipher {
  keyLength: number
  ivLength: number
  tagLength: number
  seal(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Sealed
  /** Throws anything where the tag is wrong. */
  open(key: Uint8Array, iv: Uint8Array, sealed: Sealed, aad: Uint8Array): Uint8Array
}

/** HMAC over aad ‖ iv ‖ ciphertext ‖ bits of aad, its first half. */
function cbcTag(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array, aad: Uint8Array): Buffer {
  const aadBits = Buffer.alloc(8)
  aadBits.writeBigUInt64BE(BigInt(aad.length) * 8n)
  const mac = createHmac('sha512', key.subarray(0, 32)).update(aad).update(iv).update(ciphertext).update(aadBits)
  return mac.digest().subarray(0, 32)
}

const CIPHERS: Record<ContentEncryption, ContentCipher> = {
  'A256CBC-HS512': {
    keyLength: 64,
    ivLength: 16,
    tagLength: 32,
    seal(key, iv, plaintext, aad) {
      const cipher = createCipheriv('aes-256-cbc', key.subarray(32), iv)
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return { ciphertext, tag: cbcTag(key, iv, ciphertext, aad) }
    },
    open(key, iv, { ciphertext, tag }, aad) {
      // Before the padding is looked at: there is nothing for a padding oracle to say.
      if (!timingSafeEqual(cbcTag(key, iv, ciphertext, aad), tag)) throw new DidcommError('DIDCOMM_DECRYPTION', 'tag')
      const decipher = createDecipheriv('aes-256-cbc', key.subarray(32), iv)
      return Buffer.concat([decipher.update(ciphertext), decipher.final()])
    },
  },
  A256GCM: {
    keyLength: 32,
    ivLength: 12,
    tagLength: 16,
    seal(key, iv, plaintext, aad) {
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad)
      const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
      return { ciphertext, tag: cipher.getAuthTag() }
    },
    open(key, iv, { ciphertext, tag }, aad) {
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(aad).setAuthTag(tag)
      return Buffer.concat([decipher.update(ciphertext), decipher.final()])
    },
  },
  XC20P: {
    keyLength: 32,
    ivLength: 24,
    tagLength: 16,
    seal(key, iv, plaintext, aad) {
      const sealed = xchacha20poly1305(key, iv, aad).encrypt(plaintext)
      return { ciphertext: sealed.subarray(0, -16), tag: sealed.subarray(-16) }
    },
    open(key, iv, { ciphertext, tag }, aad) {
      return xchacha20poly1305(key, iv, aad).decrypt(Buffer.concat([ciphertext, tag]))
    },
  },
}

export const isContentEncryption = (name: unknown): name is ContentEncryption =>
  typeof name === 'string' && Object.hasOwn(CIPHERS, name)

/** Lengths in bytes of the key and the initialisation vector. */
export const contentLengths = (name: ContentEncryption): { keyLength: number; ivLength: number } => CIPHERS[name]

/** Encrypts `plaintext`; `iv` must never have been used with `key`. */
export const sealContent = (
  name: ContentEncryption,
  key: Uint8Array,
  iv: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Sealed => CIPHERS[name].seal(key, iv, plaintext, aad)

/** Returns the plaintext. Throws {@link DidcommError} DIDCOMM_DECRYPTION, for whatever reason. */
export function openContent(
  name: ContentEncryption,
  key: Uint8Array,
  iv: Uint8Array,
  sealed: Sealed,
  aad: Uint8Array,
): Uint8Array {
  const cipher = CIPHERS[name]
  try {
    if (key.length === cipher.keyLength && iv.length === cipher.ivLength && sealed.tag.length === cipher.tagLength)
      return cipher.open(key, iv, sealed, aad)
  } catch {
    // One answer for every reason, below.
  }
  throw new DidcommError('DIDCOMM_DECRYPTION', 'The message does not decrypt: it was altered, or is for another key.')
}
