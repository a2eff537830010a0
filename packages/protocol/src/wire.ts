/**
 * What a device sends and what it is told: the newest W3bstream request (`POST /v1/task`) and the older `POST /message`.
 *
 * Signed is h = sha256(compact JSON of nonce, projectID, projectVersion if any, payload, in this order), the payload as
 * it was written; with a project's signed keys, sha256(h ‖ each key's value as little-endian uint64). The signature is
 * r ‖ s on secp256k1, s in the lower half of the order.
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { RequestError } from './errors.ts'
import { fromHex, type Hex, isHex, toHex } from './hex.ts'
import { compactJson, escapeAsGo, jsonMembers } from './json-members.ts'

/** Largest body that a gateway reads, in bytes. */
export const MAXIMUM_BODY_BYTES = 64 * 1024

const MAXIMUM_NONCE = (1n << 64n) - 1n
/** What a signed 64-bit column holds. */
const MAXIMUM_PROJECT_ID = (1n << 63n) - 1n
const SECP256K1_HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** A request that is well-formed and not yet authenticated. */
export interface TaskRequest {
  nonce: bigint
  projectId: bigint
  projectVersion?: string
  /** The decoded payload. */
  payload: unknown
  /** The payload as it was signed, for keeping. */
  payloadText: string
  /** What the device signed. */
  hash: Uint8Array
  /** r ‖ s, 64 bytes. */
  signature: Uint8Array
  /** R8 and S of the reading's leaf, for circuits: 96 bytes, of which only the form was looked at. */
  circuitSignature?: Uint8Array
}

/** States of a batch, and so of the messages in it. */
export type TaskState = 'packed' | 'assigned' | 'settled' | 'failed'

export interface TaskStateEntry {
  state: TaskState
  time: string
  comment: string
  error: string
  transaction_hash: string
  prover_id: string
}

/** Reply of `GET /v1/task/:id`. */
export interface TaskStatus {
  projectID: string
  taskID: Hex
  states: TaskStateEntry[]
}

/** Reply on a device's acknowledgement topic. `status` is what HTTP would reply; below 300 means kept. */
export interface Acknowledgement {
  nonce: string
  status: number
  taskID?: Hex
  code?: string
  message?: string
  /** r ‖ s over the answer, of a gateway that signs receipts (receipt.ts). */
  receipt?: Hex
}

const malformed = (message: string): never => {
  throw new RequestError(400, 'REQUEST_MALFORMED', message)
}

/** Returns the text that a device signs. `payloadText` is compact JSON, or hexadecimal digits in quotes. */
export function signingText(
  nonce: bigint,
  projectId: string,
  projectVersion: string | undefined,
  payloadText: string,
): string {
  const version = projectVersion === undefined ? '' : `,"projectVersion":${escapeAsGo(JSON.stringify(projectVersion))}`
  return `{"nonce":${nonce},"projectID":${escapeAsGo(JSON.stringify(projectId))}${version},"payload":${payloadText}}`
}

/** Returns the digest that is signed, over the request's text and a project's signed keys. */
export function signingHash(text: string, payload: unknown, signedKeys: readonly string[] = []): Uint8Array {
  const hash = sha256(Buffer.from(text))
  if (signedKeys.length === 0) return hash
  const values = new DataView(new ArrayBuffer(8 * signedKeys.length))
  for (const [i, key] of signedKeys.entries()) {
    const value = (payload as Record<string, unknown> | null)?.[key]
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      return malformed(`payload.${key} is signed by this project: it must be an unsigned integer.`)
    values.setBigUint64(8 * i, BigInt(value), true)
  }
  return sha256(Buffer.concat([hash, Buffer.from(values.buffer)]))
}

/** Returns keccak256(r ‖ s ‖ recovery id): the name of a message on the wire. */
export const wireTaskId = (signature: Uint8Array, recoveryId: number): Hex =>
  toHex(wireTaskIdBytes(signature, recoveryId))

/** Returns the 32 bytes of {@link wireTaskId}. */
export function wireTaskIdBytes(signature: Uint8Array, recoveryId: number): Uint8Array {
  const preimage = new Uint8Array(65)
  preimage.set(signature)
  preimage[64] = recoveryId
  return keccak_256(preimage)
}

/** Returns whether s of r ‖ s lies in the lower half of secp256k1's order. */
export const isLowS = (signature: Uint8Array): boolean =>
  // Most s differ from the bound in the first byte already.
  signature[32]! < 0x7f ||
  BigInt(`0x${Buffer.from(signature.buffer, signature.byteOffset + 32, 32).toString('hex')}`) <= SECP256K1_HALF_ORDER

/**
 * A body as devices write it: compact, members in the order in which they are signed, nothing that Go's encoder escapes.
 * Then the signed text is the body without its signature.
 */
const CANONICAL_BODY =
  /^\{"nonce":([1-9]\d{0,19}),"projectID":"(0|[1-9]\d{0,18})","payload":(\{[^\s<>&]*\}),"signature":"(0x[0-9a-fA-F]{128})"\}$/

/** Parses a canonical body, or returns undefined: then the general parser must look at it, with the same result. */
function parseCanonical(body: string, signedKeys?: (projectId: bigint) => readonly string[]): TaskRequest | undefined {
  const match = CANONICAL_BODY.exec(body)
  if (!match) return undefined
  const [, nonceText, projectText, payloadText, signatureText] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
  ]
  let payload: unknown
  try {
    // Fails where the payload's text is more than one object: then a member hides in it.
    payload = JSON.parse(payloadText)
  } catch {
    return undefined
  }
  const nonce = BigInt(nonceText)
  if (nonce > MAXIMUM_NONCE) return undefined
  const projectId = parseProjectId(projectText)
  const text = `${body.slice(0, body.length - SIGNATURE_MEMBER_LENGTH)}}`
  const hash = signingHash(text, payload, signedKeys?.(projectId))
  return { nonce, projectId, payload, payloadText, hash, signature: parseSignature(signatureText) }
}

/** `,"signature":"0x…"}` */
const SIGNATURE_MEMBER_LENGTH = 14 + 130 + 2

/** Parses the body of `POST /v1/task`. Throws {@link RequestError} 400 REQUEST_MALFORMED, SIGNATURE_MALFORMED, SIGNATURE_HIGH_S, CIRCUIT_SIGNATURE_MALFORMED. */
export function parseTaskRequest(body: string, signedKeys?: (projectId: bigint) => readonly string[]): TaskRequest {
  const canonical = parseCanonical(body, signedKeys)
  if (canonical) return canonical
  const { members, object } = parseObject(body)
  const nonceText = members.get('nonce') ?? ''
  const nonce = /^\d{1,20}$/.test(nonceText) ? BigInt(nonceText) : 0n
  if (nonce < 1n || nonce > MAXIMUM_NONCE) return malformed('nonce must be an unsigned 64-bit integer, at least 1.')
  if (typeof object.projectID !== 'string') return malformed('projectID must be a decimal string.')
  const projectId = parseProjectId(object.projectID)
  const projectVersion = parseVersion(object.projectVersion)
  const { payload, payloadText } = parsePayloadMember(object.payload, members.get('payload'))
  const text = signingText(nonce, object.projectID, projectVersion, payloadText)
  const circuitSignature = parseCircuitSignature(object.circuitSignature)
  return {
    nonce,
    projectId,
    ...(projectVersion === undefined ? {} : { projectVersion }),
    payload,
    payloadText,
    hash: signingHash(text, payload, signedKeys?.(projectId)),
    signature: parseSignature(object.signature),
    ...(circuitSignature && { circuitSignature }),
  }
}

/**
 * Parses the body of the older `POST /message` {projectID, projectVersion, data, signature}, signed over the first three.
 * It has no nonce: the reading's time, in milliseconds, stands for it. Throws as {@link parseTaskRequest}.
 */
export function parseMessageRequest(body: string): TaskRequest {
  const { members, object } = parseObject(body)
  const { projectID } = object
  if (typeof projectID !== 'string' && typeof projectID !== 'number') return malformed('projectID is missing.')
  const projectVersion = parseVersion(object.projectVersion)
  if (typeof object.data !== 'string') return malformed('data must be a string: JSON, or hexadecimal with 0x.')
  const data = isHex(object.data) ? Buffer.from(fromHex(object.data)).toString() : object.data
  const payload = parseJson(data)
  const time = (payload as Record<string, unknown> | null)?.time
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < 1)
    return malformed('data.time must be milliseconds since the epoch: it stands for the nonce.')
  const version = projectVersion === undefined ? '' : `,"projectVersion":${escapeAsGo(JSON.stringify(projectVersion))}`
  const text = `{"projectID":${members.get('projectID')}${version},"data":${escapeAsGo(members.get('data')!)}}`
  return {
    nonce: BigInt(time),
    projectId: parseProjectId(String(projectID)),
    ...(projectVersion === undefined ? {} : { projectVersion }),
    payload,
    payloadText: compactJson(data),
    hash: sha256(Buffer.from(text)),
    signature: parseSignature(object.signature),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return malformed('The body is not JSON.')
  }
}

function parseObject(body: string): { members: Map<string, string>; object: Record<string, unknown> } {
  const object = parseJson(body)
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    return malformed('The body must be an object.')
  return { members: jsonMembers(body), object: object as Record<string, unknown> }
}

function parseProjectId(text: string): bigint {
  const projectId = /^(0|[1-9]\d{0,18})$/.test(text) ? BigInt(text) : -1n
  if (projectId < 0n || projectId > MAXIMUM_PROJECT_ID)
    return malformed('projectID must be a decimal number below 2^63.')
  return projectId
}

function parseVersion(version: unknown): string | undefined {
  if (version !== undefined && typeof version !== 'string') return malformed('projectVersion must be a string.')
  return version
}

function parsePayloadMember(payload: unknown, raw: string | undefined): { payload: unknown; payloadText: string } {
  if (typeof payload === 'object' && payload !== null) return { payload, payloadText: compactJson(raw!) }
  if (typeof payload !== 'string' || !/^(0x)?([0-9a-fA-F]{2})+$/.test(payload))
    return malformed('payload must be an object, or its JSON in hexadecimal.')
  const digits = payload.replace(/^0x/, '')
  return { payload: parseJson(Buffer.from(digits, 'hex').toString()), payloadText: `"${digits}"` }
}

function parseCircuitSignature(signature: unknown): Uint8Array | undefined {
  if (signature === undefined) return undefined
  if (!isHex(signature, 96))
    throw new RequestError(
      400,
      'CIRCUIT_SIGNATURE_MALFORMED',
      'circuitSignature must be 0x and 96 bytes, R8 and S, in hexadecimal.',
    )
  return fromHex(signature)
}

function parseSignature(signature: unknown): Uint8Array {
  if (!isHex(signature, 64))
    throw new RequestError(400, 'SIGNATURE_MALFORMED', 'signature must be 0x and 64 bytes, r ‖ s, in hexadecimal.')
  const bytes = fromHex(signature)
  if (!isLowS(bytes))
    throw new RequestError(400, 'SIGNATURE_HIGH_S', 'signature has a high s: send n − s, which signs the same.')
  return bytes
}
