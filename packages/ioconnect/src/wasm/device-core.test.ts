/** The device's core with a platform that a test drives. What it does over real networks is in ../device.test.ts. */
import { DeviceKey } from '@iotex2/identity/key'
import { type Profile, parseProfile, scaleValue } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import {
  encodeSerialRequest,
  parseSerialReply,
  type SerialErrorName,
  type SerialMethod,
  serialErrorName,
} from '@iotex2/protocol/serial/messages'
import { parseTaskRequest, signingHash, signingText } from '@iotex2/protocol/wire'
import { recoverAddress } from 'ethers'
import { describe, expect, test } from 'vitest'
import vectors from '../../../../test/vectors/serial-protocol.json' with { type: 'json' }
import { seededRandom } from '../../test/random.ts'
import { recoveryIdOf } from '../../test/signature.ts'
import { MemoryDevice, type MemoryDeviceOptions } from './memory-device.ts'

const profile: Profile = parseProfile({
  name: 'weather',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -60, maximum: 60, scale: 100 },
    { name: 'rain', unit: 'mm', minimum: 0, maximum: 10, scale: 1e9 },
  ],
})
const key = new DeviceKey(new Uint8Array(32).fill(1), { development: true })
const sample = { time: 1_764_000_000_000, values: { temperature: -7.005, rain: 0.0000001 } }
const NOW = 1_764_000_000_000
const GATEWAYS = ['http://a.example', 'http://b.example']
const server = { projectId: 1n, transport: 'http', gateways: GATEWAYS } as const
const TASK_ID = `0x${'11'.repeat(32)}`
const kept = JSON.stringify({ taskID: TASK_ID })

const deviceWith = (options: MemoryDeviceOptions = {}) => new MemoryDevice({ key, profile, server, ...options })

describe('requests', () => {
  test('are the committed ones, byte for byte', () => {
    const device = deviceWith({ now: () => 6 })
    device.take(sample)
    device.core.run()
    expect(device.sent[0]!.body).toMatchInlineSnapshot(
      `"{"nonce":7,"projectID":"1","payload":{"time":1764000000000,"temperature":-7,"rain":0.0000001},"signature":"0x1e6cdeda47d684ac4850c6dc33c90f9940e1446edebe4e2870ef45519eb774a17aead277a686aebc9e9c370eef39e9221f8056d03b43c10ce4f237b4fa72ab48"}"`,
    )
  })

  test('are parsed by a gateway, which finds their device and the scaled integers that it meant', () => {
    const device = deviceWith()
    device.take(sample)
    device.core.run()
    const request = parseTaskRequest(device.sent[0]!.body)
    expect(request.hash).toEqual(
      signingHash(signingText(BigInt(NOW + 1), '1', undefined, request.payloadText), undefined),
    )
    expect(recoveryIdOf(request, key.address)).toBeDefined()
    expect(recoveryIdOf({ ...request, hash: request.hash.toReversed() }, key.address)).toBeUndefined()
    expect(parsePayload(profile, request.payload, sample.time)).toEqual({
      time: BigInt(sample.time),
      values: [-700n, 100n, 0n, 0n, 0n],
    })
  })

  test.each<[readonly string[], Record<string, number>]>([
    [['time', 'temperature'], { temperature: 21, rain: 0.5 }],
    [['temperature', 'time'], { temperature: 0, rain: 0 }],
  ])('sign %j apart, as the gateway checks', (signedKeys, values) => {
    const device = deviceWith({ signedKeys })
    device.take({ time: NOW, values })
    device.core.run()
    const { body } = device.sent[0]!
    expect(
      recoveryIdOf(
        parseTaskRequest(body, () => signedKeys),
        key.address,
      ),
    ).toBeDefined()
    expect(
      recoveryIdOf(
        parseTaskRequest(body, () => signedKeys.toReversed()),
        key.address,
      ),
    ).toBeUndefined()
  })

  test.each<[readonly string[], number]>([
    [['temperature'], 21.5],
    [['temperature'], -1],
    [['wind'], 1],
  ])('with %j as signed keys are not made of %s', (signedKeys, temperature) => {
    const device = deviceWith({ signedKeys })
    device.take({ time: NOW, values: { temperature, rain: 0 } })
    expect(device.core.waiting).toBe(0)
    expect(device.log.at(-1)).toMatchObject({ event: 'missed', code: 'IOC_ERR_ARGUMENT' })
  })

  const decimalOf = (scaled: bigint, scale: number) => {
    const field = { name: 'v', unit: '1', minimum: 0, maximum: 0, scale }
    const device = new MemoryDevice({ profile: { ...profile, fields: [field] }, server })
    device.core.take(NOW, [scaled])
    device.core.run()
    return /"v":([^}]*)\}/.exec(device.sent[0]!.body)![1]!
  }

  test.each([
    [0n, 100, '0'],
    [5n, 100, '0.05'],
    [-5n, 100, '-0.05'],
    [1200n, 100, '12'],
    [-120n, 100, '-1.2'],
    [1n, 1e9, '0.000000001'],
    [9007199254740991n, 1, '9007199254740991'],
    [3n, 8, '0.375'],
    [1n, 3, '0.333333333333333333'],
    [-(1n << 63n), 1, '-9223372036854775808'],
    // Cut where its eighteenth digit is 0.
    [-2642202595003n, 5720, '-461923530.59493006993006993'],
  ])('%s at scale %s is %s', (scaled, scale, text) => {
    expect(decimalOf(scaled, scale)).toBe(text)
  })

  test('decimals are scaled back to the integer they came from, at any scale', () => {
    const random = seededRandom(3)
    for (let i = 0; i < 400; i++) {
      const scale = 1 + Math.floor(random() * 10 ** Math.floor(random() * 9))
      const scaled = BigInt(Math.floor((random() - 0.5) * 2 ** Math.floor(random() * 46)))
      const field = { name: 'v', unit: '1', minimum: 0, maximum: 0, scale }
      expect(scaleValue(field, Number(decimalOf(scaled, scale)))).toBe(scaled)
    }
  })
})

describe('the loop', () => {
  test('asks for a measurement when one is due, and for the next an interval after', () => {
    let now = NOW
    const device = deviceWith({ now: () => now, delayMs: 300, intervalMs: 1000 })
    expect(device.core.run()).toBe(300)
    now += 300
    device.core.run()
    expect(device.measurements).toBe(1)
    now += 50
    device.take(sample)
    device.core.run()
    expect(device.sent).toHaveLength(1)
    device.core.reply(device.sent[0]!.nonce, 200, kept)
    expect(device.core.run()).toBe(950)
    // A late one does not delay the next, and is not made up for.
    now += 950
    device.core.run()
    now += 5_500
    device.take(sample)
    device.core.run()
    expect(device.measurements).toBe(3)
  })

  test('never starts nonces twice, and none below its clock', () => {
    const device = deviceWith()
    for (let i = 0; i < 5; i++) device.take(sample)
    device.core.run()
    expect(device.sent.map(({ nonce }) => nonce)).toEqual([1n, 2n, 3n, 4n, 5n].map((i) => BigInt(NOW) + i))
  })

  test('waits as long as a gateway may take, then hangs up and goes to the next one', () => {
    let now = NOW
    const randomBytes = (length: number) => new Uint8Array(length).fill(0xff)
    const device = deviceWith({ now: () => now, replyTimeoutMs: 700, intervalMs: 1e9, delayMs: 1e9, randomBytes })
    for (let i = 0; i < 3; i++) device.take(sample)
    expect(device.core.run()).toBe(700)
    now += 700
    expect(device.core.run()).toBe(499)
    expect(device.hangUps).toBe(1)
    expect(device.log.at(-1)).toMatchObject({ event: 'retrying', code: 'GATEWAY_SILENT', failures: 1, delayMs: 499 })
    now += 499
    device.core.run()
    // One probe at a time, elsewhere.
    expect(device.sent.slice(3).map(({ gateway }) => gateway)).toEqual([GATEWAYS[1]])
    device.core.reply(device.sent[3]!.nonce, 200, kept)
    device.core.run()
    expect(device.sent.slice(4).map(({ nonce }) => nonce)).toEqual(device.sent.slice(1, 3).map(({ nonce }) => nonce))
  })

  test('lets others overtake one that no gateway takes, as far as it remembers', () => {
    const device = deviceWith({ delayMs: 1e9, intervalMs: 1e9, server: { ...server, gateways: [GATEWAYS[0]!] } })
    for (let i = 0; i < 80; i++) device.take(sample)
    const settled = new Set<bigint>()
    let first: bigint | undefined
    for (let step = 0; step < 2_000 && settled.size < 63; step++) {
      device.core.run()
      for (const { nonce } of device.sent.splice(0)) {
        first ??= nonce
        if (nonce === first) device.core.reply(nonce, 500, '{"code":"INTERNAL"}')
        else {
          settled.add(nonce)
          device.core.reply(nonce, 200, kept)
        }
      }
    }
    expect(settled.size).toBe(63)
    expect(device.core.waiting).toBe(17)
    // It is tried alone until it is taken; then the rest follows.
    device.core.run()
    expect(device.sent.map(({ nonce }) => nonce)).toEqual([first])
    device.core.reply(first!, 200, kept)
    device.core.run()
    expect(device.sent).toHaveLength(17)
    expect(device.core.waiting).toBe(16)
  })

  test.each([
    ['no JSON', 'what?'],
    ['no object', '[]'],
    ['no task id', '{}'],
    ['a task id that is none', '{"taskID":"0x12"}'],
    ['a member twice', `{"taskID":"${TASK_ID}","taskID":"${TASK_ID}"}`],
  ])('takes a reply of 200 with %s for none', (_, text) => {
    const device = deviceWith()
    device.take(sample)
    device.core.run()
    device.core.reply(device.sent[0]!.nonce, 200, text)
    expect(device.core.waiting).toBe(1)
    expect(device.log.at(-1)).toMatchObject({ event: 'retrying', code: 'GATEWAY_BUSY' })
  })

  test.each([
    ['another nonce', { nonce: '5', status: 200, taskID: TASK_ID }],
    ['no nonce', { status: 200, taskID: TASK_ID }],
    ['no status', { nonce: String(NOW + 1), taskID: TASK_ID }],
    ['a status that is none', { nonce: String(NOW + 1), status: 1e9, taskID: TASK_ID }],
  ])('passes an acknowledgement over that has %s', (_, reply) => {
    const device = deviceWith()
    device.take(sample)
    device.core.run()
    device.core.reply(0n, 0, JSON.stringify(reply))
    expect(device.core.waiting).toBe(1)
    expect(device.log.at(-1)).toMatchObject({ event: 'sending' })
  })

  test('keeps a refused message with the gateway’s words, whatever they are', () => {
    const device = deviceWith()
    device.take(sample)
    device.core.run()
    const { nonce, body } = device.sent[0]!
    const reply = { nonce: String(nonce), status: 422, code: 'READING_OUT_OF_RANGE', message: 'zu "heiß"\n' }
    device.core.reply(0n, 0, JSON.stringify(reply))
    expect(device.letters).toEqual([{ ...reply, body }])
    expect(device.core.waiting).toBe(0)
  })

  test('says what does not fit: flash that is full', () => {
    const device = deviceWith({ delayMs: 1e9 })
    for (let i = 0; i < 300; i++) device.take(sample)
    expect(device.log.at(-1)).toMatchObject({ event: 'missed', code: 'IOC_ERR_QUEUE_FULL' })
    expect(device.core.waiting).toBeGreaterThan(200)
  })
})

describe('the serial line', () => {
  const ask = (device: MemoryDevice, method: string, params: unknown) =>
    parseSerialReply(device.answer(encodeSerialRequest(1, method as SerialMethod, params as never)))
  const refusal = (device: MemoryDevice, method: string, params: unknown): SerialErrorName | undefined => {
    const reply = ask(device, method, params)
    return 'error' in reply ? serialErrorName(reply.error.code) : undefined
  }
  const exchange = (method: string, kind?: string) =>
    vectors.exchanges.find((entry) => entry.method === method && (kind === undefined || entry.params.kind === kind))!
  /** PSA tells no v: the last byte of a signature is the host's to find. */
  const withoutV = (reply: string) => reply.replace(/("signature":"0x[0-9a-f]{128})[0-9a-f]{2}"/, '$1"')

  test.each(vectors.exchanges.filter(({ method }) => method !== 'network.set'))(
    'golden: $method $params.kind',
    (entry) => {
      const reply = Buffer.from(new MemoryDevice({ key }).answer(Buffer.from(entry.request))).toString()
      expect(reply).toBe(withoutV(entry.reply))
    },
  )

  test('the proof of possession is by the key of the DID', () => {
    const { result } = ask(new MemoryDevice({ key }), 'did.prove', exchange('did.prove').params) as {
      result: { signature: string }
    }
    const recovered = ['1b', '1c'].map((v) =>
      recoverAddress(vectors.possession.hash, result.signature + v).toLowerCase(),
    )
    expect(recovered).toContain(key.address)
  })

  const settings = exchange('server.set').params
  test.each<[SerialErrorName, string, unknown, MemoryDeviceOptions?]>([
    ['METHOD_UNKNOWN', 'did.sign', {}],
    ['METHOD_UNKNOWN', 'toString', {}],
    ['PARAMETERS_INVALID', 'did.document', { offset: 100_000 }],
    ['PARAMETERS_INVALID', 'did.prove', {}],
    // A key that lay on a disk unencrypted consents to nothing on a public chain.
    ['KEY_REFUSED', 'did.permit', { ...exchange('did.permit', 'device').params, chainId: '4690' }],
    ['UNSUPPORTED', 'network.set', { ssid: 'workshop', passphrase: 'correct horse' }],
    ['PARAMETERS_INVALID', 'server.set', { ...settings, transport: 'mqtt', gateways: ['http://a.example'] }],
    ['PARAMETERS_INVALID', 'server.set', { ...settings, transport: 'http', gateways: ['mqtt://a.example'] }],
    ['STORAGE_FAILED', 'server.set', settings, { keeps: false }],
  ])('%s: %s', (name, method, params, options = {}) => {
    expect(refusal(new MemoryDevice({ key, ...options }), method, params)).toBe(name)
  })

  test('what was told goes before the configuration, at once and after a restart', () => {
    const device = deviceWith({ delayMs: 1e9 })
    device.take(sample)
    device.core.run()
    const told = { projectId: '42', transport: 'mqtt', gateways: ['mqtt://c.example', 'mqtt://d.example'] }
    expect(ask(device, 'server.set', told)).toMatchObject({ result: { applied: true } })
    expect(JSON.parse(Buffer.from(device.stored.get('server')!).toString())).toEqual(told)
    device.core.run()
    // What was in flight goes to the new server.
    expect(device.sent.map(({ gateway }) => gateway)).toEqual([GATEWAYS[0], told.gateways[0]])
    device.take(sample)
    device.core.run()
    expect(JSON.parse(device.sent[2]!.body)).toMatchObject({ projectID: '42' })
    expect(device.core.projectId).toBe(42n)
  })

  test('a server that cannot be kept is not served', () => {
    const device = deviceWith({ keeps: false })
    const told = { projectId: '42', transport: 'http', gateways: ['http://c.example'] }
    expect(refusal(device, 'server.set', told)).toBe('STORAGE_FAILED')
    device.take(sample)
    device.core.run()
    expect(device.sent).toMatchObject([{ gateway: GATEWAYS[0] }])
    expect(device.core.projectId).toBe(1n)
  })

  test('what was stored is not believed when it was changed', () => {
    const stored = new Map([['server', Buffer.from('{"projectId":"1","transport":"carrier pigeon","gateways":["a"]}')]])
    expect(() => new MemoryDevice({ key, stored })).toThrow(expect.objectContaining({ code: 'IOC_ERR_MEMBER' }))
  })
})
