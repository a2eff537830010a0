/**
 * Finds the documents that the registry names. Their URIs are strangers' words: a file: URI is never opened, and https:
 * reaches public servers only.
 * @module
 */
import type { StoredDocument } from '../document-store.ts'
import type { PublicFetch } from '../web/public-fetch.ts'
import { type ContentStore, checkContent, StoreError } from './content-store.ts'

export class DocumentSource {
  readonly #stores: readonly Pick<ContentStore, 'fetch'>[]
  readonly #fetchPublic: PublicFetch | undefined

  /** `stores` are asked in their order, then the web where `fetchPublic` is given. */
  constructor(stores: readonly Pick<ContentStore, 'fetch'>[], fetchPublic?: PublicFetch) {
    this.#stores = stores
    this.#fetchPublic = fetchPublic
  }

  /**
   * Returns the bytes of a document, whose hash is right. A store that fails or holds another document is passed over
   * for one that has it. Throws {@link StoreError}, or DocumentError DOCUMENT_MISMATCH.
   */
  async fetch(document: StoredDocument): Promise<Uint8Array> {
    let failure: unknown
    for (const store of this.#stores)
      try {
        const bytes = await store.fetch(document)
        if (bytes) return bytes
      } catch (error) {
        failure ??= error
      }
    if (this.#fetchPublic && document.uri.startsWith('https:'))
      try {
        return checkContent(await this.#fetchPublic(document.uri), document.hash, document.uri)
      } catch (error) {
        failure ??= error
      }
    throw (
      failure ?? new StoreError('STORE_FAILED', `The document at ${document.uri.slice(0, 200)} is in no store here.`)
    )
  }
}
