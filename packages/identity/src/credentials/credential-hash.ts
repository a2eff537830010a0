/**
 * What the chain names a credential by: keccak256 of the JWT as it is, or of the object as RFC 8785 writes it (JCS), so
 * that it outlives being parsed and printed.
 * @module
 */
import type { Hex } from '@iotex2/protocol/hex'
import { documentHash } from '../document.ts'
import { CredentialError } from './errors.ts'

/** Returns the bytes to keep of a secured credential. Throws {@link CredentialError} where it is no JSON. */
export function credentialBytes(secured: string | object): Uint8Array {
  if (typeof secured === 'string') return Buffer.from(secured)
  try {
    return Buffer.from(canonicalJson(secured))
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new CredentialError('CREDENTIAL_MALFORMED', 'The document nests too deep.', { cause })
  }
}

/** Returns keccak256 of {@link credentialBytes}. */
export const credentialHash = (secured: string | object): Hex => documentHash(credentialBytes(secured))

/** Returns the credential in kept bytes: an object, or else a JWT. Throws {@link CredentialError}. */
export function parseCredential(bytes: Uint8Array): string | object {
  const text = Buffer.from(bytes).toString().trim()
  if (!text.startsWith('{')) return text
  try {
    return JSON.parse(text) as object
  } catch (cause) {
    throw new CredentialError('CREDENTIAL_MALFORMED', 'A credential is a JWT or a JSON object.', { cause })
  }
}

/** RFC 8785: members sorted by their UTF-16 code units; numbers and texts are written as JSON.stringify does. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`)
      .join(',')}}`
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    throw new CredentialError('CREDENTIAL_MALFORMED', `A ${typeof value} is no JSON.`)
  return text
}
