/**
 * A local chain that began the day before: what joins restaked stake at its start counts once its clock is the host's.
 */
import { systemClock } from '@iotex2/chain/clock'
import { expect, test } from 'vitest'
import { startChain } from '../../../test/chain-node.ts'
import { catchUp, yesterday } from './chain.ts'

const DAY_MS = 86_400_000

test.each([
  ['at midnight', '2027-03-01T00:00:00.000Z', '2027-02-28T12:00:00.000Z'],
  ['a moment before', '2027-03-01T23:59:59.999Z', '2027-02-28T12:00:00.000Z'],
  ['in a leap year', '2028-03-01T08:00:00.000Z', '2028-02-29T12:00:00.000Z'],
])('%s, yesterday is the epoch before', (_, now, expected) => {
  expect(yesterday(Date.parse(now)).toISOString()).toBe(expected)
})

test('a chain goes from yesterday to the present, and on with the host', async () => {
  const began = systemClock.now()
  const start = yesterday(began)
  await using chain = await startChain({ start })
  const latest = async (): Promise<number> => {
    const { timestamp } = await chain.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false])
    return Number(timestamp) * 1000
  }
  await chain.rpc('evm_mine')
  const first = await latest()
  expect(first).toBeGreaterThanOrEqual(start.getTime())
  expect(first).toBeLessThan(Math.floor(began / DAY_MS) * DAY_MS)

  const now = systemClock.now()
  await catchUp(chain.url, now)
  expect(await latest()).toBe(Math.floor(now / 1000) * 1000)
  await chain.rpc('evm_mine')
  const lag = systemClock.now() - (await latest())
  expect(lag).toBeGreaterThan(-1_000)
  expect(lag).toBeLessThan(10_000)
})
