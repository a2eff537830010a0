/**
 * Reads a batch's public signals, and checks in this browser what the coordinator says of the batch: that the
 * readings shown hash to the root that the proof commits to.
 * @module
 */
import { readingLeaf } from '@iotex2/protocol/leaf'
import { merkleLevels, verifyInclusion } from '@iotex2/protocol/merkle'
import type { ProfileField, TaskDetail } from './api/types.ts'

/** Leaves, device slots and bits of circuit `reading-batch-16`; batch-check.test.ts holds them to the protocol's. */
const LEAVES = 16
const DEVICE_SLOTS = 8
const DEVICE_BITS = 160n
const SUM_BITS = 48n
const NAMES = ['chainId', 'router', 'projectId', 'taskId', 'prover', 'root', 'parameters'] as const

const lowBits = (value: bigint, bits: bigint): bigint => value & ((1n << bits) - 1n)
const hex = (value: bigint, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`

export interface BoundSignal {
  name: (typeof NAMES)[number]
  /** Ids in decimal; addresses and hashes in hexadecimal. */
  text: string
}

export interface DeviceSignal {
  device: string
  count: number
  /** Mean of each field of the profile, in the field's unit. */
  means: number[]
}

/** Returns what a proof's public signals say. Slots of no device are left out. */
export function decodeSignals(
  signals: readonly string[],
  fields: readonly ProfileField[],
): { bound: BoundSignal[]; devices: DeviceSignal[] } {
  const values = signals.map(BigInt)
  const bound = NAMES.map((name, i): BoundSignal => {
    const value = values[i] ?? 0n
    if (name === 'router' || name === 'prover') return { name, text: hex(value, 40) }
    if (name === 'chainId' || name === 'projectId') return { name, text: value.toString() }
    return { name, text: hex(value, 64) }
  })
  const devices: DeviceSignal[] = []
  for (let slot = 0; slot < DEVICE_SLOTS; slot++) {
    const first = values[NAMES.length + 2 * slot] ?? 0n
    const sums = values[NAMES.length + 2 * slot + 1] ?? 0n
    const count = Number(first >> DEVICE_BITS)
    if (count === 0) continue
    devices.push({
      device: hex(lowBits(first, DEVICE_BITS), 40),
      count,
      means: fields.map(({ minimum, scale }, i) => {
        const offsets = Number(lowBits(sums >> (SUM_BITS * BigInt(i)), SUM_BITS))
        return (Math.round(minimum * scale) + offsets / count) / scale
      }),
    })
  }
  return { bound, devices }
}

export interface LeafCheck {
  index: number
  leaf: string
  /** From the leaf up. */
  siblings: string[]
  included: boolean
}

export interface BatchCheck {
  /** The root of the readings shown, computed here. */
  root: string
  /** Whether it is the root that the coordinator names. */
  rootMatches: boolean
  /** Whether it is the root that the proof commits to; null before the proof. */
  signalMatches: boolean | null
  leaves: LeafCheck[]
}

/** Returns the check of every reading of `task`. A batch that is larger than the circuit fails the check. */
export function checkBatch(
  task: Pick<TaskDetail, 'chainId' | 'projectId' | 'root' | 'publicSignals' | 'batch'>,
): BatchCheck {
  const expected = BigInt(task.root)
  const leaves = Array<bigint>(LEAVES).fill(0n)
  for (const { index, device, nonce, time, values } of task.batch)
    leaves[index] = readingLeaf({
      chainId: BigInt(task.chainId),
      projectId: BigInt(task.projectId),
      device: device as `0x${string}`,
      nonce: BigInt(nonce),
      time: BigInt(time),
      values: Array.from({ length: 5 }, (_, i) => BigInt(values[i] ?? 0)),
    })
  if (leaves.length !== LEAVES) return { root: '', rootMatches: false, signalMatches: false, leaves: [] }
  const levels = merkleLevels(leaves)
  const root = levels.at(-1)![0]!
  const signal = task.publicSignals?.[NAMES.indexOf('root')]
  return {
    root: hex(root, 64),
    rootMatches: root === expected,
    signalMatches: signal === undefined ? null : BigInt(signal) === root,
    leaves: task.batch.map(({ index }) => {
      const leaf = leaves[index]!
      const siblings = levels.slice(0, -1).map((level, depth) => level[(index >> depth) ^ 1]!)
      return {
        index,
        leaf: hex(leaf, 64),
        siblings: siblings.map((sibling) => hex(sibling, 64)),
        included: verifyInclusion({ leaf, index, siblings, root: expected }),
      }
    }),
  }
}
