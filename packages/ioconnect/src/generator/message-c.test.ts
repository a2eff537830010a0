/** Generated C writes what packages/protocol reads, byte for byte, and its sizes are the longest that there are. */
import { DeviceKey } from '@iotex2/identity/key'
import { profileManifest } from '@iotex2/protocol/manifest'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { parseTaskRequest, signingHash, signingText } from '@iotex2/protocol/wire'
import { p256 } from '@noble/curves/nist.js'
import { AbiCoder, encodeBase58 } from 'ethers'
import { afterAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { skipReason } from '../../c/test/toolchain.ts'
import weather from '../../examples/weather.profile.json' with { type: 'json' }
import computer from '../../profiles/computer.json' with { type: 'json' }
import { formatScaled, layoutOf, MAXIMUM_TIME } from './layout.ts'
import { Messages, type Reading } from './message.fixture.ts'
import { messageHeader, messageSource } from './message-c.ts'
import { abiParameters } from './schema.ts'

const SEED = 20_261_125
const key = new DeviceKey(new Uint8Array(32).fill(1))
const DEVICE = {
  model: 'Test',
  firmware: '1',
  projects: ['7', '8'],
  intervalMs: 1000,
  transport: 'http',
  gateways: ['http://127.0.0.1:1'],
  security: 'development',
}
const field = (name: string, minimum: number, maximum: number, scale: number, more = {}) => ({
  name,
  unit: 'x',
  minimum,
  maximum,
  scale,
  ...more,
})
const made = (name: string, fields: unknown[], device?: object): Profile =>
  parseProfile({ name, version: 1, maximumRatePerMinute: 60, fields, ...(device ? { device } : {}) })

const profiles: Profile[] = [
  parseProfile(weather),
  parseProfile(computer),
  made('edges', [
    field('int', -128, 127, 1),
    field('windSpeed', 0, 255, 1, { type: 'integer' }),
    field('class', -0.5, 0.5, 1_000_000_000),
    field('on', 0, 1, 1, { type: 'boolean' }),
    field('wide', -4_000_000_000_000, 4_000_000_000_000, 1),
  ]),
  made('odd-scales', [
    field('thirds', -10, 10, 3),
    field('halves', 5, 5, 2),
    field('eighths', -2, -1, 8),
    field('sevenths', -1, 1e6, 7_000_001),
    field('far', 4_000_000_000, 4_000_000_900, 1000),
  ]),
  made('signed', [field('count', 0, 1e6, 1), field('level', -5, 5, 10)], { ...DEVICE, signedKeys: ['count', 'time'] }),
]
/** The key for encryption that the fixture has. */
const point = p256.Point.fromBytes(p256.getPublicKey(new Uint8Array(32).fill(2), false))
const coordinate = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toString('base64url')
const server = {
  did: 'did:example:server',
  keyAgreement: {
    kid: 'did:example:server#k',
    kty: 'EC',
    crv: 'P-256',
    x: coordinate(point.x),
    y: coordinate(point.y),
  },
}
const io = made('by-io', [field('count', 0, 9, 1)], { ...DEVICE, server })
const byKey = made('by-key', [field('count', 0, 9, 1)], { ...DEVICE, server, didMethod: 'key' })

const skip = skipReason('generated messages')
const messages = skip ? undefined : new Messages([...profiles, io, byKey])
afterAll(() => messages?.stop())

/** The payload as packages/protocol's reader wants it. */
const payloadOf = (profile: Profile, { time, values }: Reading): string =>
  `{"time":${time}${profile.fields.map((each, i) => `,"${each.name}":${formatScaled(values[i]!, each.scale)}`).join('')}}`

const written = async (...args: Parameters<Messages['call']>): Promise<string> => {
  const { status, words } = await messages!.call(...args)
  expect(status).toBe('ok')
  return Buffer.from(words[0]!, 'hex').toString('latin1')
}

/** The ends of each range, their neighbours, zero, the longest; then values by chance. */
function* readings(profile: Profile, count: number): Generator<Reading> {
  const { fields } = layoutOf(profile)
  const random = new Seeded(SEED)
  const between = (minimum: bigint, maximum: bigint) =>
    minimum + BigInt(random.below(2 ** 31)) * ((maximum - minimum) / 2n ** 31n + 1n)
  const pick = (choose: (layout: (typeof fields)[number]) => bigint) =>
    fields.map((layout) => {
      const value = choose(layout)
      // Math.min takes no bigints.
      if (value < layout.minimum) return layout.minimum
      if (value > layout.maximum) return layout.maximum
      return value
    })
  for (const choose of [
    (each) => each.minimum,
    (each) => each.maximum,
    (each) => each.minimum + 1n,
    (each) => each.maximum - 1n,
    () => 0n,
    () => 1n,
    () => -1n,
    (each) => BigInt(each.field.scale),
    (each) => each.longest,
  ] as ((layout: (typeof fields)[number]) => bigint)[])
    for (const time of [0n, 1_764_000_000_000n, MAXIMUM_TIME]) yield { time, values: pick(choose) }
  for (let i = 0; i < count; i++)
    yield { time: BigInt(random.below(2 ** 40)), values: pick((each) => between(each.minimum, each.maximum)) }
}

describe.skipIf(skip).each(profiles)(`$name, seed ${SEED}`, (profile) => {
  test('encodes what the gateway reads back', async () => {
    for (const reading of readings(profile, 300)) {
      const text = await written(profile, 'encode', reading)
      expect(text).toBe(payloadOf(profile, reading))
      const parsed = parsePayload(profile, JSON.parse(text), Number(MAXIMUM_TIME))
      expect(parsed.time).toBe(reading.time)
      expect(parsed.values.slice(0, profile.fields.length)).toEqual(reading.values)
    }
  })

  test('signs as the TypeScript key does, with the manifest as its version', async () => {
    for (const reading of [...readings(profile, 10)].slice(-20)) {
      const body = await written(profile, 'sign', reading, { project: 7n, nonce: 9n })
      const signedKeys = profile.device?.signedKeys ?? []
      const text = signingText(9n, '7', profileManifest(profile).hash, payloadOf(profile, reading))
      const hash = signingHash(text, JSON.parse(payloadOf(profile, reading)), signedKeys)
      const signature = Buffer.from(key.sign(hash)).toString('hex')
      expect(body).toBe(`${text.slice(0, -1)},"signature":"0x${signature}"}`)
      expect(parseTaskRequest(body, () => signedKeys).projectVersion).toBe(profileManifest(profile).hash)
    }
  })

  test('encodes as an ABI', async () => {
    const types = abiParameters(profile).map(({ type }) => type)
    for (const { time, values } of readings(profile, 20)) {
      const { words } = await messages!.call(profile, 'abi', { time, values })
      const arguments_ = [time, ...values].map((value, i) => (types[i] === 'bool' ? value === 1n : value))
      expect(`0x${words[0]}`).toBe(AbiCoder.defaultAbiCoder().encode(types, arguments_))
    }
  })

  test('sizes suffice, and the longest reading has them', async () => {
    const { fields, payloadBytes, requestBytes, abiBytes } = layoutOf(profile)
    const { words } = await messages!.call(profile, 'sizes', { time: 0n, values: [] })
    expect(words.slice(0, 3).map(Number)).toEqual([payloadBytes, requestBytes, abiBytes])
    for (const reading of readings(profile, 300))
      expect((await written(profile, 'encode', reading)).length).toBeLessThanOrEqual(payloadBytes)
    const longest = { time: MAXIMUM_TIME, values: fields.map((each) => each.longest) }
    expect(await written(profile, 'encode', longest)).toHaveLength(payloadBytes)
    const largest = { project: (1n << 63n) - 1n, nonce: (1n << 64n) - 1n }
    expect(await written(profile, 'sign', longest, largest)).toHaveLength(requestBytes)
  })

  test('packs the longest request under the longest names, and unpacks it', async () => {
    const { fields } = layoutOf(profile)
    const longest = { time: MAXIMUM_TIME, values: fields.map((each) => each.longest) }
    const largest = { project: (1n << 63n) - 1n, nonce: (1n << 64n) - 1n }
    const kid = `did:example:${'a'.repeat(146)}#b`
    const body = await written(profile, 'sign', longest, largest)
    expect(await written(profile, 'pack', longest, { ...largest, kid })).toBe(body)
    const { status } = await messages!.call(profile, 'pack', longest, { ...largest, kid: `${kid}c` })
    expect(status).toBe('IOC_ERR_ARGUMENT')
  })

  test('refuses what is out of range', async () => {
    const { fields } = layoutOf(profile)
    const inside = fields.map(({ minimum }) => minimum)
    for (const [i, { minimum, maximum, cType }] of fields.entries()) {
      const bits = BigInt(/\d+/.exec(cType)?.[0] ?? 1)
      for (const value of [minimum - 1n, maximum + 1n]) {
        const holds =
          cType.startsWith('u') || cType === 'bool'
            ? value >= 0n && value < 1n << bits
            : value >= -(1n << (bits - 1n)) && value < 1n << (bits - 1n)
        // What the type cannot hold, a program cannot say.
        if (!holds) continue
        for (const operation of ['encode', 'sign', 'abi'])
          expect((await messages!.call(profile, operation, { time: 0n, values: inside.with(i, value) })).status).toBe(
            'IOC_ERR_ARGUMENT',
          )
      }
    }
    expect((await messages!.call(profile, 'encode', { time: MAXIMUM_TIME + 1n, values: inside })).status).toBe(
      'IOC_ERR_ARGUMENT',
    )
  })
})

test.skipIf(skip)('packs for the server of the profile, from the DID of its method', async () => {
  const reading = { time: 1n, values: [3n] }
  for (const profile of [io, byKey])
    expect(JSON.parse(await written(profile, 'pack', reading))).toMatchObject({ payload: { time: 1, count: 3 } })
  expect(await written(io, 'sender', reading)).toBe(`did:io:${key.address}#key-2`)
  const multibase = `z${encodeBase58(Buffer.from([0x80, 0x24, ...point.toBytes(true)]))}`
  expect(await written(byKey, 'sender', reading)).toBe(`did:key:${multibase}#${multibase}`)
  expect(messageHeader(io)).toContain('#define IOC_BY_IO_SERVER_DID "did:example:server"')
})

test('the longest of every small range is the longest', () => {
  // Every value of many ranges, for scales that are and are not products of 2 and 5.
  const random = new Seeded(SEED)
  for (let round = 0; round < 400; round++) {
    const scale = [1, 2, 3, 5, 7, 8, 10, 12, 16, 25, 100, 125, 999, 1000][random.below(14)]!
    const low = random.below(3000) - 1500
    const high = low + random.below(1500)
    const profile = made('range', [field('value', low / scale, high / scale, scale)])
    const { fields } = layoutOf(profile)
    let longest = 0
    for (let value = fields[0]!.minimum; value <= fields[0]!.maximum; value++)
      longest = Math.max(longest, formatScaled(value, scale).length)
    expect(fields[0]!.longestLength, `${low} to ${high} by ${scale}`).toBe(longest)
  }
})

test('is the same each time, and names no machine', () => {
  for (const profile of profiles) {
    expect(messageSource(profile)).toBe(messageSource(structuredClone(profile)))
    expect(messageHeader(profile)).toBe(messageHeader(structuredClone(profile)))
  }
})
