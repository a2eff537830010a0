/**
 * Signed DIDComm messages: JWS in JSON serialisation (RFC 7515 §7.2), by keys of the sender's `authentication`.
 * @module
 */
import { encodeBase64Url } from '../jose/base64url.ts'
import { algorithmOf, type Signer, verifySignature } from '../jose/signature.ts'
import type { MethodKey } from '../verification-method.ts'
import { refuseExtensions } from './encryption.ts'
import { DidcommError } from './errors.ts'
import { decodeMember, describe, type JsonObject, parseObject } from './json.ts'

export const SIGNED_TYPE = 'application/didcomm-signed+json'

/** Each costs a verification. */
const MAXIMUM_SIGNATURES = 4

/** A JWS as it was read, nothing verified. */
export interface SignedEnvelope {
  payload: Buffer
  signatures: { kid: string; alg: string; signature: Buffer; signed: Buffer }[]
}

/** Returns `plaintext` signed, as the text of a JWS. */
export async function sign(plaintext: Uint8Array, signer: Signer): Promise<string> {
  const payload = encodeBase64Url(plaintext)
  const header = encodeBase64Url(JSON.stringify({ typ: SIGNED_TYPE, alg: signer.algorithm }))
  const signature = encodeBase64Url(await signer.sign(Buffer.from(`${header}.${payload}`, 'ascii')))
  return JSON.stringify({ payload, signatures: [{ protected: header, signature, header: { kid: signer.kid } }] })
}

/** Returns the JWS in `json`, its shape and headers checked. Throws {@link DidcommError}. */
export function readSigned(json: JsonObject): SignedEnvelope {
  const payload = decodeMember(json.payload, 'payload')
  const entries = Object.hasOwn(json, 'signatures') ? json.signatures : [json]
  if (!Array.isArray(entries) || entries.length === 0) throw malformed('there are no signatures')
  if (entries.length > MAXIMUM_SIGNATURES)
    throw new DidcommError('DIDCOMM_TOO_LARGE', `A message has ${MAXIMUM_SIGNATURES} signatures at most.`)
  const signatures = entries.map((entry: unknown) => {
    const { protected: text, header: open, signature } = (entry ?? {}) as Record<string, unknown>
    const header = parseObject(decodeMember(text, 'protected'))
    refuseExtensions(header)
    if (header.typ !== SIGNED_TYPE && header.typ !== SIGNED_TYPE.slice('application/'.length))
      throw malformed('"typ" is not that of a signed message')
    const { kid: openKid, ...others } = (open ?? {}) as JsonObject
    if (Object.keys(others).length > 0) throw malformed('a header that is not protected has more than "kid"')
    const kid = header.kid ?? openKid
    if (typeof kid !== 'string' || (openKid !== undefined && openKid !== kid))
      throw malformed('a signature has no "kid"')
    if (typeof header.alg !== 'string') throw new DidcommError('DIDCOMM_ALGORITHM', 'A signature names no "alg".')
    const signed = Buffer.from(`${String(text)}.${String(json.payload)}`, 'ascii')
    return { kid, alg: header.alg, signature: decodeMember(signature, 'signature'), signed }
  })
  if (new Set(signatures.map(({ kid }) => kid)).size < signatures.length) throw malformed('a signer is there twice')
  return { payload, signatures }
}

/** Checks one signature by the key that its `kid` names. Throws {@link DidcommError}. */
export function verify({ kid, alg, signature, signed }: SignedEnvelope['signatures'][number], key: MethodKey): void {
  const algorithm = signatureAlgorithm(key)
  if (alg !== algorithm && !(algorithm === 'EdDSA' && alg === 'Ed25519'))
    throw new DidcommError('DIDCOMM_ALGORITHM', `${kid} signs ${algorithm}, not ${describe(alg)}.`)
  if (!verifySignature(algorithm, key.key, signed, signature))
    throw new DidcommError('DIDCOMM_SIGNATURE', `The signature of ${kid} is wrong.`)
}

function signatureAlgorithm(key: MethodKey) {
  try {
    return algorithmOf(key.curve)
  } catch (cause) {
    throw new DidcommError('DIDCOMM_ALGORITHM', `${key.id} is no key for signatures.`, { cause })
  }
}

const malformed = (what: string): DidcommError =>
  new DidcommError('DIDCOMM_MALFORMED', `Not a DIDComm message: ${what}.`)
