/**
 * Runs the identity service, configured by the environment (.env.example).
 * @module
 */
import { randomBytes } from 'node:crypto'
import { systemClock } from '@iotex2/chain/clock'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { TransactionSender } from '@iotex2/chain/sender'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { readConfig } from '@iotex2/service/config'
import { main, serve } from '@iotex2/service/service'
import { parseEther } from 'ethers'
import { type Static, Type } from 'typebox'
import { buildIdentityService } from './app.ts'
import { Granter } from './credentials/granter.ts'
import { ChainLedger } from './credentials/ledger.ts'
import { ListAnchorer } from './credentials/list-anchorer.ts'
import { StatusPublisher } from './credentials/status-publisher.ts'
import { formatDid } from './did.ts'
import { DocumentStore } from './document-store.ts'
import { readKeyFile, readPasswordFile, readSecretKey } from './key-file.ts'
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
  ISSUER_KEYSTORE: Type.Optional(Type.String({ description: 'Web3 secret storage file.' })),
  ISSUER_KEYSTORE_PASSWORD_FILE: Type.Optional(Type.String()),
  ISSUER_KEY_ID: Type.Optional(Type.String({ pattern: '^did:[a-z0-9]+:.+#.+$' })),
  ISSUER_ACCOUNT_KEYSTORE: Type.Optional(Type.String({ description: 'Web3 secret storage file.' })),
  ISSUER_ACCOUNT_KEYSTORE_PASSWORD_FILE: Type.Optional(Type.String()),
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

/** How long a holder may bring a grant to the chain. */
const GRANT_SECONDS = 30 * 86_400

interface ChainOptions {
  provider: ReturnType<typeof openProvider>
  chainId: bigint
  ledger: ChainLedger
}

async function openIssuer(
  config: Static<typeof Config>,
  chain: ChainOptions,
): Promise<{ issuer: IssuerOptions; close: () => void } | undefined> {
  const { ISSUER_KEYSTORE: keystore, ISSUER_KEYSTORE_PASSWORD_FILE: passwordFile } = config
  const { ISSUER_TOKEN: token, STATUS_URL: baseUrl, STATUS_DIRECTORY: directory } = config
  if (keystore === undefined || token === undefined || baseUrl === undefined) return undefined
  const key = await readSecretKey(keystore, passwordOf(passwordFile))
  const signer = key.signer(config.ISSUER_KEY_ID ?? `${formatDid(key.address)}#key-1`)
  const account = await openAccount(config, chain)
  const { now } = systemClock
  const statuses = new StatusPublisher({
    ...{ directory, baseUrl, signer, now, randomBytes },
    ...(account ? { anchorer: account.anchorer } : {}),
  })
  return {
    issuer: { signer, token, statuses, ...(account ? { granter: account.granter } : {}) },
    close: () => account?.sender.close(),
  }
}

/** What the issuer does on chain, where it has an account there. */
async function openAccount(config: Static<typeof Config>, { provider, chainId, ledger }: ChainOptions) {
  const { ISSUER_ACCOUNT_KEYSTORE: keystore, ISSUER_ACCOUNT_KEYSTORE_PASSWORD_FILE: passwordFile } = config
  if (keystore === undefined) return undefined
  const key = await readKeyFile(keystore, passwordOf(passwordFile))
  const sender = new TransactionSender({ provider, privateKey: toHex(key.exportSecret()) })
  const registry = (await ledger.registry.getAddress()).toLowerCase() as Hex
  return {
    sender,
    anchorer: new ListAnchorer({ ledger, account: key.address, send: (step, call) => sender.send(step, call) }),
    granter: new Granter({ ledger, key, now: systemClock.now, chainId, registry, lifetimeSeconds: GRANT_SECONDS }),
  }
}

const passwordOf = (file: string | undefined) => (file === undefined ? undefined : () => readPasswordFile(file))

await main(async () => {
  const config = readConfig(Config, process.env)
  const chainId = BigInt(config.CHAIN_ID)
  const provider = openProvider({ url: config.RPC_URL, chainId })
  const deployment = await readDeployment(config.DEPLOYMENT_FILE)
  const ledger = new ChainLedger(deployment.address('credentialRegistry'), provider)
  const fetchPublic = createPublicFetch()
  const opened = await openIssuer(config, { provider, chainId, ledger })
  const stores = openStores(config)
  const onboarding = openOnboarding(config, deployment, stores)
  const { service, start } = await buildIdentityService({
    provider,
    chainId,
    registry: deployment.address('ioIDRegistry'),
    fromBlock: config.FROM_BLOCK,
    documents: new DocumentSource(Object.values(stores.named), fetchPublic),
    fetchPublic,
    ledger,
    now: systemClock.now,
    logLevel: config.LOG_LEVEL,
    ...(opened ? { issuer: opened.issuer } : {}),
    ...(onboarding ? { onboarding } : {}),
  })
  await start()
  await serve(service, { host: config.HOST, port: config.PORT }, async () => {
    opened?.close()
    provider.destroy()
  })
})
