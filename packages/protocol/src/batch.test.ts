import { poseidon2, poseidon10, poseidon11 } from 'poseidon-lite'
import { describe, expect, test } from 'vitest'
import {
  aggregateDevices,
  BATCH_LEAVES,
  BATCH_SIGNALS,
  batchCircuitInput,
  batchLeaves,
  batchRoot,
  batchSignals,
  batchTaskId,
  packAggregate,
  SIGNAL,
  sortReadings,
  unpackAggregates,
} from './batch.ts'
import { FIELD_MODULUS, toField } from './field.ts'
import type { Hex } from './hex.ts'
import { LEAF_DOMAIN, readingLeaf } from './leaf.ts'
import { merkleLevels, merkleRoot, proveInclusion, verifyInclusion } from './merkle.ts'
import { circuitRanges, type Profile, parseProfile, profileParameters } from './profile.ts'
import { MAXIMUM_CLOCK_SKEW_MS, parsePayload, type Reading } from './reading.ts'
import { Seeded } from './seeded.fixture.ts'

const profile = parseProfile({
  name: 'thermometer',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100 },
    { name: 'humidity', unit: '%', minimum: 0, maximum: 100, scale: 10 },
  ],
})
const context = {
  chainId: 31337n,
  projectId: 7n,
  router: `0x${'aa'.repeat(20)}` as Hex,
  prover: `0x${'bb'.repeat(20)}` as Hex,
  profile,
}

const address = (i: number): Hex => `0x${(i + 1).toString(16).padStart(40, '0')}`
const reading = (device: number, nonce: number, temperature = 0, humidity = 0): Reading => ({
  chainId: 31337n,
  projectId: 7n,
  device: address(device),
  nonce: BigInt(nonce),
  time: 1_700_000_000_000n,
  values: [BigInt(temperature), BigInt(humidity), 0n, 0n, 0n],
})

function randomReadings(random: Seeded, count: number): Reading[] {
  return sortReadings(
    Array.from({ length: count }, (_, i) =>
      reading(random.below(8), i + 1, random.below(12501) - 4000, random.below(1001)),
    ),
  )
}

describe('merkle', () => {
  test('a tree of two and of four, by hand', () => {
    expect(merkleRoot([5n])).toBe(5n)
    expect(merkleRoot([1n, 2n])).toBe(poseidon2([1n, 2n]))
    expect(merkleRoot([1n, 2n, 3n, 4n])).toBe(poseidon2([poseidon2([1n, 2n]), poseidon2([3n, 4n])]))
    // The hash that circomlib's own tests name.
    expect(merkleRoot([1n, 2n])).toBe(7853200120776062878684798364095072458815029376092732009249414926327459813530n)
  })

  test('every leaf is proven, and nothing else is', () => {
    const leaves = Array.from({ length: 16 }, (_, i) => BigInt(i * i + 1))
    for (const index of leaves.keys()) {
      const proof = proveInclusion(leaves, index)
      expect(proof.root).toBe(merkleRoot(leaves))
      expect(verifyInclusion(proof)).toBe(true)
      expect(verifyInclusion({ ...proof, leaf: proof.leaf + 1n })).toBe(false)
      expect(verifyInclusion({ ...proof, index: index ^ 1 })).toBe(false)
      expect(verifyInclusion({ ...proof, root: proof.root + 1n })).toBe(false)
      expect(verifyInclusion({ ...proof, siblings: proof.siblings.map((s, i) => (i === 2 ? s + 1n : s)) })).toBe(false)
    }
  })

  test.each([0, 3, 12])('%i leaves make no tree', (count) => {
    expect(() => merkleLevels(Array(count).fill(0n))).toThrow(expect.objectContaining({ code: 'MERKLE_SHAPE' }))
  })

  test.each([-1, 4, 0.5])('no leaf has index %d', (index) => {
    expect(() => proveInclusion([1n, 2n, 3n, 4n], index)).toThrow(expect.objectContaining({ code: 'MERKLE_SHAPE' }))
  })
})

describe('leaf', () => {
  test('is the hash of its parts, negative values as field elements', () => {
    const cold = reading(0, 9, -325, 500)
    expect(LEAF_DOMAIN).toBe(BigInt(`0x${Buffer.from('iotex2').toString('hex')}01`))
    expect(readingLeaf(cold)).toBe(
      poseidon11([LEAF_DOMAIN, 31337n, 7n, 1n, 9n, 1_700_000_000_000n, FIELD_MODULUS - 325n, 500n, 0n, 0n, 0n]),
    )
  })

  test('changes with each part', () => {
    const base = reading(0, 9, 1, 2)
    const changed: Reading[] = [
      { ...base, chainId: 1n },
      { ...base, projectId: 8n },
      { ...base, device: address(1) },
      { ...base, nonce: 10n },
      { ...base, time: 0n },
      ...base.values.map((_, i) => ({ ...base, values: base.values.map((v, j) => (i === j ? v + 1n : v)) })),
    ]
    expect(new Set([base, ...changed].map(readingLeaf)).size).toBe(changed.length + 1)
  })
})

describe('batch', () => {
  test('sorts by device, then nonce, whatever the order of arrival', () => {
    const random = new Seeded(6)
    const sorted = randomReadings(random, 16)
    for (let i = 0; i < 20; i++) {
      const shuffled = [...sorted].sort(() => random.below(3) - 1)
      expect(sortReadings(shuffled)).toEqual(sorted)
    }
    expect(sortReadings([reading(0, 10), reading(0, 9)]).map(({ nonce }) => nonce)).toEqual([9n, 10n])
  })

  test.each([
    ['none', []],
    ['too many', Array.from({ length: BATCH_LEAVES + 1 }, (_, i) => reading(0, i + 1))],
    ['the same twice', [reading(0, 1), reading(0, 1)]],
    ['devices out of order', [reading(1, 1), reading(0, 1)]],
    ['nonces out of order', [reading(0, 2), reading(0, 1)]],
  ])('refuses %s', (_, readings) => {
    expect(() => batchLeaves(readings)).toThrow(expect.objectContaining({ code: 'BATCH_INVALID' }))
  })

  test('refuses a ninth device', () => {
    const readings = Array.from({ length: 9 }, (_, i) => reading(i, 1))
    expect(() => aggregateDevices(profile, readings)).toThrow(expect.objectContaining({ code: 'BATCH_INVALID' }))
  })

  test('a task id is a scalar that depends on chain, project and root', () => {
    const ids = [batchTaskId(1n, 2n, 3n), batchTaskId(2n, 1n, 3n), batchTaskId(1n, 2n, 4n)]
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^0x00[0-9a-f]{62}$/)
    for (const id of ids) expect(BigInt(id) < FIELD_MODULUS).toBe(true)
  })

  test('public signals tell exact counts and sums', () => {
    const random = new Seeded(7)
    const { minimum } = circuitRanges(profile)
    for (let round = 0; round < 5; round++) {
      const readings = randomReadings(random, 1 + random.below(BATCH_LEAVES))
      const signals = batchSignals(context, readings)
      expect(signals).toHaveLength(BATCH_SIGNALS)
      expect(signals.every((signal) => signal >= 0n && signal < FIELD_MODULUS)).toBe(true)
      expect(signals[SIGNAL.root]).toBe(batchRoot(readings))
      expect(signals[SIGNAL.parameters]).toBe(profileParameters(profile))
      const aggregates = unpackAggregates(signals)
      expect(aggregates).toEqual(aggregateDevices(profile, readings))
      for (const { device, count, offsetSums } of aggregates) {
        const own = readings.filter((each) => each.device === device)
        expect(count).toBe(own.length)
        for (const i of [0, 1])
          expect(offsetSums[i]! + BigInt(count) * minimum[i]!).toBe(
            own.reduce((sum, { values }) => sum + values[i]!, 0n),
          )
      }
      const input = batchCircuitInput(context, readings)
      expect((input.used as bigint[]).filter((used) => used === 1n)).toHaveLength(readings.length)
    }
  })

  test('the largest sums do not overflow their 48 bits', () => {
    const offsetSums = Array(5).fill((1n << 48n) - 1n) as bigint[]
    const aggregate = { device: address(0xfffffffe), count: 16, offsetSums }
    const signals = Array<bigint>(BATCH_SIGNALS).fill(0n)
    signals.splice(SIGNAL.devices, 2, ...packAggregate(aggregate))
    expect(unpackAggregates(signals)).toEqual([aggregate])
    expect(signals[SIGNAL.devices + 1]! < FIELD_MODULUS).toBe(true)
  })
})

describe('profile', () => {
  const field = profile.fields[0]!
  test('its commitment is the hash of its ranges', () => {
    const zeros = [0n, 0n, 0n]
    expect(profileParameters(profile)).toBe(poseidon10([toField(-4000n), 0n, ...zeros, 8500n, 1000n, ...zeros]))
  })

  test.each<[string, unknown]>([
    ['no object', null],
    ['no fields', { ...profile, fields: [] }],
    ['six fields', { ...profile, fields: Array.from({ length: 6 }, (_, i) => ({ ...field, name: `f${i}` })) }],
    ['an unknown key', { ...profile, color: 'red' }],
    ['a name twice', { ...profile, fields: [field, field] }],
    ['a field named time', { ...profile, fields: [{ ...field, name: 'time' }] }],
    ['minimum above maximum', { ...profile, fields: [{ ...field, minimum: 90 }] }],
    ['a range of 45 bits', { ...profile, fields: [{ ...field, minimum: 0, maximum: 2 ** 44, scale: 1 }] }],
    ['a bound beyond 2^53', { ...profile, fields: [{ ...field, minimum: 1e15, maximum: 1e15, scale: 100 }] }],
    ['a scale of zero', { ...profile, fields: [{ ...field, scale: 0 }] }],
    ['no rate', { ...profile, maximumRatePerMinute: 0 }],
  ])('refuses %s', (_, json) => {
    expect(() => parseProfile(json)).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }))
  })

  test('takes a range of 44 bits', () => {
    const widest: Profile = { ...profile, fields: [{ ...field, minimum: 1, maximum: 2 ** 44, scale: 1 }] }
    expect(parseProfile(widest)).toBe(widest)
  })
})

describe('reading', () => {
  const nowMs = 1_700_000_000_000
  const payload = { time: nowMs, temperature: 21.499, humidity: 40 }

  test('is scaled and rounded', () => {
    expect(parsePayload(profile, payload, nowMs)).toEqual({ time: BigInt(nowMs), values: [2150n, 400n, 0n, 0n, 0n] })
    expect(parsePayload(profile, { ...payload, temperature: -40, humidity: 100 }, nowMs).values.slice(0, 2)).toEqual([
      -4000n,
      1000n,
    ])
    expect(parsePayload(profile, { ...payload, time: nowMs + MAXIMUM_CLOCK_SKEW_MS }, nowMs).values).toHaveLength(5)
  })

  test.each<[string, unknown, string]>([
    ['no object', [1], 'READING_INVALID'],
    ['null', null, 'READING_INVALID'],
    ['no time', { temperature: 1, humidity: 1 }, 'READING_INVALID'],
    ['a fractional time', { ...payload, time: 1.5 }, 'READING_INVALID'],
    ['a negative time', { ...payload, time: -1 }, 'READING_INVALID'],
    ['a time too far ahead', { ...payload, time: nowMs + MAXIMUM_CLOCK_SKEW_MS + 1 }, 'READING_OUT_OF_RANGE'],
    ['a missing field', { time: 1, humidity: 1 }, 'READING_INVALID'],
    ['a field more', { ...payload, pressure: 1 }, 'READING_INVALID'],
    ['text', { ...payload, humidity: '40' }, 'READING_INVALID'],
    ['a value that JSON cannot say', { ...payload, humidity: Number.NaN }, 'READING_INVALID'],
    ['just above', { ...payload, temperature: 85.01 }, 'READING_OUT_OF_RANGE'],
    ['just below', { ...payload, temperature: -40.01 }, 'READING_OUT_OF_RANGE'],
    ['far beyond', { ...payload, temperature: 1e300 }, 'READING_OUT_OF_RANGE'],
  ])('refuses %s', (_, given, code) => {
    expect(() => parsePayload(profile, given, nowMs)).toThrow(expect.objectContaining({ code, status: 422 }))
  })
})
