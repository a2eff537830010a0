/**
 * Verification methods of any DID document, and the keys in them: JSON Web Keys and multibase.
 * @module
 */
import type { KeyObject } from 'node:crypto'
import { CodedError } from '@iotex2/protocol/errors'
import { type Curve, curveOf, importPublicKey, type PublicKeyJwk, publicJwk } from './jose/jwk.ts'
import { decodeMultikey } from './multikey.ts'

export type Relationship =
  | 'authentication'
  | 'assertionMethod'
  | 'keyAgreement'
  | 'capabilityInvocation'
  | 'capabilityDelegation'

/** A verification method as other DID methods have it too. */
export interface AnyVerificationMethod {
  id: string
  type: string
  controller: string
  publicKeyJwk?: Partial<PublicKeyJwk>
  publicKeyMultibase?: string
}

export interface Service {
  id: string
  type: string | string[]
  serviceEndpoint: unknown
}

/** A DID document of any method: what this package reads of it. */
export interface AnyDidDocument {
  '@context'?: unknown
  id: string
  controller?: string | string[]
  alsoKnownAs?: string[]
  verificationMethod?: AnyVerificationMethod[]
  authentication?: (string | AnyVerificationMethod)[]
  assertionMethod?: (string | AnyVerificationMethod)[]
  keyAgreement?: (string | AnyVerificationMethod)[]
  capabilityInvocation?: (string | AnyVerificationMethod)[]
  capabilityDelegation?: (string | AnyVerificationMethod)[]
  service?: Service[]
}

/** Finds DID documents: the chain's, did:key's, did:web's. Rejects where there is none. */
export interface DidResolver {
  /** `did` has neither path, query nor fragment. */
  resolve(did: string): Promise<AnyDidDocument>
}

/** Thrown when a document has no such method, or it holds no key. Codes METHOD_UNKNOWN, KEY_UNSUPPORTED. */
export class VerificationMethodError extends CodedError {
  constructor(code: 'METHOD_UNKNOWN' | 'KEY_UNSUPPORTED', message: string) {
    super(code, message)
  }
}

/** A public key that was read and checked. */
export interface MethodKey {
  id: string
  curve: Curve
  jwk: PublicKeyJwk
  key: KeyObject
}

/** Returns the DID of a DID URL: what precedes path, query and fragment; of another URL, what precedes its fragment. */
export const didOf = (url: string): string => url.split(url.startsWith('did:') ? /[/?#]/ : '#', 1)[0]!

/** Returns a relationship's methods in the document's order; references to other documents are left out. */
export function methodsFor(document: AnyDidDocument, relationship: Relationship): AnyVerificationMethod[] {
  const listed = document[relationship]
  if (!Array.isArray(listed)) return []
  return listed.flatMap((entry) => {
    if (typeof entry !== 'string') return isMethod(entry) ? [entry] : []
    const id = absolute(document.id, entry)
    const found = (Array.isArray(document.verificationMethod) ? document.verificationMethod : []).find(
      (method) => isMethod(method) && absolute(document.id, method.id) === id,
    )
    return found ? [found] : []
  })
}

/**
 * Returns the key that `document` names for `relationship` under the DID URL `id`, read once for each method object.
 * Throws {@link VerificationMethodError}, or JwkError where the key is none.
 */
export function keyOf(document: AnyDidDocument, relationship: Relationship, id: string): MethodKey {
  const method = methodsFor(document, relationship).find((candidate) => absolute(document.id, candidate.id) === id)
  if (!method)
    throw new VerificationMethodError(
      'METHOD_UNKNOWN',
      `${document.id} has no key ${id.slice(0, 200)} for ${relationship}.`,
    )
  return readKey(document, method)
}

/** Returns every key of `relationship` that can be read, in the document's order. */
export function keysOf(document: AnyDidDocument, relationship: Relationship): MethodKey[] {
  return methodsFor(document, relationship).flatMap((method) => {
    try {
      return [readKey(document, method)]
    } catch (error) {
      if (error instanceof CodedError) return []
      throw error
    }
  })
}

const read = new WeakMap<AnyVerificationMethod, MethodKey>()

function readKey(document: AnyDidDocument, method: AnyVerificationMethod): MethodKey {
  const known = read.get(method)
  if (known) return known
  const jwk = publicKeyOf(method)
  const key = { id: absolute(document.id, method.id), curve: curveOf(jwk), jwk, key: importPublicKey(jwk) }
  read.set(method, key)
  return key
}

/** Returns the public key of a method as a JWK. Throws {@link VerificationMethodError} or JwkError. */
export function publicKeyOf(method: AnyVerificationMethod): PublicKeyJwk {
  if (method.publicKeyJwk) return publicJwk(method.publicKeyJwk)
  if (typeof method.publicKeyMultibase === 'string') return decodeMultikey(method.publicKeyMultibase)
  throw new VerificationMethodError('KEY_UNSUPPORTED', `${method.id} has neither publicKeyJwk nor publicKeyMultibase.`)
}

const isMethod = (value: unknown): value is AnyVerificationMethod =>
  typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string'

/** DID URLs may be relative to the document's DID: `#key-1`. */
const absolute = (did: string, id: string): string => (id.startsWith('#') ? did + id : id)
