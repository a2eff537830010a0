/** A thousand devices in this process, each with its own instance of the core. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from '@iotex2/protocol/hex'
import { type Acknowledgement, parseTaskRequest } from '@iotex2/protocol/wire'
import { expect, test } from 'vitest'
import { until } from '../test/deadline.ts'
import { Ledger, startMqttGateway } from '../test/gateway.ts'
import { seededBytes } from '../test/random.ts'
import { recoveryIdOf } from '../test/signature.ts'
import { systemClock } from './clock.ts'
import { startSimulator } from './simulator.ts'

const DEVICES = 1_000
/** Of the messages, these many signatures are checked: the gateway's work is not what is tried here. */
const CHECKED = 50

/** Keeps everything, and the first message of each device. */
class CredulousLedger extends Ledger {
  readonly first = new Map<Hex, string>()

  override accept(device: Hex, body: string): Acknowledgement {
    if (!this.first.has(device)) this.first.set(device, body)
    return { nonce: String(parseTaskRequest(body).nonce), status: 200, taskID: `0x${'11'.repeat(32)}` }
  }
}

test(`${DEVICES} devices are kept apart, and each is heard`, async () => {
  const root = await mkdtemp(join(tmpdir(), 'iotex2-fleet-'))
  const ledger = new CredulousLedger()
  await using gateway = await startMqttGateway(ledger)
  const simulator = await startSimulator({
    config: {
      projectId: '1',
      profile: join(import.meta.dirname, '../examples/weather.profile.json'),
      dataDirectory: 'data',
      fleet: { count: DEVICES, seed: 'fleet' },
      synthetic: { seed: 1 },
      intervalMs: 8_000,
      transport: 'mqtt',
      gateways: [gateway.url],
    },
    directory: root,
    clock: systemClock,
    randomBytes: seededBytes(1),
  })
  try {
    expect(new Set(simulator.addresses).size).toBe(DEVICES)
    await until('every device is heard', () => ledger.first.size === DEVICES, 60_000)
    expect(new Set(ledger.first.keys())).toEqual(new Set(simulator.addresses))
    for (const [device, body] of [...ledger.first].slice(0, CHECKED))
      expect(recoveryIdOf(parseTaskRequest(body), device)).toBeDefined()
    // One page of WebAssembly each: what is the device's is no more.
    expect(new Set(simulator.devices.map(({ memoryBytes }) => memoryBytes))).toEqual(new Set([65_536]))
  } finally {
    await simulator.stop()
    await rm(root, { recursive: true })
  }
}, 120_000)
