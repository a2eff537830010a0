/**
 * DIDs as commands resolve them: did:io by the registry on chain, did:key, did:web.
 * @module
 */
import { DocumentError } from '@iotex2/identity/document'
import { DocumentStore } from '@iotex2/identity/document-store'
import { IoDidMethod } from '@iotex2/identity/resolution/did-io'
import { didKeyMethod } from '@iotex2/identity/resolution/did-key'
import { didWebMethod } from '@iotex2/identity/resolution/did-web'
import { ResolutionError, type ResolutionErrorCode } from '@iotex2/identity/resolution/errors'
import { RegistryHistory } from '@iotex2/identity/resolution/history'
import { MultiResolver, type Resolved, type ResolveOptions } from '@iotex2/identity/resolution/resolution'
import { type ContentStore, checkContent } from '@iotex2/identity/stores/content-store'
import { DocumentSource } from '@iotex2/identity/stores/document-source'
import type { PublicFetch } from '@iotex2/identity/web/public-fetch'
import { CodedError } from '@iotex2/protocol/errors'
import type { Connection } from './network.ts'

/** DID Resolution's names of what goes wrong, as the other codes here are written. */
const CODES = {
  invalidDid: 'DID_INVALID',
  notFound: 'DID_NOT_FOUND',
  deactivated: 'DID_DEACTIVATED',
  methodNotSupported: 'DID_METHOD_UNSUPPORTED',
  representationNotSupported: 'DID_NOT_FOUND',
  invalidDidDocument: 'DOCUMENT_MALFORMED',
  internalError: 'DOCUMENT_UNREACHABLE',
} as const satisfies Record<ResolutionErrorCode, string>

/**
 * Thrown when a DID does not resolve. Codes DID_INVALID, DID_NOT_FOUND, DID_DEACTIVATED, DID_METHOD_UNSUPPORTED,
 * DOCUMENT_UNREACHABLE.
 */
class ResolveError extends CodedError {
  constructor(code: (typeof CODES)[ResolutionErrorCode], message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

export interface ResolverOptions {
  fetch: PublicFetch
  /** Whether `fetch` reaches servers without TLS, which documents then may lie at. */
  allowLocal?: boolean
  /** A directory of documents under their hashes, which is read before the web. */
  store?: string | undefined
  /** Whether versions are asked for: the registry's events are read then. */
  hasVersions?: boolean
}

/** Returns what resolves, at the registry of a connection. */
export async function openResolver(
  { provider, deployment, fromBlock }: Connection,
  { fetch, allowLocal = false, store, hasVersions = false }: ResolverOptions,
): Promise<MultiResolver> {
  const registry = deployment.address('ioIDRegistry')
  const withoutTls: Pick<ContentStore, 'fetch'> = {
    fetch: async ({ hash, uri }) => (uri.startsWith('http:') ? checkContent(await fetch(uri), hash, uri) : undefined),
  }
  const stores = [...(store === undefined ? [] : [new DocumentStore(store)]), ...(allowLocal ? [withoutTls] : [])]
  const documents = new DocumentSource(stores, fetch)
  const history = hasVersions ? new RegistryHistory({ provider, registry, fromBlock }) : undefined
  await history?.refresh()
  return new MultiResolver([
    new IoDidMethod({ provider, registry, documents, ...(history ? { history } : {}) }),
    didKeyMethod,
    didWebMethod(fetch),
  ])
}

/** Returns a DID's document. Throws {@link ResolveError}, DocumentError, or what the chain throws. */
export async function resolveDid(
  resolver: MultiResolver,
  did: string,
  options: ResolveOptions = {},
): Promise<Resolved> {
  try {
    return await resolver.resolveWithMetadata(did, options)
  } catch (error) {
    if (!(error instanceof ResolutionError)) throw error
    const { cause, code, message } = error
    if (cause instanceof DocumentError) throw cause
    if (code === 'internalError' && !(cause instanceof CodedError)) throw cause
    const hint = code === 'internalError' ? ' Name a directory that has the document with --store.' : ''
    throw new ResolveError(CODES[code], `${message}${hint}`, { cause })
  }
}
