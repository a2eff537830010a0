/**
 * Signatures over bytes by JOSE's names (RFC 7518 §3.4, 8037, 8812, 9864), on node:crypto.
 *
 * The algorithm is decided by the key, never by what a message claims: a claim that does not fit is refused.
 * @module
 */
import { type KeyObject, sign, verify } from 'node:crypto'
import { CodedError } from '@iotex2/protocol/errors'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Curve, curveOf, exportPublicJwk, importPrivateKey, type PrivateKeyJwk } from './jwk.ts'

export type SignatureAlgorithm = 'EdDSA' | 'ES256' | 'ES384' | 'ES256K'

interface Scheme {
  curve: Curve
  hash: 'sha256' | 'sha384' | null
  byteLength: number
}

const SCHEMES: Record<SignatureAlgorithm, Scheme> = {
  EdDSA: { curve: 'Ed25519', hash: null, byteLength: 64 },
  ES256: { curve: 'P-256', hash: 'sha256', byteLength: 64 },
  ES384: { curve: 'P-384', hash: 'sha384', byteLength: 96 },
  ES256K: { curve: 'secp256k1', hash: 'sha256', byteLength: 64 },
}

/** Thrown when an algorithm or a key cannot sign. Code SIGNATURE_UNSUPPORTED. */
export class SignatureError extends CodedError {
  constructor(message: string) {
    super('SIGNATURE_UNSUPPORTED', message)
  }
}

/** What signs for a verification method: a key object, a device's key, a secure element. */
export interface Signer {
  /** DID URL of the verification method. */
  readonly kid: string
  readonly algorithm: SignatureAlgorithm
  /** Returns r ‖ s, or an Ed25519 signature, over `bytes`, which it hashes itself. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** Returns the algorithm of the keys on `curve`. Throws {@link SignatureError}. */
export function algorithmOf(curve: string): SignatureAlgorithm {
  for (const [algorithm, scheme] of Object.entries(SCHEMES))
    if (scheme.curve === curve) return algorithm as SignatureAlgorithm
  throw new SignatureError(`Keys on ${curve.slice(0, 20)} do not sign.`)
}

/** Returns what signs with `key` for the verification method `kid`. Throws {@link SignatureError}. */
export function createSigner(kid: string, key: KeyObject | PrivateKeyJwk): Signer {
  const privateKey = 'kty' in key ? importPrivateKey(key) : key
  const algorithm = algorithmOf(curveOf(exportPublicJwk(privateKey)))
  const { hash } = SCHEMES[algorithm]
  return {
    kid,
    algorithm,
    sign(bytes) {
      if (hash === null) return sign(hash, bytes, privateKey)
      const signature = sign(hash, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return algorithm === 'ES256K' ? withLowS(signature) : signature
    },
  }
}

/**
 * Returns the one of a signature's two forms whose s is in the lower half of the order, which is the only one that
 * implementations from the world of blockchains verify. RFC 8812 takes both, and so does {@link verifySignature}.
 */
function withLowS(signature: Buffer): Uint8Array {
  const { r, s } = secp256k1.Signature.fromBytes(signature, 'compact')
  const order = secp256k1.Point.Fn.ORDER
  return s > order / 2n ? new secp256k1.Signature(r, order - s).toBytes('compact') : signature
}

/** Whether `signature` is that of `key` over `bytes`. `key` is on the curve of `algorithm`: {@link algorithmOf}. */
export function verifySignature(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { hash, byteLength } = SCHEMES[algorithm]
  if (signature.length !== byteLength) return false
  return verify(hash, bytes, hash === null ? key : { key, dsaEncoding: 'ieee-p1363' }, signature)
}
