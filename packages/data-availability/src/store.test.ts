import { randomBytes } from 'node:crypto'
import { BATCH_DEVICES, BATCH_LEAVES, batchRoot, batchTaskId } from '@iotex2/protocol/batch'
import { fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
import { verifyInclusion } from '@iotex2/protocol/merkle'
import { parseProfile, profileParameters } from '@iotex2/protocol/profile'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestDatabase } from '../../../test/database.ts'
import { createDataAvailability } from './app.ts'
import { BACKLOG_PATIENCE, cutBatches, selectBatches } from './batcher.ts'
import { findBatch, listBatches, proveReading, taskStatus } from './batches.ts'
import { addCounts, readCounts } from './counters.ts'
import { appendMessages, type NewMessage } from './messages.ts'
import { migrate, openStore, StoreUnavailableError } from './store.ts'

const CHAIN = 31337n
const profile = parseProfile({
  name: 'thermometer',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100 },
    { name: 'humidity', unit: '%', minimum: 0, maximum: 100, scale: 10 },
  ],
})
const profiles = new Map([[7n, profile]])

const database = await createTestDatabase()
const store = openStore({ url: database.url, connections: 8 })
await migrate(store)
afterAll(async () => {
  await store.close()
  await database[Symbol.asyncDispose]()
})

beforeEach(async () => {
  for (const table of ['messages', 'batch_events', 'batches', 'counters'] as const)
    await store.db.deleteFrom(table).execute()
})

const device = (i: number): Uint8Array => fromHex(`0x${(0xabc0000 + i).toString(16).padStart(40, '0')}`)

const message = (deviceIndex: number, nonce: bigint, given: Partial<NewMessage> = {}): NewMessage => ({
  projectId: 7n,
  device: device(deviceIndex),
  nonce,
  taskId: randomBytes(32),
  contentHash: randomBytes(32),
  signature: randomBytes(64),
  payload: `{"time":1700000000000,"temperature":-3.25,"humidity":50,"note":"\\"é\\\\"}`,
  time: 1_700_000_000_000n + (nonce & 0xffffn),
  values: [-325n, 500n, 0n, 0n, 0n],
  ...given,
})

const accepted = (m: NewMessage) => ({ kind: 'accepted', taskId: toHex(m.taskId) })

describe('migrate', () => {
  test('may be called by several processes at once, and again', async () => {
    await using fresh = await createTestDatabase()
    const stores = [1, 2, 3].map(() => openStore({ url: fresh.url }))
    await Promise.all(stores.map(migrate))
    await Promise.all(stores.map((each) => each.close()))
  })

  test('says when there is no database', async () => {
    await using gone = openStore({ url: 'postgres://postgres:x@127.0.0.1:1/none' })
    await expect(migrate(gone)).rejects.toBeInstanceOf(StoreUnavailableError)
  })
})

describe('appendMessages', () => {
  test('keeps every field exactly', async () => {
    const largest = message(1, (1n << 64n) - 1n, { values: [-(1n << 53n), 1n << 53n, 0n, -1n, 1n] })
    expect(await appendMessages(store, CHAIN, [largest])).toEqual([accepted(largest)])
    const row = await store.db.selectFrom('messages').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      chain_id: CHAIN,
      project_id: 7n,
      device: Buffer.from(largest.device),
      nonce: (1n << 64n) - 1n,
      task_id: largest.taskId,
      content_hash: largest.contentHash,
      signature: largest.signature,
      payload: largest.payload,
      time: largest.time,
      values: largest.values,
      batch_id: null,
    })
  })

  test('the same content again is a duplicate under the first task id; other content is a conflict', async () => {
    const first = message(1, 1n)
    const again = message(1, 1n, { contentHash: first.contentHash })
    const other = message(1, 1n)
    const fresh = message(1, 2n)
    await appendMessages(store, CHAIN, [first])
    expect(await appendMessages(store, CHAIN, [again, other, fresh, first])).toEqual([
      { kind: 'duplicate', taskId: toHex(first.taskId) },
      { kind: 'conflict' },
      accepted(fresh),
      { kind: 'duplicate', taskId: toHex(first.taskId) },
    ])
    expect(await readCounts(store)).toEqual(new Map([['accepted', 2]]))
  })

  test('within one call the first of equals is accepted', async () => {
    const first = message(1, 1n)
    const other = message(1, 1n)
    const resigned = message(1, 1n, { contentHash: first.contentHash })
    expect(await appendMessages(store, CHAIN, [first, first, other, resigned])).toEqual([
      accepted(first),
      { kind: 'duplicate', taskId: toHex(first.taskId) },
      { kind: 'conflict' },
      { kind: 'duplicate', taskId: toHex(first.taskId) },
    ])
  })

  test("another message's task id is a conflict, never an overwrite", async () => {
    const first = message(1, 1n)
    await appendMessages(store, CHAIN, [first])
    expect(await appendMessages(store, CHAIN, [message(2, 1n, { taskId: first.taskId })])).toEqual([
      { kind: 'conflict' },
    ])
  })

  test('writers of the same messages at once accept each once', async () => {
    const messages = Array.from({ length: 200 }, (_, i) => message(i % 5, BigInt(1 + i)))
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, i) => appendMessages(store, CHAIN, i % 2 ? messages : messages.toReversed())),
    )
    const kinds = outcomes.flat().map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(200)
    expect(kinds.filter((kind) => kind === 'duplicate')).toHaveLength(1000)
    expect((await readCounts(store)).get('accepted')).toBe(200)
  })
})

describe('selectBatches', () => {
  const waiting = (devices: number[], ageMs: number) =>
    devices.map((i) => ({ device: `0x${i.toString(16).padStart(40, '0')}` as Hex, ageMs }))

  test('takes what is full and leaves what may still grow', () => {
    const many = waiting(Array(BATCH_LEAVES + 3).fill(1), 0)
    expect(selectBatches(many, 1000)).toEqual([many.slice(0, BATCH_LEAVES)])
  })

  test('takes what has waited long enough', () => {
    expect(selectBatches(waiting([1, 2], 999), 1000)).toEqual([])
    expect(selectBatches(waiting([1, 2], 1000), 1000)).toHaveLength(1)
  })

  test('a batch holds few devices, and none is left behind', () => {
    const batches = selectBatches(waiting([...Array(40).keys()], 1000), 1000)
    expect(batches.map((batch) => batch.length)).toEqual([8, 8, 8, 8, 8])
    expect(batches.every((batch) => new Set(batch.map(({ device }) => device)).size <= BATCH_DEVICES)).toBe(true)
  })
})

describe('cutBatches', () => {
  const options = { chainId: CHAIN, profiles, maximumAgeMs: 3_600_000 }

  test('commits batch, places and event together, and a root that proves every reading', async () => {
    const messages = Array.from({ length: 40 }, (_, i) => message((i * 7) % 5, BigInt(1 + i)))
    await appendMessages(store, CHAIN, messages)
    await appendMessages(store, CHAIN, [message(1, 99n, { projectId: 8n })])
    expect(await cutBatches(store, options)).toHaveLength(2)
    const ids = await cutBatches(store, { ...options, maximumAgeMs: 0 })
    expect(ids).toHaveLength(1)

    const batches = await listBatches(store, { limit: 10 })
    expect(batches.map((batch) => batch.leaf_count).sort()).toEqual([16, 16, 8])
    for (const { id } of batches) {
      const { batch, readings } = (await findBatch(store, id))!
      const root = batchRoot(readings)
      expect(batch).toMatchObject({ root: root.toString(), state: 'packed', id: batchTaskId(CHAIN, 7n, root) })
      expect(batch.parameters).toBe(profileParameters(profile).toString())
      for (const index of readings.keys()) {
        const { proof, reading } = (await proveReading(store, id, index))!
        expect(reading).toEqual(readings[index])
        expect(proof.root).toBe(root)
        expect(verifyInclusion(proof)).toBe(true)
      }
      expect(await proveReading(store, id, readings.length)).toBeUndefined()
    }
    const before = batches[0]!.id.toUpperCase().replace('0X', '0x')
    expect(await listBatches(store, { limit: 10, before })).toHaveLength(2)
    const waiting = await store.db.selectFrom('messages').select('project_id').where('batch_id', 'is', null).execute()
    expect(waiting).toEqual([{ project_id: 8n }])
  })

  test('gives readings back with what was signed of them for circuits', async () => {
    const circuitSignature = randomBytes(96)
    await appendMessages(store, CHAIN, [message(1, 1n), message(1, 2n, { circuitSignature })])
    const [id] = await cutBatches(store, { ...options, maximumAgeMs: 0 })
    const { readings } = (await findBatch(store, id!))!
    expect(readings.map((reading) => reading.circuitSignature)).toEqual([undefined, toHex(circuitSignature)])
  })

  test('leaves out what a profile that was narrowed meanwhile no longer covers: nobody could prove it', async () => {
    const cold = message(1, 1n, { values: [-4_000n, 500n, 0n, 0n, 0n] })
    await appendMessages(store, CHAIN, [cold, message(1, 2n)])
    const [temperature, humidity] = profile.fields
    const narrower = parseProfile({ ...profile, version: 2, fields: [{ ...temperature!, minimum: -30 }, humidity!] })
    const now = { ...options, maximumAgeMs: 0 }
    const [id] = await cutBatches(store, { ...now, profiles: new Map([[7n, narrower]]) })
    expect((await findBatch(store, id!))!.readings.map(({ nonce }) => nonce)).toEqual([2n])
    // With its own profile it is proven after all.
    await store.db.updateTable('batches').set({ state: 'settled' }).execute()
    const [other] = await cutBatches(store, now)
    expect((await findBatch(store, other!))!.readings.map(({ nonce }) => nonce)).toEqual([1n])
  })

  test('keeps a batch open longer while another waits for a prover', async () => {
    const aged = async (nonce: bigint, ageMs: number) => {
      await appendMessages(store, CHAIN, [message(1, nonce)])
      await store.pool.query("UPDATE messages SET received_at = now() - $1 * interval '1 ms' WHERE nonce = $2", [
        ageMs,
        String(nonce),
      ])
    }
    const patient = { ...options, maximumAgeMs: 60_000 }
    await aged(1n, 60_000)
    const [first] = await cutBatches(store, patient)
    expect(first).toBeDefined()
    await aged(2n, 60_000)
    expect(await cutBatches(store, patient)).toEqual([])
    await store.db.updateTable('batches').set({ state: 'assigned' }).where('id', '=', first!).execute()
    expect(await cutBatches(store, patient)).toHaveLength(1)
    await aged(3n, 60_000 * BACKLOG_PATIENCE)
    expect(await cutBatches(store, patient)).toHaveLength(1)
  })

  test('two batchers and a writer at once put every message in exactly one batch', async () => {
    const messages = Array.from({ length: 320 }, (_, i) => message(i % 6, BigInt(1 + i)))
    let written = 0
    const writer = async () => {
      for (; written < messages.length; written += 32)
        await appendMessages(store, CHAIN, messages.slice(written, written + 32))
    }
    const batcher = async () => {
      const ids: Hex[] = []
      while (written < messages.length) ids.push(...(await cutBatches(store, options)))
      return ids
    }
    const [, ...cut] = await Promise.all([writer(), batcher(), batcher()])
    const ids = [...cut.flat(), ...(await cutBatches(store, { ...options, maximumAgeMs: 0 }))]
    expect(new Set(ids).size).toBe(ids.length)

    const seen = new Set<string>()
    for (const id of ids)
      for (const { device: address, nonce } of (await findBatch(store, id))!.readings) seen.add(`${address} ${nonce}`)
    expect(seen.size).toBe(messages.length)
    const { rows } = await store.pool.query('SELECT sum(leaf_count)::int AS leaves FROM batches')
    expect(rows).toEqual([{ leaves: messages.length }])
  })
})

test('counters add up', async () => {
  await addCounts(store, new Map([['NONCE_REUSED', 2]]))
  await addCounts(
    store,
    new Map([
      ['NONCE_REUSED', 3],
      ['duplicate', 1],
    ]),
  )
  await addCounts(store, new Map())
  expect(await readCounts(store)).toEqual(
    new Map([
      ['NONCE_REUSED', 5],
      ['duplicate', 1],
    ]),
  )
})

describe('the service', () => {
  test('cuts on its timer and serves batches, readings and proofs', async () => {
    const service = createDataAvailability({
      store,
      chainId: CHAIN,
      profiles,
      maximumAgeMs: 0,
      intervalMs: 10,
      logLevel: 'silent',
    })
    const get = async (url: string) => {
      const reply = await service.app.inject({ url })
      return { status: reply.statusCode, body: reply.json() as Record<string, unknown> }
    }
    const first = message(1, 1n)
    const taskId = toHex(first.taskId)
    await appendMessages(store, CHAIN, [first, message(2, 1n)])
    expect(await get(`/v1/messages/${taskId}/proof`)).toMatchObject({ status: 409, body: { code: 'MESSAGE_WAITING' } })
    expect((await taskStatus(store, taskId))!.states.map(({ state }) => state)).toEqual(['packed'])
    service.start()
    await expect.poll(async () => (await get('/v1/batches')).body.batches, { timeout: 10_000 }).toHaveLength(1)
    await service.stop()

    const { batches } = (await get('/v1/batches?state=packed&limit=1')).body as { batches: { id: string }[] }
    const { id } = batches[0]!
    expect((await get(`/v1/batches/${id}`)).body).toMatchObject({
      id,
      leafCount: 2,
      deviceCount: 2,
      readings: [{ device: toHex(device(1)), nonce: '1', values: ['-325', '500', '0', '0', '0'] }, {}],
    })
    const proof = (await get(`/v1/messages/${taskId}/proof`)).body
    expect(proof).toMatchObject({ batchId: id, index: 0, reading: { nonce: '1', projectId: '7' } })
    expect((await get(`/v1/batches/${id}/proofs/0`)).body).toEqual(proof)
    expect((await taskStatus(store, taskId))!.states).toMatchObject([
      { state: 'packed', comment: 'accepted' },
      { state: 'packed', comment: '2 readings' },
    ])

    expect(await get(`/v1/batches?before=${id}`)).toMatchObject({ status: 200, body: { batches: [], next: null } })
    expect(await get(`/v1/batches/${id}/proofs/2`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect(await get('/v1/batches/0x12')).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } })
    expect(await get('/readyz')).toMatchObject({ status: 200 })
    const metrics = await service.app.inject({ url: '/metrics' })
    expect(metrics.body).toContain('messages_waiting{service="data-availability"} 0')
    expect(metrics.body).toContain('batches_cut_total{service="data-availability"} 1')
    await service.app.close()
  })
})
