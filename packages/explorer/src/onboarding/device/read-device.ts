/**
 * Reads who a device is, and checks it: that the document is whole, that its key is the one that the DID is made of, and
 * that the device has that key.
 * @module
 */
import {
  type DeviceDid,
  type DeviceInfo,
  DOCUMENT_PART_BYTES,
  possessionHash,
  SERIAL_PROTOCOL,
  type SerialKeyType,
} from '@iotex2/protocol/serial/messages'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesOfBase64, bytesOfHex, concat, type Hex, hexOf } from '../bytes.ts'
import { PortalError } from '../errors.ts'
import type { SerialClient } from './serial-client.ts'

export interface ReadDevice {
  info: DeviceInfo
  did: string
  /** Lower case, from the DID. */
  address: Hex
  keyType: SerialKeyType
  publicKey: Hex
  document: Uint8Array
  documentHash: Hex
}

const DID_METHOD = 'did:io:'

/** How far a reading has come; `part` counts from 1. */
export type ReadProgress = { step: 'did' } | { step: 'document'; part: number; parts: number } | { step: 'proof' }

export interface ReadOptions {
  /** Who asks: the page's origin. */
  audience: string
  /** 32 random bytes, of the system's generator. */
  challenge: Uint8Array
  onProgress?: (progress: ReadProgress) => void
}

/** Throws {@link PortalError} where the device is not what it says. What the serial client throws comes through. */
export async function readDevice(
  client: Pick<SerialClient, 'call'>,
  { audience, challenge, onProgress = () => {} }: ReadOptions,
): Promise<ReadDevice> {
  onProgress({ step: 'did' })
  const info = await client.call('device.info', {})
  if (info.protocol !== SERIAL_PROTOCOL)
    throw new PortalError('SERIAL_VERSION', `The device speaks version ${info.protocol} of the serial protocol.`)
  const identity = await client.call('did.get', {})
  // The registry takes an attestor's word for these, and not the device's own signature.
  if (identity.keyType === 'ed25519')
    throw new PortalError('KEY_UNSUPPORTED', 'The device has an Ed25519 key, which is not registered from here.')
  const { document, documentHash } = await readDocument(client, onProgress)
  const address = checkDocument(identity, document)
  onProgress({ step: 'proof' })
  const possession = { audience, challenge: hexOf(challenge) }
  const { signature } = await client.call('did.prove', possession)
  if (!isSignedBy(identity, possessionHash(identity.did, possession), signature))
    throw new PortalError('POSSESSION_UNPROVEN', 'The device did not prove that it has the key of its DID.')
  return { info, ...identity, address, document, documentHash }
}

async function readDocument(
  client: Pick<SerialClient, 'call'>,
  onProgress: (progress: ReadProgress) => void,
): Promise<{ document: Uint8Array; documentHash: Hex }> {
  const parts: Uint8Array[] = []
  let offset = 0
  for (;;) {
    const { hash, length, part, ...rest } = await client.call('did.document', { offset })
    onProgress({
      step: 'document',
      part: parts.length + 1,
      parts: Math.max(1, Math.ceil(length / DOCUMENT_PART_BYTES)),
    })
    const bytes = bytesOfBase64(part)
    if (!bytes || rest.offset !== offset || (bytes.length === 0 && offset < length))
      throw new PortalError('DOCUMENT_MALFORMED', 'The device sends its document in parts that do not fit.')
    parts.push(bytes)
    offset += bytes.length
    if (offset < length) continue
    const document = concat(...parts)
    const documentHash = hexOf(keccak_256(document))
    if (documentHash !== hash.toLowerCase())
      throw new PortalError('DOCUMENT_MISMATCH', 'The document’s hash is not the one that the device names.')
    return { document, documentHash }
  }
}

interface Jwk {
  crv?: unknown
  x?: unknown
  y?: unknown
}

/**
 * Checks that `document` is of `identity`, as the registry's resolver will: its id, and that its first authentication key
 * is the one that the DID is made of. Returns the device's address. Throws {@link PortalError}.
 */
export function checkDocument({ did, keyType, publicKey }: DeviceDid, document: Uint8Array): Hex {
  const address = did.startsWith(DID_METHOD) ? did.slice(DID_METHOD.length) : ''
  if (!/^0x[0-9a-f]{40}$/.test(address)) throw new PortalError('DOCUMENT_MALFORMED', 'The device’s DID is no did:io.')
  const { id, authentication, verificationMethod } = parseDocument(document)
  if (id !== did) throw new PortalError('DOCUMENT_MISMATCH', 'The document is another DID’s.')
  const methods = Array.isArray(verificationMethod)
    ? (verificationMethod as { id?: unknown; publicKeyJwk?: Jwk }[])
    : []
  const [name] = Array.isArray(authentication) ? (authentication as unknown[]) : []
  const jwk = methods.find((method) => typeof name === 'string' && method?.id === name)?.publicKeyJwk
  const key = jwk ? keyBytes(jwk) : undefined
  if (!key || hexOf(keccak_256(key).slice(-20)) !== address)
    throw new PortalError('DOCUMENT_MISMATCH', 'The document’s key is not the one that the DID is made of.')
  if (hexOf(key) !== publicKey.toLowerCase() || CURVES[keyType] !== jwk?.crv)
    throw new PortalError('DOCUMENT_MISMATCH', 'The document’s key is not the one that the device names.')
  return address as Hex
}

const CURVES: Record<SerialKeyType, string> = { secp256k1: 'secp256k1', p256: 'P-256', ed25519: 'Ed25519' }

function parseDocument(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new PortalError('DOCUMENT_MALFORMED', 'The document is not JSON in UTF-8.')
  }
  if (typeof json !== 'object' || json === null || !Array.isArray((json as { '@context'?: unknown })['@context']))
    throw new PortalError('DOCUMENT_MALFORMED', 'The document is no DID document.')
  return json as Record<string, unknown>
}

/** What an address is made of: x ‖ y, or the 32 bytes of an Ed25519 key. */
function keyBytes({ x, y = '' }: Jwk): Uint8Array | undefined {
  const parts = [x, y].map((coordinate) => (typeof coordinate === 'string' ? bytesOfBase64(coordinate) : undefined))
  return parts.every((part) => part !== undefined) ? concat(...(parts as Uint8Array[])) : undefined
}

/** Returns whether the key of `identity` signed `digest`. Ed25519 is verified on chain by an attestor, and not here. */
export function isSignedBy({ keyType, publicKey }: DeviceDid, digest: Uint8Array, signature: Hex): boolean {
  const bytes = bytesOfHex(signature)
  const key = concat(Uint8Array.of(4), bytesOfHex(publicKey))
  try {
    // What ends with v, and what does not: PSA tells none.
    if (keyType === 'secp256k1' && (bytes.length === 65 || bytes.length === 64))
      return secp256k1.verify(bytes.slice(0, 64), digest, key, { prehash: false, lowS: true })
    if (keyType === 'p256' && bytes.length === 64)
      return p256.verify(bytes, digest, key, { prehash: false, lowS: true })
  } catch {
    // A key that is no point, a signature that is no scalar.
  }
  return false
}

/**
 * Returns a signature as a contract takes it: of secp256k1 r ‖ s ‖ v, whose v is the one that gives the key of `identity`.
 * Throws {@link PortalError} POSSESSION_UNPROVEN where it is not of that key, or signs something else.
 */
export function contractSignature(identity: DeviceDid, digest: Uint8Array, signature: Hex): Hex {
  if (!isSignedBy(identity, digest, signature))
    throw new PortalError('POSSESSION_UNPROVEN', 'The device did not sign what it was asked to.')
  if (identity.keyType !== 'secp256k1') return signature
  const compact = bytesOfHex(signature).slice(0, 64)
  const found = ([0, 1] as const).find((bit) => {
    const key = secp256k1.Signature.fromBytes(compact).addRecoveryBit(bit).recoverPublicKey(digest)
    return hexOf(key.toBytes(false).slice(1)) === identity.publicKey.toLowerCase()
  })
  return `${hexOf(compact)}${found === 0 ? '1b' : '1c'}`
}
