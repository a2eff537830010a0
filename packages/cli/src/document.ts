/**
 * DID documents from where the registry says that they are. Whoever reads one checks its hash.
 * @module
 */
import { DocumentStore } from '@iotex2/identity/document-store'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'

/** Thrown when a document cannot be had. Code DOCUMENT_UNREACHABLE. */
export class DocumentUnreachableError extends CodedError {
  constructor(uri: string, reason: string, options?: ErrorOptions) {
    super('DOCUMENT_UNREACHABLE', `The document at ${uri} cannot be had: ${reason}.`, options)
  }
}

const LARGEST_BYTES = 1 << 20
const TIMEOUT_MS = 15_000

/**
 * Returns the bytes of a document: from the directory `store` where it has them, else from `uri`, where that is https or http. It is a
 * stranger's word: a file: URI is never opened.
 * Throws {@link DocumentUnreachableError}, and DocumentError where the store's file was changed.
 */
export async function fetchDocument(uri: string, hash: Hex, store?: string): Promise<Uint8Array> {
  const kept = store === undefined ? undefined : await new DocumentStore(store).get(hash)
  if (kept) return kept
  return fetchBytes(uri)
}

/** Returns what is published at `uri`, at most 1 MiB. Throws {@link DocumentUnreachableError}. */
export async function fetchBytes(uri: string): Promise<Uint8Array> {
  try {
    const url = new URL(uri)
    if (url.protocol === 'https:' || url.protocol === 'http:') return await download(url)
  } catch (cause) {
    if (cause instanceof CodedError) throw cause
    const { code, name } = cause as NodeJS.ErrnoException
    throw new DocumentUnreachableError(uri, code ?? name, { cause })
  }
  throw new DocumentUnreachableError(uri, 'it is neither https nor http; name a directory that has it with --store')
}

async function download(url: URL): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  if (!response.ok || !response.body) throw new DocumentUnreachableError(url.href, `status ${response.status}`)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.length
    if (length > LARGEST_BYTES) throw new DocumentUnreachableError(url.href, 'it is larger than 1 MiB')
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
