/**
 * Circuit reading-batch-16. Honest batches yield the public signals that TypeScript computes. Each dishonest one is
 * refused by the constraint meant for it: the sources assign with <== only, so the witness program's refusals are
 * constraints. An attacker writes witnesses by hand, so the constraints are also checked against tampered ones.
 */
import { readFileSync } from 'node:fs'
import { WitnessError } from '@iotex2/groth16/errors'
import { findBrokenConstraint, forEachTerm, parseR1cs, parseWitness, type R1cs } from '@iotex2/groth16/r1cs'
import { type CircuitInput, calculateWitness } from '@iotex2/groth16/witness'
import {
  BATCH_CIRCUIT,
  BATCH_DEVICES,
  BATCH_LEAVES,
  BATCH_SIGNALS,
  type BatchContext,
  batchCircuitInput,
  batchSignals,
  SUM_BITS,
  sortReadings,
  unpackAggregates,
} from '@iotex2/protocol/batch'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import type { Hex } from '@iotex2/protocol/hex'
import { readingLeaf } from '@iotex2/protocol/leaf'
import { merkleRoot } from '@iotex2/protocol/merkle'
import { parseProfile } from '@iotex2/protocol/profile'
import type { Reading } from '@iotex2/protocol/reading'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildCircuit } from '../../scripts/circuits/build.ts'

const address = (value: number): Hex => `0x${value.toString(16).padStart(40, '0')}`
const context: BatchContext = {
  chainId: 31337n,
  projectId: 7n,
  router: address(0x2000),
  prover: address(0x3000),
  profile: parseProfile({
    name: 'test',
    version: 1,
    maximumRatePerMinute: 60,
    fields: [
      { name: 'load', unit: '%', minimum: 0, maximum: 100, scale: 100 },
      { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 125, scale: 1000 },
      { name: 'bytes', unit: 'By', minimum: -1000, maximum: 17_592_186_043_415, scale: 1 },
    ],
  }),
}
const MINIMUM = [0n, -40_000n, -1000n]
const MAXIMUM = [10_000n, 125_000n, 17_592_186_043_415n]

/** xorshift32: the same readings in every run. */
function random(seed: number): (below: bigint) => bigint {
  let state = seed
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  return (below) => ((BigInt(next()) << 32n) | BigInt(next())) % below
}

function randomReadings(seed: number, count: number, devices: number): Reading[] {
  const pick = random(seed)
  const ids = Array.from({ length: devices }, () => address(Number(pick(1n << 48n))))
  return sortReadings(
    Array.from({ length: count }, (_, i) => ({
      chainId: context.chainId,
      projectId: context.projectId,
      device: ids[i % devices]!,
      nonce: (pick(1n << 56n) << 8n) + BigInt(i),
      time: pick(1n << 41n),
      values: [...MINIMUM.map((low, v) => low + pick(MAXIMUM[v]! - low + 1n)), 0n, 0n],
    })),
  )
}

interface Input {
  chainId: bigint
  projectId: bigint
  root: bigint
  parameters: bigint
  devices: bigint[][]
  minimum: bigint[]
  maximum: bigint[]
  used: bigint[]
  slot: bigint[][]
  deviceId: bigint[]
  nonce: bigint[]
  time: bigint[]
  value: bigint[][]
}

const inputOf = (readings: readonly Reading[]): Input =>
  structuredClone(batchCircuitInput(context, readings)) as unknown as Input

const P = FIELD_MODULUS

/**
 * Makes everything that the circuit derives fit what the input now says: root, counts, sums. What stays wrong is only
 * what the change was about, so that no other check can be the one that refuses it.
 */
function settle(input: Input): Input {
  const chosen = (i: number): bigint => input.slot[i]!.reduce((sum, bit, j) => sum + bit * input.deviceId[j]!, 0n) % P
  const leaves = input.used.map((used, i) =>
    used === 0n
      ? 0n
      : readingLeaf({
          chainId: input.chainId,
          projectId: input.projectId,
          device: `0x${chosen(i).toString(16)}`,
          nonce: input.nonce[i]!,
          time: input.time[i]!,
          values: input.value[i]!,
        }),
  )
  input.root = merkleRoot(leaves)
  input.devices = input.deviceId.map((device, j) => {
    let count = 0n
    let sums = 0n
    for (let i = 0; i < BATCH_LEAVES; i++) {
      count += input.slot[i]![j]!
      const packed = input.value[i]!.reduce(
        (sum, value, v) => sum + ((value - input.minimum[v]!) << (SUM_BITS * BigInt(v))),
        0n,
      )
      sums += input.slot[i]![j]! * input.used[i]! * packed
    }
    return [device + (count << 160n), ((sums % P) + P) % P]
  })
  return input
}

/** Moves reading `from` to place `to`, and the one there to `from`. */
function swap(input: Input, from: number, to: number): void {
  for (const list of [input.used, input.slot, input.nonce, input.time, input.value] as unknown[][])
    [list[from], list[to]] = [list[to], list[from]]
}

let wasm: Uint8Array
let r1cs: R1cs
const witnessOf = async (input: Input): Promise<bigint[]> =>
  parseWitness(await calculateWitness(wasm, input as unknown as CircuitInput))
const publicOf = (witness: readonly bigint[]): bigint[] => witness.slice(1, 1 + BATCH_SIGNALS)

beforeAll(async () => {
  const { files } = await buildCircuit(BATCH_CIRCUIT)
  wasm = readFileSync(files.wasm)
  r1cs = parseR1cs(readFileSync(files.r1cs))
}, 120_000)

describe('an honest batch', () => {
  test.each([
    [1, 1],
    [2, 1],
    [5, 5],
    [8, 8],
    [16, 1],
    [16, 3],
    [16, 8],
  ])('of %i readings of %i devices has the signals that TypeScript computes', async (count, devices) => {
    const readings = randomReadings(count * 16 + devices, count, devices)
    const witness = await witnessOf(inputOf(readings))
    expect(publicOf(witness)).toEqual(batchSignals(context, readings))
    expect(findBrokenConstraint(r1cs, witness)).toBeUndefined()
    const total = unpackAggregates(publicOf(witness)).reduce((sum, aggregate) => sum + aggregate.count, 0)
    expect(total).toBe(count)
  })

  test.each([
    ['minimum', MINIMUM],
    ['maximum', MAXIMUM],
  ])('of 16 readings at each %s neither overflows nor mixes sums', async (_, extreme) => {
    const readings = randomReadings(3, BATCH_LEAVES, 1).map((reading) => ({ ...reading, values: [...extreme, 0n, 0n] }))
    const witness = await witnessOf(inputOf(readings))
    const [aggregate] = unpackAggregates(publicOf(witness))
    expect(aggregate!.offsetSums).toEqual([...extreme.map((value, v) => 16n * (value - MINIMUM[v]!)), 0n, 0n])
  })

  test('takes nonces up to 2^64 − 1 and device ids up to 2^160 − 1', async () => {
    const readings = randomReadings(9, 4, 2).map((reading, i) => ({
      ...reading,
      device: (i < 2 ? address(1) : `0x${'f'.repeat(40)}`) as Hex,
      nonce: i % 2 === 0 ? 0n : (1n << 64n) - 1n,
    }))
    expect(publicOf(await witnessOf(inputOf(readings)))).toEqual(batchSignals(context, readings))
  })

  test('has 23 public signals and the constraints of the snapshot', () => {
    expect(r1cs.publicSignals).toBe(BATCH_SIGNALS)
    expect(r1cs.constraintCount).toBeLessThan(1 << 15)
  })
})

/** Source of the circuit by lines: a refusal names the line of the constraint that refused. */
const source = readFileSync(new URL('../src/reading-batch.circom', import.meta.url), 'utf8').split('\n')

/** Changes after which an input must be refused, and by which constraint, once root, counts and sums fit it. */
const dishonest: [name: string, constraint: string, change: (input: Input) => void][] = [
  ['a value one below its minimum', 'InRange(RANGE_BITS)', (input) => (input.value[2]![1] = MINIMUM[1]! - 1n)],
  ['a value one above its maximum', 'InRange(RANGE_BITS)', (input) => (input.value[2]![0] = MAXIMUM[0]! + 1n)],
  ['a value far below, that wraps', 'InRange(RANGE_BITS)', (input) => (input.value[0]![0] = P - (1n << 44n))],
  ['a value far above', 'InRange(RANGE_BITS)', (input) => (input.value[0]![2] = 1n << 200n)],
  ['a value for a field that the profile has not', 'InRange(RANGE_BITS)', (input) => (input.value[1]![4] = 1n)],
  [
    'a maximum that the project did not commit to',
    'parameters === commitment',
    (input) => (input.maximum[0] = MAXIMUM[0]! + 1n),
  ],
  [
    'a minimum that the project did not commit to',
    'parameters === commitment',
    (input) => (input.minimum[1] = MINIMUM[1]! + 1n),
  ],
  [
    'a reading twice',
    'StrictlyAscending(NONCE_BITS',
    (input) => {
      for (const list of [input.nonce, input.time, input.value] as unknown[][]) list[1] = list[0]
      input.slot[1] = [...input.slot[0]!]
    },
  ],
  [
    'two readings of one device with the same nonce',
    'StrictlyAscending(NONCE_BITS',
    (input) => (input.nonce[1] = input.nonce[0]!),
  ],
  ['nonces that descend', 'StrictlyAscending(NONCE_BITS', (input) => swap(input, 0, 1)],
  ['devices that descend', 'StrictlyAscending(NONCE_BITS', (input) => swap(input, 0, 9)],
  ['a nonce of 65 bits', 'Num2Bits(NONCE_BITS)', (input) => (input.nonce[4] = 1n << 64n)],
  ['a nonce that wraps', 'Num2Bits(NONCE_BITS)', (input) => (input.nonce[0] = P - 1n)],
  ['a reading after an unused place', 'used[i] * (1 - used[i - 1])', (input) => swap(input, 9, 11)],
  ['an unused place first', 'used[0] === 1', (input) => swap(input, 0, 15)],
  [
    'no reading at all',
    'used[0] === 1',
    (input) => {
      input.used.fill(0n)
      for (const slot of input.slot) slot.fill(0n)
      input.deviceId.fill(0n)
    },
  ],
  ['a used flag of 2', 'used[i] * (used[i] - 1)', (input) => (input.used[1] = 2n)],
  ['a place of two slots', 'chosen === used[i]', (input) => (input.slot[0]![1] = 1n)],
  ['a used place without a slot', 'chosen === used[i]', (input) => input.slot[9]!.fill(0n)],
  ['an unused place with a slot', 'chosen === used[i]', (input) => (input.slot[10]![1] = 1n)],
  [
    'a slot of 2 and one of −1',
    'slot[i][j] * (slot[i][j] - 1)',
    (input) => {
      input.slot[0]![0] = 2n
      input.slot[0]![1] = P - 1n
    },
  ],
  [
    'device ids that descend',
    'StrictlyAscending(DEVICE_BITS)',
    (input) => {
      ;[input.deviceId[0], input.deviceId[1]] = [input.deviceId[1]!, input.deviceId[0]!]
    },
  ],
  ['one device in two slots', 'StrictlyAscending(DEVICE_BITS)', (input) => (input.deviceId[1] = input.deviceId[0]!)],
  ['a device id of 161 bits', 'Num2Bits(DEVICE_BITS)', (input) => (input.deviceId[1] = 1n << 160n)],
  ['a device in a slot without readings', 'empty[j] * deviceId[j]', (input) => (input.deviceId[5] = 1n << 150n)],
  [
    'a slot left free between two',
    'empty[j - 1] * (1 - empty[j])',
    (input) => {
      input.slot.forEach((slot) => {
        ;[slot[1], slot[2]] = [slot[2]!, slot[1]!]
      })
      input.deviceId[2] = input.deviceId[1]!
      input.deviceId[1] = 0n
    },
  ],
]

/** Claims that differ from what the readings say. */
const falseClaims: [name: string, change: (input: Input) => void][] = [
  ['another root', (input) => (input.root += 1n)],
  ['other parameters', (input) => (input.parameters += 1n)],
  ['another chain', (input) => (input.chainId += 1n)],
  ['another project', (input) => (input.projectId += 1n)],
  ['one reading more', (input) => (input.devices[0]![0]! += 1n << 160n)],
  ['another device', (input) => (input.devices[0]![0]! += 1n)],
  ['a larger sum', (input) => (input.devices[1]![1]! += 1n)],
  ['a larger sum of the third field', (input) => (input.devices[1]![1]! += 1n << 96n)],
  ['a reward for an unused slot', (input) => (input.devices[7]![0] = (1n << 160n) + 5n)],
  ['a sum for an unused slot', (input) => (input.devices[7]![1] = 1n)],
]

describe('the witness program refuses', () => {
  const base = () => inputOf(randomReadings(21, 10, 2))

  test('nothing that is settled and honest', async () => {
    await expect(witnessOf(settle(base()))).resolves.toBeDefined()
  })

  test.each(dishonest)('%s, by %s', async (_, constraint, change) => {
    const input = base()
    change(input)
    const refusal = await witnessOf(settle(input)).then(
      () => undefined,
      (error: WitnessError) => error,
    )
    expect(refusal).toBeInstanceOf(WitnessError)
    const line = Number(/ReadingBatch_\d+ line: (\d+)/.exec(refusal!.message)?.[1])
    expect(source[line - 1]).toContain(constraint)
  })

  test.each(falseClaims)('a claim of %s', async (_, change) => {
    const input = base()
    change(input)
    await expect(witnessOf(input)).rejects.toMatchObject({ code: 'WITNESS_INVALID' })
  })

  test('inputs that are missing, unknown or too many', async () => {
    const { root, ...missing } = base()
    for (const input of [missing, { ...missing, root, extra: 1n }, { ...missing, root: [root, root] }])
      await expect(calculateWitness(wasm, input as unknown as CircuitInput)).rejects.toMatchObject({
        code: 'WITNESS_INVALID',
      })
  })
})

/** Returns the wires whose value alone may change by `delta` without breaking a constraint. */
function looseWires(witness: readonly bigint[], delta: bigint): number[] {
  type Sums = [bigint, bigint, bigint]
  const sums: Sums[] = Array.from({ length: r1cs.constraintCount }, () => [0n, 0n, 0n])
  const coefficients = Array.from({ length: r1cs.wires }, () => new Map<number, Sums>())
  forEachTerm(r1cs, (constraint, side, wire, coefficient) => {
    sums[constraint]![side] = (sums[constraint]![side] + coefficient * witness[wire]!) % P
    const own = coefficients[wire]!.get(constraint) ?? [0n, 0n, 0n]
    own[side] = (own[side] + coefficient) % P
    coefficients[wire]!.set(constraint, own)
  })
  const holds = (constraint: number, [da, db, dc]: Sums): boolean => {
    const [a, b, c] = sums[constraint]!
    return ((a + delta * da) * (b + delta * db) - (c + delta * dc)) % P === 0n
  }
  return coefficients.flatMap((touched, wire) =>
    wire > 0 && [...touched].every(([constraint, own]) => holds(constraint, own)) ? [wire] : [],
  )
}

describe('the constraints refuse', () => {
  test.each([
    ['full', 16, 8, 1n],
    ['full', 16, 8, P - 1n],
    ['partly used', 3, 2, 1n],
    ['partly used', 3, 2, 1n << 64n],
  ])(
    'a %s batch of %i readings of %i devices with any one wire changed, which is read',
    async (_, count, devices, delta) => {
      const witness = await witnessOf(inputOf(randomReadings(77, count, devices)))
      // IsZero's inverse of an empty slot's count: any value times 0 is 0, and only that product is read.
      const inverses = looseWires(witness, delta)
      expect(inverses).toHaveLength(BATCH_DEVICES - devices)
      expect(inverses.map((wire) => witness[wire])).toEqual(inverses.map(() => 0n))
    },
  )

  test('a batch with the public signals of another', async () => {
    const witness = await witnessOf(inputOf(randomReadings(5, 6, 2)))
    const other = await witnessOf(inputOf(randomReadings(6, 6, 2)))
    const forged = [...witness]
    forged.splice(1, BATCH_SIGNALS, ...publicOf(other))
    expect(findBrokenConstraint(r1cs, forged)).toBeDefined()
  })
})
