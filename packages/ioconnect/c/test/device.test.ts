/**
 * The loop, on both backends and under sanitizers: what it does as it is told what happens. Over real networks it is in
 * ../../src/device.test.ts, with times and limits in ../../src/wasm/device-core.test.ts.
 */
import { sign } from 'node:crypto'
import { SecretKey } from '@iotex2/identity/secret-key'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { type ReceiptSubject, receiptText } from '@iotex2/protocol/receipt'
import { encodeFrame } from '@iotex2/protocol/serial/frame'
import { encodeSerialRequest } from '@iotex2/protocol/serial/messages'
import { parseTaskRequest } from '@iotex2/protocol/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { recoveryIdOf } from '../../test/signature.ts'
import { type Argument, type Backend, backends, Core } from './harness.ts'

const SEED = 20_261_125
const NOW = 1_764_000_000_000
const ADDRESS: Hex = '0x1a642f0e3c3af545e7acbd38b07251b3990914f1'
const GATEWAYS = ['http://a.example', 'http://b.example']
const TASK_ID = `0x${'11'.repeat(32)}`
const KEPT = JSON.stringify({ taskID: TASK_ID })
const both = backends('the loop of the C core', { chips: false })

/** PSA of mbedTLS has 32 places for keys. */
const keys = new WeakMap<Core, number>()

async function begin(core: Core, now = NOW): Promise<number> {
  const key = keys.get(core) ?? (await core.key('secp256k1', 'sign', Buffer.alloc(32, 1)))
  keys.set(core, key)
  await core.call('seed', Buffer.alloc(32, 5))
  await core.call('now', now)
  await core.call('flash', 4, 1024, 4)
  await core.call('device.open', key, ...GATEWAYS)
  return key
}

/** A life by chance: readings, replies of every kind, losses, restarts. Returns all that the device did. */
async function live(core: Core, seed: number, steps: number): Promise<string[]> {
  const random = new Seeded(seed)
  const key = await begin(core)
  const trace: string[] = []
  let now = NOW
  const inFlight: bigint[] = []
  const call = async (...command: Parameters<Core['call']>) => {
    const parts = (await core.call(...command)).map(String)
    trace.push(`${command[0]}: ${parts.join(' | ')}`)
    for (const [i, part] of parts.entries()) if (part === 'send') inFlight.push(BigInt(parts[i + 2]!))
    return parts
  }
  const kinds = [KEPT, '{"code":"READING_OUT_OF_RANGE","message":"Zu \\"heiß\\"."}', '{}', 'what?', '[]']
  for (let step = 0; step < steps; step++) {
    now += random.below(1_500)
    await core.call('now', now)
    const nonce = inFlight.length > 0 ? inFlight.splice(random.below(inFlight.length), 1)[0]! : 1n
    switch (random.below(8)) {
      case 0:
      case 1:
        await call('device.take', now, random.below(5_000), random.below(5_000), random.below(100))
        break
      case 2:
        await call('device.fail', random.below(3) ? nonce : 0n, 'GATEWAY_UNREACHABLE', 'It cannot be "reached".')
        break
      case 3:
        await call('device.open', key, ...GATEWAYS)
        break
      default: {
        const status = [200, 200, 200, 422, 503, 429][random.below(6)]!
        await call('device.reply', nonce, status, kinds[status === 422 ? 1 : random.below(kinds.length)]!)
      }
    }
    await call('device.run')
  }
  return trace
}

describe.each(both)('the loop with %s', (backend: Backend) => {
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  const words = async (...command: Parameters<Core['call']>) => (await core.call(...command)).map(String)

  test('a reading is asked for, signed with the signed keys, sent, and leaves when it is kept', async () => {
    await begin(core)
    expect((await words('device.run'))[0]).toBe('measure')
    await words('device.take', NOW, 2_150, 0, 3)
    const [, , send, gateway, nonce, body] = await words('device.run')
    expect([send, gateway, nonce]).toEqual(['send', GATEWAYS[0], String(NOW + 1)])
    const request = parseTaskRequest(body!, () => ['count', 'time'])
    expect(request).toMatchObject({ projectId: 7n, payload: { time: NOW, temperature: 21.5, count: 3 } })
    expect(recoveryIdOf(request, ADDRESS)).toBeDefined()
    expect(await words('device.waiting')).toEqual(['1'])
    const [log, line] = await words('device.reply', NOW + 1, 200, KEPT)
    expect([log, JSON.parse(line!)]).toEqual([
      'log',
      { event: 'acknowledged', nonce: String(NOW + 1), taskID: TASK_ID, status: 200 },
    ])
    expect(await words('device.waiting')).toEqual(['0'])
  })

  test('a reading goes to each project, under its own number, and says which schema it has', async () => {
    await core.call('device.serves', 'v1', 0, 8, 9)
    await begin(core)
    await words('device.run')
    await words('device.take', NOW, 2_150, 0, 3)
    const parts = await words('device.run')
    const bodies = parts.flatMap((part, i) => (part === 'send' ? parts[i + 3]! : []))
    const requests = bodies.map((body) => parseTaskRequest(body, () => ['count', 'time']))
    expect(requests.map(({ projectId, nonce }) => [projectId, nonce - BigInt(NOW)])).toEqual([
      [7n, 1n],
      [8n, 2n],
      [9n, 3n],
    ])
    for (const request of requests) {
      expect(request).toMatchObject({ projectVersion: 'v1', payload: { time: NOW, temperature: 21.5, count: 3 } })
      expect(recoveryIdOf(request, ADDRESS)).toBeDefined()
    }
    await core.call('device.serves', '', 0)
  })

  describe('of a gateway that proves itself', () => {
    const gatewayKey = new SecretKey('P-256', new Uint8Array(32).fill(9))
    const impostor = new SecretKey('P-256', new Uint8Array(32).fill(8))
    const NONCE = BigInt(NOW + 1)
    const genuine = { device: ADDRESS, nonce: NONCE, status: 200, outcome: TASK_ID }
    const refusal = { ...genuine, status: 422, outcome: 'READING_INVALID' }
    const receipt = (subject: ReceiptSubject, key = gatewayKey) =>
      toHex(sign('sha256', Buffer.from(receiptText(subject)), { key: key.keyObject(), dsaEncoding: 'ieee-p1363' }))
    const answer = (given: object) => JSON.stringify({ taskID: TASK_ID, ...given })
    const refused = (given: object) => JSON.stringify({ code: 'READING_INVALID', message: 'No.', ...given })

    const sendOne = async () => {
      await words('device.gateway')
      await words('device.gateway', GATEWAYS[0]!, JSON.stringify(gatewayKey.publicJwk))
      await begin(core)
      await words('device.run')
      await words('device.take', NOW, 2_150, 0, 3)
      expect((await words('device.run')).slice(2, 5)).toEqual(['send', GATEWAYS[0], String(NONCE)])
    }
    afterAll(() => words('device.gateway'))

    test('its receipt is taken', async () => {
      await sendOne()
      const [log, line] = await words('device.reply', NONCE, 200, answer({ receipt: receipt(genuine) }))
      expect([log, JSON.parse(line!)]).toMatchObject(['log', { event: 'acknowledged', taskID: TASK_ID }])
      expect(await words('device.waiting')).toEqual(['0'])
      await sendOne()
      const parts = await words('device.reply', NONCE, 422, refused({ receipt: receipt(refusal) }))
      expect(parts[0]).toBe('bury')
    })

    test.each<[string, number, string]>([
      ['no receipt', 200, answer({})],
      ['a receipt of another key', 200, answer({ receipt: receipt(genuine, impostor) })],
      [
        'a receipt for another device',
        200,
        answer({ receipt: receipt({ ...genuine, device: `0x${'11'.repeat(20)}` }) }),
      ],
      ['a receipt for another message', 200, answer({ receipt: receipt({ ...genuine, nonce: NONCE - 1n }) })],
      [
        'a receipt for another content',
        200,
        answer({ receipt: receipt({ ...genuine, outcome: `0x${'22'.repeat(32)}` }) }),
      ],
      ['a receipt for another status', 200, answer({ receipt: receipt({ ...genuine, status: 201 }) })],
      ['a refusal’s receipt', 200, answer({ receipt: receipt(refusal) })],
      ['a receipt that is cut', 200, answer({ receipt: receipt(genuine).slice(0, -2) })],
      ['a receipt that is no text', 200, answer({ receipt: 5 })],
      ['a refusal without a receipt', 422, refused({})],
      ['a refusal with a receipt of another key', 422, refused({ receipt: receipt(refusal, impostor) })],
      [
        'a refusal with a receipt for another code',
        422,
        refused({ receipt: receipt({ ...refusal, outcome: 'NONCE_REUSED' }) }),
      ],
      ['a refusal of more than fits', 422, JSON.stringify({ code: 'X'.repeat(300), receipt: receipt(refusal) })],
    ])('%s is no answer: the message goes to the next gateway', async (_, status, text) => {
      await sendOne()
      const parts = await words('device.reply', NONCE, status, text)
      expect(parts.slice(0, 2)).toEqual(['hang up', 'log'])
      expect(JSON.parse(parts[2]!)).toMatchObject({ event: 'retrying', code: 'RECEIPT_INVALID' })
      expect(await words('device.waiting')).toEqual(['1'])
      await core.call('now', NOW * 2)
      expect((await words('device.run')).filter((_, i, all) => all[i - 1] === 'send')).toContain(GATEWAYS[1])
      // Its word is taken, for nobody said by which key it proves itself.
      await words('device.reply', NONCE, 200, KEPT)
      expect(await words('device.waiting')).toEqual(['0'])
    })
  })

  test('messages wait until there are enough, or no room; then all are sent', async () => {
    await core.call('device.serves', '', 3)
    await begin(core)
    const sends = async () => (await words('device.run')).filter((part) => part === 'send').length
    const take = () => words('device.take', NOW, 1, 0, 1)
    await take()
    expect(await sends()).toBe(0)
    await take()
    expect(await sends()).toBe(0)
    await take()
    expect(await sends()).toBe(3)
    // One that fails is sent again, though fewer wait.
    for (const nonce of [1, 2]) await words('device.reply', NOW + nonce, 200, KEPT)
    await words('device.reply', NOW + 3, 503, '{}')
    await core.call('now', NOW * 2)
    expect(await sends()).toBe(1)
    await words('device.reply', NOW + 3, 200, KEPT)
    expect(await sends()).toBe(0)

    await core.call('device.serves', '', 1000)
    await begin(core)
    for (;;) {
      const parts = await take()
      if (parts[1]!.includes('IOC_ERR_QUEUE_FULL')) break
      expect(await sends()).toBe(0)
    }
    expect(await sends()).toBe(4)
    await core.call('device.serves', '', 0)
  })

  test('no time, no device', async () => {
    await expect(begin(core, 0)).rejects.toThrow(expect.objectContaining({ code: 'IOC_ERR_CLOCK' }))
  })

  test('an answer of the serial line is one frame, whatever came before', async () => {
    await begin(core)
    const question = encodeFrame(encodeSerialRequest(1, 'device.info', {}))
    const parts = await words(
      'device.read',
      Buffer.concat([Buffer.from('boot\r\n'), question, question.subarray(0, 9)]),
    )
    expect(parts.filter((part) => part === 'write')).toHaveLength(2)
    expect(parts.at(-1)).toContain('"model":"harness"')
  })

  describe('a reply', () => {
    const refused = (code: string) => JSON.stringify({ code, message: 'm' })
    test.each([
      ['kept', 200, KEPT, 'acknowledged', 0],
      ['kept, but not as what', 200, '{}', 'retrying', 1],
      ['kept under a number that is none', 200, '{"taskID":"0x11"}', 'retrying', 1],
      ['kept elsewhere', 302, KEPT, 'retrying', 1],
      ['said to be in progress', 102, KEPT, 'retrying', 1],
      ['refused for good', 422, refused('READING_OUT_OF_RANGE'), 'refused', 0],
      ['refused by a proxy', 404, '<html>', 'retrying', 1],
      ['refused for want of a route', 404, refused('ROUTE_UNKNOWN'), 'retrying', 1],
      ['taken before', 409, refused('NONCE_REUSED'), 'refused', 0],
      ['in a conflict that may pass', 409, refused('BUSY'), 'retrying', 1],
      ['too slow', 408, refused('SLOW'), 'retrying', 1],
      ['too early', 425, refused('EARLY'), 'retrying', 1],
      ['too many', 429, refused('RATE_LIMITED'), 'retrying', 1],
      ['failed', 500, refused('FAILED'), 'retrying', 1],
    ])('%s: %i %s', async (_, status, body, event, waiting) => {
      for (const isMqtt of [false, true]) {
        await begin(core)
        await words('device.run')
        await words('device.take', NOW, 1, 0, 1)
        expect(await words('device.run')).toContain('send')
        // Over MQTT the answer says itself whose it is, and with what status.
        const parsed = body.startsWith('{') ? JSON.parse(body) : undefined
        if (isMqtt && !parsed) continue
        const said = { nonce: String(NOW + 1), status, ...parsed }
        const parts = isMqtt
          ? await words('device.reply', 0, 0, JSON.stringify(said))
          : await words('device.reply', NOW + 1, status, body)
        expect(JSON.parse(parts[parts.indexOf('log') + 1]!)).toMatchObject({
          event,
          status,
          // All that is in flight is tried again.
          ...(event === 'retrying' ? {} : { nonce: String(NOW + 1) }),
        })
        expect(parts.includes('bury')).toBe(event === 'refused')
        expect(await words('device.waiting')).toEqual([String(waiting)])
      }
    })

    test.each([
      '',
      '{}',
      '{"nonce":1,"status":200}',
      '{"nonce":"x","status":200}',
      `{"nonce":"${NOW + 1}"}`,
      `{"nonce":"${NOW + 1}","status":"200"}`,
      `{"nonce":"${NOW + 1}","status":1000}`,
      `{"nonce":"${NOW + 9}","status":200,"taskID":"${TASK_ID}"}`,
    ])('of nobody changes nothing: %s', async (text) => {
      await begin(core)
      await words('device.run')
      await words('device.take', NOW, 1, 0, 1)
      await words('device.run')
      expect(await words('device.reply', 0, 0, text)).toEqual([])
      expect(await words('device.waiting')).toEqual(['1'])
    })
  })

  test('the server is changed over the serial line: all that waits goes there, also after a restart', async () => {
    const other = await Core.start(backend)
    try {
      const say = async (...command: Parameters<Core['call']>) => (await other.call(...command)).map(String)
      const ask = (params: object) =>
        say('device.read', encodeFrame(encodeSerialRequest(2, 'server.set', params as never)))
      const key = await begin(other)
      await say('device.run')
      await say('device.take', NOW, 1, 0, 1)
      expect(await say('device.run')).toContain(GATEWAYS[0])
      // A gateway of the one transport is none of the other.
      for (const wrong of [
        { projectId: '9', transport: 'mqtt', gateways: ['mqtt://a.example', 'https://a.example'] },
        { projectId: '9', transport: 'http', gateways: ['mqtt://a.example'] },
      ]) {
        const refusal = await ask(wrong)
        expect(refusal.at(-1)).toContain('gateways')
        expect(refusal).not.toContain('served')
      }
      const gateways = ['mqtt://a.example', 'mqtts://b.example']
      await other.call('fault', 0)
      expect((await ask({ projectId: '9', transport: 'mqtt', gateways })).at(-1)).toContain('not kept')
      await other.call('fault', -1)
      const changed = await ask({ projectId: '9', transport: 'mqtt', gateways })
      expect(changed).toContain('served')
      expect(changed.at(-1)).toContain('{"applied":true}')
      expect(await say('device.run')).toContain(gateways[0])
      // What is told when it opens is the profile's; what was set stays.
      await other.call('device.open', key, ...GATEWAYS)
      const sent = await say('device.run')
      expect(sent[sent.indexOf('send') + 1]).toBe(gateways[0])
      await say('device.reply', NOW + 1, 200, KEPT)
      await say('device.take', NOW, 1, 0, 1)
      const next = await say('device.run')
      expect(JSON.parse(next[next.indexOf('send') + 3]!)).toMatchObject({ projectID: '9' })
      await ask({ projectId: '9', transport: 'http', gateways: ['http://c.example', 'https://d.example'] })
      expect(await say('device.run')).toContain('http://c.example')
    } finally {
      await other.stop()
    }
  })

  test('a profile or buffers that do not do are refused by name, and what was stored damaged too', async () => {
    const other = await Core.start(backend)
    try {
      const key = await begin(other)
      const agreement = await other.key('P-256', 'agree', Buffer.alloc(32, 2))
      const open = async (...limits: Argument[]) => {
        await other.call('device.limits', ...limits)
        return other.status('device.open', key, ...GATEWAYS)
      }
      expect(await open(0, 1024, 1500, 2048)).toBe('IOC_ERR_ARGUMENT')
      expect(await open(1000, 1024, 1500, 2048)).toBe('IOC_ERR_ARGUMENT')
      expect(await open(4, 100, 1500, 2048)).toBe('IOC_ERR_BUFFER')
      expect(await open(4, 1024, 20, 2048)).toBe('IOC_ERR_BUFFER')
      expect(await open(4, 1024, 1500, 2048, 12345)).toBe('IOC_ERR_KEY')
      expect(await open(4, 1024, 1500, 2048, agreement)).toBe('IOC_OK')
      expect(JSON.parse(await other.text('device.document')).keyAgreement).toHaveLength(1)
      expect(await other.status('device.open', key, 'mqtt://a.example')).toBe('IOC_ERR_ARGUMENT')
      expect(await other.status('device.open', key, `http://${'x'.repeat(5000)}`)).toBe('IOC_ERR_BUFFER')
      // Of no server, it waits to be told one.
      expect(await other.status('device.open', key)).toBe('IOC_OK')
      expect(Number((await other.call('device.run'))[1])).toBeGreaterThan(1_000_000)
      for (const stored of [
        '{}',
        '{"projectId":"7"',
        'x',
        '{"projectId":"7","transport":"http","gateways":["mqtt://a"]}',
      ]) {
        await other.call('device.store', stored)
        expect(await other.status('device.open', key, ...GATEWAYS), stored).toMatch(/^IOC_ERR_(MEMBER|JSON)$/)
      }
      await other.call('device.store', `{"gateways":["${'x'.repeat(1500)}"]}`)
      expect(await other.status('device.open', key, ...GATEWAYS)).toBe('IOC_ERR_BUFFER')
    } finally {
      await other.stop()
    }
  })

  test('what cannot be signed as a number is not queued, and the log says so', async () => {
    await begin(core)
    await words('device.run')
    // Below zero, then no whole number: signed keys are of natural numbers.
    await words('device.take', NOW, 0, 5, -3)
    for (const count of [-1, -(2 ** 40)]) {
      const parts = await words('device.take', NOW, 0, 5, count)
      expect(JSON.parse(parts[1]!)).toMatchObject({ event: 'missed', code: 'IOC_ERR_ARGUMENT' })
    }
    expect(await words('device.waiting')).toEqual(['0'])
    const missed = await words('device.miss', 'SENSOR_FAILED', 'It is "wet".')
    expect(JSON.parse(missed[1]!)).toMatchObject({ event: 'missed', code: 'SENSOR_FAILED', message: 'It is "wet".' })
    const ended = await words('device.end')
    expect(JSON.parse(ended[1]!)).toEqual({ event: 'ended' })
    await core.call('now', NOW + 100_000)
    expect(await words('device.run')).not.toContain('measure')
  })

  test(`nothing is lost or doubled, whatever happens (seed ${SEED})`, async () => {
    for (let life = 0; life < 6; life++) {
      const trace = (await live(core, SEED + life, 150)).join('\n')
      const nonces = (event: string) =>
        [...trace.matchAll(new RegExp(`"${event}","nonce":"(\\d+)"`, 'g'))].map((m) => m[1]!)
      const queued = nonces('queued')
      const left = new Set([...nonces('acknowledged'), ...nonces('refused')])
      expect(new Set(queued).size).toBe(queued.length)
      // What has not left waits; of what left before an older one, a restart brings some back.
      expect(Number(await core.text('device.waiting'))).toBeGreaterThanOrEqual(queued.length - left.size)
      for (const nonce of left) expect(queued).toContain(nonce)
      await core.call('now', NOW * 2)
      for (let round = 0; round < 60 && (await core.text('device.waiting')) !== '0'; round++) {
        await core.call('now', NOW * 2 + round * 10_000)
        const parts = await words('device.run')
        for (const [i, part] of parts.entries())
          if (part === 'send') {
            left.add(parts[i + 2]!)
            await core.call('device.reply', BigInt(parts[i + 2]!), 200, KEPT)
          }
      }
      expect(await core.text('device.waiting')).toBe('0')
      expect([...left].toSorted()).toEqual(queued.toSorted())
    }
  }, 60_000)

  test('whatever fails beneath it, it goes on', async () => {
    const key = await begin(core)
    for (let call = 0; call < 40; call++) {
      const commands: [string, ...Argument[]][] = [
        ['device.open', key, ...GATEWAYS],
        ['device.take', NOW, 1, 0, 1],
        ['device.run'],
        ['device.reply', NOW + 1, 422, '{"code":"NONCE_REUSED"}'],
        ['device.fail', 0, 'GATEWAY_UNREACHABLE', 'x'],
      ]
      for (const command of commands) {
        await core.call('fault', call)
        expect(await core.status(...command)).toMatch(/^IOC_(OK|ERR_(FLASH|KEY|CRYPTO|RANDOM))$/)
        await core.call('fault', -1)
      }
    }
    await core.call('device.open', key, ...GATEWAYS)
    await core.call('now', NOW * 2)
    expect((await words('device.run')).includes('send')).toBe(true)
  })
})

test.skipIf(both.length < 2)(`host and WebAssembly do the same, byte for byte (seed ${SEED})`, async () => {
  const cores = await Promise.all(both.map((backend) => Core.start(backend)))
  const [host, wasm] = await Promise.all(cores.map((core) => live(core, SEED, 300)))
  await Promise.all(cores.map((core) => core.stop()))
  expect(wasm).toEqual(host)
  expect(wasm!.filter((line) => line.includes('send |')).length).toBeGreaterThan(20)
})
