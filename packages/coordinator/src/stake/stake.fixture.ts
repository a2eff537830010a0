/**
 * The index of restaked stake in a process of its own, with its API, that ends itself by SIGKILL at a named point. For
 * tests only.
 * @module
 */
import { readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { createService, main, serve } from '@iotex2/service/service'
import type { FaultPoint } from '../faults.ts'
import { stakeRoutes } from '../routes/stake.ts'
import { type CoordinatorDatabase, migrateCoordinator } from '../schema.ts'
import { openStake } from './stake.ts'

export interface StakeFixtureOptions {
  databaseUrl: string
  rpcUrl: string
  chainId: string
  deploymentFile: string
  /** Where to end, at the how-manieth time that it is reached. */
  killAt?: { point: FaultPoint; time: number }
}

await main(async () => {
  const options = JSON.parse(process.argv[2]!) as StakeFixtureOptions
  const chainId = BigInt(options.chainId)
  const store = openStore({ url: options.databaseUrl })
  await migrate(store)
  await migrateCoordinator(store.db)
  const provider = openProvider({ url: options.rpcUrl, chainId })
  const { app, log, metrics } = createService({ name: 'stake', logLevel: 'fatal' })
  let times = 0
  const stake = openStake({
    db: store.db as unknown as CoordinatorDatabase,
    provider,
    chainId,
    deployment: await readDeployment(options.deploymentFile),
    confirmations: 1,
    pollIntervalMs: 20,
    log,
    reached: (point) => {
      if (point === options.killAt?.point && ++times === options.killAt.time) process.kill(process.pid, 'SIGKILL')
    },
  })
  await app.register(stakeRoutes, { model: stake?.model })
  const stopping = new AbortController()
  const work = stake?.index(stopping.signal)
  await serve({ app, log, metrics }, { host: '127.0.0.1', port: 0 }, async () => {
    stopping.abort()
    await work
    await app.close()
    await store.close()
    provider.destroy()
  })
})
