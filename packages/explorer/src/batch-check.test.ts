import {
  BATCH_SIGNALS,
  type BatchContext,
  batchRoot,
  batchSignals,
  batchTaskId,
  sortReadings,
} from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import type { Reading } from '@iotex2/protocol/reading'
import { expect, test } from 'vitest'
import type { TaskDetail } from './api/types.ts'
import { checkBatch, decodeSignals } from './batch-check.ts'

const profile = parseProfile({
  name: 'weather',
  version: 1,
  maximumRatePerMinute: 60,
  fields: [
    { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100 },
    { name: 'humidity', unit: '%', minimum: 0, maximum: 100, scale: 10 },
  ],
})
const context: BatchContext = {
  chainId: 31337n,
  projectId: 7n,
  router: `0x${'0a'.repeat(20)}`,
  prover: `0x${'0b'.repeat(20)}`,
  profile,
}
const DEVICES: Hex[] = [`0x00${'11'.repeat(19)}`, `0x${'22'.repeat(20)}`, `0x${'ff'.repeat(20)}`]
const readings: Reading[] = sortReadings(
  Array.from({ length: 11 }, (_, i) => ({
    chainId: context.chainId,
    projectId: context.projectId,
    device: DEVICES[i % 3]!,
    nonce: BigInt(i + 1),
    time: 1_790_000_000_000n + BigInt(i),
    values: [BigInt(i * 100 - 500), BigInt(i), 0n, 0n, 0n],
  })),
)
const root = batchRoot(readings)
const signals = batchSignals(context, readings).map(String)
const detail: Pick<TaskDetail, 'chainId' | 'projectId' | 'root' | 'publicSignals' | 'batch'> = {
  chainId: '31337',
  projectId: '7',
  root: root.toString(),
  publicSignals: signals,
  batch: readings.map(({ device, nonce, time, values }, index) => ({
    index,
    device,
    nonce: nonce.toString(),
    time: Number(time),
    values: values.map(String),
  })),
}

test('signals of the protocol decode to what was proven', () => {
  expect(signals).toHaveLength(BATCH_SIGNALS)
  const { bound, devices } = decodeSignals(signals, profile.fields)
  expect(Object.fromEntries(bound.map(({ name, text }) => [name, text]))).toMatchObject({
    chainId: '31337',
    router: context.router,
    projectId: '7',
    taskId: batchTaskId(31337n, 7n, root),
    prover: context.prover,
  })
  expect(devices.map(({ device, count }) => [device, count])).toEqual([
    [DEVICES[0], 4],
    [DEVICES[1], 4],
    [DEVICES[2], 3],
  ])
  for (const { device, means } of devices) {
    const own = readings.filter((reading) => reading.device === device)
    const mean = (field: number, scale: number) =>
      own.reduce((sum, { values }) => sum + Number(values[field]), 0) / own.length / scale
    expect(means[0]).toBeCloseTo(mean(0, 100), 9)
    expect(means[1]).toBeCloseTo(mean(1, 10), 9)
  }
})

test('every reading of a true batch is included', () => {
  const check = checkBatch(detail)
  expect(check).toMatchObject({ rootMatches: true, signalMatches: true })
  expect(check.leaves.map(({ included }) => included)).toEqual(Array(11).fill(true))
  expect(check.leaves[0]!.siblings).toHaveLength(4)
})

test('before the proof there is no signal to match', () => {
  expect(checkBatch({ ...detail, publicSignals: null }).signalMatches).toBeNull()
})

test('one changed value, nonce or time is found', () => {
  for (const change of [{ values: ['1', '2'] }, { nonce: 99 }, { time: 1 }]) {
    const batch = detail.batch.map((reading, i) => (i === 3 ? { ...reading, ...change } : reading))
    const check = checkBatch({ ...detail, batch })
    expect(check.rootMatches).toBe(false)
    expect(check.leaves[3]!.included).toBe(false)
  }
})

test('a proof of another root, and a batch larger than the circuit, fail', () => {
  const other = signals.with(5, '1')
  expect(checkBatch({ ...detail, publicSignals: other })).toMatchObject({ rootMatches: true, signalMatches: false })
  const batch = [...detail.batch, { ...detail.batch[0]!, index: 16 }]
  expect(checkBatch({ ...detail, batch }).rootMatches).toBe(false)
})
