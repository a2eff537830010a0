/**
 * What the onboarding portal runs on: a chain with the identity contracts, the identity service, simulated devices with
 * serial lines, and a server of the page as the coordinator serves it. All of it is real but the explorer's fixtures.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { CONTRACT_IDS } from '@iotex2/chain/deployment'
import { PAGE_HEADERS } from '@iotex2/coordinator/explorer-page'
import { onboardingRoutes } from '@iotex2/coordinator/routes/onboarding'
import { ROOT } from '@iotex2/devnet/chain'
import { freePort } from '@iotex2/devnet/ports'
import { DeviceKey } from '@iotex2/identity/key'
import { writeDevelopmentKey } from '@iotex2/identity/key-file'
import { CodedError, RequestError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { createService } from '@iotex2/service/service'
import { startIdentityChain } from '../../packages/cli/test/identity-chain.ts'
import type { ChainNode } from '../chain-node.ts'
import { buildFixtureNetwork } from './fixture-network.ts'

export const PRICE_WEI = 10n ** 18n

export interface OnboardNetwork {
  /** The page. */
  url: string
  identityUrl: string
  chain: ChainNode
  contracts: { ioIDRegistry: string; ioID: string; store: string; project: string }
  devices: { address: Hex; serialPort: number }[]
  /** Where the simulator keeps what each device was told. */
  dataDirectory: string
  /** From now on the page's server knows no identity service; or does again. */
  setOnboarding(on: boolean): void
  stop(): Promise<void>
}

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Serves `site`, a built explorer, with so many simulated devices. */
export async function startOnboardNetwork(site: string, deviceCount: number): Promise<OnboardNetwork> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of stops.reverse().splice(0)) await end()
  }
  try {
    const directory = await mkdtemp(join(tmpdir(), 'iotex2-onboard-'))
    stops.push(() => rm(directory, { recursive: true }))
    const deployment = join(directory, 'deployed_addresses.json')
    const chain = await startIdentityChain(deployment, PRICE_WEI)
    stops.push(() => chain.stop())
    const book = JSON.parse(await readFile(deployment, 'utf8')) as Record<string, string>

    const pagePort = await freePort()
    const url = `http://127.0.0.1:${pagePort}`
    const identity = await start('packages/identity/src/server.ts', [], {
      PORT: '0',
      LOG_LEVEL: 'silent',
      RPC_URL: chain.url,
      CHAIN_ID: String(chain.chainId),
      DEPLOYMENT_FILE: deployment,
      DOCUMENTS_DIRECTORY: join(directory, 'documents'),
      DOCUMENTS_URL: `${url}/v1/documents`,
      UPLOADS_PER_MINUTE: '60',
      WALLET_RPC_URL: chain.url,
      GATEWAY_URLS: 'http://127.0.0.1:1',
      STATUS_DIRECTORY: join(directory, 'status'),
    })
    stops.push(identity.stop)
    const identityUrl = String(identity.message.url)

    const devices = await startDevices(directory, deviceCount)
    stops.push(devices.stop)
    const page = await servePage(site, pagePort, identityUrl)
    stops.push(page.stop)
    return {
      url,
      identityUrl,
      chain,
      contracts: {
        ioIDRegistry: book[CONTRACT_IDS.ioIDRegistry]!,
        ioID: book[CONTRACT_IDS.ioID]!,
        store: book[CONTRACT_IDS.ioIDStore]!,
        project: book[CONTRACT_IDS.project]!,
      },
      devices: devices.devices,
      dataDirectory: join(directory, 'data'),
      setOnboarding: page.setOnboarding,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Started {
  message: Record<string, unknown>
  stop(): Promise<void>
}

/** Starts a program of the project's, and resolves once it tells that it runs. */
async function start(script: string, args: string[], env: Record<string, string>): Promise<Started> {
  const child: ChildProcess = fork(join(ROOT, script), args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let errors = ''
  child.stderr!.on('data', (part: Buffer) => {
    errors += part
  })
  const exited = once(child, 'exit')
  const [message] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new CodedError('PROGRAM_ENDED', `${script} ended with ${code}: ${errors}`))),
  ])) as [Record<string, unknown>]
  return {
    message,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function startDevices(directory: string, count: number) {
  // Every other device has a key for circuits too.
  const devices = Array.from({ length: count }, (_, i) => ({
    keyFile: `${i}.key`,
    ...(i % 2 === 0 && { circuitChainId: '31337' }),
  }))
  // Keys far from the accounts of the chain's own development mnemonic.
  for (const [i, { keyFile }] of devices.entries())
    await writeDevelopmentKey(join(directory, keyFile), new DeviceKey(new Uint8Array(32).fill(0x40 + i)))
  const profile = join(ROOT, 'packages/ioconnect/profiles/computer.json')
  const config = join(directory, 'simulator.json')
  await writeFile(config, JSON.stringify({ profile, dataDirectory: 'data', devices }))
  const { message, stop } = await start('packages/ioconnect/src/server.ts', ['--config', config, '--serial', '0'], {})
  const { devices: addresses, serialPorts } = message as { devices: Hex[]; serialPorts: number[] }
  return { devices: addresses.map((address, i) => ({ address, serialPort: serialPorts[i]! })), stop }
}

async function servePage(site: string, port: number, identityUrl: string) {
  const network = buildFixtureNetwork()
  let on = true
  const { app } = createService({
    name: 'onboard-page',
    logLevel: 'silent',
    // The browser keeps its connections open, and its event stream.
    fastify: { forceCloseConnections: true },
  })
  app.addHook('onRequest', async (request) => {
    if (!on && request.url === '/v1/onboarding') throw new RequestError(404, 'ONBOARDING_OFF', 'Not here.')
  })
  await app.register(onboardingRoutes, { identityUrl })
  app.get('/v1/stats', async () => ({ ...network.stats, explorerBase: null }))
  app.get('/v1/fleet', async () => network.fleet)
  app.get('/v1/devices', async () => ({ devices: network.devices }))
  app.get('/v1/tasks', async () => network.page(undefined))
  app.get('/v1/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
  })
  app.get('/*', async (request, reply) => {
    const path = normalize(new URL(request.url, 'http://page').pathname)
    const file = join(site, path === '/' ? 'index.html' : path)
    const content = await readFile(file).catch(() => {
      throw new RequestError(404, 'ROUTE_UNKNOWN', 'No such file.')
    })
    return reply
      .headers({
        ...PAGE_HEADERS,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
      })
      .type(CONTENT_TYPES[extname(file)] ?? 'application/octet-stream')
      .send(content)
  })
  await app.listen({ host: '127.0.0.1', port })
  return {
    setOnboarding: (value: boolean) => {
      on = value
    },
    stop: () => app.close(),
  }
}
