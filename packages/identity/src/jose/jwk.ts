/**
 * Public and private keys as JSON Web Keys (RFC 7517, 7518 §6, 8037, 8812), and as node:crypto has them.
 *
 * A key is read once, and checked there: its coordinates have the length of its curve, and its point is on it.
 * @module
 */
import { createECDH, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { CodedError } from '@iotex2/protocol/errors'
import { decodeBase64Url, encodeBase64Url } from './base64url.ts'

export type EcCurve = 'P-256' | 'P-384' | 'P-521' | 'secp256k1'
export type OkpCurve = 'Ed25519' | 'X25519'
export type Curve = EcCurve | OkpCurve

/** A public key as RFC 7517 and RFC 8812 write it. */
export interface PublicKeyJwk {
  kty: string
  crv: string
  x: string
  y?: string
}

/** A private key; `d` is the secret. */
export interface PrivateKeyJwk extends PublicKeyJwk {
  d: string
}

/** Bytes of a coordinate, and of a scalar. */
export const COORDINATE_BYTES: Record<Curve, number> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  secp256k1: 32,
  Ed25519: 32,
  X25519: 32,
}

/** Thrown when a JWK is no key of a known curve. Codes KEY_UNSUPPORTED, KEY_INVALID. Secrets are not in the message. */
export class JwkError extends CodedError {
  constructor(code: 'KEY_UNSUPPORTED' | 'KEY_INVALID', message: string) {
    super(code, message)
  }
}

/** Returns the curve of a JWK. Throws {@link JwkError} where it is not known here or does not fit `kty`. */
export function curveOf(jwk: { kty?: unknown; crv?: unknown }): Curve {
  const { kty, crv } = jwk
  if (typeof crv !== 'string' || !Object.hasOwn(COORDINATE_BYTES, crv))
    throw new JwkError('KEY_UNSUPPORTED', `A key on ${String(crv).slice(0, 20)} cannot be used here.`)
  const curve = crv as Curve
  if (kty !== (curve === 'Ed25519' || curve === 'X25519' ? 'OKP' : 'EC'))
    throw new JwkError('KEY_INVALID', `A key on ${curve} is not of type ${String(kty).slice(0, 20)}.`)
  return curve
}

/** Returns the public members of a JWK and nothing else, coordinates checked for length. Throws {@link JwkError}. */
export function publicJwk(jwk: Partial<PublicKeyJwk>): PublicKeyJwk {
  const curve = curveOf(jwk)
  const isPoint = jwk.kty === 'EC'
  for (const coordinate of isPoint ? [jwk.x, jwk.y] : [jwk.x])
    if (!hasLength(coordinate, COORDINATE_BYTES[curve]))
      throw new JwkError('KEY_INVALID', `A coordinate of a ${curve} key is not of ${COORDINATE_BYTES[curve]} bytes.`)
  const { kty, crv, x, y } = jwk as Required<PublicKeyJwk>
  return isPoint ? { kty, crv, x, y } : { kty, crv, x }
}

/** Returns the public key in `jwk`. Throws {@link JwkError} KEY_INVALID where its point is not on its curve. */
export function importPublicKey(jwk: Partial<PublicKeyJwk>): KeyObject {
  const key = publicJwk(jwk)
  try {
    return createPublicKey({ key: key as unknown as JsonWebKey, format: 'jwk' })
  } catch {
    throw new JwkError('KEY_INVALID', `The point of a key is not on ${key.crv}.`)
  }
}

/** Returns the private key in `jwk`. Throws {@link JwkError}. */
export function importPrivateKey(jwk: Partial<PrivateKeyJwk>): KeyObject {
  const { d } = jwk
  const key = publicJwk(jwk)
  if (!hasLength(d, COORDINATE_BYTES[key.crv as Curve]))
    throw new JwkError('KEY_INVALID', `The secret of a ${key.crv} key is missing or of another length.`)
  const mismatch = new JwkError('KEY_INVALID', `The secret of a ${key.crv} key does not belong to its point.`)
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey({ key: { ...key, d } as unknown as JsonWebKey, format: 'jwk' })
  } catch {
    throw mismatch
  }
  const { x, y } = key.kty === 'EC' ? pointOf(key.crv as EcCurve, d) : exportPublicJwk(privateKey)
  if (x !== key.x || y !== key.y) throw mismatch
  return privateKey
}

const OPENSSL_CURVES = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1', secp256k1: 'secp256k1' }

/** Returns the point of a secret: OpenSSL keeps whatever point comes with an EC key. */
function pointOf(curve: EcCurve, secret: string | undefined): { x: string; y: string } {
  const agreement = createECDH(OPENSSL_CURVES[curve])
  agreement.setPrivateKey(decodeBase64Url(secret))
  const point = agreement.getPublicKey()
  const [x, y] = [point.subarray(1, 1 + COORDINATE_BYTES[curve]), point.subarray(1 + COORDINATE_BYTES[curve])]
  return { x: encodeBase64Url(x), y: encodeBase64Url(y) }
}

/** Returns the public key of a private or public key object. */
export const exportPublicJwk = (key: KeyObject): PublicKeyJwk =>
  publicJwk((key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' }) as unknown as PublicKeyJwk)

function hasLength(text: unknown, byteLength: number): boolean {
  try {
    return decodeBase64Url(text).length === byteLength
  } catch {
    return false
  }
}
