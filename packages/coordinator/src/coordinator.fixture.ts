/**
 * A coordinator in a process of its own that ends itself by SIGKILL at a named point. For tests only.
 * @module
 */
import { readDeployment } from '@iotex2/chain/deployment'
import { main, serve } from '@iotex2/service/service'
import { buildCoordinator, type CoordinatorOptions } from './app.ts'
import type { FaultPoint } from './faults.ts'

export interface FixtureOptions extends Omit<CoordinatorOptions, 'chainId' | 'deployment' | 'reached' | 'clock'> {
  chainId: string
  deploymentFile: string
  /** Where to end, or nowhere. */
  killAt?: FaultPoint
}

await main(async () => {
  const { chainId, deploymentFile, killAt, ...options } = JSON.parse(process.argv[2]!) as FixtureOptions
  const coordinator = await buildCoordinator({
    ...options,
    chainId: BigInt(chainId),
    deployment: await readDeployment(deploymentFile),
    reached: (point) => {
      if (point === killAt) process.kill(process.pid, 'SIGKILL')
    },
  })
  await coordinator.start()
  await serve(coordinator.service, { host: '127.0.0.1', port: 0 }, coordinator.stop)
})
