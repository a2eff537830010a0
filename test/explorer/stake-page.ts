/**
 * What the stake view runs on: a chain with the contracts, the coordinator's index of them on PostgreSQL with its API, and a
 * server of the page as the coordinator serves it. All of it is real but the explorer's other fixtures.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { explorerPage } from '@iotex2/coordinator/explorer-page'
import { stakeRoutes } from '@iotex2/coordinator/routes/stake'
import { type CoordinatorDatabase, migrateCoordinator } from '@iotex2/coordinator/schema'
import { openStake } from '@iotex2/coordinator/stake'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { createDatabase, startPostgres } from '@iotex2/devnet/postgres'
import { RequestError } from '@iotex2/protocol/errors'
import { createService } from '@iotex2/service/service'
import { type StakeNetwork, startStakeNetwork } from '../stake-network.ts'
import { buildFixtureNetwork } from './fixture-network.ts'

export interface StakePage {
  url: string
  network: StakeNetwork
  /** From now on the API of stake answers so; or works again. */
  setRefusal(refusal: RequestError | undefined): void
  stop(): Promise<void>
}

/** Serves `site`, a built explorer. */
export async function startStakePage(site: string): Promise<StakePage> {
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of stops.reverse().splice(0)) await end()
  }
  try {
    const directory = await mkdtemp(join(tmpdir(), 'iotex2-stake-page-'))
    stops.push(() => rm(directory, { recursive: true, force: true }))
    const [postgres, network] = await Promise.all([startPostgres({ directory, temporary: true }), startStakeNetwork()])
    stops.push(
      () => postgres.stop(),
      async () => network[Symbol.asyncDispose](),
    )
    const store = openStore({ url: await createDatabase(postgres.url, `stake_${randomBytes(4).toString('hex')}`) })
    stops.push(async () => store.close())
    await migrate(store)
    await migrateCoordinator(store.db)

    const { app, log } = createService({
      name: 'stake-page',
      logLevel: 'silent',
      // The browser keeps its connections open.
      fastify: { forceCloseConnections: true },
    })
    const { provider, deployment, chain } = network
    const stake = openStake({
      ...{ provider, deployment, log, chainId: chain.chainId, confirmations: 1, pollIntervalMs: 50 },
      db: store.db as unknown as CoordinatorDatabase,
      reached: () => {},
    })!
    let refusal: RequestError | undefined
    app.addHook('onRequest', async ({ url }) => {
      if (refusal && url.startsWith('/v1/stake')) throw refusal
    })
    await app.register(stakeRoutes, { model: stake.model })
    const fixtures = buildFixtureNetwork()
    app.get('/v1/stats', async () => ({ ...fixtures.stats, explorerBase: null }))
    app.get('/v1/fleet', async () => fixtures.fleet)
    app.get('/v1/devices', async () => ({ devices: fixtures.devices }))
    app.get('/v1/tasks', async () => fixtures.page(undefined))
    app.get('/v1/onboarding', async () => {
      throw new RequestError(404, 'ONBOARDING_OFF', 'Not here.')
    })
    app.get('/v1/events', (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
    })
    await app.register(explorerPage, { directory: site })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const stopping = new AbortController()
    const work = stake.index(stopping.signal)
    stops.push(async () => {
      stopping.abort()
      await work
      await app.close()
    })
    return {
      url,
      network,
      setRefusal: (value) => {
        refusal = value
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
