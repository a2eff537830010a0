import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeviceKey } from '@iotex2/identity/key'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../test/deadline.ts'
import { Ledger, startHttpGateway, startMqttGateway } from '../test/gateway.ts'
import { seededBytes } from '../test/random.ts'
import { systemClock } from './clock.ts'
import { Device, type DeviceOptions, type DeviceServer } from './device.ts'
import { readDeviceLog } from './device-log.ts'
import type { Source } from './source.ts'

const profile: Profile = parseProfile({
  name: 'counter',
  version: 1,
  maximumRatePerMinute: 6000,
  fields: [{ name: 'count', unit: '1', minimum: 0, maximum: 1e6, scale: 1 }],
})
const key = new DeviceKey(new Uint8Array(32).fill(1))
const NOWHERE = { mqtt: 'mqtt://127.0.0.1:1', http: 'http://127.0.0.1:1' }
const start = { mqtt: startMqttGateway, http: startHttpGateway }

let root: string
let directories = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'iotex2-device-'))
})
afterAll(() => rm(root, { recursive: true }))
const freshDirectory = () => join(root, String(directories++))
const portOf = (url: string) => Number(new URL(url).port)

/** Counts from 1 to `end`. */
function counter(end: number): Source {
  let count = 0
  return { measure: async () => (count < end ? { time: 1_000 + count, values: { count: ++count } } : undefined) }
}

const open = ({
  transport,
  gateways,
  ...options
}: Partial<DeviceOptions> & Omit<DeviceServer, 'projectId'> & Pick<DeviceOptions, 'directory'>) =>
  Device.open({
    key,
    server: { projectId: 1n, transport, gateways },
    profile,
    source: counter(0),
    intervalMs: 1,
    replyTimeoutMs: 300,
    backoff: { baseMs: 4, capMs: 40 },
    clock: systemClock,
    randomBytes: seededBytes(1),
    ...options,
  })

const account = (directory: string) => readDeviceLog(join(directory, 'log.jsonl'))
const counts = (ledger: Ledger) => [...ledger.kept.values()].map(({ payload }) => payload.count).sort((a, b) => a! - b!)
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i + 1)
const lines = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe.each(['mqtt', 'http'] as const)('a device over %s', (transport) => {
  test('delivers every reading once, and its log says so', async () => {
    const ledger = new Ledger()
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({ transport, gateways: [gateway.url], directory, source: counter(40) })
    device.start()
    await until('all are kept and the queue is empty', () => ledger.kept.size === 40 && device.waiting === 0)
    await device.stop()

    expect(counts(ledger)).toEqual(upTo(40))
    const { queued, acknowledged, refused } = await account(directory)
    expect(acknowledged.size).toBe(40)
    expect([...acknowledged.keys()].sort()).toEqual([...queued].sort())
    expect(new Set(acknowledged.values())).toEqual(new Set([...ledger.kept.values()].map(({ taskId }) => taskId)))
    expect(refused.size).toBe(0)
  })

  test('keeps what it measures while the network is away, and delivers it when it is back', async () => {
    const ledger = new Ledger()
    const gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({ transport, gateways: [gateway.url], directory, source: counter(60), intervalMs: 3 })
    device.start()
    await until('some are kept', () => ledger.kept.size > 5)
    await gateway.stop()
    const before = ledger.kept.size
    await until('readings wait', async () => device.waiting > 10)
    expect(ledger.kept.size).toBe(before)
    await using _back = await start[transport](ledger, portOf(gateway.url))
    await until('all are kept', () => ledger.kept.size === 60 && device.waiting === 0)
    await device.stop()
    expect(counts(ledger)).toEqual(upTo(60))
    expect((await account(directory)).acknowledged.size).toBe(60)
  })

  test('goes to the next gateway when one is away', async () => {
    const ledger = new Ledger()
    await using second = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({
      transport,
      gateways: [NOWHERE[transport], second.url],
      directory,
      source: counter(5),
    })
    device.start()
    await until('all are kept', () => ledger.kept.size === 5 && device.waiting === 0)
    await device.stop()
  })

  test('sends again what no gateway acknowledged: it is kept once and acknowledged once', async () => {
    const ledger = new Ledger()
    const accept = ledger.accept.bind(ledger)
    // The gateway keeps each message at the first attempt and the reply is lost.
    const heard = new Set<string>()
    ledger.accept = (device, body) => {
      const reply = accept(device, body)
      if (reply === 'silence' || heard.has(reply.nonce)) return reply
      heard.add(reply.nonce)
      return 'silence'
    }
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({
      transport,
      gateways: [gateway.url],
      directory,
      source: counter(4),
      replyTimeoutMs: 60,
    })
    device.start()
    await until('all are acknowledged', async () => (await account(directory)).acknowledged.size === 4)
    await until('the queue is empty', () => device.waiting === 0)
    await device.stop()
    expect(counts(ledger)).toEqual(upTo(4))
    expect(ledger.duplicates).toBeGreaterThanOrEqual(4)
    const acknowledgements = (await lines(join(directory, 'log.jsonl'))).filter((e) => e.event === 'acknowledged')
    expect(acknowledgements).toHaveLength(4)
  })

  test('puts what a gateway refuses for good in the dead letters, with the reason, and goes on', async () => {
    const ledger = new Ledger()
    const refusals = [
      { status: 422, code: 'READING_OUT_OF_RANGE', message: 'Too much.' },
      { status: 409, code: 'NONCE_REUSED', message: 'Used.' },
      { status: 403, code: 'DEVICE_NOT_PERMITTED', message: 'Who?' },
    ]
    let refused = 0
    const fate = new Map<bigint, (typeof refusals)[number] | undefined>()
    ledger.meddle = (nonce) => {
      if (!fate.has(nonce)) fate.set(nonce, refusals[refused++])
      return fate.get(nonce)
    }
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({ transport, gateways: [gateway.url], directory, source: counter(6) })
    device.start()
    await until('the rest are kept', () => ledger.kept.size === 3 && device.waiting === 0)
    await device.stop()

    const letters = await lines(join(directory, 'dead-letters.jsonl'))
    expect(letters.map(({ status, code, message }) => ({ status, code, message })).sort(byCode)).toEqual(
      refusals.toSorted(byCode),
    )
    const { acknowledged, queued, refused: dead } = await account(directory)
    expect(letters.map(({ nonce }) => nonce).sort()).toEqual([...dead.keys()].sort())
    expect(acknowledged.size + dead.size).toBe(queued.size)
    for (const { nonce, body } of letters) expect(JSON.parse(body as string).nonce).toBe(Number(nonce))
  })

  test('sends again where the reply speaks of now: 503, 429, another 409, a refusal without a code', async () => {
    const ledger = new Ledger()
    const passing = [
      { status: 503, code: 'STORE_UNAVAILABLE' },
      { status: 429, code: 'TOO_MANY' },
      { status: 409, code: 'BUSY' },
      { status: 404 },
      { status: 404, code: 'ROUTE_UNKNOWN' },
      { status: 204 },
    ]
    ledger.meddle = (_nonce, attempt) => passing[attempt - 1]
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({ transport, gateways: [gateway.url], directory, source: counter(2) })
    device.start()
    await until('both are kept', () => ledger.kept.size === 2 && device.waiting === 0)
    await device.stop()
    expect([...ledger.attempts.values()]).toEqual([passing.length + 1, passing.length + 1])
    expect(await readdir(directory)).not.toContain('dead-letters.jsonl')
  })

  test('lets one message that a gateway cannot take stand aside for the rest', async () => {
    const ledger = new Ledger()
    let poison: bigint | undefined
    ledger.meddle = (nonce) => {
      poison ??= nonce
      return nonce === poison ? { status: 500, code: 'INTERNAL' } : undefined
    }
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const device = await open({ transport, gateways: [gateway.url], directory, source: counter(20) })
    device.start()
    await until('the rest are kept', () => ledger.kept.size === 19 && device.waiting === 1)
    ledger.meddle = () => undefined
    await until('it is kept too', () => ledger.kept.size === 20 && device.waiting === 0)
    await device.stop()
  })

  test('never has more in flight than its window', async () => {
    const ledger = new Ledger()
    ledger.meddle = () => 'silence'
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    const options = { transport, gateways: [gateway.url], directory, replyTimeoutMs: 10_000 } as const
    const device = await open({ ...options, source: counter(30), window: 3 })
    device.start()
    await until('readings wait', () => device.waiting === 30 && ledger.attempts.size === 3)
    await device.stop()
    expect(ledger.attempts.size).toBe(3)
  })

  test('loses nothing when it is stopped, and sends it with the same bytes when it is started again', async () => {
    const ledger = new Ledger()
    const directory = freshDirectory()
    const first = await open({ transport, gateways: [NOWHERE[transport]], directory, source: counter(25) })
    first.start()
    await until('all wait', () => first.waiting === 25)
    await first.stop()

    await using gateway = await start[transport](ledger)
    const second = await open({ transport, gateways: [gateway.url], directory })
    expect(second.waiting).toBe(25)
    second.start()
    await until('all are kept', () => ledger.kept.size === 25 && second.waiting === 0)
    await second.stop()
    expect(counts(ledger)).toEqual(upTo(25))
  })

  test('gives no nonce twice when its queue was lost after everything was acknowledged', async () => {
    const ledger = new Ledger()
    await using gateway = await start[transport](ledger)
    const directory = freshDirectory()
    for (const total of [7, 14]) {
      const device = await open({ transport, gateways: [gateway.url], directory, source: counter(7) })
      device.start()
      await until('all are kept', () => ledger.kept.size === total && device.waiting === 0)
      await device.stop()
      await rm(join(directory, 'flash'))
    }
    expect((await account(directory)).refused.size).toBe(0)
  })
})

const byCode = (a: { code?: unknown }, b: { code?: unknown }) => String(a.code).localeCompare(String(b.code))

test('a second device in the same directory is refused while the first runs, and a dead lock is taken over', async () => {
  const directory = freshDirectory()
  const options = { transport: 'http', gateways: [NOWHERE.http], directory } as const
  const first = await open(options)
  await expect(open(options)).rejects.toThrow(expect.objectContaining({ code: 'DIRECTORY_LOCKED' }))
  await first.stop()
  await writeFile(join(directory, 'lock'), '999999999 1\n')
  await (await open(options)).stop()
})

test('a measurement that fails is told and the next one is made', async () => {
  const ledger = new Ledger()
  await using gateway = await startHttpGateway(ledger)
  const directory = freshDirectory()
  const values = [Number.NaN, 2]
  const source: Source = {
    measure: async () => (values.length > 0 ? { time: 1, values: { count: values.shift()! } } : undefined),
  }
  const device = await open({ transport: 'http', gateways: [gateway.url], directory, source })
  device.start()
  await until('the good one is kept', () => ledger.kept.size === 1 && device.waiting === 0)
  await device.stop()
  const missed = (await lines(join(directory, 'log.jsonl'))).filter(({ event }) => event === 'missed')
  expect(missed).toEqual([expect.objectContaining({ code: 'SAMPLE_INVALID' })])
})

test('backs off on the clock with full jitter: doubling ranges, capped, one delay a round', async () => {
  const directory = freshDirectory()
  // Sleeps take no time; the upper end of each range is drawn.
  let now = 1_764_000_000_000
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      await new Promise(setImmediate)
      now += ms
    },
  }
  const device = await open({
    transport: 'http',
    gateways: [NOWHERE.http],
    directory,
    source: counter(20),
    intervalMs: 1,
    backoff: { baseMs: 100, capMs: 5_000 },
    replyTimeoutMs: 1e9,
    clock,
    randomBytes: (length) => new Uint8Array(length).fill(0xff),
  })
  device.start()
  const delays = async () =>
    (await lines(join(directory, 'log.jsonl'))).flatMap(({ event, delayMs }) => (event === 'retrying' ? delayMs : []))
  await until('it has failed often', async () => (await delays()).length >= 8)
  await device.stop()
  expect((await delays()).slice(0, 8)).toEqual([99, 199, 399, 799, 1599, 3199, 4999, 4999])
})
