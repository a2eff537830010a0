/**
 * Two gateways behind one outside broker: a real mosquitto, shared subscriptions, access control as the operator's guide
 * has it. Each message goes to one of them.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openStore, type Store } from '@iotex2/data-availability/store'
import { freePort } from '@iotex2/devnet/ports'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestDatabase } from '../../../test/database.ts'
import { createGateway } from './app.ts'
import { CHAIN, ListedDevices, NOW_MS, PROJECT, profile, TestDevice } from './device.fixture.ts'

const MOSQUITTO = '/usr/sbin/mosquitto'
const missing = existsSync(MOSQUITTO) ? '' : ` (skipped: no ${MOSQUITTO}; apt-get install -y mosquitto brings it)`

const directory = mkdtempSync(join(tmpdir(), 'iotex2-broker-'))
const registry = new ListedDevices()
const device = new TestDevice(1)
registry.add(device)
let broker: ChildProcess
let port: number
let store: Store
let database: Awaited<ReturnType<typeof createTestDatabase>>
const gateways: Awaited<ReturnType<typeof createGateway>>[] = []

/** Only gateways, by their user, read requests and write acknowledgements (docs/operator.md). */
const ACCESS = `
user gateway
topic read iotex/v1/+/+/task
topic write iotex/v1/+/+/ack

user device
topic write iotex/v1/+/+/task
topic read iotex/v1/+/+/ack
`

async function startMosquitto(): Promise<void> {
  port = await freePort()
  writeFileSync(join(directory, 'access'), ACCESS, { mode: 0o644 })
  writeFileSync(
    join(directory, 'conf'),
    `listener ${port} 127.0.0.1\nallow_anonymous true\nacl_file ${join(directory, 'access')}\nuser root\n`,
  )
  broker = spawn(MOSQUITTO, ['-c', join(directory, 'conf')], { stdio: 'ignore' })
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connectSocket(port, '127.0.0.1', () => resolve(socket.end() !== undefined))
      socket.once('error', () => resolve(false))
    })
  await vi.waitUntil(answers, { timeout: 10_000 })
}

beforeAll(async () => {
  if (missing) return process.stderr.write(`outside broker${missing}\n`)
  await startMosquitto()
  database = await createTestDatabase()
  store = openStore({ url: database.url })
  await migrate(store)
  for (let i = 0; i < 2; i++)
    gateways.push(
      await createGateway({
        store,
        registry,
        chainId: CHAIN,
        projects: new Map([[PROJECT, { profile }]]),
        mqtt: { url: `mqtt://gateway@127.0.0.1:${port}` },
        threads: 1,
        clock: () => NOW_MS,
        logLevel: 'silent',
      }),
    )
})

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop()
  await store?.close()
  await database?.[Symbol.asyncDispose]()
  if (broker && broker.exitCode === null) {
    broker.kill('SIGTERM')
    await once(broker, 'exit')
  }
  rmSync(directory, { recursive: true, force: true })
})

test.skipIf(missing)('two gateways share an outside broker: each message is kept once and acknowledged', async () => {
  const client = await connectAsync(`mqtt://device@127.0.0.1:${port}`, { reconnectPeriod: 0 }, false)
  const acknowledged = new Map<string, Acknowledgement>()
  client.on('message', (_topic, payload) => {
    const reply = JSON.parse(payload.toString()) as Acknowledgement
    acknowledged.set(reply.nonce, reply)
  })
  await client.subscribeAsync(acknowledgementTopic(PROJECT, device.address))
  const nonces = Array.from({ length: 40 }, (_, i) => String(i + 1))
  for (const nonce of nonces)
    await client.publishAsync(taskTopic(PROJECT, device.address), device.request(BigInt(nonce)), { qos: 1 })
  await expect.poll(() => acknowledged.size, { timeout: 15_000 }).toBe(nonces.length)
  for (const reply of acknowledged.values()) expect(reply).toMatchObject({ status: 200, taskID: expect.any(String) })

  const { rows } = await store.pool.query('SELECT count(*)::int AS kept FROM messages')
  expect(rows).toEqual([{ kept: nonces.length }])
  await client.endAsync()
})
