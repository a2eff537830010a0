/** The serial line: frames and replies of test/vectors/serial-protocol.json, and whatever else stands on it. */
import { createDocument, documentHash, encodeDocument } from '@iotex2/identity/document'
import { DeviceKey } from '@iotex2/identity/key'
import { encodeFrame, FrameDecoder, MAXIMUM_MESSAGE_BYTES } from '@iotex2/protocol/serial/frame'
import {
  checkSerialResult,
  parseSerialReply,
  possessionHash,
  SERIAL_ERROR,
  type SerialErrorName,
  type SerialMethod,
} from '@iotex2/protocol/serial/messages'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import vectors from '../../../../test/vectors/serial-protocol.json' with { type: 'json' }
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core, strideOf } from './harness.ts'

const SEED = 20_261_125
const hex = (text: string) => Buffer.from(text.slice(2), 'hex')

describe.each(backends('the serial line of the C core'))('serial line with %s', (backend) => {
  const stride = strideOf(backend)
  let core: Core
  let key: number
  const device = new DeviceKey(new Uint8Array(32).fill(1))
  const document = encodeDocument(createDocument(device))
  beforeAll(async () => {
    core = await Core.start(backend)
    key = await core.key('secp256k1', 'sign', new Uint8Array(32).fill(1))
  })
  afterAll(() => core.stop())

  const answer = async (request: string | Buffer, flags = 'n', id = key) => {
    const [reply, settings] = await core.call('serial', request, id, document, `\`_${flags}`)
    return { reply: reply!.toString(), settings: settings?.toString() }
  }
  const fault = async (request: string | Buffer, flags?: string, id?: number) => {
    const reply = parseSerialReply(Buffer.from((await answer(request, flags, id)).reply))
    return 'error' in reply ? reply.error : undefined
  }

  test.each(vectors.frames)('frame: $name', async ({ message, frame }) => {
    expect(await core.bytes('frame', message)).toEqual(hex(frame))
    expect(await core.call('frame.push', hex(frame))).toEqual([Buffer.from(message)])
  })
  test.each(vectors.faults)('no frame: $name', async ({ frame }) => {
    expect(await core.call('frame.push', hex(frame))).toEqual([null])
    expect(await core.status('frame.read', hex(frame))).toBe('IOC_ERR_FRAME')
  })

  test(`frames of every length are the codec's, however they are cut (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    const lengths = [
      ...Array.from({ length: 40 }, (_, i) => i),
      ...[249, 250, 251, 252, 253, 254, 255, 504, 508, 762, 2047, 2048],
    ]
    for (const length of lengths)
      for (const bytes of [random.bytes(length), Buffer.alloc(length), Buffer.alloc(length, 1)]) {
        const frame = await core.bytes('frame', bytes)
        expect(frame).toEqual(Buffer.from(encodeFrame(bytes)))
        const cut = random.below(frame.length)
        const heard = [
          ...(await core.call('frame.push', frame.subarray(0, cut))),
          ...(await core.call('frame.push', frame.subarray(cut))),
        ]
        expect(heard).toEqual([bytes])
      }
    expect(await core.status('frame', new Uint8Array(MAXIMUM_MESSAGE_BYTES + 1))).toBe('IOC_ERR_ARGUMENT')
  })

  test(`noise is heard as the codec hears it (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < 300; i += stride) {
      const frame = Buffer.from(encodeFrame(random.bytes(random.below(60))))
      const noise = i % 50 === 0 ? Buffer.alloc(2100, 7) : random.bytes(random.below(20))
      for (let flips = random.below(3); flips > 0; flips--) frame[random.below(frame.length)]! ^= 1 << random.below(8)
      const line = Buffer.concat([noise, frame, Buffer.of(0)])
      const expected = new FrameDecoder()
        .push(line)
        .map((heard) => ('message' in heard ? Buffer.from(heard.message) : null))
      expect(await core.call('frame.push', line), line.toString('hex')).toEqual(expected)
    }
  })

  test.each(vectors.exchanges)('$method $params.kind', async ({ method, request, result }) => {
    const { reply, settings } = await answer(request, method === 'network.set' ? '' : 'n')
    const parsed = parseSerialReply(Buffer.from(reply)) as { id: number; result: Record<string, unknown> }
    checkSerialResult(method as SerialMethod, parsed.result)
    const { signature } = result as { signature?: string }
    // PSA does not tell v: what a device sends are r and s.
    const expected = signature === undefined ? result : { ...result, signature: signature.slice(0, -2) }
    expect(reply).toBe(JSON.stringify({ jsonrpc: '2.0', id: 1, result: expected }))
    if (method === 'server.set') expect(settings).toBe('1 http https://gateway.example')
    if (method === 'network.set') expect(settings).toBe('"workshop""correct horse"')
  })

  test('a document is read in parts', async () => {
    const long = Buffer.from(JSON.stringify({ text: 'x'.repeat(3000) }))
    let read = Buffer.alloc(0)
    while (read.length < long.length) {
      const request = JSON.stringify({ jsonrpc: '2.0', id: 4, method: 'did.document', params: { offset: read.length } })
      const [reply] = await core.call('serial', request, key, long, '`_')
      const { result } = JSON.parse(String(reply))
      expect(result).toMatchObject({ hash: documentHash(long), length: long.length, offset: read.length })
      expect(reply!.length).toBeLessThanOrEqual(MAXIMUM_MESSAGE_BYTES)
      read = Buffer.concat([read, Buffer.from(result.part, 'base64')])
    }
    expect(read).toEqual(long)
  })

  test('a P-256 device says so', async () => {
    const p256 = await core.key('P-256', 'sign', new Uint8Array(32).fill(2))
    const { reply } = await answer('{"jsonrpc":"2.0","id":9,"method":"did.get","params":{}}', '', p256)
    expect(JSON.parse(reply)).toMatchObject({
      id: 9,
      result: { keyType: 'p256', did: await core.text('did.io', p256) },
    })
  })

  const permits = vectors.exchanges.filter(({ method }) => method === 'did.permit')
  const withParams = (method: string, params: object) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const [permit, legacy] = permits.map(({ params }) => params as Record<string, unknown>) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ]

  test.each<[SerialErrorName, string | Buffer, string?, number?]>([
    ['PARSE_ERROR', ''],
    ['PARSE_ERROR', '{'],
    ['PARSE_ERROR', '[]'],
    ['PARSE_ERROR', Buffer.from('ff', 'hex')],
    ['INVALID_REQUEST', '{}'],
    ['INVALID_REQUEST', '{"jsonrpc":"1.0","id":1,"method":"did.get","params":{}}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":-1,"method":"did.get","params":{}}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":9007199254740992,"method":"did.get","params":{}}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":1,"method":"did.get"}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":1,"method":"did.get","params":[]}'],
    ['METHOD_UNKNOWN', withParams('did.take', {})],
    ['PARAMETERS_INVALID', withParams('did.get', { a: 1 })],
    ['PARAMETERS_INVALID', withParams('device.info', { a: 1 })],
    ['PARAMETERS_INVALID', withParams('did.document', {})],
    ['PARAMETERS_INVALID', withParams('did.document', { offset: -1 })],
    ['PARAMETERS_INVALID', withParams('did.document', { offset: 1e9 })],
    ['PARAMETERS_INVALID', withParams('did.document', { offset: 0, length: 1 })],
    ['PARAMETERS_INVALID', withParams('did.prove', { audience: '', challenge: `0x${'11'.repeat(32)}` })],
    ['PARAMETERS_INVALID', withParams('did.prove', { audience: 'x'.repeat(257), challenge: `0x${'11'.repeat(32)}` })],
    ['PARAMETERS_INVALID', withParams('did.prove', { audience: 'a', challenge: '0x11' })],
    ['PARAMETERS_INVALID', withParams('did.permit', {})],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, kind: 'other' })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, action: 'remove' })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, chainId: 31337 })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, uri: 'x'.repeat(513) })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, owner: '0x00' })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, extra: 1 })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...legacy, uri: '' })],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: '', passphrase: '' }), ''],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: 'x'.repeat(33), passphrase: '' }), ''],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: 'a', passphrase: 'short' }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '01', transport: 'http', gateways: ['a'] }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '1', transport: 'ftp', gateways: ['a'] }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '1', transport: 'http', gateways: [] }), ''],
    [
      'PARAMETERS_INVALID',
      withParams('server.set', { projectId: '1', transport: 'http', gateways: Array(5).fill('a') }),
      '',
    ],
    ['PARAMETERS_INVALID', withParams('did.prove', { audience: 'a' })],
    ['PARAMETERS_INVALID', withParams('did.prove', { audience: 1, challenge: `0x${'11'.repeat(32)}` })],
    ['PARAMETERS_INVALID', withParams('did.prove', { audience: 'a', challenge: `0x${'1g'.repeat(32)}` })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, uri: 1 })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, nonce: '01' })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, kind: undefined })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...legacy, nonce: undefined })],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: 'a' }), ''],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: 'a', passphrase: 'x'.repeat(64) }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '1', transport: 'http' }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: 1, transport: 'http', gateways: ['a'] }), ''],
    [
      'PARAMETERS_INVALID',
      withParams('server.set', { projectId: '9'.repeat(20), transport: 'http', gateways: ['a'] }),
      '',
    ],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '1', transport: 'http', gateways: 'a' }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '1', transport: 'http', gateways: [''] }), ''],
    [
      'PARAMETERS_INVALID',
      withParams('server.set', { projectId: '1', transport: 'http', gateways: ['x'.repeat(257)] }),
      '',
    ],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, kind: 'other' })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, action: 'burn' })],
    ['PARAMETERS_INVALID', withParams('did.permit', { ...permit, uri: 'x'.repeat(5000) })],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: 1, passphrase: '' }), ''],
    ['PARAMETERS_INVALID', withParams('network.set', { ssid: 'a', passphrase: 1 }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: 'x', transport: 'http', gateways: ['a'] }), ''],
    ['PARAMETERS_INVALID', withParams('server.set', { projectId: '1', transport: 'http', gateways: ['a', 1] }), ''],
    ['PARSE_ERROR', '{"jsonrpc":"2.0","id":1,"id":2,"method":"device.info","params":{}}'],
    ['PARAMETERS_INVALID', '{"jsonrpc":"2.0","id":1,"method":"did.permit","params":{"kind":"device","kind":"device"}}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":9007199254740992,"method":"device.info","params":{}}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":1,"method":"device.info","params":1}'],
    ['INVALID_REQUEST', '{"jsonrpc":"2.0","id":1,"method":1,"params":{}}'],
    ['UNSUPPORTED', withParams('network.set', {}), 'n'],
    ['UNSUPPORTED', withParams('server.set', {}), 's'],
    ['STORAGE_FAILED', withParams('server.set', { projectId: '13', transport: 'mqtt', gateways: ['a'] }), ''],
    ['KEY_MISSING', withParams('did.get', {}), '', 0],
    ['KEY_REFUSED', withParams('did.permit', { ...permit, chainId: '4689' }), 'd'],
    ['DECLINED', withParams('did.permit', permit), 'r'],
    ['INTERNAL', withParams('did.get', {}), '', 12345],
  ])('%s: %s', async (name, request, flags, id) => {
    expect((await fault(request, flags, id))?.code).toBe(SERIAL_ERROR[name])
  })

  test.each([
    ['', ['network.set', 'server.set']],
    ['n', ['server.set']],
    ['s', ['network.set']],
    ['ns', []],
  ])('a device without "%s" says which features it has', async (flags, features) => {
    const { reply } = await answer(withParams('device.info', {}), flags)
    expect(JSON.parse(reply).result.features).toEqual(features)
  })

  test('a key that agrees signs nothing', async () => {
    const agrees = await core.key('P-256', 'agree', new Uint8Array(32).fill(9))
    const proof = withParams('did.prove', { audience: 'a', challenge: `0x${'11'.repeat(32)}` })
    expect((await fault(proof, '', agrees))?.code).toBe(SERIAL_ERROR.INTERNAL)
    const x25519 = await core.key('X25519', 'agree', new Uint8Array(32).fill(9))
    expect((await fault(withParams('did.get', {}), '', x25519))?.code).toBe(SERIAL_ERROR.INTERNAL)
  })

  test('a development key consents on chain 31337, and a fault names the member', async () => {
    expect(await fault(withParams('did.permit', permit), 'd')).toBeUndefined()
    expect((await fault(withParams('did.permit', { ...permit, owner: 1 })))?.message).toBe('owner')
    expect((await fault(withParams('did.permit', { ...permit, deadline: undefined })))?.message).toBe('deadline')
  })

  test('limits are in characters, as the host counts them', async () => {
    const challenge = `0x${'11'.repeat(32)}`
    for (const [character, most] of [
      ['x', 256],
      ['€', 256],
      ['😀', 128],
    ] as const) {
      for (const count of [most, most + 1]) {
        const params = { audience: character.repeat(count), challenge }
        const request = withParams('did.prove', params)
        expect((await fault(request))?.code, `${character} ${count}`).toBe(
          count === most ? undefined : SERIAL_ERROR.PARAMETERS_INVALID,
        )
        const digest = Buffer.from(possessionHash(await core.text('did.io', key), params as never))
        const signature = `0x${(await core.bytes('sign.digest', key, digest)).toString('hex')}`
        if (count === most) expect(JSON.parse((await answer(request)).reply).result).toEqual({ signature })
      }
    }
    expect(await fault(withParams('did.permit', { ...permit, uri: '€'.repeat(400) }))).toBeUndefined()
  })

  test('settings may hold any character', async () => {
    const params = { ssid: 'é"\\', passphrase: 'ünïcødé 😀' }
    const { settings } = await answer(withParams('network.set', params), '')
    expect(settings).toBe(JSON.stringify(params.ssid) + JSON.stringify(params.passphrase))
  })
})
