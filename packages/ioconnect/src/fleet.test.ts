/** A thousand devices in this process, each with its own instance of the core. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../test/deadline.ts'
import { Ledger, startMqttGateway } from '../test/gateway.ts'
import { seededBytes } from '../test/random.ts'
import { systemClock } from './clock.ts'
import { startSimulator } from './simulator.ts'

const DEVICES = 1_000

test(`${DEVICES} devices are kept apart, and each is heard`, async () => {
  const root = await mkdtemp(join(tmpdir(), 'iotex2-fleet-'))
  const ledger = new Ledger()
  await using gateway = await startMqttGateway(ledger)
  const simulator = await startSimulator({
    config: {
      projectId: '1',
      profile: join(import.meta.dirname, '../examples/weather.profile.json'),
      dataDirectory: 'data',
      fleet: { count: DEVICES, seed: 'fleet' },
      synthetic: { seed: 1 },
      intervalMs: 60_000,
      transport: 'mqtt',
      gateways: [gateway.url],
    },
    directory: root,
    // Their first readings are spread over a minute of their time, which is three seconds of ours.
    clock: {
      now: () => Date.now() + 20 * Math.floor(performance.now()),
      sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
    },
    randomBytes: seededBytes(1),
  })
  try {
    expect(new Set(simulator.addresses).size).toBe(DEVICES)
    const heard = () => new Set([...ledger.kept.keys()].map((key) => key.split(' ')[0]))
    await until('every device is heard', () => heard().size === DEVICES, 60_000)
    expect(heard()).toEqual(new Set(simulator.addresses))
    // One page of WebAssembly each: what is the device's is no more.
    expect(new Set(simulator.devices.map(({ memoryBytes }) => memoryBytes))).toEqual(new Set([65_536]))
  } finally {
    await simulator.stop()
    await rm(root, { recursive: true })
  }
}, 120_000)
