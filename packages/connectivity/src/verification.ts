/**
 * The part of a message's way that needs nothing but the message: parse, find who signed, check the reading's ranges.
 * Runs in worker threads, many messages at a time; requests and results travel as one flat buffer each.
 * @module
 */
import { RequestError } from '@iotex2/protocol/errors'
import { fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
import { profileManifest } from '@iotex2/protocol/manifest'
import type { Profile } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { parseMessageRequest, parseTaskRequest, type TaskRequest, wireTaskIdBytes } from '@iotex2/protocol/wire'
import type { Authenticator, Claim } from './signature.ts'

/** The newest request (`POST /v1/task`), or the older `POST /message`. */
export type RequestFormat = 'task' | 'message'

export interface IncomingMessage {
  format: RequestFormat
  body: Uint8Array
  /** The device that the sender names, lower case: the topic's, or a header's. */
  device?: Hex
  /** The project that the topic names. The body's must be the same. */
  projectId?: bigint
}

/** A message whose reading is in range, and who may have sent it: one device if it was named, otherwise two. */
export interface VerifiedMessage {
  kind: 'verified'
  projectId: bigint
  nonce: bigint
  time: bigint
  values: bigint[]
  contentHash: Uint8Array
  signature: Uint8Array
  circuitSignature?: Uint8Array
  payload: Uint8Array
  signers: { device: Uint8Array; taskId: Uint8Array }[]
}

export interface RejectedMessage {
  kind: 'rejected'
  status: number
  code: string
  message: string
  /** When the message could be read that far. */
  nonce?: bigint
}

export type Verification = VerifiedMessage | RejectedMessage

export interface Project {
  profile: Profile
  /** Keys of the payload that the project's devices sign apart. The profile's if left out. */
  signedKeys?: readonly string[]
}

/** Verifies messages. Throws nothing that a message can cause. */
export function verifyMessages(
  incoming: readonly IncomingMessage[],
  projects: ReadonlyMap<bigint, Project>,
  authenticator: Authenticator,
  nowMs: number,
): Verification[] {
  const parsed = incoming.map((message) => {
    const request = attempt(() => parse(message, projects))
    return 'kind' in request ? request : attempt(() => place(request, message, projects), request.nonce)
  })
  // Claims are checked together: they share an inversion.
  const claims: Claim[] = []
  for (const [i, { device }] of incoming.entries()) {
    const request = parsed[i]!
    if (device !== undefined && !('kind' in request))
      claims.push({ device, hash: request.hash, signature: request.signature })
  }
  const recoveryIds = authenticator.verify(claims).values()
  return incoming.map(({ device }, i) => {
    const request = parsed[i]!
    if ('kind' in request) return request
    const recoveryId = device === undefined ? undefined : recoveryIds.next().value
    return attempt(() => {
      const signers = device === undefined ? candidates(request, authenticator) : [signer(request, device, recoveryId)]
      const { projectId, nonce, hash: contentHash, signature, circuitSignature } = request
      const { time, values } = parsePayload(projects.get(projectId)!.profile, request.payload, nowMs)
      const payload = Buffer.from(request.payloadText)
      const verified = { projectId, nonce, time, values, contentHash, signature, payload, signers }
      return { kind: 'verified', ...verified, ...(circuitSignature && { circuitSignature }) }
    }, request.nonce)
  })
}

function attempt<T>(step: () => T, nonce?: bigint): T | RejectedMessage {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    const { status, code, message } = error
    return { kind: 'rejected', status, code, message, ...(nonce === undefined ? {} : { nonce }) }
  }
}

function parse({ format, body }: IncomingMessage, projects: ReadonlyMap<bigint, Project>): TaskRequest {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()
  return format === 'task' ? parseTaskRequest(text, (id) => signedKeysOf(projects.get(id))) : parseMessageRequest(text)
}

const signedKeysOf = (project: Project | undefined): readonly string[] =>
  project?.signedKeys ?? project?.profile.device?.signedKeys ?? []

/** The form of a manifest's hash; other versions are the project's own affair. */
const MANIFEST_HASH = /^0x[0-9a-f]{64}$/
const manifests = new WeakMap<Profile, Hex>()

function manifestHash(profile: Profile): Hex {
  const hash = manifests.get(profile) ?? profileManifest(profile).hash
  manifests.set(profile, hash)
  return hash
}

/** Returns the request, when it is for the topic's project and that is served here. */
function place(
  request: TaskRequest,
  { projectId }: IncomingMessage,
  projects: ReadonlyMap<bigint, Project>,
): TaskRequest {
  if (projectId !== undefined && projectId !== request.projectId)
    throw new RequestError(400, 'REQUEST_MALFORMED', 'projectID is not the project of the topic.')
  if (!projects.has(request.projectId))
    throw new RequestError(404, 'PROJECT_UNKNOWN', `No project ${request.projectId} is served here.`)
  const { profile } = projects.get(request.projectId)!
  const { projectVersion } = request
  // A reading of another schema could be in range here, and mean something else.
  if (projectVersion !== undefined && MANIFEST_HASH.test(projectVersion) && projectVersion !== manifestHash(profile))
    throw new RequestError(
      422,
      'MANIFEST_UNKNOWN',
      `projectVersion is not the manifest of profile ${profile.name} ${profile.version}, by which this project is read.`,
    )
  return request
}

type SignerBytes = VerifiedMessage['signers'][number]

/** Whoever may have signed. */
function candidates({ hash, signature }: TaskRequest, authenticator: Authenticator): SignerBytes[] {
  const signers = authenticator.recover(hash, signature)
  if (signers.length === 0) throw new RequestError(403, 'SIGNATURE_INVALID', 'No key signs so.')
  return signers.map(({ device, recoveryId }) => ({
    device: fromHex(device),
    taskId: wireTaskIdBytes(signature, recoveryId),
  }))
}

/** The device that was named, when it signed. */
function signer({ signature }: TaskRequest, device: Hex, recoveryId: number | undefined): SignerBytes {
  if (recoveryId === undefined)
    throw new RequestError(403, 'SIGNATURE_INVALID', `The signature is not one of ${device} over this request.`)
  return { device: Buffer.from(device.slice(2), 'hex'), taskId: wireTaskIdBytes(signature, recoveryId) }
}

// Requests: nowMs f64, then for each: flags u8, [device 20], [project id u64], length u32, body.
const FLAG = { message: 1, device: 2, project: 4 }

/** Packs messages for a worker. */
export function encodeRequests(messages: readonly IncomingMessage[], nowMs: number): ArrayBuffer {
  let byteLength = 8
  for (const { body } of messages) byteLength += 33 + body.length
  const bytes = Buffer.from(new ArrayBuffer(byteLength))
  let offset = bytes.writeDoubleLE(nowMs, 0)
  for (const { format, body, device, projectId } of messages) {
    const flags =
      (format === 'message' ? FLAG.message : 0) |
      (device === undefined ? 0 : FLAG.device) |
      (projectId === undefined ? 0 : FLAG.project)
    offset = bytes.writeUInt8(flags, offset)
    if (device !== undefined) offset += bytes.write(device.slice(2), offset, 'hex')
    if (projectId !== undefined) offset = bytes.writeBigUInt64LE(projectId, offset)
    offset = bytes.writeUInt32LE(body.length, offset)
    bytes.set(body, offset)
    offset += body.length
  }
  return bytes.buffer.slice(0, offset) as ArrayBuffer
}

/** Inverse of {@link encodeRequests}; bodies are views. */
export function decodeRequests(buffer: ArrayBuffer): { nowMs: number; messages: IncomingMessage[] } {
  const bytes = Buffer.from(buffer)
  const messages: IncomingMessage[] = []
  let offset = 8
  while (offset < bytes.length) {
    const flags = bytes[offset++]!
    const message: IncomingMessage = { format: flags & FLAG.message ? 'message' : 'task', body: bytes }
    if (flags & FLAG.device) {
      message.device = toHex(bytes.subarray(offset, offset + 20))
      offset += 20
    }
    if (flags & FLAG.project) {
      message.projectId = bytes.readBigUInt64LE(offset)
      offset += 8
    }
    const length = bytes.readUInt32LE(offset)
    message.body = bytes.subarray(offset + 4, offset + 4 + length)
    offset += 4 + length
    messages.push(message)
  }
  return { nowMs: bytes.readDoubleLE(0), messages }
}

// Results: for each a count of signers u8; 0: a rejection's JSON by length u32; otherwise the fixed part, signers, a circuit signature's length u8 and
// itself, payload.
const FIXED_BYTES = 8 + 8 + 8 + 5 * 8 + 32 + 64 + 1 + 4
const SIGNER_BYTES = 20 + 32

/** Packs what a worker found. */
export function encodeResults(results: readonly Verification[]): ArrayBuffer {
  const rejections = results.map((result) => (result.kind === 'rejected' ? encodeRejection(result) : undefined))
  let byteLength = 0
  for (const [i, result] of results.entries())
    byteLength +=
      1 +
      (result.kind === 'rejected'
        ? 4 + rejections[i]!.length
        : FIXED_BYTES +
          SIGNER_BYTES * result.signers.length +
          (result.circuitSignature?.length ?? 0) +
          result.payload.length)
  const bytes = Buffer.from(new ArrayBuffer(byteLength))
  let offset = 0
  for (const [i, result] of results.entries()) {
    if (result.kind === 'rejected') {
      offset = bytes.writeUInt8(0, offset)
      offset = bytes.writeUInt32LE(rejections[i]!.length, offset)
      bytes.set(rejections[i]!, offset)
      offset += rejections[i]!.length
      continue
    }
    offset = bytes.writeUInt8(result.signers.length, offset)
    offset = bytes.writeBigUInt64LE(result.projectId, offset)
    offset = bytes.writeBigUInt64LE(result.nonce, offset)
    offset = bytes.writeBigInt64LE(result.time, offset)
    for (const value of result.values) offset = bytes.writeBigInt64LE(value, offset)
    for (const field of [result.contentHash, result.signature]) {
      bytes.set(field, offset)
      offset += field.length
    }
    for (const { device, taskId } of result.signers) {
      bytes.set(device, offset)
      bytes.set(taskId, offset + 20)
      offset += SIGNER_BYTES
    }
    offset = bytes.writeUInt8(result.circuitSignature?.length ?? 0, offset)
    if (result.circuitSignature) {
      bytes.set(result.circuitSignature, offset)
      offset += result.circuitSignature.length
    }
    offset = bytes.writeUInt32LE(result.payload.length, offset)
    bytes.set(result.payload, offset)
    offset += result.payload.length
  }
  return bytes.buffer as ArrayBuffer
}

const encodeRejection = ({ nonce, ...rejection }: RejectedMessage): Buffer =>
  Buffer.from(JSON.stringify({ ...rejection, ...(nonce === undefined ? {} : { nonce: nonce.toString() }) }))

/** Inverse of {@link encodeResults}; byte fields are views. */
export function decodeResults(buffer: ArrayBuffer): Verification[] {
  const bytes = Buffer.from(buffer)
  const results: Verification[] = []
  let offset = 0
  const take = (length: number): Buffer => {
    offset += length
    return bytes.subarray(offset - length, offset)
  }
  while (offset < bytes.length) {
    const signerCount = bytes[offset++]!
    if (signerCount === 0) {
      const length = bytes.readUInt32LE(offset)
      offset += 4
      const { nonce, ...rejection } = JSON.parse(take(length).toString()) as RejectedMessage & { nonce?: string }
      results.push({ ...rejection, ...(nonce === undefined ? {} : { nonce: BigInt(nonce) }) })
      continue
    }
    const integers = offset
    offset += 64
    const contentHash = take(32)
    const signature = take(64)
    const signers = Array.from({ length: signerCount }, () => ({ device: take(20), taskId: take(32) }))
    const circuitSignature = take(bytes[offset++]!)
    const payloadLength = bytes.readUInt32LE(offset)
    offset += 4
    results.push({
      kind: 'verified',
      projectId: bytes.readBigUInt64LE(integers),
      nonce: bytes.readBigUInt64LE(integers + 8),
      time: bytes.readBigInt64LE(integers + 16),
      values: [24, 32, 40, 48, 56].map((place) => bytes.readBigInt64LE(integers + place)),
      contentHash,
      signature,
      payload: take(payloadLength),
      signers,
      ...(circuitSignature.length > 0 && { circuitSignature }),
    })
  }
  return results
}
