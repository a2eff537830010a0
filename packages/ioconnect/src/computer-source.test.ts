import { createRequire } from 'node:module'
import { parseProfile } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { expect, test } from 'vitest'
import { payloadOf } from '../test/payloads.ts'
import { type Computer, ComputerSource, sumCounters } from './computer-source.ts'

const profile = parseProfile(createRequire(import.meta.url)('../profiles/computer.json'))

/** A processor that was busy and idle for so many milliseconds. */
const processor = (busy: number, idle: number) => ({
  times: { user: busy / 2, nice: 0, sys: busy / 4, irq: busy / 4, idle },
})

function computer(states: ReturnType<typeof processor>[][]): Computer {
  return {
    cpus: () => (states.length > 1 ? states.shift()! : states[0]!),
    totalMemoryBytes: () => 8 * 2 ** 30,
    freeMemoryBytes: () => 3 * 2 ** 30,
    uptimeSeconds: () => 12.5,
    networkCounters: async () => undefined,
  }
}

test('readings of this computer lie in the profile', async () => {
  const source = new ComputerSource(() => Date.now())
  for (let i = 0; i < 3; i++) {
    const sample = await source.measure()
    const { values } = parsePayload(profile, payloadOf(profile, sample), sample.time)
    expect(values[1]).toBeGreaterThan(0n)
    expect(values[2]).toBeGreaterThan(0n)
  }
})

test('load is the busy share since the reading before, over all processors', async () => {
  const source = new ComputerSource(
    () => 7,
    computer([
      [processor(100, 900), processor(0, 1000)],
      [processor(180, 920), processor(20, 1080)],
      [processor(180, 920), processor(20, 1080)],
      [processor(380, 920), processor(220, 1080)],
    ]),
  )
  expect(await source.measure()).toEqual({
    time: 7,
    values: { processorLoad: 50, memoryUsed: 5120, uptime: 12.5, networkReceived: 0, networkSent: 0 },
  })
  // Within a tick of the processors' clocks nothing has passed: the load before stands.
  expect((await source.measure()).values.processorLoad).toBe(50)
  expect((await source.measure()).values.processorLoad).toBe(100)
})

test('network counters are summed over interfaces, loopback left out', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  137752    1314    0    0    0     0          0         0   137752    1314    0    0    0     0       0          0
  eth0: 5000000000 14    0    0    0     0          0         0     7000      9    0    0    0     0       0          0
wlan0:24        1    0    0    0     0          0         0        8       1    0    0    0     0       0          0
`
  expect(sumCounters(text)).toEqual({ received: 5000000024, sent: 7008 })
  expect(sumCounters('')).toEqual({ received: 0, sent: 0 })
})
