/** Bottom layer: encodings, JSON, Keccak-256, by published vectors and against JavaScript's own. */
import { keccak256 } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core, strideOf } from './harness.ts'

const SEED = 20_261_125

describe.each(backends('encodings of the C core'))('encodings with %s', (backend) => {
  const stride = strideOf(backend)
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  // RFC 4648 section 10, in the alphabet of section 5 without padding.
  test.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('base64url of "%s" is "%s"', async (bytes, text) => {
    expect(await core.text('base64url', bytes)).toBe(text)
    expect(await core.text('base64url.stream', bytes)).toBe(text)
    expect(await core.text('base64url.decode', text)).toBe(bytes)
  })

  test.each(['Zg==', 'Zh', 'Zm9', 'Z', 'Zm+v', 'Zm/v', ' Zg', 'Zm9v\n', 'Zm9vYh'])(
    '"%s" is no canonical base64url',
    async (text) => {
      const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text
      expect(await core.status('base64url.decode', text)).toBe(isCanonical ? 'IOC_OK' : 'IOC_ERR_ENCODING')
    },
  )

  test(`base64url comes back, of any bytes (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let length = 0; length < 100; length += stride) {
      const bytes = random.bytes(length)
      const text = bytes.toString('base64url')
      expect(await core.text('base64url', bytes)).toBe(text)
      expect(await core.text('base64url.stream', bytes)).toBe(text)
      expect(await core.bytes('base64url.decode', text)).toEqual(bytes)
    }
  })

  // draft-msporny-base58-03 section 5.
  test.each([
    ['48656c6c6f20576f726c6421', '2NEpo7TZRRrLZSi2U'],
    ['0000287fb4cd', '11233QC4'],
  ])('base58 of 0x%s is %s', async (hex, text) => {
    expect(await core.text('base58', Buffer.from(hex, 'hex'))).toBe(text)
  })

  test('base58 refuses what its digits do not hold', async () => {
    expect(await core.status('base58', new Uint8Array(40).fill(255))).toBe('IOC_OK')
    expect(await core.status('base58', new Uint8Array(41))).toBe('IOC_ERR_BUFFER')
  })

  test.each([
    ['0', 0n],
    ['1764003600', 1764003600n],
    [String(2n ** 256n - 1n), 2n ** 256n - 1n],
  ])('decimal %s', async (text, number) => {
    expect((await core.bytes('decimal', text)).toString('hex')).toBe(number.toString(16).padStart(64, '0'))
  })
  test.each(['', '01', '-1', '1a', String(2n ** 256n), '9'.repeat(200)])('"%s" is no decimal', async (text) => {
    expect(await core.status('decimal', text)).toBe('IOC_ERR_ENCODING')
  })

  // Of the Keccak team's KAT for Keccak-256, and Ethereum's own.
  test.each([
    ['', 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'],
    ['616263', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
    ['cc', 'eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a'],
  ])('keccak256 of 0x%s', async (hex, digest) => {
    expect((await core.bytes('keccak', Buffer.from(hex, 'hex'))).toString('hex')).toBe(digest)
  })

  test(`keccak256 of every length around its blocks is ethers' (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (const length of [1, 8, 134, 135, 136, 137, 271, 272, 273, 1000]) {
      const bytes = random.bytes(length)
      expect(`0x${(await core.bytes('keccak', bytes)).toString('hex')}`).toBe(keccak256(bytes))
    }
  })

  test('what does not fit is not written, to the byte', async () => {
    for (let capacity = 0; capacity <= 8; capacity++) {
      await core.call('capacity', capacity)
      expect(await core.status('base64url', 'foobar')).toBe(capacity < 8 ? 'IOC_ERR_BUFFER' : 'IOC_OK')
      expect(await core.status('base64url.stream', 'foobar')).toBe(capacity < 8 ? 'IOC_ERR_BUFFER' : 'IOC_OK')
    }
    await core.call('capacity', 1 << 16)
  })

  // RFC 3339 section 5.8, and the edges of the calendar.
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['1985-04-12T23:20:50.52Z', 482196050],
    ['1996-12-19T16:39:57-08:00', 851042397],
    ['2000-02-29T12:00:00+00:00', 951825600],
    ['2026-11-25t00:00:00z', 1795564800],
    ['9999-12-31T23:59:59Z', 253402300799],
  ])('%s is %i seconds', async (text, seconds) => {
    expect(Math.floor(Date.parse(text) / 1000)).toBe(seconds)
    expect(Number(await core.text('time', text))).toBe(seconds)
  })
  test.each([
    '',
    '2026-11-25',
    '2026-11-25T00:00:00',
    '2026-13-01T00:00:00Z',
    '2026-11-25T00:00:00.Z',
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+00:01',
    '2026-00-01T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-32T00:00:00Z',
    '2026-11-25T24:00:00Z',
    '2026-11-25T00:60:00Z',
    '2026-11-25T00:00:61Z',
    '2026-11-25T00:00:0xZ',
    '2026-11-25 00:00:00Z',
    '2026-11-25T00:00:00+24:00',
    '2026-11-25T00:00:00+00:60',
    '2026-11-25T00:00:00+0000',
    '2026-11-25T00:00:00+00',
    '2026-11-25T00:00:00X',
    '2026-11-25T00:00:00ZZ',
  ])('"%s" is no time', async (text) => {
    expect(await core.status('time', text)).toBe('IOC_ERR_MEMBER')
  })
})

/** Nicolas Seriot's JSON test suite, in part: what every parser takes, and what none may. */
const TAKEN = [
  '[]',
  '[[]   ]',
  '[""]',
  '[null, 1, "1", {}]',
  '[-0]',
  '[-1]',
  '[1E22]',
  '[1E-2]',
  '[1e+2]',
  '[123.456789]',
  '[0e1]',
  '{"a":"b","c":"d"}',
  '{"":0}',
  '{"a":[]}',
  '["\\u0060\\u012a\\u12AB"]',
  '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\uD801\\udc37"]',
  '["é"]',
  '["￿"]',
  '["\u{10ffff}"]',
  ' [] ',
  '["\u007f"]',
  '[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]',
]
const REFUSED = [
  '',
  ' ',
  '[',
  ']',
  '[1',
  '[1,]',
  '[,1]',
  '[1,,2]',
  '["x"',
  '["',
  '{"a":1',
  '{"a"}',
  '{"a":}',
  '{a:1}',
  '{"a":1,}',
  "{'a':1}",
  '{"a":1 "b":2}',
  '[1 2]',
  '[+1]',
  '[01]',
  '[-]',
  '[-01]',
  '[1.]',
  '[.5]',
  '[1e]',
  '[1e+]',
  '[0x1]',
  '[NaN]',
  '[Infinity]',
  '[tru]',
  '[nul]',
  '[True]',
  '["\\x00"]',
  '["\\u12"]',
  '["\\u123g"]',
  '["\u0000"]',
  '["\n"]',
  '["\t"]',
  '[1]x',
  '[]]',
  '{}}',
  '[1]//',
  '[\u00a0]',
  '\ufeff[]',
  '["\\"]',
  '[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]',
]
const NOT_UTF8 = ['80', 'c0af', 'e08080', 'eda080', 'f08080af', 'f4908080', 'ff', 'c3', 'e282', 'f09f98']

describe.each(backends('JSON of the C core'))('JSON with %s', (backend) => {
  const stride = strideOf(backend)
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  const wrap = (value: string | Buffer) =>
    Buffer.concat([Buffer.from('{"value":'), Buffer.from(value), Buffer.from('}')])

  test.each(TAKEN)('takes %s', async (text) => {
    expect((await core.bytes('json', wrap(text))).toString()).toBe(text.trim())
  })
  test.each(REFUSED)('refuses %j', async (text) => {
    expect(await core.status('json', wrap(text))).toBe('IOC_ERR_JSON')
  })
  test.each(NOT_UTF8)('refuses 0x%s, which is no UTF-8', async (hex) => {
    const text = Buffer.concat([Buffer.from('["'), Buffer.from(hex, 'hex'), Buffer.from('"]')])
    expect(await core.status('json', wrap(text))).toBe('IOC_ERR_JSON')
  })
  test.each(['[]', '1', '"a"', 'null', ''])('%j is no object', async (text) => {
    expect(await core.status('json', text)).toBe('IOC_ERR_JSON')
  })
  test.each([
    ['{"value":1,"value":2}', 'what is asked for is there once'],
    ['{"\\u0076alue":1}', 'a name with an escape could be any'],
    ['{"other\\n":1}', 'a name with an escape could be any'],
    ['{"value":1}{"value":1}', 'nothing follows'],
  ])('refuses %s: %s', async (text) => {
    expect(await core.status('json', text)).toBe('IOC_ERR_JSON')
  })
  test('passes over what is not asked for, and takes each of an array', async () => {
    expect(await core.text('json', '{ "a" : [1,{"value":2}] , "value" : "x" }')).toBe('"x"')
    expect((await core.call('json', '{"a":1}'))[0]).toBeNull()
    expect((await core.call('json.array', ' [ 1, "]" ,{"a":[2]} ] ')).map(String)).toEqual(['1', '"]"', '{"a":[2]}'])
    expect(await core.call('json.array', '[ ]')).toEqual([])
    for (const text of ['[1', '[1]2', '{}', '', '[1,]'])
      expect(await core.status('json.array', text), text).toBe('IOC_ERR_JSON')
    for (const text of ['"a"b', '1', '', '"a'])
      expect(await core.status('json.unescape', text), text).toMatch(/^IOC_ERR_(MEMBER|JSON)$/)
    // What is no text of C is a text all the same, and a base58 of zeros has their number of ones.
    expect(await core.text('json.string', 'a\0b')).toBe('"a\\u0000b"')
    expect(await core.text('base58', new Uint8Array(3))).toBe('111')
    expect(await core.status('base58', new Uint8Array(41))).toBe('IOC_ERR_BUFFER')
  })

  test(`parses what JavaScript prints, and refuses it cut short (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < 400; i += stride) {
      const text = random.print(random.object())
      const hasEscapes = Object.keys(JSON.parse(text)).some((name) => JSON.stringify(name).includes('\\'))
      expect(await core.status('json', text), text).toBe(hasEscapes ? 'IOC_ERR_JSON' : 'IOC_OK')
      const bytes = Buffer.from(text)
      const cut = bytes.subarray(0, random.below(bytes.length))
      expect(await core.status('json', cut), cut.toString()).toBe('IOC_ERR_JSON')
    }
  })

  test(`escapes and unescapes as JavaScript does (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < 400; i += stride) {
      const text = random.text()
      expect(await core.text('json.string', text)).toBe(JSON.stringify(text))
      expect(await core.text('json.unescape', JSON.stringify(text))).toBe(text)
      const escaped = `"${[...text].flatMap((c) => [...c].flatMap((d) => Array.from({ length: d.length }, (_, j) => `\\u${d.charCodeAt(j).toString(16).padStart(4, '0')}`))).join('')}"`
      expect(await core.text('json.unescape', escaped)).toBe(text)
    }
  })
  test.each(['"\\ud800"', '"\\ud800x"', '"\\ud800\\u0041"', '"\\udc00"'])('%s is a lone surrogate', async (text) => {
    expect(await core.status('json.unescape', text)).toBe('IOC_ERR_JSON')
  })
  test.each([
    ['0', 0n],
    ['18446744073709551615', (1n << 64n) - 1n],
  ])('%s is an unsigned integer', async (text, number) => {
    expect(BigInt(await core.text('json.uint', text))).toBe(number)
  })
  test.each(['-1', '1.0', '1e2', '00', '', '18446744073709551616', '99999999999999999999', '"1"'])(
    '%s is none',
    async (text) => {
      expect(await core.status('json.uint', text)).toBe('IOC_ERR_MEMBER')
    },
  )
})
