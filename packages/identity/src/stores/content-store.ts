/**
 * Where DID documents lie, by their hash: a directory, IPFS, S3. What is fetched is what was stored, or it is refused.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { DocumentError, documentHash } from '../document.ts'
import type { StoredDocument } from '../document-store.ts'

export interface ContentStore {
  /** Stores `bytes`; idempotent. Returns what to register. */
  put(bytes: Uint8Array): Promise<StoredDocument>
  /** Returns a document's bytes, whose hash is right; undefined where this store has none of it. */
  fetch(document: StoredDocument): Promise<Uint8Array | undefined>
}

/** Bytes of a DID document. */
export const MAXIMUM_DOCUMENT_BYTES = 1 << 16

/** Thrown when a store does not do what it is asked. Codes STORE_UNREACHABLE, STORE_FAILED, STORE_TOO_LARGE. */
export class StoreError extends CodedError {
  constructor(code: 'STORE_UNREACHABLE' | 'STORE_FAILED' | 'STORE_TOO_LARGE', message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

/** Returns `bytes` where their hash is `hash`. Throws DocumentError DOCUMENT_MISMATCH. */
export function checkContent(bytes: Uint8Array, hash: Hex, uri: string): Uint8Array {
  if (documentHash(bytes) !== hash.toLowerCase())
    throw new DocumentError(
      'DOCUMENT_MISMATCH',
      `What lies at ${uri.slice(0, 200)} is not the document of hash ${hash}.`,
    )
  return bytes
}

/** Returns a response's body. Throws {@link StoreError} STORE_TOO_LARGE as soon as it is longer than a document. */
export async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > MAXIMUM_DOCUMENT_BYTES)
      throw new StoreError('STORE_TOO_LARGE', `A document is of ${MAXIMUM_DOCUMENT_BYTES} bytes at most.`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
