/**
 * JSON from strangers: objects only, members of base64url decoded or refused.
 * @module
 */
import { decodeBase64Url } from '../jose/base64url.ts'
import { DidcommError } from './errors.ts'

export type JsonObject = Record<string, unknown>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Returns the JSON object in `bytes`. Throws {@link DidcommError} DIDCOMM_MALFORMED. */
export function parseObject(bytes: Uint8Array | string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(typeof bytes === 'string' ? bytes : utf8.decode(bytes))
  } catch {
    // As what is no object.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DidcommError('DIDCOMM_MALFORMED', 'Not a DIDComm message: no JSON object in UTF-8.')
  return value as JsonObject
}

/** Returns the bytes of a member in base64url. Throws {@link DidcommError} DIDCOMM_MALFORMED. */
export function decodeMember(value: unknown, name: string): Buffer {
  try {
    return decodeBase64Url(value)
  } catch {
    throw new DidcommError('DIDCOMM_MALFORMED', `Not a DIDComm message: "${name}" is not base64url.`)
  }
}

/** Names a stranger's value in a message: texts in part, of others only the type, for they may be of any depth. */
export const describe = (value: unknown): string =>
  typeof value === 'string' ? `"${value.slice(0, 40)}"` : typeof value
