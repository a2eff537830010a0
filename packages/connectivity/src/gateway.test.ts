import { readCounts } from '@iotex2/data-availability/counters'
import { migrate, openStore, type Store } from '@iotex2/data-availability/store'
import { profileManifest } from '@iotex2/protocol/manifest'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../../test/database.ts'
import { createGateway } from './app.ts'
import { CHAIN, ListedDevices, NOW_MS, PROJECT, profile, TestDevice } from './device.fixture.ts'

const database = await createTestDatabase()
const store = openStore({ url: database.url })
await migrate(store)
const registry = new ListedDevices()
const gateway = await createGateway({
  store,
  registry,
  chainId: CHAIN,
  projects: new Map([[PROJECT, { profile }]]),
  mqtt: { host: '127.0.0.1', port: 0 },
  threads: 2,
  clock: () => NOW_MS,
  logLevel: 'silent',
})
const url = await gateway.app.listen({ host: '127.0.0.1', port: 0 })
const device = new TestDevice(1)
const stranger = new TestDevice(2)
registry.add(device)

afterAll(async () => {
  await gateway.app.close()
  await gateway.stop()
  await store.close()
  await database[Symbol.asyncDispose]()
})

beforeEach(async () => {
  await gateway.ingest.flushCounts()
  await store.db.deleteFrom('messages').execute()
  await store.db.deleteFrom('counters').execute()
})

interface Reply {
  status: number
  body: Record<string, unknown>
}

async function post(body: string, path = '/v1/task', headers: Record<string, string> = {}): Promise<Reply> {
  const reply = await fetch(url + path, { method: 'POST', body, headers })
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}

async function get(path: string): Promise<Reply> {
  const reply = await fetch(url + path)
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
}

const storedNonces = async ({ db }: Pick<Store, 'db'> = store): Promise<bigint[]> =>
  (await db.selectFrom('messages').select('nonce').orderBy('nonce').execute()).map(({ nonce }) => nonce)

const connect = (options: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync(gateway.mqttUrl, { reconnectPeriod: 0, ...options }, false)

/** A device's connection: publishes requests, collects acknowledgements. */
async function connectDevice(sender: TestDevice, options?: IClientOptions) {
  const client = await connect(options)
  const acknowledgements: Acknowledgement[] = []
  client.on('message', (_topic, payload) => acknowledgements.push(JSON.parse(payload.toString()) as Acknowledgement))
  await client.subscribeAsync(acknowledgementTopic(PROJECT, sender.address))
  return {
    client,
    acknowledgements,
    publish: (body: string) => client.publishAsync(taskTopic(PROJECT, sender.address), body, { qos: 1 }),
    next: async (count: number) => {
      await expect.poll(() => acknowledgements.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count)
      return acknowledgements[count - 1]!
    },
  }
}

const good = { time: NOW_MS, temperature: 21.5, humidity: 40 }
const large = `{"nonce":1,"padding":"${'x'.repeat(64 * 1024)}"}`

/** Each way in which a request is refused. */
const refusals: {
  name: string
  status: number
  code: string
  body: string
  named?: { status: number; code: string }
}[] = [
  { name: 'no JSON', status: 400, code: 'REQUEST_MALFORMED', body: '{"nonce":1' },
  { name: 'no object', status: 400, code: 'REQUEST_MALFORMED', body: '[]' },
  { name: 'an empty body', status: 400, code: 'REQUEST_MALFORMED', body: '' },
  { name: 'nonce 0', status: 400, code: 'REQUEST_MALFORMED', body: device.request(0) },
  { name: 'a nonce above 2^64', status: 400, code: 'REQUEST_MALFORMED', body: device.request(1n << 64n) },
  {
    name: 'a short signature',
    status: 400,
    code: 'SIGNATURE_MALFORMED',
    body: device
      .request(1)
      .replace(/..}$/, '"}')
      .replace(/..""}$/, '"}'),
  },
  {
    name: 'a short circuit signature',
    status: 400,
    code: 'CIRCUIT_SIGNATURE_MALFORMED',
    body: device.request(1).replace(/}$/, ',"circuitSignature":"0x00"}'),
  },
  { name: 'a high s', status: 400, code: 'SIGNATURE_HIGH_S', body: device.request(1, { highS: true }) },
  {
    name: 'a signature over other text',
    status: 403,
    code: 'DEVICE_NOT_PERMITTED',
    named: { status: 403, code: 'SIGNATURE_INVALID' },
    body: device.request(1, { signedText: 'other text' }),
  },
  {
    name: "a stranger's signature",
    status: 403,
    code: 'DEVICE_NOT_PERMITTED',
    named: { status: 403, code: 'SIGNATURE_INVALID' },
    body: stranger.request(1),
  },
  {
    name: 'a signature of zeros',
    status: 403,
    code: 'SIGNATURE_INVALID',
    body: device.request(1).replace(/"signature":"0x[0-9a-f]+"/, `"signature":"0x${'00'.repeat(64)}"`),
  },
  {
    name: 'an unknown project',
    status: 404,
    code: 'PROJECT_UNKNOWN',
    named: { status: 400, code: 'REQUEST_MALFORMED' },
    body: device.request(1, { projectId: 9n }),
  },
  { name: 'a body that is too large', status: 413, code: 'BODY_TOO_LARGE', body: large },
  {
    name: 'a missing field',
    status: 422,
    code: 'READING_INVALID',
    body: device.request(1, { payload: { time: NOW_MS, humidity: 1 } }),
  },
  {
    name: 'an unknown field',
    status: 422,
    code: 'READING_INVALID',
    body: device.request(1, { payload: { ...good, x: 1 } }),
  },
  {
    name: 'a value out of range',
    status: 422,
    code: 'READING_OUT_OF_RANGE',
    body: device.request(1, { payload: { ...good, temperature: 85.01 } }),
  },
  {
    name: 'a time in the future',
    status: 422,
    code: 'READING_OUT_OF_RANGE',
    body: device.request(1, { payload: { ...good, time: NOW_MS + 300_001 } }),
  },
  {
    name: 'a reading by the manifest of another profile',
    status: 422,
    code: 'MANIFEST_UNKNOWN',
    body: device.request(1, { projectVersion: profileManifest({ ...profile, version: 2 }).hash }),
  },
]

describe('over HTTP', () => {
  test('keeps a reading and tells what became of it', async () => {
    const body = device.request(5)
    const first = await post(body)
    expect(first).toEqual({ status: 200, body: { taskID: expect.stringMatching(/^0x[0-9a-f]{64}$/) } })
    const { taskID } = first.body as { taskID: string }
    expect(await get(`/v1/task/${taskID}`)).toEqual({
      status: 200,
      body: {
        projectID: '7',
        taskID,
        states: [
          {
            state: 'packed',
            time: expect.any(String),
            comment: 'accepted',
            error: '',
            transaction_hash: '',
            prover_id: '',
          },
        ],
      },
    })
    expect((await get(`/message/${taskID}`)).body).toMatchObject({ messageID: taskID })
    expect((await get(`/task/7/${taskID}`)).body).toMatchObject({ taskID })
    expect(await get(`/task/8/${taskID}`)).toMatchObject({ status: 404, body: { code: 'TASK_UNKNOWN' } })
    expect(await get(`/v1/task/0x${'1'.repeat(64)}`)).toMatchObject({ status: 404, body: { code: 'TASK_UNKNOWN' } })
    expect(await get('/v1/task/nonsense')).toMatchObject({ status: 404, body: { code: 'TASK_UNKNOWN' } })

    const row = await store.db.selectFrom('messages').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ nonce: 5n, project_id: PROJECT, chain_id: CHAIN, values: [2150n, 400n, 0n, 0n, 0n] })
    expect(row.payload).toBe(JSON.stringify(good))
  })

  test('keeps what a device signed for circuits beside its reading', async () => {
    const circuitSignature = `0x${'5a'.repeat(96)}`
    await post(device.request(6))
    await post(device.request(7).replace(/}$/, `,"circuitSignature":"${circuitSignature}"}`))
    const rows = await store.db.selectFrom('messages').select(['nonce', 'circuit_signature']).orderBy('nonce').execute()
    expect(rows).toEqual([
      { nonce: 6n, circuit_signature: null },
      { nonce: 7n, circuit_signature: Buffer.from(circuitSignature.slice(2), 'hex') },
    ])
  })

  test('the same content again has the first task id; other content under its nonce is refused', async () => {
    const first = await post(device.request(1))
    expect(await post(device.request(1))).toEqual(first)
    // Whitespace is no content.
    expect(await post(device.request(1).replaceAll(',', ' ,\n'))).toEqual(first)
    expect(await post(device.request(1, { payload: { ...good, humidity: 41 } }))).toMatchObject({
      status: 409,
      body: { code: 'NONCE_REUSED' },
    })
    await gateway.ingest.flushCounts()
    expect((await get('/v1/counters')).body).toEqual({ accepted: 1, duplicates: 2, rejected: { NONCE_REUSED: 1 } })
    expect(await storedNonces()).toEqual([1n])
  })

  test('the device may be named, in any case; then another one cannot have signed', async () => {
    const headers = { 'x-device': device.address.toUpperCase().replace('0X', '0x') }
    const first = await post(device.request(1), '/v1/task', headers)
    expect(first.status).toBe(200)
    expect(await post(device.request(1))).toEqual(first)
    for (let nonce = 2; nonce < 12; nonce++)
      expect((await post(device.request(nonce), '/v1/task', headers)).status).toBe(200)
    expect(await post(stranger.request(1), '/v1/task', headers)).toMatchObject({ body: { code: 'SIGNATURE_INVALID' } })
    expect(await post(device.request(1), '/v1/task', { 'x-device': 'me' })).toMatchObject({ status: 400 })
  })

  test('the older message format', async () => {
    const data = JSON.stringify(JSON.stringify(good))
    const text = `{"projectID":7,"projectVersion":"1","data":${data}}`
    const { createHash } = await import('node:crypto')
    const signature = Buffer.from(device.sign(createHash('sha256').update(text).digest())).toString('hex')
    const body = `${text.slice(0, -1)},"signature":"0x${signature}"}`
    const first = await post(body, '/message')
    expect(first).toMatchObject({ status: 200, body: { messageID: expect.stringMatching(/^0x/) } })
    expect(await post(body, '/message')).toEqual(first)
    expect(await storedNonces()).toEqual([BigInt(NOW_MS)])
  })

  test.each([profileManifest(profile).hash, '2.0'])('keeps a reading of version %s', async (projectVersion) => {
    expect(await post(device.request(5, { projectVersion }))).toMatchObject({ status: 200 })
  })

  test.each(refusals)('refuses $name', async ({ status, code, body }) => {
    expect(await post(body)).toMatchObject({ status, body: { code, message: expect.any(String) } })
    expect(await storedNonces()).toEqual([])
    await gateway.ingest.flushCounts()
    expect(await readCounts(store)).toEqual(new Map([[code, 1]]))
  })

  test('a device that was registered a moment ago is accepted; an unknown one costs one look at the chain', async () => {
    const newcomer = new TestDevice(3)
    registry.fresh.add(`${PROJECT} ${newcomer.address}`)
    const before = registry.refreshes
    expect((await post(newcomer.request(1))).status).toBe(200)
    expect((await post(newcomer.request(2))).status).toBe(200)
    expect(registry.refreshes).toBe(before + 1)
  })

  test('while the registry is down, an unknown device is told to come back, a known one is served', async () => {
    registry.isDown = true
    try {
      expect(await post(stranger.request(1))).toMatchObject({ status: 503, body: { code: 'REGISTRY_UNAVAILABLE' } })
      expect((await post(device.request(1))).status).toBe(200)
    } finally {
      registry.isDown = false
    }
  })

  test('without its store it acknowledges nothing, and is not ready', async () => {
    const gone = openStore({ url: 'postgres://postgres:x@127.0.0.1:1/none' })
    const other = await createGateway({
      store: gone,
      registry,
      chainId: CHAIN,
      projects: new Map([[PROJECT, { profile }]]),
      mqtt: { host: '127.0.0.1', port: 0 },
      threads: 1,
      clock: () => NOW_MS,
      logLevel: 'silent',
    })
    const reply = await other.app.inject({ method: 'POST', url: '/v1/task', body: device.request(1) })
    expect([reply.statusCode, reply.json()]).toMatchObject([503, { code: 'STORE_UNAVAILABLE' }])
    expect((await other.app.inject({ url: '/readyz' })).json()).toMatchObject({ failed: ['database'] })
    await other.app.close()
    await other.stop()
    await gone.close()
  })

  test('while it stops, what was taken is answered, and what is new is told to come back', async () => {
    const other = await createGateway({
      store,
      registry,
      chainId: CHAIN,
      projects: new Map([[PROJECT, { profile }]]),
      mqtt: { host: '127.0.0.1', port: 0 },
      threads: 1,
      clock: () => NOW_MS,
      logLevel: 'silent',
    })
    const submit = (nonce: number) => other.ingest.submit({ format: 'task', body: Buffer.from(device.request(nonce)) })
    const taken = submit(1)
    const stopped = other.stop()
    const late = await submit(2)
    expect(await taken).toMatchObject({ status: 200, outcome: 'accepted' })
    await stopped
    for (const refused of [late, await submit(3)])
      expect(refused).toMatchObject({ status: 503, code: 'GATEWAY_STOPPING' })
    expect(await storedNonces()).toEqual([1n])
    await other.app.close()
  })

  test('many at once, the same ones twice: each is kept once', async () => {
    const bodies = Array.from({ length: 100 }, (_, i) => device.request(i + 1))
    const replies = await Promise.all([...bodies, ...bodies].map((body) => post(body)))
    expect(replies.every(({ status }) => status === 200)).toBe(true)
    expect(replies.slice(0, 100).map(({ body }) => body)).toEqual(replies.slice(100).map(({ body }) => body))
    expect(await storedNonces()).toHaveLength(100)
    expect((await get('/v1/counters')).body).toEqual({ accepted: 100, duplicates: 100, rejected: {} })
  })

  test('health, readiness and metrics', async () => {
    await post(device.request(1))
    expect((await get('/readyz')).status).toBe(200)
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
      /messages_total\{outcome="accepted",code="",service="connectivity"\} \d+/,
    )
  })
})

describe('over MQTT', () => {
  test('acknowledges on the device topic what is on disk', async () => {
    const sender = await connectDevice(device)
    await sender.publish(device.request(1))
    const first = await sender.next(1)
    expect(first).toEqual({ nonce: '1', status: 200, taskID: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
    expect(await storedNonces()).toEqual([1n])
    await sender.publish(device.request(1))
    expect(await sender.next(2)).toEqual(first)
    // It is the same message over HTTP.
    expect((await post(device.request(1))).body).toEqual({ taskID: first.taskID })
    await sender.client.endAsync()
  })

  test.each(refusals)('refuses $name', async ({ status, code, body, named }) => {
    const sender = await connectDevice(device)
    await sender.publish(body)
    expect(await sender.next(1)).toMatchObject(named ?? { status, code })
    expect(await storedNonces()).toEqual([])
    await sender.client.endAsync()
  })

  test('a stranger with a valid signature is told that it is not registered', async () => {
    const sender = await connectDevice(stranger)
    await sender.publish(stranger.request(3))
    expect(await sender.next(1)).toMatchObject({ nonce: '3', status: 403, code: 'DEVICE_NOT_PERMITTED' })
    await sender.client.endAsync()
  })

  test('a stream of several devices is acknowledged one by one', async () => {
    const devices = [10, 11, 12].map((seed) => new TestDevice(seed))
    for (const each of devices) registry.add(each)
    const senders = await Promise.all(devices.map((each) => connectDevice(each)))
    await Promise.all(
      senders.flatMap((sender, i) => Array.from({ length: 50 }, (_, n) => sender.publish(devices[i]!.request(n + 1)))),
    )
    for (const sender of senders) {
      await sender.next(50)
      const nonces = sender.acknowledgements.map(({ nonce }) => Number(nonce)).sort((a, b) => a - b)
      expect(nonces).toEqual(Array.from({ length: 50 }, (_, n) => n + 1))
      await sender.client.endAsync()
    }
    expect(await storedNonces()).toHaveLength(150)
  })

  describe('only the gateway acknowledges', () => {
    const acknowledgement = acknowledgementTopic(PROJECT, device.address)

    test.each([acknowledgement, '$SYS/broker', 'iotex/v1/7/all/task', 'anything'])(
      'publishing on %s cuts the client off',
      async (topic) => {
        const victim = await connectDevice(device)
        const forger = await connect()
        const closed = new Promise<void>((resolve) => forger.once('close', () => resolve()))
        forger.on('error', () => {})
        forger.publish(topic, '{"nonce":"1","status":200}', { qos: 1, retain: true }, () => {})
        await closed
        await victim.publish(device.request(1))
        await victim.next(1)
        expect(victim.acknowledgements).toHaveLength(1)
        await victim.client.endAsync()
      },
    )

    test('a last will on an acknowledgement topic is not published', async () => {
      const victim = await connectDevice(device)
      const forger = await connect({
        will: { topic: acknowledgement, payload: Buffer.from('{"nonce":"1"}'), qos: 1, retain: false },
      })
      forger.stream.destroy()
      await victim.publish(device.request(1))
      expect(await victim.next(1)).toMatchObject({ status: 200 })
      await victim.publish(device.request(2))
      expect(await victim.next(2)).toMatchObject({ status: 200 })
      await victim.client.endAsync()
    })

    test.each(['#', 'iotex/v1/+/+/ack', 'iotex/v1/7/+/task', '$SYS/#', taskTopic(PROJECT, device.address)])(
      'nobody may subscribe to %s',
      async (filter) => {
        const client = await connect()
        const granted = await client.subscribeAsync(filter).then(
          (grants) => grants.every(({ qos }) => qos < 128),
          () => false,
        )
        expect(granted).toBe(false)
        await client.endAsync(true)
      },
    )

    test('a client that is named after a device speaks for that one only', async () => {
      const client = await connect({ clientId: stranger.address })
      const granted = await client.subscribeAsync(acknowledgement).then(
        (grants) => grants.every(({ qos }) => qos < 128),
        () => false,
      )
      expect(granted).toBe(false)
      await client.subscribeAsync(acknowledgementTopic(PROJECT, stranger.address))
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
      client.on('error', () => {})
      client.publish(taskTopic(PROJECT, device.address), device.request(1), { qos: 1 }, () => {})
      await closed
      expect(await storedNonces()).toEqual([])
    })
  })
})
