/**
 * A batch: the readings that one proof covers. Order, packing and the public signals of circuit `reading-batch`.
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { CodedError } from './errors.ts'
import { bigintToBytes, type Hex, toHex32 } from './hex.ts'
import { EMPTY_LEAF, readingLeaf } from './leaf.ts'
import { merkleRoot } from './merkle.ts'
import { circuitRanges, PROFILE_FIELDS, type Profile, profileParameters } from './profile.ts'
import type { Reading } from './reading.ts'

/** Shape of circuit instance `reading-batch-16`. */
export const BATCH_CIRCUIT = 'reading-batch-16'
export const BATCH_LEAVES = 16
export const BATCH_DEVICES = 8
export const SUM_BITS = 48n
export const DEVICE_BITS = 160n

/** Where each public signal stands. The router reads 0 to 6, the dApp the rest. */
export const SIGNAL = {
  chainId: 0,
  router: 1,
  projectId: 2,
  task: 3,
  prover: 4,
  root: 5,
  parameters: 6,
  devices: 7,
} as const
export const BATCH_SIGNALS = SIGNAL.devices + 2 * BATCH_DEVICES

/** VM type of provers of this circuit (W3bstreamProver.addVMType). */
export const BATCH_VM_TYPE = 1n

/** Thrown when readings do not make a batch. Code BATCH_INVALID. */
export class BatchError extends CodedError {
  constructor(message: string) {
    super('BATCH_INVALID', message)
  }
}

/** Sorts readings as a batch holds them: by device address, then by nonce, both ascending. */
export const sortReadings = <R extends Pick<Reading, 'device' | 'nonce'>>(readings: readonly R[]): R[] =>
  [...readings].sort((a, b) => compare(BigInt(a.device), BigInt(b.device)) || compare(a.nonce, b.nonce))

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Returns the leaves of sorted readings, padded to {@link BATCH_LEAVES}. Throws {@link BatchError}. */
export function batchLeaves(readings: readonly Reading[]): bigint[] {
  if (readings.length === 0 || readings.length > BATCH_LEAVES)
    throw new BatchError(`A batch holds 1 to ${BATCH_LEAVES} readings, not ${readings.length}.`)
  readings.slice(1).forEach((reading, i) => {
    const previous = readings[i]!
    const order = compare(BigInt(previous.device), BigInt(reading.device)) || compare(previous.nonce, reading.nonce)
    if (order >= 0) throw new BatchError('Readings must ascend by device, then nonce, each once.')
  })
  return Array.from({ length: BATCH_LEAVES }, (_, i) => (readings[i] ? readingLeaf(readings[i]) : EMPTY_LEAF))
}

export const batchRoot = (readings: readonly Reading[]): bigint => merkleRoot(batchLeaves(readings))

/** Returns keccak256(abi.encode(chainId, projectId, root)) >> 8: the id of the batch's task on chain, a BN254 scalar. */
export function batchTaskId(chainId: bigint, projectId: bigint, root: bigint): Hex {
  const encoded = Buffer.concat([chainId, projectId, root].map((word) => bigintToBytes(word, 32)))
  return toHex32(BigInt(`0x${Buffer.from(keccak_256(encoded)).toString('hex')}`) >> 8n)
}

export interface DeviceAggregate {
  device: Hex
  count: number
  /** Per field, Σ (value − minimum) over the device's readings, scaled. */
  offsetSums: bigint[]
}

/** What binds a proof to its place (router, task, prover). */
export interface BatchContext {
  chainId: bigint
  projectId: bigint
  router: Hex
  prover: Hex
  profile: Profile
}

/** Returns each device's count and sums, in ascending order of address. Throws {@link BatchError}. */
export function aggregateDevices(profile: Profile, readings: readonly Reading[]): DeviceAggregate[] {
  const { minimum } = circuitRanges(profile)
  const byDevice = new Map<Hex, DeviceAggregate>()
  for (const reading of readings) {
    let entry = byDevice.get(reading.device)
    if (!entry) {
      entry = { device: reading.device, count: 0, offsetSums: Array(PROFILE_FIELDS).fill(0n) }
      byDevice.set(reading.device, entry)
    }
    entry.count++
    entry.offsetSums = entry.offsetSums.map((sum, i) => sum + reading.values[i]! - minimum[i]!)
  }
  if (byDevice.size > BATCH_DEVICES)
    throw new BatchError(`A batch holds readings of at most ${BATCH_DEVICES} devices, not ${byDevice.size}.`)
  return [...byDevice.values()]
}

/** Packs an aggregate into its two public signals: device + count·2^160, and Σ offsetSum_v·2^(48 v). */
export const packAggregate = ({ device, count, offsetSums }: DeviceAggregate): [bigint, bigint] => [
  BigInt(device) + (BigInt(count) << DEVICE_BITS),
  offsetSums.reduce((packed, sum, i) => packed + (sum << (SUM_BITS * BigInt(i))), 0n),
]

/** Inverse of {@link packAggregate} over all slots. */
export function unpackAggregates(signals: readonly bigint[]): DeviceAggregate[] {
  const aggregates: DeviceAggregate[] = []
  for (let i = SIGNAL.devices; i < BATCH_SIGNALS; i += 2) {
    const [first, sums] = [signals[i]!, signals[i + 1]!]
    const count = Number(first >> DEVICE_BITS)
    if (count === 0) continue
    aggregates.push({
      device: `0x${(first & ((1n << DEVICE_BITS) - 1n)).toString(16).padStart(40, '0')}`,
      count,
      offsetSums: Array.from(
        { length: PROFILE_FIELDS },
        (_, v) => (sums >> (SUM_BITS * BigInt(v))) & ((1n << SUM_BITS) - 1n),
      ),
    })
  }
  return aggregates
}

/** Returns the public signals that a proof of these sorted readings must have. Throws {@link BatchError}. */
export function batchSignals(context: BatchContext, readings: readonly Reading[]): bigint[] {
  const root = batchRoot(readings)
  const slots = aggregateDevices(context.profile, readings).map(packAggregate)
  while (slots.length < BATCH_DEVICES) slots.push([0n, 0n])
  return [
    context.chainId,
    BigInt(context.router),
    context.projectId,
    BigInt(batchTaskId(context.chainId, context.projectId, root)),
    BigInt(context.prover),
    root,
    profileParameters(context.profile),
    ...slots.flat(),
  ]
}

/** Inputs of the circuit, as snarkjs takes them. */
export type CircuitInput = Record<string, bigint | bigint[] | bigint[][]>

/** Returns the circuit's inputs for sorted readings. Throws {@link BatchError}. */
export function batchCircuitInput(context: BatchContext, readings: readonly Reading[]): CircuitInput {
  const signals = batchSignals(context, readings)
  const devices = aggregateDevices(context.profile, readings).map(({ device }) => device)
  const { minimum, maximum } = circuitRanges(context.profile)
  const pad = <T>(items: T[], empty: T): T[] => [...items, ...Array(BATCH_LEAVES - items.length).fill(empty)]
  return {
    chainId: signals[SIGNAL.chainId]!,
    router: signals[SIGNAL.router]!,
    projectId: signals[SIGNAL.projectId]!,
    task: signals[SIGNAL.task]!,
    prover: signals[SIGNAL.prover]!,
    root: signals[SIGNAL.root]!,
    parameters: signals[SIGNAL.parameters]!,
    devices: Array.from({ length: BATCH_DEVICES }, (_, j) =>
      signals.slice(SIGNAL.devices + 2 * j, SIGNAL.devices + 2 * j + 2),
    ),
    minimum,
    maximum,
    used: pad(
      readings.map(() => 1n),
      0n,
    ),
    slot: pad(
      readings.map(({ device }) => Array.from({ length: BATCH_DEVICES }, (_, j) => (devices[j] === device ? 1n : 0n))),
      Array(BATCH_DEVICES).fill(0n),
    ),
    deviceId: Array.from({ length: BATCH_DEVICES }, (_, j) => (devices[j] ? BigInt(devices[j]) : 0n)),
    nonce: pad(
      readings.map(({ nonce }) => nonce),
      0n,
    ),
    time: pad(
      readings.map(({ time }) => time),
      0n,
    ),
    value: pad(
      readings.map(({ values }) => [...values]),
      Array(PROFILE_FIELDS).fill(0n),
    ),
  }
}
