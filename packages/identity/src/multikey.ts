/**
 * Public keys in multibase (Controlled Identifiers 1.0 §2.2.2, Multikey): base58btc of a multicodec and the key.
 * Points of EC curves are compressed; they are taken apart by @noble/curves, which checks that they are on the curve.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { base58 } from '@scure/base'
import { encodeBase64Url } from './jose/base64url.ts'
import { COORDINATE_BYTES, type Curve, curveOf, type EcCurve, type PublicKeyJwk } from './jose/jwk.ts'

/** Thrown when a text is no Multikey of a known curve. Code MULTIKEY_MALFORMED. */
export class MultikeyError extends CodedError {
  constructor(message: string) {
    super('MULTIKEY_MALFORMED', message)
  }
}

/** The multicodec of each curve's public keys, as the unsigned varint that precedes them. */
const PREFIXES: Record<Curve, readonly [number, number]> = {
  Ed25519: [0xed, 0x01],
  X25519: [0xec, 0x01],
  secp256k1: [0xe7, 0x01],
  'P-256': [0x80, 0x24],
  'P-384': [0x81, 0x24],
  'P-521': [0x82, 0x24],
}
const POINTS = { 'P-256': p256.Point, 'P-384': p384.Point, 'P-521': p521.Point, secp256k1: secp256k1.Point }
/** Longer than any key: base58 takes quadratic time. */
const MAXIMUM_LENGTH = 120

/** Returns the key in a Multikey as a JWK. Throws {@link MultikeyError}. */
export function decodeMultikey(text: string): PublicKeyJwk {
  if (!text.startsWith('z') || text.length > MAXIMUM_LENGTH)
    throw new MultikeyError(`"${text.slice(0, 20)}…" is no base58btc of a public key.`)
  let bytes: Uint8Array
  try {
    bytes = base58.decode(text.slice(1))
  } catch {
    throw new MultikeyError(`"${text.slice(0, 20)}…" is no base58btc.`)
  }
  const known = Object.entries(PREFIXES).find(([, [first, second]]) => bytes[0] === first && bytes[1] === second)
  if (!known) throw new MultikeyError(`The multicodec of "${text.slice(0, 20)}…" is of no curve known here.`)
  const curve = known[0] as Curve
  const key = bytes.slice(2)
  if (key.length !== COORDINATE_BYTES[curve] + (isEcCurve(curve) ? 1 : 0))
    throw new MultikeyError(`The ${curve} key in "${text.slice(0, 20)}…" is of another length.`)
  if (!isEcCurve(curve)) return { kty: 'OKP', crv: curve, x: encodeBase64Url(key) }
  let point: Uint8Array
  try {
    point = POINTS[curve].fromBytes(key).toBytes(false)
  } catch {
    throw new MultikeyError(`The key in "${text.slice(0, 20)}…" is not on ${curve}.`)
  }
  const length = COORDINATE_BYTES[curve]
  return {
    kty: 'EC',
    crv: curve,
    x: encodeBase64Url(point.slice(1, 1 + length)),
    y: encodeBase64Url(point.slice(1 + length)),
  }
}

/** Returns a public key as Multikey. Throws JwkError where `jwk` is on no known curve. */
export function encodeMultikey(jwk: PublicKeyJwk): string {
  const curve = curveOf(jwk)
  const x = Buffer.from(jwk.x, 'base64url')
  const y = Buffer.from(jwk.y ?? '', 'base64url')
  const key = isEcCurve(curve) ? Buffer.concat([Buffer.of(2 + (y.at(-1)! & 1)), x]) : x
  return `z${base58.encode(Buffer.concat([Buffer.from(PREFIXES[curve]), key]))}`
}

const isEcCurve = (curve: Curve): curve is EcCurve => curve !== 'Ed25519' && curve !== 'X25519'
