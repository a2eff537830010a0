/** Receipts: what a gateway says is signed, and a device believes no other, over HTTP and MQTT. */
import { verify } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { importPublicKey } from '@iotex2/identity/jose/jwk'
import { DeviceKey } from '@iotex2/identity/key'
import { decodeMultikey } from '@iotex2/identity/multikey'
import { SecretKey } from '@iotex2/identity/secret-key'
import { receiptText } from '@iotex2/protocol/receipt'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import { connectAsync } from 'mqtt'
import { afterAll, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../../test/database.ts'
import { systemClock } from '../../ioconnect/src/clock.ts'
import { Device } from '../../ioconnect/src/device.ts'
import { readDeviceLog } from '../../ioconnect/src/device-log.ts'
import { until } from '../../ioconnect/test/deadline.ts'
import { Ledger, startHttpGateway, startMqttGateway } from '../../ioconnect/test/gateway.ts'
import { seededBytes } from '../../ioconnect/test/random.ts'
import { createGateway } from './app.ts'
import { CHAIN, ListedDevices, NOW_MS, PROJECT, profile, TestDevice } from './device.fixture.ts'
import { ReceiptSigner } from './receipts.ts'

const cleanups: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})
const root = await mkdtemp(join(tmpdir(), 'iotex2-receipts-'))
cleanups.push(() => rm(root, { recursive: true }))

const keyOf = (byte: number) => new SecretKey('P-256', new Uint8Array(32).fill(byte))
const didOf = (key: SecretKey) => `did:key:${key.multikey}`
const registry = new ListedDevices()
const device = new TestDevice(1)
registry.add(device)

const database = await createTestDatabase()
const store = openStore({ url: database.url })
await migrate(store)
// The run's PostgreSQL goes with all its databases.
cleanups.push(() => store.close())

async function startGateway(receiptKey?: SecretKey, { httpPort = 0, mqttPort = 0, clock = (): number => NOW_MS } = {}) {
  const gateway = await createGateway({
    store,
    registry,
    chainId: CHAIN,
    projects: new Map([[PROJECT, { profile }]]),
    mqtt: { host: '127.0.0.1', port: mqttPort },
    ...(receiptKey && { receiptKey }),
    threads: 1,
    clock,
    logLevel: 'silent',
  })
  const http = await gateway.app.listen({ host: '127.0.0.1', port: httpPort })
  let stopped: Promise<void> | undefined
  const stop = () => {
    // A request that a device gave up may leave its connection open for as long as it is kept alive.
    gateway.app.server.closeAllConnections()
    stopped ??= gateway.app.close().then(() => gateway.stop())
    return stopped
  }
  cleanups.push(stop)
  return { url: { http, mqtt: gateway.mqttUrl }, stop }
}

const isOf = (key: SecretKey, subject: Parameters<typeof receiptText>[0], receipt: unknown): boolean => {
  const publicKey = importPublicKey(decodeMultikey(key.multikey))
  const signature = Buffer.from(String(receipt).slice(2), 'hex')
  return verify('sha256', Buffer.from(receiptText(subject)), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
}

describe('a gateway with a key', async () => {
  const key = keyOf(1)
  const gateway = await startGateway(key)
  const post = async (body: string, headers: Record<string, string> = { 'x-device': device.address }) => {
    const reply = await fetch(`${gateway.url.http}/v1/task`, { method: 'POST', body, headers })
    return { status: reply.status, body: (await reply.json()) as Record<string, string> }
  }

  test('tells its DID', async () => {
    expect(await (await fetch(`${gateway.url.http}/v1/gateway`)).json()).toEqual({ did: didOf(key) })
  })

  test('signs what it keeps, a duplicate too, and what it refuses', async () => {
    for (let i = 0; i < 2; i++) {
      const { status, body } = await post(device.request(5))
      const subject = { device: device.address, nonce: 5n, status, outcome: body.taskID! }
      expect(status).toBe(200)
      expect(isOf(key, subject, body.receipt)).toBe(true)
      expect(isOf(key, { ...subject, nonce: 6n }, body.receipt)).toBe(false)
    }
    const { status, body } = await post(device.request(6, { payload: { time: NOW_MS, humidity: 1 } }))
    expect([status, body.code]).toEqual([422, 'READING_INVALID'])
    expect(isOf(key, { device: device.address, nonce: 6n, status, outcome: body.code! }, body.receipt)).toBe(true)
  })

  test('signs nothing for whoever does not say its device or nonce', async () => {
    expect((await post(device.request(7), {})).body).toEqual({ taskID: expect.any(String) })
    expect((await post('{}')).body).toEqual({ code: 'REQUEST_MALFORMED', message: expect.any(String) })
  })

  test('signs acknowledgements over MQTT', async () => {
    const client = await connectAsync(gateway.url.mqtt, { reconnectPeriod: 0 }, false)
    const heard: Acknowledgement[] = []
    client.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()) as Acknowledgement))
    await client.subscribeAsync(acknowledgementTopic(PROJECT, device.address))
    await client.publishAsync(taskTopic(PROJECT, device.address), device.request(8), { qos: 1 })
    await until('it is acknowledged', () => heard.length > 0)
    await client.endAsync()
    const { nonce, status, taskID, receipt } = heard[0]!
    const subject = { device: device.address, nonce: BigInt(nonce), status, outcome: taskID! }
    expect(isOf(key, subject, receipt)).toBe(true)
  })
})

test('without a key it has no DID, and signs nothing', async () => {
  const gateway = await startGateway()
  expect(await (await fetch(`${gateway.url.http}/v1/gateway`)).json()).toEqual({ did: null })
  const headers = { 'x-device': device.address }
  const reply = await fetch(`${gateway.url.http}/v1/task`, { method: 'POST', body: device.request(15), headers })
  expect(await reply.json()).toEqual({ taskID: expect.any(String) })
})

test('a key of another curve cannot sign', () => {
  const key = new SecretKey('secp256k1', new Uint8Array(32).fill(1))
  expect(() => new ReceiptSigner(key)).toThrow(expect.objectContaining({ code: 'RECEIPT_KEY_CURVE' }))
})

const IMPOSTOR = { http: startHttpGateway, mqtt: startMqttGateway }

test.each(['http', 'mqtt'] as const)(
  'over %s: of two gateways one is an impostor, then the other: each reading is kept by the one that is not',
  async (transport) => {
    const [first, second] = [keyOf(2), keyOf(3)]
    const key = new DeviceKey(new Uint8Array(32).fill(transport === 'http' ? 0x21 : 0x22))
    registry.known.add(`${PROJECT} ${key.address}`)
    const kept = async () =>
      (
        await store.db
          .selectFrom('messages')
          .select('nonce')
          .where('device', '=', Buffer.from(key.address.slice(2), 'hex'))
          .execute()
      ).map(({ nonce }) => nonce)
    const portOf = (url: string) => Number(new URL(url).port)
    // It takes all that comes, and says so.
    const swindler = new Ledger()
    const impostor = await IMPOSTOR[transport](swindler)
    const honest = await startGateway(second, { clock: Date.now })
    let count = 0
    const directory = join(root, transport)
    const simulated = await Device.open({
      key,
      server: {
        projectId: PROJECT,
        transport,
        gateways: [impostor.url, honest.url[transport]],
        gatewayDids: [didOf(first), didOf(second)],
      },
      profile,
      source: { measure: async () => ({ time: Date.now(), values: { temperature: ++count % 80, humidity: 1 } }) },
      directory,
      intervalMs: 5,
      replyTimeoutMs: 2_000,
      backoff: { baseMs: 5, capMs: 50 },
      clock: systemClock,
      randomBytes: seededBytes(1),
    })
    simulated.start()
    const account = () => readDeviceLog(join(directory, 'log.jsonl'))
    await until('the honest one keeps readings', async () => (await account()).acknowledged.size >= 30)

    // They change parts: at the impostor's address is the first gateway now, and the second one's is taken over.
    await impostor.stop()
    await honest.stop()
    const before = (await account()).acknowledged.size
    const stolen = new Ledger()
    await using _thief = await IMPOSTOR[transport](stolen, portOf(honest.url[transport]))
    const ports = { [`${transport}Port`]: portOf(impostor.url), clock: Date.now }
    await startGateway(first, ports)
    await until('the first one keeps readings', async () => (await account()).acknowledged.size >= before + 30)
    await simulated.stop()

    const { acknowledged, refused } = await account()
    const nonces = new Set(await kept())
    expect(acknowledged.size).toBeGreaterThanOrEqual(60)
    for (const nonce of acknowledged.keys()) expect(nonces).toContain(BigInt(nonce))
    expect(refused.size).toBe(0)
    expect(swindler.kept.size).toBeGreaterThan(0)
  },
)
