/**
 * DID documents (W3C DID Core 1.0): who a device is, in bytes whose keccak256 the registry keeps.
 *
 * The hash covers the stored bytes, not the JSON's meaning: they are never parsed and printed again.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Did, formatDid, parseDid } from './did.ts'
import type { PublicKeyJwk } from './jose/jwk.ts'
import { addressOf, type DeviceKey } from './key.ts'

export type { PublicKeyJwk }

export interface VerificationMethod {
  id: string
  type: 'JsonWebKey2020'
  controller: Did
  publicKeyJwk: PublicKeyJwk
}

export interface DidDocument {
  '@context': string[]
  id: Did
  verificationMethod: VerificationMethod[]
  authentication: string[]
  assertionMethod: string[]
  keyAgreement: string[]
}

/** Thrown when bytes are no DID document, or are not a device's. Codes DOCUMENT_MALFORMED, DOCUMENT_MISMATCH. */
export class DocumentError extends CodedError {
  constructor(code: 'DOCUMENT_MALFORMED' | 'DOCUMENT_MISMATCH', message: string) {
    super(code, message)
  }
}

/** Returns a secp256k1 public key, x ‖ y, as a JWK. */
export const publicKeyJwk = (publicKey: Uint8Array): PublicKeyJwk => ({
  kty: 'EC',
  crv: 'secp256k1',
  x: Buffer.from(publicKey.subarray(0, 32)).toString('base64url'),
  y: Buffer.from(publicKey.subarray(32)).toString('base64url'),
})

/**
 * Returns the document of a device whose key is not secp256k1: P-256, as secure elements make them, or Ed25519. Its DID is
 * made of that key as of any. See {@link createDocument}.
 */
export function createDocumentOfJwk(jwk: PublicKeyJwk, agreement?: PublicKeyJwk): DidDocument {
  return documentOf(addressOf(keyBytes(jwk)), jwk, agreement)
}

/**
 * Returns the document of a device. `agreement` is the device's key for encryption; without one the document names the
 * signing key, which DIDComm's curves exclude: such a device signs, and is not written to in secret.
 */
export function createDocument(key: Pick<DeviceKey, 'address' | 'publicKey'>, agreement?: PublicKeyJwk): DidDocument {
  return documentOf(key.address, publicKeyJwk(key.publicKey), agreement)
}

function documentOf(address: Hex, key: PublicKeyJwk, agreement?: PublicKeyJwk): DidDocument {
  const did = formatDid(address)
  const method = (name: string, jwk: PublicKeyJwk): VerificationMethod => ({
    id: `${did}#${name}`,
    type: 'JsonWebKey2020',
    controller: did,
    publicKeyJwk: jwk,
  })
  const signing = method('key-1', key)
  const encrypting = agreement ? method('key-2', agreement) : signing
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/suites/jws-2020/v1'],
    id: did,
    verificationMethod: agreement ? [signing, encrypting] : [signing],
    authentication: [signing.id],
    assertionMethod: [signing.id],
    keyAgreement: [encrypting.id],
  }
}

/** Returns the bytes to store: compact JSON in the order of {@link createDocument}, UTF-8. */
export const encodeDocument = (document: DidDocument): Uint8Array =>
  new Uint8Array(Buffer.from(JSON.stringify(document)))

/** Returns the `hash` that the registry keeps: keccak256 of the stored bytes. */
export const documentHash = (bytes: Uint8Array): Hex => toHex(keccak_256(bytes))

/** Returns the document in `bytes`, whose shape is checked and whose keys are not. Throws {@link DocumentError}. */
export function parseDocument(bytes: Uint8Array): DidDocument {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new DocumentError('DOCUMENT_MALFORMED', 'The DID document is not JSON in UTF-8.')
  }
  const document = json as Partial<DidDocument> | null
  const isList = (value: unknown): value is unknown[] => Array.isArray(value)
  if (
    typeof document?.id !== 'string' ||
    !isList(document['@context']) ||
    !isList(document.authentication) ||
    !isList(document.verificationMethod) ||
    !document.verificationMethod.every(({ id, publicKeyJwk }) => typeof id === 'string' && isPublicKeyJwk(publicKeyJwk))
  )
    throw new DocumentError('DOCUMENT_MALFORMED', 'The DID document lacks @context, id, authentication or its keys.')
  return document as DidDocument
}

const isPublicKeyJwk = (jwk: Partial<PublicKeyJwk> | undefined): boolean =>
  typeof jwk?.kty === 'string' && typeof jwk.crv === 'string' && typeof jwk.x === 'string'

/**
 * Checks that `bytes` are the document that the registry names for `did`: its hash, its id, and that its first
 * authentication key is the one that the DID is made of. Returns it. Throws {@link DocumentError}.
 */
export function verifyDocument(bytes: Uint8Array, hash: Hex, did: Did): DidDocument {
  if (documentHash(bytes) !== hash.toLowerCase())
    throw new DocumentError('DOCUMENT_MISMATCH', `The document of ${did} is not the one that the registry names.`)
  const document = parseDocument(bytes)
  if (document.id !== did)
    throw new DocumentError('DOCUMENT_MISMATCH', `The document is of ${document.id}, not ${did}.`)
  const [name] = document.authentication
  const jwk = document.verificationMethod.find(({ id }) => id === name)?.publicKeyJwk
  if (!jwk || addressOf(keyBytes(jwk)) !== parseDid(did))
    throw new DocumentError('DOCUMENT_MISMATCH', `The key in the document of ${did} is not the one that its DID names.`)
  return document
}

/** What an address is made of: x ‖ y, or the 32 bytes of an Ed25519 key. */
const keyBytes = ({ x, y = '' }: PublicKeyJwk): Buffer =>
  Buffer.concat([x, y].map((coordinate) => Buffer.from(coordinate, 'base64url')))
