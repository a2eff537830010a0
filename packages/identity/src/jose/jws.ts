/**
 * JSON Web Signatures in compact serialisation (RFC 7515 §7.1), for JWTs: credentials, presentations, `from_prior`.
 * @module
 */
import type { KeyObject } from 'node:crypto'
import { CodedError } from '@iotex2/protocol/errors'
import { decodeBase64Url, encodeBase64Url } from './base64url.ts'
import { algorithmOf, type Signer, verifySignature } from './signature.ts'

/** Thrown when a text is no JWS, or is not signed by the key. Codes JWS_MALFORMED, JWS_ALGORITHM, JWS_SIGNATURE. */
export class JwsError extends CodedError {
  constructor(code: 'JWS_MALFORMED' | 'JWS_ALGORITHM' | 'JWS_SIGNATURE', message: string) {
    super(code, message)
  }
}

export interface Jws {
  header: Record<string, unknown>
  payload: Record<string, unknown>
  signature: Buffer
  /** What is signed. */
  signed: Buffer
}

/** Returns `payload` signed, with `alg` and `kid` of the signer in its header. */
export async function signJws(payload: object, signer: Signer, header: Record<string, unknown> = {}): Promise<string> {
  const protectedHeader = { alg: signer.algorithm, kid: signer.kid, ...header }
  const signed = `${encodeBase64Url(JSON.stringify(protectedHeader))}.${encodeBase64Url(JSON.stringify(payload))}`
  return `${signed}.${encodeBase64Url(await signer.sign(Buffer.from(signed)))}`
}

/** Returns the parts of a compact JWS whose payload is a JSON object, nothing verified. Throws {@link JwsError}. */
export function readJws(text: string): Jws {
  const [header, payload, signature, rest] = text.split('.', 4)
  if (signature === undefined || rest !== undefined)
    throw new JwsError('JWS_MALFORMED', 'A JWS in compact form has three parts.')
  try {
    const read = {
      header: parse(header),
      payload: parse(payload),
      signature: decodeBase64Url(signature),
      signed: Buffer.from(`${header}.${payload}`),
    }
    if (read.header.crit === undefined && read.header.b64 === undefined) return read
  } catch {
    throw new JwsError('JWS_MALFORMED', 'The parts of a JWS are JSON objects and a signature, in base64url.')
  }
  throw new JwsError('JWS_MALFORMED', '"crit" and "b64" in the header of a JWS are not understood.')
}

/** Checks that `key` signed. Throws {@link JwsError}: JWS_ALGORITHM where the header claims another key's algorithm. */
export function verifyJws(jws: Jws, key: { curve: string; key: KeyObject }): void {
  const algorithm = algorithmOf(key.curve)
  // RFC 9864 gives EdDSA with Ed25519 a name of its own.
  if (jws.header.alg !== algorithm && !(algorithm === 'EdDSA' && jws.header.alg === 'Ed25519'))
    throw new JwsError('JWS_ALGORITHM', `The key signs ${algorithm}, which the JWS does not claim.`)
  if (!verifySignature(algorithm, key.key, jws.signed, jws.signature))
    throw new JwsError('JWS_SIGNATURE', 'The signature of the JWS is not that of the key.')
}

function parse(text: string | undefined): Record<string, unknown> {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64Url(text)))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object')
  return value as Record<string, unknown>
}
