/**
 * DID documents in a bucket of S3 or what speaks like it (MinIO, R2, Ceph), signed with SigV4 by aws4fetch. The bucket is
 * addressed by path.
 * @module
 */
import { isHex } from '@iotex2/protocol/hex'
import { AwsClient } from 'aws4fetch'
import { DocumentError, documentHash } from '../document.ts'
import type { StoredDocument } from '../document-store.ts'
import { type ContentStore, checkContent, readBody, StoreError } from './content-store.ts'

export interface S3StoreOptions {
  /** https://s3.eu-central-1.amazonaws.com */
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
  /** Where the bucket is served to all; the bucket's own URL by default. */
  baseUri?: string
  timeoutMs?: number
}

export class S3Store implements ContentStore {
  readonly #options: S3StoreOptions
  readonly #client: AwsClient
  readonly #bucketUrl: string

  constructor(options: S3StoreOptions) {
    const { accessKeyId, secretAccessKey, sessionToken, region, endpoint, bucket } = options
    this.#options = options
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      retries: 0,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    })
    this.#bucketUrl = `${endpoint.replace(/\/$/, '')}/${encodeURIComponent(bucket)}`
  }

  /** Stores under the hash. Throws {@link StoreError}. */
  async put(bytes: Uint8Array): Promise<StoredDocument> {
    const hash = documentHash(bytes)
    const headers = { 'content-type': 'application/did+json' }
    const response = await this.#call(`${hash}.json`, { method: 'PUT', headers, body: Uint8Array.from(bytes) })
    if (!response.ok) throw new StoreError('STORE_FAILED', `The bucket answers ${response.status}.`)
    return { hash, uri: `${(this.#options.baseUri ?? this.#bucketUrl).replace(/\/$/, '')}/${hash}.json` }
  }

  /** Returns the document of this hash, wherever its URI says that it lies. Throws {@link StoreError}, or DocumentError. */
  async fetch({ hash, uri }: StoredDocument): Promise<Uint8Array | undefined> {
    if (!isHex(hash, 32)) throw new DocumentError('DOCUMENT_MALFORMED', 'A document is named by 32 bytes.')
    const response = await this.#call(`${hash.toLowerCase()}.json`, { method: 'GET' })
    // Without the right to list the bucket, S3 says 403 of what is not there.
    if (response.status === 404 || response.status === 403) return undefined
    if (!response.ok) throw new StoreError('STORE_FAILED', `The bucket answers ${response.status}.`)
    return checkContent(await readBody(response), hash, uri)
  }

  async #call(key: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#client.fetch(`${this.#bucketUrl}/${key}`, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? 10_000),
      })
    } catch (cause) {
      throw new StoreError('STORE_UNREACHABLE', `The bucket at ${this.#bucketUrl} does not answer.`, { cause })
    }
  }
}
