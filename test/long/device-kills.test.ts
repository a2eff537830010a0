/**
 * kill -9 of the gateway with its broker, and of devices, at random moments for five minutes. SEED=… repeats a run.
 * @module
 */
import { expect, test } from 'vitest'
import { skipLinux } from '../../packages/ioconnect/c/test/firmware.ts'
import { BACKOFF_CAP_MS, killAtRandom } from '../device-kills.ts'

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31)
const MINUTES = 5

test.skipIf(skipLinux('kills of gateway and devices'))(
  `${MINUTES} minutes of kills lose and double nothing (seed ${SEED})`,
  async () => {
    process.stdout.write(`seed ${SEED}\n`)
    const result = await killAtRandom({ seed: SEED, kills: 0, milliseconds: MINUTES * 60_000 })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    expect(result).toMatchObject({ lost: 0, duplicated: 0 })
    expect(result.gatewayKills).toBeGreaterThan(10)
    expect(result.longestReconnectMs).toBeLessThan(2 * BACKOFF_CAP_MS)
  },
)
