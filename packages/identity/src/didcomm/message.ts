/**
 * Plaintext DIDComm messages (DIDComm Messaging v2.1, "Plaintext Message Structure").
 * @module
 */
import { DidcommError } from './errors.ts'
import type { JsonObject } from './json.ts'

export const PLAINTEXT_TYPE = 'application/didcomm-plain+json'

export interface Attachment {
  id?: string
  description?: string
  filename?: string
  media_type?: string
  format?: string
  lastmod_time?: number
  byte_count?: number
  data: { json?: unknown; base64?: string; links?: string[]; hash?: string; jws?: unknown }
}

/** A message, with the names that it has on the wire. Members that are not listed here are kept as they are. */
export interface Message {
  /** Unique for its sender. */
  id: string
  /** Message type URI: protocol, version and name. */
  type: string
  typ?: string
  from?: string
  to?: string[]
  /** The thread: the id of its first message. */
  thid?: string
  /** The thread of which this one is a part. */
  pthid?: string
  /** Seconds since the epoch. */
  created_time?: number
  expires_time?: number
  body: JsonObject
  attachments?: Attachment[]
  /** A JWT by which `from` says which DID it had before. */
  from_prior?: string
  [header: string]: unknown
}

/** Longer than any id that software makes; ids are remembered. */
const MAXIMUM_ID_LENGTH = 256

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isId = (value: unknown): boolean => isText(value) && (value as string).length <= MAXIMUM_ID_LENGTH
const isSeconds = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

const REQUIRED: Record<string, (value: unknown) => boolean> = { id: isId, type: isText }
const OPTIONAL: Record<string, (value: unknown) => boolean> = {
  typ: (value) => value === PLAINTEXT_TYPE || value === PLAINTEXT_TYPE.slice('application/'.length),
  from: (value) => isText(value) && (value as string).startsWith('did:'),
  to: (value) => Array.isArray(value) && value.every((did) => isText(did) && (did as string).startsWith('did:')),
  thid: isId,
  pthid: isId,
  created_time: isSeconds,
  expires_time: isSeconds,
  body: isObject,
  attachments: (value) => Array.isArray(value) && value.every((item) => isObject(item) && isObject(item.data)),
  from_prior: isText,
}

/** Returns the message in `json`; where it has no body, an empty one. Throws {@link DidcommError} DIDCOMM_MALFORMED. */
export function readMessage(json: JsonObject): Message {
  for (const [name, isRight] of Object.entries(REQUIRED)) if (!isRight(json[name])) throw wrong(name)
  for (const [name, isRight] of Object.entries(OPTIONAL))
    if (json[name] !== undefined && !isRight(json[name])) throw wrong(name)
  return json.body === undefined ? ({ ...json, body: {} } as Message) : (json as Message)
}

const wrong = (name: string): DidcommError =>
  new DidcommError('DIDCOMM_MALFORMED', `Not a DIDComm message: "${name}" is missing or of another form.`)
