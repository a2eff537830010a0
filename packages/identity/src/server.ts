/**
 * Runs the identity service, configured by the environment (.env.example).
 * @module
 */
import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { systemClock } from '@iotex2/chain/clock'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { readConfig } from '@iotex2/service/config'
import { main, serve } from '@iotex2/service/service'
import { parseEther } from 'ethers'
import { type Static, Type } from 'typebox'
import { buildIdentityService } from './app.ts'
import { StatusPublisher } from './credentials/status-publisher.ts'
import { DocumentStore } from './document-store.ts'
import type { PrivateKeyJwk } from './jose/jwk.ts'
import { createSigner } from './jose/signature.ts'
import { KeyFileError } from './key-file.ts'
import type { IssuerOptions } from './routes/credentials.ts'
import type { ContentStore } from './stores/content-store.ts'
import { DocumentSource } from './stores/document-source.ts'
import { IpfsStore } from './stores/ipfs-store.ts'
import { S3Store } from './stores/s3-store.ts'
import { createPublicFetch } from './web/public-fetch.ts'

const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 8084 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  RPC_URL: Type.String(),
  CHAIN_ID: Type.Integer(),
  DEPLOYMENT_FILE: Type.String({ description: "Ignition's deployed_addresses.json." }),
  FROM_BLOCK: Type.Integer({ default: 0, minimum: 0 }),
  DOCUMENTS_DIRECTORY: Type.Optional(Type.String()),
  DOCUMENTS_URL: Type.Optional(Type.String({ pattern: '^https?://', description: 'GET /v1/documents, for all.' })),
  UPLOADS_PER_MINUTE: Type.Integer({ default: 0, minimum: 0 }),
  MINIMUM_DEPOSIT_IOTX: Type.Integer({ default: 10, minimum: 0 }),
  WALLET_RPC_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
  EXPLORER_BASE: Type.Optional(Type.String({ pattern: '^https?://' })),
  GATEWAY_URLS: Type.Optional(Type.Array(Type.String({ pattern: '^(mqtts?|tcp|wss?|https?)://' }))),
  IPFS_RPC_URL: Type.Optional(Type.String()),
  S3_ENDPOINT: Type.Optional(Type.String()),
  S3_BUCKET: Type.Optional(Type.String()),
  S3_REGION: Type.String({ default: 'us-east-1' }),
  S3_ACCESS_KEY_ID: Type.Optional(Type.String()),
  S3_SECRET_ACCESS_KEY: Type.Optional(Type.String()),
  ISSUER_KEY_FILE: Type.Optional(Type.String({ description: 'A private JWK with kid.' })),
  ISSUER_TOKEN: Type.Optional(Type.String({ minLength: 32 })),
  STATUS_DIRECTORY: Type.String({ default: '.identity/status' }),
  STATUS_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
})

interface Stores {
  /** By the names that owners choose by. */
  named: Record<string, ContentStore>
  directory?: DocumentStore
}

function openStores(config: Static<typeof Config>): Stores {
  const stores: Stores = { named: {} }
  if (config.DOCUMENTS_DIRECTORY !== undefined) {
    stores.directory = new DocumentStore(config.DOCUMENTS_DIRECTORY, config.DOCUMENTS_URL)
    stores.named.service = stores.directory
  }
  if (config.S3_ENDPOINT && config.S3_BUCKET && config.S3_ACCESS_KEY_ID && config.S3_SECRET_ACCESS_KEY)
    stores.named.s3 = new S3Store({
      endpoint: config.S3_ENDPOINT,
      bucket: config.S3_BUCKET,
      region: config.S3_REGION,
      accessKeyId: config.S3_ACCESS_KEY_ID,
      secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    })
  if (config.IPFS_RPC_URL !== undefined) stores.named.ipfs = new IpfsStore({ url: config.IPFS_RPC_URL })
  return stores
}

const CHAIN_NAMES: Record<number, string> = { 4689: 'IoTeX', 4690: 'IoTeX Testnet', 31337: 'IoTeX 2.0 devnet' }

/** Returns what the portal needs, or undefined where the deployment has no projects to onboard into. */
function openOnboarding(config: Static<typeof Config>, deployment: Deployment, { named, directory }: Stores) {
  const contracts = {
    projectRegistry: deployment.find('projectRegistry'),
    ioIDRegistry: deployment.find('ioIDRegistry'),
    deviceNftImplementation: deployment.find('deviceNftImplementation'),
  }
  const { projectRegistry, ioIDRegistry, deviceNftImplementation } = contracts
  if (!projectRegistry || !ioIDRegistry || !deviceNftImplementation) return undefined
  const { service, ...others } = named
  return {
    chain: {
      id: config.CHAIN_ID,
      name: CHAIN_NAMES[config.CHAIN_ID] ?? `Chain ${config.CHAIN_ID}`,
      symbol: 'IOTX',
      rpcUrl: config.WALLET_RPC_URL ?? null,
      explorerUrl: config.EXPLORER_BASE ?? null,
    },
    contracts: { projectRegistry, ioIDRegistry, deviceNftImplementation },
    fromBlock: config.FROM_BLOCK,
    minimumDepositWei: parseEther(String(config.MINIMUM_DEPOSIT_IOTX)),
    gateways: config.GATEWAY_URLS ?? [],
    // Nobody else could read what lies at a file: address.
    stores: service && config.DOCUMENTS_URL !== undefined ? { service, ...others } : others,
    ...(directory ? { served: directory } : {}),
    uploadsPerMinute: config.UPLOADS_PER_MINUTE,
  }
}

async function openIssuer(config: Static<typeof Config>): Promise<IssuerOptions | undefined> {
  const { ISSUER_KEY_FILE: file, ISSUER_TOKEN: token, STATUS_URL: baseUrl, STATUS_DIRECTORY: directory } = config
  if (file === undefined || token === undefined || baseUrl === undefined) return undefined
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0)
    throw new KeyFileError('KEY_FILE_EXPOSED', `${file} holds a bare key that others can read: chmod 600 ${file}`)
  const { kid, ...jwk } = JSON.parse(await readFile(file, 'utf8')) as PrivateKeyJwk & { kid: string }
  const signer = createSigner(kid, jwk)
  return {
    signer,
    token,
    statuses: new StatusPublisher({ directory, baseUrl, signer, now: systemClock.now, randomBytes }),
  }
}

await main(async () => {
  const config = readConfig(Config, process.env)
  const provider = openProvider({ url: config.RPC_URL, chainId: BigInt(config.CHAIN_ID) })
  const deployment = await readDeployment(config.DEPLOYMENT_FILE)
  const fetchPublic = createPublicFetch()
  const issuer = await openIssuer(config)
  const stores = openStores(config)
  const onboarding = openOnboarding(config, deployment, stores)
  const { service, start } = await buildIdentityService({
    provider,
    chainId: BigInt(config.CHAIN_ID),
    registry: deployment.address('ioIDRegistry'),
    fromBlock: config.FROM_BLOCK,
    documents: new DocumentSource(Object.values(stores.named), fetchPublic),
    fetchPublic,
    now: systemClock.now,
    logLevel: config.LOG_LEVEL,
    ...(issuer ? { issuer } : {}),
    ...(onboarding ? { onboarding } : {}),
  })
  await start()
  await serve(service, { host: config.HOST, port: config.PORT }, async () => provider.destroy())
})
