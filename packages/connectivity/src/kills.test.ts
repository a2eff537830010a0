/** kill -9 of gateway and devices, a few times; test/long goes on for five minutes. */
import { expect, test } from 'vitest'
import { BACKOFF_CAP_MS, killAtRandom } from '../../../test/device-kills.ts'
import { skipLinux } from '../../ioconnect/c/test/firmware.ts'

const SEED = 20_261_125
const skip = skipLinux('kills of gateway and devices')

test.skipIf(skip)(`six kills lose and double nothing (seed ${SEED})`, { timeout: 300_000 }, async () => {
  const result = await killAtRandom({ seed: SEED, kills: 6, milliseconds: 0 })
  expect(result).toMatchObject({ gatewayKills: 3, deviceKills: 3, lost: 0, duplicated: 0 })
  expect(result.queued).toBeGreaterThan(20)
  expect(result.longestReconnectMs).toBeLessThan(2 * BACKOFF_CAP_MS)
})
