/**
 * Kills services at random moments for a long time. SEED=… repeats a run; the seed is printed.
 * @module
 */
import { startDevices } from '@iotex2/devnet/devices'
import { rewardSupply } from '@iotex2/devnet/ledger'
import { readLedger, until } from '@iotex2/devnet/observe'
import { expect, test } from 'vitest'
import { startNetwork } from '../e2e/network.ts'
import { seededRandom } from '../e2e/random.ts'

const KILLS = Number(process.env.KILLS ?? 60)

test(`${KILLS} kills at random moments lose and double nothing`, async () => {
  const random = seededRandom(process.env.SEED ?? String(Date.now()))
  const devnet = await startNetwork()
  try {
    await startDevices(devnet, { intervalMs: 1_000 })
    for (let i = 0; i < KILLS; i++) {
      const name = devnet.serviceNames[random.integer(devnet.serviceNames.length)]!
      await new Promise((resolve) => setTimeout(resolve, random.integer(5_000)))
      const victim = devnet.process(name)
      victim.kill('SIGKILL')
      await victim.exited
      await devnet.restart(name)
    }
    await devnet.process('devices').stop()
    const ledger = await until('settlement of every acknowledged reading', 900_000, async () => {
      const found = await readLedger(devnet)
      return found.lost === 0 ? found : undefined
    })
    expect(ledger.duplicated).toBe(0)
    expect(await rewardSupply(devnet.provider, devnet.deployment)).toBe(ledger.rewardsWei)
  } finally {
    await devnet.stop()
  }
})
