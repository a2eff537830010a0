import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { RequestError } from './errors.ts'
import { fromHex, type Hex, toHex } from './hex.ts'
import { Seeded } from './seeded.fixture.ts'
import {
  isLowS,
  parseMessageRequest,
  parseTaskRequest,
  signingHash,
  signingText,
  type TaskRequest,
  wireTaskId,
} from './wire.ts'

const SIGNATURE: Hex = `0x${'11'.repeat(32)}${'22'.repeat(32)}`
const HALF_ORDER = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0'
const sha256 = (text: string | Buffer): Hex => toHex(createHash('sha256').update(text).digest())

const body = (members: Record<string, unknown>): string => JSON.stringify({ signature: SIGNATURE, ...members })

/** The result of a parse, or the code of its refusal. */
function outcome(parse: () => TaskRequest): unknown {
  try {
    const { hash, signature, ...rest } = parse()
    return { ...rest, hash: toHex(hash), signature: toHex(signature) }
  } catch (error) {
    if (error instanceof RequestError) return error.code
    throw error
  }
}

describe('golden', () => {
  test('a canonical request', () => {
    const text = '{"nonce":18446744073709551615,"projectID":"42","payload":{"time":1,"t":-1.50}}'
    expect(outcome(() => parseTaskRequest(`${text.slice(0, -1)},"signature":"${SIGNATURE}"}`))).toEqual({
      nonce: 18446744073709551615n,
      projectId: 42n,
      payload: { time: 1, t: -1.5 },
      payloadText: '{"time":1,"t":-1.50}',
      hash: sha256(text),
      signature: SIGNATURE,
    })
  })

  test('order and whitespace of what is sent do not matter, the payload as written does', () => {
    const sent = ` {"signature": "${SIGNATURE}", "payload" : { "t" : 1.0, "s":"a<b" },\n"projectVersion":"v1&", "nonce": 7, "projectID":"42"} `
    expect(outcome(() => parseTaskRequest(sent))).toMatchObject({
      projectVersion: 'v1&',
      payloadText: '{"t":1.0,"s":"a\\u003cb"}',
      hash: sha256('{"nonce":7,"projectID":"42","projectVersion":"v1\\u0026","payload":{"t":1.0,"s":"a\\u003cb"}}'),
    })
  })

  test('a payload in hexadecimal is signed as digits without 0x', () => {
    const hex = Buffer.from('{"t":1}').toString('hex')
    for (const payload of [hex, `0x${hex}`])
      expect(outcome(() => parseTaskRequest(body({ nonce: 1, projectID: '1', payload })))).toMatchObject({
        payload: { t: 1 },
        payloadText: `"${hex}"`,
        hash: sha256(`{"nonce":1,"projectID":"1","payload":"${hex}"}`),
      })
  })

  test('signed keys are hashed after the text, as little-endian 64-bit integers', () => {
    const text = signingText(1n, '1', undefined, '{"a":258,"b":0}')
    const values = Buffer.from('02010000000000000000000000000000', 'hex')
    const expected = sha256(Buffer.concat([createHash('sha256').update(text).digest(), values]))
    expect(toHex(signingHash(text, { a: 258, b: 0 }, ['a', 'b']))).toBe(expected)
    expect(
      outcome(() => parseTaskRequest(body({ nonce: 1, projectID: '1', payload: { a: 258, b: 0 } }), () => ['a', 'b'])),
    ).toMatchObject({ hash: expected })
    for (const a of [-1, 1.5, '1', undefined, 2 ** 53])
      expect(outcome(() => parseTaskRequest(body({ nonce: 1, projectID: '1', payload: { a } }), () => ['a']))).toBe(
        'REQUEST_MALFORMED',
      )
  })

  test('the older message', () => {
    const data = '{"time":5,"t":1}'
    const text = `{"projectID":1,"projectVersion":"1","data":${JSON.stringify(data)}}`
    const expected = { nonce: 5n, projectId: 1n, payloadText: data, hash: sha256(text) }
    expect(outcome(() => parseMessageRequest(body({ projectID: 1, projectVersion: '1', data })))).toMatchObject(
      expected,
    )
    const hex = toHex(Buffer.from(data))
    expect(outcome(() => parseMessageRequest(body({ projectID: 1, data: hex })))).toMatchObject({ payloadText: data })
    for (const wrong of ['{"t":1}', '{"time":0}', '{"time":1.5}', 'x', '[]', 'null'])
      expect(outcome(() => parseMessageRequest(body({ projectID: 1, data: wrong })))).toBe('REQUEST_MALFORMED')
  })

  test('task ids', () => {
    // keccak-256 of 65 zero bytes, and of 64 with a 1, by js-sha3.
    expect(wireTaskId(new Uint8Array(64), 0)).toBe('0xae61b77b3e4cbac1353bfa4c59274e3ae531285c24e3cf57c11771ecbf72d9bf')
    expect(wireTaskId(new Uint8Array(64), 1)).toBe('0x16546b4b0ef21e4408c1d1d29122009628920a1ec4e5e9a3f8dd5037074e9d70')
  })

  test('low s', () => {
    const withS = (hex: string) => isLowS(Buffer.from('00'.repeat(32) + hex, 'hex'))
    expect(withS(HALF_ORDER)).toBe(true)
    expect(withS(HALF_ORDER.replace(/0$/, '1'))).toBe(false)
    expect(withS(`7e${'ff'.repeat(31)}`)).toBe(true)
    expect(withS('ff'.repeat(32))).toBe(false)
  })
})

describe('refusals', () => {
  const payload = { t: 1 }
  test.each([
    ['', 'REQUEST_MALFORMED'],
    ['null', 'REQUEST_MALFORMED'],
    ['{', 'REQUEST_MALFORMED'],
    [body({ projectID: '1', payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: 0, projectID: '1', payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: '1', projectID: '1', payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1.5, projectID: '1', payload }), 'REQUEST_MALFORMED'],
    [
      body({ nonce: 1, projectID: '1', payload }).replace('"nonce":1', '"nonce":18446744073709551616'),
      'REQUEST_MALFORMED',
    ],
    [body({ nonce: 1, projectID: 1, payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1, projectID: '01', payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1, projectID: '9223372036854775808', payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1, projectID: '1', projectVersion: 2, payload }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1, projectID: '1', payload: null }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1, projectID: '1', payload: 'abc' }), 'REQUEST_MALFORMED'],
    [body({ nonce: 1, projectID: '1', payload, signature: '0x12' }), 'SIGNATURE_MALFORMED'],
    [body({ nonce: 1, projectID: '1', payload, signature: 5 }), 'SIGNATURE_MALFORMED'],
    [body({ nonce: 1, projectID: '1', payload, signature: `0x${'ff'.repeat(64)}` }), 'SIGNATURE_HIGH_S'],
  ])('%s', (text, code) => {
    expect(outcome(() => parseTaskRequest(text))).toBe(code)
  })
})

test('canonical text and the same in any other form are one request', () => {
  const random = new Seeded(4)
  for (let i = 0; i < 400; i++) {
    const payload = random.object()
    const members = {
      nonce: 1 + random.below(1e9),
      projectID: String(random.below(1000)),
      payload,
      signature: toHex(Buffer.concat([random.bytes(32), Buffer.from([random.below(0x7f)]), random.bytes(31)])),
    }
    const canonical = outcome(() => parseTaskRequest(JSON.stringify(members)))
    const { nonce, projectID, signature } = members
    const shuffled = { signature, payload, projectID, nonce }
    expect(outcome(() => parseTaskRequest(random.print(shuffled)))).toEqual(canonical)
    expect(canonical).toMatchObject({
      hash: toHex(
        signingHash(signingText(BigInt(nonce), projectID, undefined, (canonical as TaskRequest).payloadText), payload),
      ),
    })
  }
})

test('a member that hides behind the payload is not overlooked', () => {
  const hidden = `{"nonce":1,"projectID":"1","payload":{"t":1},"nonce":2,"x":{"t":2},"signature":"${SIGNATURE}"}`
  expect(outcome(() => parseTaskRequest(hidden))).toMatchObject({ nonce: 2n, payload: { t: 1 } })
})

test('hexadecimal round trip', () => {
  const random = new Seeded(5)
  for (let i = 0; i < 50; i++) {
    const bytes = random.bytes(random.below(40))
    expect(Buffer.from(fromHex(toHex(bytes)))).toEqual(bytes)
  }
})
