/**
 * DID documents for envelopes: what cannot be had is one error, and what resolves is of the DID that was asked for.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { AnyDidDocument, DidResolver, MethodKey, Relationship } from '../verification-method.ts'
import { keyOf } from '../verification-method.ts'
import { DidcommError } from './errors.ts'

/** Returns the document of `did`. Throws {@link DidcommError} DIDCOMM_DID_UNRESOLVED. */
export async function resolveDocument(resolver: DidResolver, did: string): Promise<AnyDidDocument> {
  let document: AnyDidDocument
  try {
    document = await resolver.resolve(did)
  } catch (cause) {
    throw new DidcommError('DIDCOMM_DID_UNRESOLVED', `The document of ${did.slice(0, 200)} cannot be had.`, { cause })
  }
  if (document.id !== did)
    throw new DidcommError('DIDCOMM_DID_UNRESOLVED', `The document of ${did.slice(0, 200)} is of another DID.`)
  return document
}

/** Returns the key that a document names for `relationship`. Throws {@link DidcommError} DIDCOMM_KEY_UNKNOWN. */
export function keyIn(document: AnyDidDocument, relationship: Relationship, kid: string): MethodKey {
  try {
    return keyOf(document, relationship, kid)
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause
    throw new DidcommError('DIDCOMM_KEY_UNKNOWN', `${kid.slice(0, 200)} is no key of its DID for ${relationship}.`, {
      cause,
    })
  }
}
