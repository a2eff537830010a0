/** The time of a server of it: asked over UDP, and everything that may come back instead. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends, Core } from './harness.ts'

/** 25 November 2026, as seconds since 1970: the firmware is built then. */
const BUILT = 1_795_564_800
const EPOCH = 2_208_988_800
/** Where era 1 begins: 7 February 2036, 06:28:16. */
const ERA_1 = 2 ** 32 - EPOCH

const timestamp = (milliseconds: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE((Math.floor(milliseconds / 1000) + EPOCH) % 2 ** 32)
  bytes.writeUInt32BE(Math.floor(((milliseconds % 1000) / 1000) * 2 ** 32), 4)
  return bytes
}

/** What a server of stratum 2 says to a request. */
function replyTo(request: Uint8Array, received: number, sent = received): Buffer {
  const reply = Buffer.alloc(48)
  reply.set([0x24, 2, 6, 0xec])
  reply.writeUInt32BE(0x0000_0a00, 4)
  reply.writeUInt32BE(0x0000_0b00, 8)
  reply.set(timestamp(received - 10_000), 16)
  reply.set(request.subarray(40, 48), 24)
  reply.set(timestamp(received), 32)
  reply.set(timestamp(sent), 40)
  return reply
}

describe.each(backends('the time', { chips: false }))('sntp with %s', (backend) => {
  let core: Core
  let server: Socket
  let client: Socket
  /** What the server's clock says. */
  let clock = 0
  beforeAll(async () => {
    core = await Core.start(backend)
    server = createSocket('udp4')
    server.on('message', (request, { port, address }) => {
      // As RFC 4330 section 6 has it: a client's packet of version 4 is answered.
      if (request.length === 48 && request[0] === 0x23) server.send(replyTo(request, clock), port, address)
    })
    server.bind(0, '127.0.0.1')
    client = createSocket('udp4')
    await once(server, 'listening')
  })
  afterAll(async () => {
    server.close()
    client.close()
    await core.stop()
  })

  const ask = () => core.bytes('sntp.ask')
  const read = async (reply: Uint8Array, waited = 0, earliest = BUILT) =>
    Number(await core.text('sntp.reply', reply, waited, earliest))
  const status = (reply: Uint8Array, waited = 0, earliest = BUILT) => core.status('sntp.reply', reply, waited, earliest)

  test('a server is asked over UDP, and believed', async () => {
    clock = (BUILT + 86_400) * 1000 + 250
    const answered = once(client, 'message')
    client.send(await ask(), (server.address() as AddressInfo).port, '127.0.0.1')
    const [reply] = (await answered) as [Buffer]
    expect(await read(reply, 80)).toBeCloseTo(clock + 40, -1)
    // Once: what comes again is an attacker's.
    expect(await status(reply, 80)).toBe('IOC_ERR_TIME_REPLY')
  })

  test('a request tells nothing of its device, and no two are the same', async () => {
    const requests = [await ask(), await ask()]
    for (const request of requests) {
      expect(request).toHaveLength(48)
      expect(request.subarray(0, 40)).toEqual(Buffer.concat([Buffer.from([0x23]), Buffer.alloc(39)]))
    }
    expect(requests[0]!.subarray(40)).not.toEqual(requests[1]!.subarray(40))
  })

  test('half of the way counts, without what the server took', async () => {
    const received = (BUILT + 10) * 1000
    const reply = replyTo(await ask(), received, received + 300)
    expect(await read(reply, 500)).toBeCloseTo(received + 300 + 100, -1)
    expect(await status(replyTo(await ask(), received, received + 300), 200)).toBe('IOC_ERR_TIME_IMPLAUSIBLE')
    // Sent before it was received.
    expect(await status(replyTo(await ask(), received, received - 300), 200)).toBe('IOC_ERR_TIME_IMPLAUSIBLE')
  })

  test.each([
    ['the last second of era 0', ERA_1 - 1],
    ['a second into era 1, whose beginning means that no time is known', ERA_1 + 1],
    ['a minute into era 1', ERA_1 + 60],
    ['2045', 2_366_841_600],
  ])('%s is known for what it is', async (_, seconds) => {
    expect(await read(replyTo(await ask(), seconds * 1000))).toBe(seconds * 1000)
    // A device that knew the time in era 1 already, after the server's clock was read at the era's end.
    expect(await read(replyTo(await ask(), seconds * 1000), 0, seconds)).toBe(seconds * 1000)
  })

  test('across the era’s end within one reply', async () => {
    const received = (ERA_1 - 1) * 1000 + 900
    expect(await read(replyTo(await ask(), received, received + 200), 200)).toBeCloseTo(received + 200, -1)
  })

  test.each([
    ['a second before the firmware was built', BUILT - 1, BUILT],
    ['1970', 0, BUILT],
    ['before what was known last', BUILT + 99, BUILT + 100],
    ['21 years later', BUILT + 21 * 365 * 86_400, BUILT],
  ])('%s cannot be', async (_, seconds, earliest) => {
    expect(await status(replyTo(await ask(), seconds * 1000), 0, earliest)).toBe('IOC_ERR_TIME_IMPLAUSIBLE')
  })

  const altered: [string, string, (reply: Buffer) => Buffer][] = [
    ['a shorter packet', 'IOC_ERR_TIME_REPLY', (reply) => reply.subarray(0, 47)],
    ['nothing', 'IOC_ERR_TIME_REPLY', () => Buffer.alloc(0)],
    ['a client’s packet', 'IOC_ERR_TIME_REPLY', (reply) => set(reply, 0, 0x23)],
    ['a broadcast', 'IOC_ERR_TIME_REPLY', (reply) => set(reply, 0, 0x25)],
    ['another version', 'IOC_ERR_TIME_REPLY', (reply) => set(reply, 0, 0x1c)],
    ['an answer to another request', 'IOC_ERR_TIME_REPLY', (reply) => set(reply, 31, reply[31]! ^ 1)],
    ['an answer to none', 'IOC_ERR_TIME_REPLY', (reply) => reply.fill(0, 24, 32)],
    ['a kiss-o’-death', 'IOC_ERR_TIME_REFUSED', (reply) => set(reply, 1, 0)],
    ['a clock that is not set', 'IOC_ERR_TIME_UNKNOWN', (reply) => set(reply, 0, 0xe4)],
    ['stratum 16', 'IOC_ERR_TIME_UNKNOWN', (reply) => set(reply, 1, 16)],
    ['no time', 'IOC_ERR_TIME_UNKNOWN', (reply) => reply.fill(0, 40, 48)],
    ['a root that is far', 'IOC_ERR_TIME_UNKNOWN', (reply) => set(reply, 5, 32)],
    ['a root that disperses', 'IOC_ERR_TIME_UNKNOWN', (reply) => set(reply, 9, 16)],
  ]
  function set(reply: Buffer, at: number, value: number): Buffer {
    reply[at] = value
    return reply
  }
  test.each(altered)('%s is refused: %s', async (_, name, alter) => {
    const request = await ask()
    const good = replyTo(request, BUILT * 1000 + 5000)
    expect(await status(alter(Buffer.from(good)))).toBe(name)
    // Noise does not end the waiting; an answer does, whatever it says.
    expect(await status(good)).toBe(name === 'IOC_ERR_TIME_REPLY' ? 'IOC_OK' : 'IOC_ERR_TIME_REPLY')
  })

  test('what follows the header, as an authenticator does, is passed over', async () => {
    const reply = Buffer.concat([replyTo(await ask(), BUILT * 1000), Buffer.alloc(20, 1)])
    expect(await read(reply)).toBe(BUILT * 1000)
  })

  test('without randomness nothing is asked, and nothing waits', async () => {
    const request = await ask()
    await core.call('fault', 0)
    expect(await core.status('sntp.ask')).toBe('IOC_ERR_RANDOM')
    expect(await status(replyTo(request, BUILT * 1000))).toBe('IOC_ERR_TIME_REPLY')
  })
})
