/**
 * Messages of the serial line (docs/serial-protocol.md): JSON-RPC 2.0, one request and one reply at a time.
 *
 * Amounts and ids that may exceed 2^53 are decimal strings; bytes are hexadecimal with 0x, a document's base64.
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { CodedError } from '../errors.ts'
import { type Hex, isHex } from '../hex.ts'

/** What `device.info` answers as `protocol`. */
export const SERIAL_PROTOCOL = 1

/** Bits a second of a real line, 8 data bits, no parity, one stop bit. */
export const SERIAL_BAUD_RATE = 115_200

/** Bytes of a document in one reply. */
export const DOCUMENT_PART_BYTES = 1024

/** JSON-RPC's own codes, and the protocol's. */
export const SERIAL_ERROR = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_UNKNOWN: -32601,
  PARAMETERS_INVALID: -32602,
  INTERNAL: -32603,
  KEY_MISSING: -32001,
  DECLINED: -32002,
  KEY_REFUSED: -32003,
  UNSUPPORTED: -32004,
  STORAGE_FAILED: -32005,
} as const
export type SerialErrorName = keyof typeof SERIAL_ERROR

/** Curves of device keys as the registry counts them, by their names here. */
export const SERIAL_KEY_TYPE = { secp256k1: 0, p256: 1, ed25519: 2 } as const
export type SerialKeyType = keyof typeof SERIAL_KEY_TYPE

export interface DeviceInfo {
  protocol: number
  model: string
  firmware: string
  /** Methods beyond those that every device has. */
  features: string[]
}

export interface DeviceDid {
  did: string
  keyType: SerialKeyType
  /** x ‖ y, or the 32 bytes of an Ed25519 key. */
  publicKey: Hex
}

/** A part of the document's bytes, from `offset` on. */
export interface DocumentPart {
  /** keccak256 of all of it. */
  hash: Hex
  /** Bytes of all of it. */
  length: number
  offset: number
  /** Base64. */
  part: string
}

/** What a device proves that it has its key with. */
export interface Possession {
  /** Who asks: a web page's origin. */
  audience: string
  /** 32 random bytes. */
  challenge: Hex
}

/** r ‖ s ‖ v for secp256k1; r ‖ s, s in the lower half, for P-256. */
export interface DeviceSignature {
  signature: Hex
}

/** A key of BabyJubjub and the proof that the device has its secret: IDevicePermits.CircuitKey, 32 bytes each. */
export const CIRCUIT_KEY_MEMBERS = ['x', 'y', 'eighthX', 'eighthY', 'commitmentX', 'commitmentY', 'response'] as const
export type CircuitKey = Record<(typeof CIRCUIT_KEY_MEMBERS)[number], Hex>

/** What a device answers to `did.permit`: with `circuit`, the key that the permit binds too. */
export interface DeviceConsent extends DeviceSignature {
  circuitKey?: CircuitKey
}

/** The feature of a device that has a key for circuits. */
export const CIRCUIT_FEATURE = 'circuit'

/** The registry's device permit for registration (IDevicePermits), of which the device makes the EIP-712 digest. */
export interface DevicePermitRequest {
  /** `circuit` binds the device's key for circuits, which it has where {@link CIRCUIT_FEATURE} is among its features. */
  kind: 'device' | 'circuit'
  action: 'register'
  chainId: string
  registry: Hex
  owner: Hex
  hash: Hex
  uri: string
  deviceContract: Hex
  tokenId: string
  nonce: string
  /** Seconds since the epoch. */
  deadline: string
}

/** The official registry's permit, which binds the owner only. */
export interface LegacyPermitRequest {
  kind: 'legacy'
  chainId: string
  registry: Hex
  owner: Hex
  nonce: string
}
export type PermitRequest = DevicePermitRequest | LegacyPermitRequest

export interface NetworkSettings {
  ssid: string
  passphrase: string
}

/** Where a device sends its readings, as which project's. */
export interface ServerSettings {
  projectId: string
  transport: 'mqtt' | 'http'
  /** URLs, the preferred one first. */
  gateways: string[]
}

/** Parameters and result of each method. */
export interface SerialMethods {
  'device.info': [Record<string, never>, DeviceInfo]
  'did.get': [Record<string, never>, DeviceDid]
  'did.document': [{ offset: number }, DocumentPart]
  'did.prove': [Possession, DeviceSignature]
  'did.permit': [PermitRequest, DeviceConsent]
  'network.set': [NetworkSettings, { applied: boolean }]
  'server.set': [ServerSettings, { applied: boolean }]
}
export type SerialMethod = keyof SerialMethods
export type SerialParameters<M extends SerialMethod> = SerialMethods[M][0]
export type SerialResult<M extends SerialMethod> = SerialMethods[M][1]

export interface SerialRequest {
  id: number
  method: string
  params: unknown
}

export type SerialReply = { id: number; result: unknown } | { id: number | null; error: SerialFault }

export interface SerialFault {
  code: number
  message: string
}

/** Thrown when a message breaks the protocol; a device answers with `name`. Code SERIAL_ and the name. */
export class SerialError extends CodedError {
  readonly reason: SerialErrorName

  constructor(reason: SerialErrorName, message: string) {
    super(`SERIAL_${reason}`, message)
    this.reason = reason
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Returns the message of a request: members in this order, without blanks. */
export const encodeSerialRequest = <M extends SerialMethod>(
  id: number,
  method: M,
  params: SerialParameters<M>,
): Uint8Array => encoder.encode(JSON.stringify({ jsonrpc: '2.0', id, method, params }))

export const encodeSerialResult = (id: number, result: unknown): Uint8Array =>
  encoder.encode(JSON.stringify({ jsonrpc: '2.0', id, result }))

/** `id` is null where the request's could not be read. */
export const encodeSerialFault = (id: number | null, name: SerialErrorName, message: string): Uint8Array =>
  encoder.encode(JSON.stringify({ jsonrpc: '2.0', id, error: { code: SERIAL_ERROR[name], message } }))

/** Returns the request in `message`. Throws {@link SerialError} PARSE_ERROR or INVALID_REQUEST. */
export function parseSerialRequest(message: Uint8Array): SerialRequest {
  const { id, method, params } = parseObject(message) as Partial<SerialRequest>
  if (!isId(id) || typeof method !== 'string' || !isObject(params))
    throw new SerialError('INVALID_REQUEST', 'A request has jsonrpc "2.0", a whole id from 0 up, method and params.')
  return { id, method, params }
}

/** Returns the reply in `message`. Throws {@link SerialError} PARSE_ERROR or INVALID_REQUEST. */
export function parseSerialReply(message: Uint8Array): SerialReply {
  const { id, result, error } = parseObject(message) as { id?: unknown; result?: unknown; error?: Partial<SerialFault> }
  if (isObject(error) && (isId(id) || id === null) && Number.isInteger(error.code) && typeof error.message === 'string')
    return { id, error: { code: error.code as number, message: error.message } }
  if (isId(id) && result !== undefined && error === undefined) return { id, result }
  throw new SerialError('INVALID_REQUEST', 'What the device answered is no JSON-RPC 2.0 reply.')
}

/** Returns the error's name, or INTERNAL for a code that the protocol does not have. */
export const serialErrorName = (code: number): SerialErrorName =>
  (Object.keys(SERIAL_ERROR) as SerialErrorName[]).find((name) => SERIAL_ERROR[name] === code) ?? 'INTERNAL'

function parseObject(message: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(decoder.decode(message))
  } catch {
    throw new SerialError('PARSE_ERROR', 'The message is not JSON in UTF-8.')
  }
  if (!isObject(json) || json.jsonrpc !== '2.0')
    throw new SerialError('INVALID_REQUEST', 'The message is no JSON-RPC 2.0.')
  return json
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Longest texts of a request. */
const MAXIMUM_URI_LENGTH = 512
const MAXIMUM_AUDIENCE_LENGTH = 256
const MAXIMUM_GATEWAYS = 4

type Check = (value: unknown) => boolean
const text =
  (minimum: number, maximum: number): Check =>
  (value) =>
    typeof value === 'string' && value.length >= minimum && value.length <= maximum
/** A decimal below 2^256. */
const decimal: Check = (value) =>
  typeof value === 'string' && /^(0|[1-9]\d{0,77})$/.test(value) && BigInt(value) < 1n << 256n
const bytes =
  (length: number): Check =>
  (value) =>
    isHex(value, length)
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string)

const LEGACY = { chainId: decimal, registry: bytes(20), owner: bytes(20), nonce: decimal }

/** The members of each method's parameters; no other may be there. */
const SHAPES: Record<SerialMethod, Record<string, Check>> = {
  'device.info': {},
  'did.get': {},
  'did.document': { offset: (value) => Number.isSafeInteger(value) && (value as number) >= 0 },
  'did.prove': { audience: text(1, MAXIMUM_AUDIENCE_LENGTH), challenge: bytes(32) },
  'did.permit': {
    kind: oneOf('device', 'circuit'),
    action: oneOf('register'),
    ...LEGACY,
    hash: bytes(32),
    uri: text(0, MAXIMUM_URI_LENGTH),
    deviceContract: bytes(20),
    tokenId: decimal,
    deadline: decimal,
  },
  // IEEE 802.11: an SSID has 1 to 32 bytes, a WPA passphrase 8 to 63 characters, an open network none.
  'network.set': { ssid: text(1, 32), passphrase: (value) => value === '' || text(8, 63)(value) },
  'server.set': {
    projectId: (value) => typeof value === 'string' && /^(0|[1-9]\d{0,18})$/.test(value),
    transport: oneOf('mqtt', 'http'),
    gateways: (value) =>
      Array.isArray(value) && value.length >= 1 && value.length <= MAXIMUM_GATEWAYS && value.every(text(1, 256)),
  },
}

export const isSerialMethod = (method: string): method is SerialMethod => Object.hasOwn(SHAPES, method)

/** Returns `params`, checked for `method`. Throws {@link SerialError} PARAMETERS_INVALID, which names the member. */
export function checkSerialParameters<M extends SerialMethod>(method: M, params: unknown): SerialParameters<M> {
  const given = params as Record<string, unknown>
  const legacy = method === 'did.permit' && given.kind === 'legacy'
  const shape: Record<string, Check> = legacy ? { kind: oneOf('legacy'), ...LEGACY } : SHAPES[method]
  for (const name of [...Object.keys(shape), ...Object.keys(given)])
    if (!Object.hasOwn(shape, name) || !shape[name]!(given[name]))
      throw new SerialError('PARAMETERS_INVALID', `${method}: ${name.slice(0, 40)} is not as the protocol has it.`)
  return given as SerialParameters<M>
}

/** Longest document that is read. */
const MAXIMUM_DOCUMENT_BYTES = 1 << 16

const whole =
  (maximum: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= maximum
const SIGNATURE = { signature: (value: unknown) => isHex(value, 65) || isHex(value, 64) }
const APPLIED = { applied: (value: unknown) => typeof value === 'boolean' }

/** The members of each result. A later version may have more. */
const RESULTS: Record<SerialMethod, Record<string, Check>> = {
  'device.info': {
    protocol: whole(255),
    model: text(0, 64),
    firmware: text(0, 64),
    features: (value) => Array.isArray(value) && value.length <= 16 && value.every(text(1, 64)),
  },
  'did.get': {
    did: text(1, 128),
    keyType: oneOf(...Object.keys(SERIAL_KEY_TYPE)),
    publicKey: (value) => isHex(value, 64) || isHex(value, 32),
  },
  'did.document': {
    hash: bytes(32),
    length: whole(MAXIMUM_DOCUMENT_BYTES),
    offset: whole(MAXIMUM_DOCUMENT_BYTES),
    part: (value) =>
      text(0, 4 * Math.ceil(DOCUMENT_PART_BYTES / 3))(value) && /^[A-Za-z0-9+/]*={0,2}$/.test(value as string),
  },
  'did.prove': SIGNATURE,
  'did.permit': {
    ...SIGNATURE,
    circuitKey: (value) =>
      value === undefined || (isObject(value) && CIRCUIT_KEY_MEMBERS.every((name) => isHex(value[name], 32))),
  },
  'network.set': APPLIED,
  'server.set': APPLIED,
}

/** Returns `result`, checked for `method`: what a device answers is a stranger's word. Throws {@link SerialError} INVALID_REQUEST. */
export function checkSerialResult<M extends SerialMethod>(method: M, result: unknown): SerialResult<M> {
  const shape = RESULTS[method]
  for (const [name, check] of Object.entries(shape))
    if (!isObject(result) || !check(result[name]))
      throw new SerialError('INVALID_REQUEST', `${method}: the device’s ${name} is not as the protocol has it.`)
  return result as SerialResult<M>
}

/**
 * Returns the digest that a device signs for `did.prove`. Its first byte keeps it apart from EIP-191, EIP-712 and
 * transactions, so that what is signed here is worth nothing else, and `audience` from other pages.
 */
export const possessionHash = (did: string, { audience, challenge }: Possession): Uint8Array =>
  keccak_256(encoder.encode(`ioID possession\n${did}\n${audience}\n${challenge.toLowerCase()}`))
