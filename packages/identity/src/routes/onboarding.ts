/**
 * For the onboarding portal: what network this is, and a place for DID documents.
 *
 * Uploads are open to all, as a device's owner has no account here. What is taken is bounded instead: only a did:io
 * document whose key is the one that its DID names, of at most 64 KiB, and only so many a minute for all together.
 * @module
 */
import { type CodedError, RequestError } from '@iotex2/protocol/errors'
import { isHex } from '@iotex2/protocol/hex'
import type { FastifyPluginAsync } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Did } from '../did.ts'
import { DocumentError, parseDocument, verifyDocument } from '../document.ts'
import type { DocumentStore, StoredDocument } from '../document-store.ts'
import { type ContentStore, MAXIMUM_DOCUMENT_BYTES, StoreError } from '../stores/content-store.ts'

const MINUTE_MS = 60_000

export interface OnboardingOptions {
  chain: Static<typeof Chain>
  contracts: Static<typeof Contracts>
  /** Block of the contracts' deployment, where the search for an owner's tokens begins. */
  fromBlock: number
  /** What an owner must have on the account that pays for gas. */
  minimumDepositWei: bigint
  /** Gateways that devices are told of. */
  gateways: readonly string[]
  /** Where documents may be put, by the name that an owner chooses by. */
  stores: Readonly<Record<string, ContentStore>>
  /** The store whose documents are served here. */
  served?: DocumentStore
  uploadsPerMinute: number
  /** Milliseconds since the epoch. */
  now: () => number
}

const Address = Type.String({ pattern: '^0x[0-9a-fA-F]{40}$' })

const Chain = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  symbol: Type.String(),
  /** What a wallet is told that does not know the chain. */
  rpcUrl: Type.Union([Type.String(), Type.Null()]),
  explorerUrl: Type.Union([Type.String(), Type.Null()]),
})

const Contracts = Type.Object({
  projectRegistry: Address,
  ioIDRegistry: Address,
  deviceNftImplementation: Address,
})

const Onboarding = Type.Object({
  chain: Chain,
  contracts: Contracts,
  fromBlock: Type.Integer(),
  minimumDepositWei: Type.String(),
  maximumDocumentBytes: Type.Integer(),
  gateways: Type.Array(Type.String()),
  stores: Type.Array(Type.String()),
})

const Stored = Type.Object({ hash: Type.String(), uri: Type.String() })
const Refusal = Type.Object({ code: Type.String(), message: Type.String() })

/** GET /v1/onboarding, PUT /v1/documents/:hash, GET /v1/documents/:hash.json. */
export const onboardingRoutes: FastifyPluginAsync<OnboardingOptions> = async (app, options) => {
  const allowance = new Allowance(options.uploadsPerMinute, options.now)
  const stores = new Map(options.uploadsPerMinute === 0 ? [] : Object.entries(options.stores))

  app.get(
    '/v1/onboarding',
    {
      schema: {
        operationId: 'onboarding',
        summary: 'What a wallet and a device need to know of this network.',
        tags: ['onboarding'],
        response: { 200: Onboarding },
      },
    },
    async () => ({
      chain: options.chain,
      contracts: options.contracts,
      fromBlock: options.fromBlock,
      minimumDepositWei: String(options.minimumDepositWei),
      maximumDocumentBytes: MAXIMUM_DOCUMENT_BYTES,
      gateways: [...options.gateways],
      stores: [...stores.keys()],
    }),
  )

  // The bytes as they are: their hash is what counts.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    ['application/did', 'application/did+json', 'application/did+ld+json'],
    { parseAs: 'buffer', bodyLimit: MAXIMUM_DOCUMENT_BYTES },
    (_request, body, done) => done(null, body),
  )
  app.put<{ Params: { hash: string }; Querystring: { store: string }; Body: Buffer | undefined }>(
    '/v1/documents/:hash',
    {
      schema: {
        operationId: 'storeDocument',
        summary: 'Stores a DID document under keccak256 of its bytes. Idempotent.',
        tags: ['onboarding'],
        consumes: ['application/did+json', 'application/did+ld+json', 'application/did'],
        params: Type.Object({ hash: Type.String({ pattern: '^0x[0-9a-f]{64}$' }) }),
        querystring: Type.Object({ store: Type.String({ maxLength: 32, description: 'One of GET /v1/onboarding.' }) }),
        response: { 200: Stored, 404: Refusal, 413: Refusal, 422: Refusal, 429: Refusal, 502: Refusal },
      },
    },
    async (request): Promise<StoredDocument> => {
      const store = stores.get(request.query.store)
      if (!store) throw new RequestError(404, 'STORE_UNKNOWN', 'This service puts documents into no such store.')
      const bytes = new Uint8Array(request.body ?? [])
      try {
        verifyDocument(bytes, request.params.hash as `0x${string}`, parseDocument(bytes).id as Did)
      } catch (error) {
        throw refusal(error)
      }
      if (!allowance.take())
        throw new RequestError(429, 'UPLOADS_EXHAUSTED', 'Too many documents at once: try again in a minute.')
      try {
        return await store.put(bytes)
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        request.log.warn({ error }, 'a document was not stored')
        throw new RequestError(502, error.code, error.message)
      }
    },
  )

  app.get<{ Params: { name: string } }>(
    '/v1/documents/:name',
    {
      schema: {
        operationId: 'document',
        summary: 'A stored document, by its hash and .json.',
        tags: ['onboarding'],
        params: Type.Object({ name: Type.String({ pattern: '^0x[0-9a-f]{64}\\.json$' }) }),
        response: { 200: { type: 'string', contentMediaType: 'application/did+json' }, 404: Refusal },
      },
    },
    async (request, reply) => {
      const hash = request.params.name.slice(0, -'.json'.length)
      const bytes = isHex(hash, 32) ? await options.served?.get(hash) : undefined
      if (!bytes) throw new RequestError(404, 'DOCUMENT_UNKNOWN', 'No document of this hash is stored here.')
      return reply
        .type('application/did+json')
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          // Whoever resolves a DID may be a page of any origin.
          'access-control-allow-origin': '*',
          'cross-origin-resource-policy': 'cross-origin',
          'x-content-type-options': 'nosniff',
        })
        .send(Buffer.from(bytes))
    },
  )
}

/** What is wrong with a document is the caller's to mend. */
function refusal(error: unknown): unknown {
  if (!(error instanceof DocumentError) && !isDidError(error)) return error
  return new RequestError(422, error.code, error.message)
}

const isDidError = (error: unknown): error is CodedError =>
  error instanceof Error && (error as Partial<CodedError>).code === 'DID_MALFORMED'

/** So many a minute, saved up for one minute at most. */
class Allowance {
  readonly #perMinute: number
  readonly #now: () => number
  #saved: number
  #at: number

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute
    this.#now = now
    this.#saved = perMinute
    this.#at = now()
  }

  take(): boolean {
    const now = this.#now()
    this.#saved = Math.min(this.#perMinute, this.#saved + ((now - this.#at) * this.#perMinute) / MINUTE_MS)
    this.#at = now
    if (this.#saved < 1) return false
    this.#saved--
    return true
  }
}
