/** Firmware that is generated from a profile, against the gateway that has the same profile: nothing between is made up. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { parseProfile } from '@iotex2/protocol/profile'
import { afterAll, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../../test/database.ts'
import { buildFirmware, Firmware, skipLinux } from '../../ioconnect/c/test/firmware.ts'
import { until } from '../../ioconnect/test/deadline.ts'
import { createGateway } from './app.ts'
import type { DeviceRegistry } from './registry.ts'

const skip = skipLinux('generated firmware against the gateway')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-generated-'))
const database = await createTestDatabase()
const store = openStore({ url: database.url })
await migrate(store)
/** Whatever device, of projects 7 and 8: devices make their keys themselves. */
const registry: DeviceRegistry = { has: () => true, refresh: async () => {}, ready: async () => {} }

const profileFor = (transport: 'mqtt' | 'http', url: string, unit = 'Cel') =>
  parseProfile({
    name: 'greenhouse',
    version: 1,
    maximumRatePerMinute: 6000,
    fields: [
      { name: 'temperature', unit, minimum: -40, maximum: 85, scale: 100, sampling: { count: 4, take: 'mean' } },
      { name: 'soil', unit: '%', minimum: 0, maximum: 100, scale: 3 },
      { name: 'pumpStarts', unit: '1', type: 'integer', minimum: 0, maximum: 1_000_000, scale: 1 },
    ],
    device: {
      model: 'Greenhouse',
      firmware: '1.0.0',
      projects: ['7', '8'],
      intervalMs: 50,
      batching: { readings: 3 },
      transport,
      gateways: [url],
      signedKeys: ['pumpStarts', 'time'],
      security: 'development',
    },
  })
const plain = profileFor('http', 'http://127.0.0.1:1')
const gateway = await createGateway({
  store,
  registry,
  chainId: 31337n,
  projects: new Map([
    [7n, { profile: plain }],
    [8n, { profile: plain }],
  ]),
  mqtt: { host: '127.0.0.1', port: 0 },
  threads: 1,
  clock: () => Date.now(),
  logLevel: 'silent',
})
const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 })

afterAll(async () => {
  await gateway.app.close()
  await gateway.stop()
  await store.close()
  await database[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

const kept = () => store.db.selectFrom('messages').select(['nonce', 'project_id']).execute()

describe.skipIf(skip)('generated firmware and the gateway', { timeout: 120_000 }, () => {
  test.each(['http', 'mqtt'] as const)(
    '%s: readings of two projects are kept, with signed keys and in batches',
    async (transport) => {
      await store.db.deleteFrom('messages').execute()
      const at = transport === 'http' ? url : gateway.mqttUrl
      const program = await buildFirmware(join(directory, 'project'), profileFor(transport, at))
      const firmware = new Firmware(program, [join(directory, transport)])
      await until('readings are acknowledged', () => firmware.nonces('acknowledged').length >= 18)
      await firmware.kill()
      const messages = await kept()
      const acknowledged = firmware.nonces('acknowledged')
      const nonces = messages.map(({ nonce }) => BigInt(nonce))
      for (const nonce of acknowledged) expect(nonces).toContain(nonce)
      expect(new Set(messages.map(({ project_id }) => BigInt(project_id)))).toEqual(new Set([7n, 8n]))
      expect(firmware.nonces('refused')).toEqual([])
      // Three readings of two projects each go out together.
      const names = firmware.events.map(({ event }) => event)
      expect(names.slice(0, names.indexOf('sending')).filter((event) => event === 'queued').length).toBe(6)
    },
  )

  test('a device by another profile is told so', async () => {
    const program = await buildFirmware(join(directory, 'project'), profileFor('http', url, 'K'))
    const firmware = new Firmware(program, [join(directory, 'other')])
    await until('a reading is refused', () => firmware.nonces('refused').length > 0)
    await firmware.kill()
    expect(firmware.events.find(({ event }) => event === 'refused')).toMatchObject({
      status: 422,
      code: 'MANIFEST_UNKNOWN',
    })
  })
})
