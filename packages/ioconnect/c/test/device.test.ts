/**
 * The loop, on both backends and under sanitizers: what it does as it is told what happens. Over real networks it is in
 * ../../src/device.test.ts, with times and limits in ../../src/wasm/device-core.test.ts.
 */
import { encodeFrame } from '@iotex2/protocol/serial/frame'
import { encodeSerialRequest } from '@iotex2/protocol/serial/messages'
import { parseTaskRequest } from '@iotex2/protocol/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { recoveryIdOf } from '../../test/signature.ts'
import { type Argument, type Backend, backends, Core } from './harness.ts'

const SEED = 20_261_125
const NOW = 1_764_000_000_000
const ADDRESS = '0x1a642f0e3c3af545e7acbd38b07251b3990914f1'
const GATEWAYS = ['http://a.example', 'http://b.example']
const TASK_ID = `0x${'11'.repeat(32)}`
const KEPT = JSON.stringify({ taskID: TASK_ID })
const both = backends('the loop of the C core', { chips: false })

async function begin(core: Core, now = NOW): Promise<number> {
  const key = await core.key('secp256k1', 'sign', Buffer.alloc(32, 1))
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
