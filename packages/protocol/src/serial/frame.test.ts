import { crc32 as zlibCrc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import vectors from '../../../../test/vectors/serial-protocol.json' with { type: 'json' }
import { fromHex, toHex } from '../hex.ts'
import { Seeded } from '../seeded.fixture.ts'
import { cobsDecode, cobsEncode } from './cobs.ts'
import { crc32 } from './crc32.ts'
import { encodeFrame, FrameDecoder, MAXIMUM_ENCODED_BYTES, MAXIMUM_MESSAGE_BYTES } from './frame.ts'

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('CRC-32', () => {
  // The check value of the catalogue of CRCs, and the empty text.
  test.each([
    ['123456789', 0xcbf43926],
    ['', 0],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of %j', (text, sum) => {
    expect(crc32(bytes(text))).toBe(sum)
  })

  test('is zlib’s', () => {
    const random = new Seeded(0x5e71)
    for (let length = 0; length < 300; length++) {
      const data = random.bytes(length)
      expect(crc32(data), `seed 0x5e71, ${length} bytes`).toBe(zlibCrc32(data))
    }
  })
})

describe('COBS', () => {
  // The examples that the encoding is usually explained by, without their delimiters.
  test.each([
    ['one zero', [0], [1, 1]],
    ['two zeros', [0, 0], [1, 1, 1]],
    ['a byte between zeros', [0, 0x11, 0], [1, 2, 0x11, 1]],
    ['a zero within', [0x11, 0x22, 0, 0x33], [3, 0x11, 0x22, 2, 0x33]],
    ['no zero', [0x11, 0x22, 0x33, 0x44], [5, 0x11, 0x22, 0x33, 0x44]],
    ['zeros at the end', [0x11, 0, 0, 0], [2, 0x11, 1, 1, 1]],
    ['254 bytes', range(1, 0xfe), [0xff, ...range(1, 0xfe)]],
    ['a zero, 254 bytes', [0, ...range(1, 0xfe)], [1, 0xff, ...range(1, 0xfe)]],
    ['255 bytes', range(1, 0xff), [0xff, ...range(1, 0xfe), 2, 0xff]],
    ['254 bytes, a zero', [...range(2, 0xff), 0], [0xff, ...range(2, 0xff), 1, 1]],
    ['253 bytes, a zero, a byte', [...range(3, 0xff), 0, 1], [0xfe, ...range(3, 0xff), 2, 1]],
    ['nothing', [], [1]],
  ])('%s', (_, decoded, encoded) => {
    expect([...cobsEncode(Uint8Array.from(decoded))]).toEqual(encoded)
    expect([...cobsDecode(Uint8Array.from(encoded))!]).toEqual(decoded)
  })

  test.each([
    ['a zero in it', [2, 0]],
    ['a block cut short', [3, 1]],
    ['nothing', []],
  ])('%s is no encoding', (_, encoded) => {
    expect(cobsDecode(Uint8Array.from(encoded))).toBeUndefined()
  })

  test('what is encoded is decoded, and no longer than it must', () => {
    const random = new Seeded(0xc0b5)
    for (let i = 0; i < 2_000; i++) {
      const data = random.bytes(random.below(800)).map((byte) => (random.below(3) === 0 ? 0 : byte))
      const encoded = cobsEncode(data)
      expect(encoded.includes(0)).toBe(false)
      expect(encoded.length, `seed 0xc0b5, step ${i}`).toBeLessThanOrEqual(
        data.length + Math.max(1, Math.ceil(data.length / 254)),
      )
      expect(toHex(cobsDecode(encoded)!), `seed 0xc0b5, step ${i}`).toBe(toHex(data))
    }
  })
})

describe('frames', () => {
  test.each(vectors.frames)('golden: $name', ({ message, frame }) => {
    expect(toHex(encodeFrame(bytes(message)))).toBe(frame)
    expect(new FrameDecoder().push(fromHex(frame))).toEqual([{ message: bytes(message) }])
  })

  test.each(vectors.faults)('golden: $name', ({ frame, fault }) => {
    expect(new FrameDecoder().push(fromHex(frame))).toEqual([{ fault }])
  })

  test('the longest message fits, and one byte more is refused', () => {
    const longest = new Uint8Array(MAXIMUM_MESSAGE_BYTES).fill(0x61)
    const frame = encodeFrame(longest)
    expect(frame.length).toBeLessThanOrEqual(MAXIMUM_ENCODED_BYTES + 2)
    expect(new FrameDecoder().push(frame)).toEqual([{ message: longest }])
    expect(() => encodeFrame(new Uint8Array(MAXIMUM_MESSAGE_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'FRAME_TOO_LONG' }),
    )
  })

  test('frames are found however the line cuts them, with a boot log between them', () => {
    const random = new Seeded(0xf4a3)
    const messages = ['{"a":1}', '', 'é😀', 'x'.repeat(600)].map(bytes)
    const line = Buffer.concat([
      bytes('boot: ioConnect 1.0\r\n'),
      ...messages.flatMap((message) => [encodeFrame(message), bytes('log: a line\r\n')]),
      Uint8Array.of(0),
    ])
    for (let i = 0; i < 200; i++) {
      const decoder = new FrameDecoder()
      const found: Uint8Array[] = []
      for (let at = 0; at < line.length; ) {
        const end = at + 1 + random.below(40)
        for (const frame of decoder.push(line.subarray(at, end))) if ('message' in frame) found.push(frame.message)
        at = end
      }
      expect(found, `seed 0xf4a3, step ${i}`).toEqual(messages)
    }
  })

  test('any single byte that changes is noticed, and so is one that is lost or doubled', () => {
    const message = bytes('{"jsonrpc":"2.0","id":7,"method":"did.get","params":{}}')
    const frame = encodeFrame(message)
    const broken = (changed: Uint8Array) =>
      new FrameDecoder().push(changed).some((found) => 'message' in found && toHex(found.message) === toHex(message))
    for (let at = 1; at < frame.length - 1; at++) {
      for (const mask of [1, 0x80, 0xff]) {
        const changed = frame.slice()
        changed[at]! ^= mask
        expect(broken(changed)).toBe(false)
      }
      expect(broken(Uint8Array.from([...frame.slice(0, at), ...frame.slice(at + 1)]))).toBe(false)
      expect(broken(Uint8Array.from([...frame.slice(0, at), frame[at]!, ...frame.slice(at)]))).toBe(false)
    }
  })

  test('a line that never ends costs no memory, and the next frame is read', () => {
    const decoder = new FrameDecoder()
    for (let i = 0; i < 1_000; i++) expect(decoder.push(new Uint8Array(997).fill(0x55))).toEqual([])
    expect(decoder.push(encodeFrame(bytes('{}')))).toEqual([{ fault: 'FRAME_TOO_LONG' }, { message: bytes('{}') }])
  })

  test('any bytes at all give faults, not exceptions', () => {
    const random = new Seeded(0xa11)
    const decoder = new FrameDecoder()
    for (let i = 0; i < 3_000; i++)
      for (const frame of decoder.push(random.bytes(random.below(64)))) expect(frame).not.toHaveProperty('message')
  })
})
