/**
 * DID documents on IPFS, by the RPC of a Kubo node (https://docs.ipfs.tech/reference/kubo/rpc/). The node is trusted to
 * keep them; what they are is checked.
 * @module
 */
import type { Hex } from '@iotex2/protocol/hex'
import { documentHash } from '../document.ts'
import type { StoredDocument } from '../document-store.ts'
import { type ContentStore, checkContent, MAXIMUM_DOCUMENT_BYTES, readBody, StoreError } from './content-store.ts'

export interface IpfsStoreOptions {
  /** Of the node's RPC: http://127.0.0.1:5001 */
  url: string
  /** Sent as Authorization, where the RPC is behind one. */
  authorization?: string
  timeoutMs?: number
}

/** CIDs as Kubo prints them: base58btc of version 0, or multibase of version 1. */
const CID = /^(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|[a-z][A-Za-z0-9_-]{20,120})$/

export class IpfsStore implements ContentStore {
  readonly #options: IpfsStoreOptions

  constructor(options: IpfsStoreOptions) {
    this.#options = options
  }

  /** Stores and pins. Returns an ipfs: URI. Throws {@link StoreError}. */
  async put(bytes: Uint8Array): Promise<StoredDocument> {
    const form = new FormData()
    form.set('file', new Blob([Uint8Array.from(bytes)]), 'did.json')
    const response = await this.#call('add?cid-version=1&raw-leaves=true&pin=true&quieter=true', form)
    const { Hash: cid } = (await response.json().catch(() => ({}))) as { Hash?: unknown }
    if (typeof cid !== 'string' || !CID.test(cid))
      throw new StoreError('STORE_FAILED', 'The IPFS node returned no CID.')
    return { hash: documentHash(bytes), uri: `ipfs://${cid}` }
  }

  /** Returns the document at an ipfs: URI; undefined for any other. Throws {@link StoreError}, or DocumentError. */
  async fetch({ hash, uri }: StoredDocument): Promise<Uint8Array | undefined> {
    const cid = /^ipfs:\/\/(?:ipfs\/)?([^/?#]+)$/.exec(uri)?.[1]
    if (cid === undefined) return undefined
    if (!CID.test(cid)) throw new StoreError('STORE_FAILED', `"${uri.slice(0, 200)}" names no CID.`)
    // One byte more than is taken, so that what is longer is seen to be.
    const response = await this.#call(`cat?arg=${cid}&length=${MAXIMUM_DOCUMENT_BYTES + 1}`)
    return checkContent(await readBody(response), hash as Hex, uri)
  }

  async #call(path: string, body?: FormData): Promise<Response> {
    const { url, authorization, timeoutMs = 10_000 } = this.#options
    let response: Response
    try {
      response = await fetch(`${url.replace(/\/$/, '')}/api/v0/${path}`, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body ? { body } : {}),
        ...(authorization === undefined ? {} : { headers: { authorization } }),
      })
    } catch (cause) {
      throw new StoreError('STORE_UNREACHABLE', `The IPFS node at ${url} does not answer.`, { cause })
    }
    if (!response.ok) throw new StoreError('STORE_FAILED', `The IPFS node answers ${response.status}.`)
    return response
  }
}
