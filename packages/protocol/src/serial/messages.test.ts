import { describe, expect, test } from 'vitest'
import vectors from '../../../../test/vectors/serial-protocol.json' with { type: 'json' }
import { toHex } from '../hex.ts'
import { Seeded } from '../seeded.fixture.ts'
import {
  checkSerialParameters,
  checkSerialResult,
  encodeSerialFault,
  encodeSerialRequest,
  encodeSerialResult,
  isSerialMethod,
  parseSerialReply,
  parseSerialRequest,
  possessionHash,
  SERIAL_ERROR,
  type SerialErrorName,
  type SerialMethod,
  serialErrorName,
} from './messages.ts'

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const refused = (reason: SerialErrorName) => expect.objectContaining({ code: `SERIAL_${reason}`, reason })

describe('golden', () => {
  test.each(vectors.exchanges)('$method', ({ method, params, request, result, reply }) => {
    expect(isSerialMethod(method)).toBe(true)
    expect(Buffer.from(encodeSerialRequest(1, method as SerialMethod, params as never)).toString()).toBe(request)
    expect(parseSerialRequest(Buffer.from(request))).toEqual({ id: 1, method, params })
    expect(checkSerialParameters(method as SerialMethod, params)).toEqual(params)
    expect(Buffer.from(encodeSerialResult(1, result)).toString()).toBe(reply)
    expect(parseSerialReply(Buffer.from(reply))).toEqual({ id: 1, result })
    expect(checkSerialResult(method as SerialMethod, result)).toEqual(result)
  })

  test('an error, and one of a request whose id could not be read', () => {
    expect(parseSerialReply(encodeSerialFault(3, 'DECLINED', 'No.'))).toEqual({
      id: 3,
      error: { code: -32002, message: 'No.' },
    })
    expect(parseSerialReply(encodeSerialFault(null, 'PARSE_ERROR', 'What?'))).toMatchObject({ id: null })
  })

  test('what is signed for a proof of possession', () => {
    const { did, audience, challenge, hash } = vectors.possession
    expect(toHex(possessionHash(did, { audience, challenge: challenge as `0x${string}` }))).toBe(hash)
  })

  test('every error has a code of its own, and is found by it', () => {
    const names = Object.keys(SERIAL_ERROR) as SerialErrorName[]
    expect(new Set(Object.values(SERIAL_ERROR)).size).toBe(names.length)
    for (const name of names) expect(serialErrorName(SERIAL_ERROR[name])).toBe(name)
    expect(serialErrorName(-1)).toBe('INTERNAL')
  })
})

describe('errors', () => {
  test.each([
    ['PARSE_ERROR', new Uint8Array([0xff])],
    ['PARSE_ERROR', Buffer.from('{')],
    ['INVALID_REQUEST', encode([])],
    ['INVALID_REQUEST', encode({ id: 1, method: 'did.get', params: {} })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: -1, method: 'did.get', params: {} })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1.5, method: 'did.get', params: {} })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1, method: 7, params: {} })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1, method: 'did.get', params: [] })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1, method: 'did.get' })],
  ] as const)('a request: %s', (reason, message) => {
    expect(() => parseSerialRequest(message)).toThrow(refused(reason))
  })

  test.each([
    ['PARSE_ERROR', Buffer.from('boot')],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1 })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: null, result: 1 })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1, error: { code: 'x', message: '' } })],
    ['INVALID_REQUEST', encode({ jsonrpc: '2.0', id: 1, result: 1, error: {} })],
  ] as const)('a reply: %s', (reason, message) => {
    expect(() => parseSerialReply(message)).toThrow(refused(reason))
  })

  const exchange = (name: string) => vectors.exchanges.find(({ method }) => method === name)!
  const permit = exchange('did.permit').params as Record<string, unknown>
  test.each([
    ['device.info', { more: 1 }],
    ['did.document', {}],
    ['did.document', { offset: -1 }],
    ['did.prove', { audience: 'https://a.example', challenge: '0x12' }],
    ['did.prove', { audience: '', challenge: `0x${'11'.repeat(32)}` }],
    ['did.permit', { ...permit, kind: 'other' }],
    ['did.permit', { ...permit, action: 'remove' }],
    ['did.permit', { ...permit, chainId: 1 }],
    ['did.permit', { ...permit, nonce: '01' }],
    ['did.permit', { ...permit, nonce: (1n << 256n).toString() }],
    ['did.permit', { ...permit, uri: 'u'.repeat(513) }],
    ['did.permit', { ...permit, kind: 'legacy' }],
    ['network.set', { ssid: '', passphrase: '' }],
    ['network.set', { ssid: 'home', passphrase: 'short' }],
    ['server.set', { projectId: '1', transport: 'http', gateways: [] }],
    ['server.set', { projectId: '1', transport: 'ftp', gateways: ['http://a'] }],
    ['server.set', { projectId: '-1', transport: 'http', gateways: ['http://a'] }],
  ] as const)('parameters of %s: %j', (method, params) => {
    expect(() => checkSerialParameters(method, params)).toThrow(refused('PARAMETERS_INVALID'))
  })

  const documentPart = exchange('did.document').result as Record<string, unknown>
  test.each([
    ['device.info', null],
    ['device.info', { protocol: 1, model: 7, firmware: '', features: [] }],
    ['device.info', { protocol: 1, model: 'm', firmware: '', features: Array.from({ length: 17 }, () => 'f') }],
    ['did.get', { did: 'did:io:0x', keyType: 'rsa', publicKey: `0x${'11'.repeat(64)}` }],
    ['did.get', { did: 'did:io:0x', keyType: 'p256', publicKey: '0x11' }],
    ['did.document', { ...documentPart, length: 65_537 }],
    ['did.document', { ...documentPart, part: '<script>' }],
    ['did.document', { ...documentPart, part: 'A'.repeat(1400) }],
    ['did.prove', { signature: '0x1234' }],
    ['server.set', { applied: 'yes' }],
  ] as const)('a result of %s: %j', (method, result) => {
    expect(() => checkSerialResult(method, result)).toThrow(refused('INVALID_REQUEST'))
  })

  test('names of objects’ own members are no methods', () => {
    for (const name of ['toString', '__proto__', 'constructor']) expect(isSerialMethod(name)).toBe(false)
  })

  test('any JSON is a message or an error with a code', () => {
    const random = new Seeded(0x7e5)
    for (let i = 0; i < 2_000; i++) {
      const message = encode({ ...random.object(), ...(random.below(2) ? { jsonrpc: '2.0', id: 1 } : {}) })
      for (const parse of [parseSerialRequest, parseSerialReply])
        try {
          parse(message)
        } catch (error) {
          expect(error, `seed 0x7e5, step ${i}`).toHaveProperty('reason')
        }
    }
  })
})
