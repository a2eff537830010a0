import { DeviceKey } from '@iotex2/identity/key'
import { type Profile, parseProfile, scaleValue } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { parseTaskRequest } from '@iotex2/protocol/wire'
import { expect, test } from 'vitest'
import { seededRandom } from '../test/random.ts'
import { recoveryIdOf } from '../test/signature.ts'
import { encodePayload, encodeRequest, formatScaled } from './request.ts'

const profile: Profile = parseProfile({
  name: 'weather',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -60, maximum: 60, scale: 100 },
    { name: 'rain', unit: 'mm', minimum: 0, maximum: 10, scale: 1e9 },
  ],
})
const key = new DeviceKey(new Uint8Array(32).fill(1))
const sample = { time: 1_764_000_000_000, values: { temperature: -7.005, rain: 0.0000001 } }

test('a request is the committed one, byte for byte', () => {
  const payload = encodePayload(profile, sample)
  expect(payload).toBe('{"time":1764000000000,"temperature":-7,"rain":0.0000001}')
  expect(encodeRequest(key, 1n, 7n, payload)).toMatchInlineSnapshot(
    `"{"nonce":7,"projectID":"1","payload":{"time":1764000000000,"temperature":-7,"rain":0.0000001},"signature":"0x1e6cdeda47d684ac4850c6dc33c90f9940e1446edebe4e2870ef45519eb774a17aead277a686aebc9e9c370eef39e9221f8056d03b43c10ce4f237b4fa72ab48"}"`,
  )
})

test('a gateway parses a request, finds its device, and reads the scaled integers that the device meant', () => {
  const body = encodeRequest(key, 1n, (1n << 64n) - 1n, encodePayload(profile, sample))
  const request = parseTaskRequest(body)
  expect(request.nonce).toBe((1n << 64n) - 1n)
  expect(recoveryIdOf(request, key.address)).toBeDefined()
  expect(recoveryIdOf({ ...request, hash: request.hash.toReversed() }, key.address)).toBeUndefined()
  expect(parsePayload(profile, request.payload, sample.time)).toEqual({
    time: BigInt(sample.time),
    values: [-700n, 100n, 0n, 0n, 0n],
  })
})

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
])('%s at scale %s is %s', (scaled, scale, text) => {
  expect(formatScaled(scaled, scale)).toBe(text)
})

test('decimals are scaled back to the integer they came from, at any scale', () => {
  const random = seededRandom(3)
  for (let i = 0; i < 20_000; i++) {
    const scale = 1 + Math.floor(random() * 10 ** Math.floor(random() * 9))
    const scaled = BigInt(Math.floor((random() - 0.5) * 2 ** Math.floor(random() * 46)))
    const field = { name: 'v', unit: '1', minimum: 0, maximum: 0, scale }
    expect(scaleValue(field, Number(formatScaled(scaled, scale)))).toBe(scaled)
  }
})

test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY])('a sample with %s in a field is not sent', (rain) => {
  const values = { temperature: 1, ...(rain === undefined ? {} : { rain }) }
  expect(() => encodePayload(profile, { time: 1, values })).toThrow(expect.objectContaining({ code: 'SAMPLE_INVALID' }))
})
