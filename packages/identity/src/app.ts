/**
 * Builds the identity service: a DID resolver for did:io, did:key and did:web,, the VC API, and what the onboarding
 * portal needs. It describes itself at GET /openapi.json.
 * @module
 */
import swagger from '@fastify/swagger'
import { verifyChain } from '@iotex2/chain/provider'
import { createService, type Service } from '@iotex2/service/service'
import type { JsonRpcProvider } from 'ethers'
import type { CredentialLedger } from './credentials/ledger.ts'
import type { StatusLists } from './credentials/status-list.ts'
import { IoDidMethod } from './resolution/did-io.ts'
import { didKeyMethod } from './resolution/did-key.ts'
import { didWebMethod } from './resolution/did-web.ts'
import { RegistryHistory } from './resolution/history.ts'
import { MultiResolver } from './resolution/resolution.ts'
import { credentialRoutes, type IssuerOptions } from './routes/credentials.ts'
import { identifierRoutes } from './routes/identifiers.ts'
import { type OnboardingOptions, onboardingRoutes } from './routes/onboarding.ts'
import type { DocumentSource } from './stores/document-source.ts'
import type { PublicFetch } from './web/public-fetch.ts'

export interface IdentityServiceOptions {
  provider: JsonRpcProvider
  chainId: bigint
  /** Address of ioIDRegistry. */
  registry: string
  /** Block of its deployment. */
  fromBlock?: number
  documents: DocumentSource
  /** What reaches the web for did:web and status lists. */
  fetchPublic: PublicFetch
  /** Milliseconds since the epoch. */
  now: () => number
  issuer?: IssuerOptions
  /** Where the chain keeps issuers, their lists and what ioIDs hold. */
  ledger?: CredentialLedger
  /** For the onboarding portal; without it, there is none here. */
  onboarding?: Omit<OnboardingOptions, 'now'>
  logLevel?: string
}

export interface IdentityService {
  service: Service
  resolver: MultiResolver
  /**
   * Checks the chain, reads the registry to its head, and anchors the issuer's lists. Rejects where the chain is another,
   * or does not take them.
   */
  start(): Promise<void>
}

export async function buildIdentityService(options: IdentityServiceOptions): Promise<IdentityService> {
  const { provider, chainId, registry, documents, fetchPublic, now, issuer } = options
  const history = new RegistryHistory({ provider, registry, fromBlock: options.fromBlock ?? 0 })
  const service = createService({
    name: 'identity',
    logLevel: options.logLevel ?? 'info',
    readiness: { chain: () => verifyChain(provider, chainId), history: () => history.ready() },
    // A DID may be as long as a key.
    fastify: { routerOptions: { maxParamLength: 2048 } },
  })
  const { app } = service
  const resolver = new MultiResolver([
    new IoDidMethod({ provider, registry, documents, history }),
    didKeyMethod,
    didWebMethod(fetchPublic),
  ])
  const statusLists: StatusLists = {
    // This service's own lists need not be fetched from itself.
    load: async (url) => {
      for (const purpose of ['revocation', 'suspension'] as const)
        if (issuer?.statuses.url(purpose) === url) return issuer.statuses.published(purpose)
      return fetchPublic(url, 'application/vc+jwt, application/vc+ld+json, application/json')
    },
  }
  const { ledger } = options

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'IoTeX identity', version: '1.0.0', description: 'DID resolver, VC API and onboarding of ioID.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  })
  await app.register(identifierRoutes, { resolver })
  await app.register(credentialRoutes, {
    context: { resolver, now, statusLists, ...(ledger ? { ledger } : {}) },
    issuer,
  })
  if (options.onboarding) await app.register(onboardingRoutes, { ...options.onboarding, now })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  return {
    service,
    resolver,
    async start() {
      await verifyChain(provider, chainId)
      await history.refresh()
      await issuer?.statuses.prepare()
    },
  }
}
