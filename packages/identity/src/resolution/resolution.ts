/**
 * DID resolution (W3C DID Resolution 1.0): a DID's document with what is known of it, by method.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { DocumentError } from '../document.ts'
import type { AnyDidDocument, DidResolver } from '../verification-method.ts'
import { ResolutionError } from './errors.ts'

/** What is known of a document, beside it. */
export interface DocumentMetadata {
  /** XSD dateTimes, of blocks. */
  created?: string
  updated?: string
  nextUpdate?: string
  versionId?: string
  nextVersionId?: string
  deactivated?: boolean
}

export interface ResolveOptions {
  versionId?: string
  /** XSD dateTime: the version that was in force then. */
  versionTime?: string
}

export interface Resolved {
  /** The bytes that were stored, where the method keeps bytes. */
  bytes?: Uint8Array
  document: AnyDidDocument
  metadata: DocumentMetadata
}

/** One DID method. Rejects with {@link ResolutionError}. */
export interface DidMethod {
  readonly name: string
  resolve(did: string, options: ResolveOptions): Promise<Resolved>
}

/** DID Core §3.1. */
const DID = /^did:([a-z0-9]+):((?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}|:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}))$/
const MAXIMUM_DID_LENGTH = 2048

/** Resolves the DIDs of the methods that it was given. */
export class MultiResolver implements DidResolver {
  readonly #methods: ReadonlyMap<string, DidMethod>

  constructor(methods: readonly DidMethod[]) {
    this.#methods = new Map(methods.map((method) => [method.name, method]))
  }

  get methods(): string[] {
    return [...this.#methods.keys()]
  }

  /** Returns the document in force. Throws {@link ResolutionError}. */
  async resolve(did: string): Promise<AnyDidDocument> {
    return (await this.resolveWithMetadata(did)).document
  }

  /** Throws {@link ResolutionError}, and nothing else. */
  async resolveWithMetadata(did: string, options: ResolveOptions = {}): Promise<Resolved> {
    const match = did.length <= MAXIMUM_DID_LENGTH ? DID.exec(did) : null
    if (!match) throw new ResolutionError('invalidDid', `"${did.slice(0, 200)}" is no DID.`)
    const method = this.#methods.get(match[1]!)
    if (!method) throw new ResolutionError('methodNotSupported', `DIDs of method ${match[1]} are not resolved here.`)
    try {
      return await method.resolve(did, options)
    } catch (cause) {
      if (cause instanceof ResolutionError) throw cause
      if (cause instanceof DocumentError) throw new ResolutionError('invalidDidDocument', cause.message, { cause })
      const why = cause instanceof CodedError ? `${cause.code}: ${cause.message}` : 'The resolver failed.'
      throw new ResolutionError('internalError', why, { cause })
    }
  }
}
