import { expect, test } from 'vitest'
import { INITIAL_STATE, mergeTasks, type NetworkState, reduceNetwork } from './network-state.ts'
import type { Device, Fleet, Stats, Task, TaskState } from './types.ts'

const task = (id: number, state: TaskState = 'packed'): Task => ({
  taskId: `0x${id}`,
  projectId: 1,
  state,
  readings: 16,
  devices: 4,
  prover: null,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, id)).toISOString(),
  assignedAt: null,
  provedAt: null,
  settledAt: null,
  deadline: null,
  proofMs: null,
  assignTx: null,
  settleTx: null,
  attempt: 0,
  error: null,
})
const device = (address: string, readingsAccepted = 0): Device => ({
  device: address,
  did: `did:io:${address}`,
  ioid: 1,
  account: '0xa',
  owner: '0xb',
  projectId: 1,
  documentUri: null,
  readingsAccepted,
  readingsSettled: 0,
  rewardsWei: '0',
  lastSeen: null,
})
const stats = { settled: 3 } as Stats
const fleet: Fleet = { provers: [], coordinators: [] }
const ids = (state: NetworkState) => state.tasks?.map(({ taskId }) => taskId)

const load = (state: NetworkState, tasks: Task[], olderTasks: string | null = null) =>
  reduceNetwork(state, { type: 'loaded', stats, fleet, tasks, olderTasks, devices: [device('0x1')] })

test('reading everything clears the failure before', () => {
  const failed = reduceNetwork(INITIAL_STATE, { type: 'failed', failure: { code: 'X', message: 'x' } })
  expect(failed.failure?.code).toBe('X')
  expect(load(failed, [task(1)])).toMatchObject({ failure: null, stats, fleet, tasks: [task(1)] })
})

test('a new task comes first; a known one is replaced in its place', () => {
  const state = load(INITIAL_STATE, [task(2), task(1)])
  const added = reduceNetwork(state, { type: 'event', event: { type: 'task', data: task(3) } })
  expect(ids(added)).toEqual(['0x3', '0x2', '0x1'])
  const settled = reduceNetwork(added, { type: 'event', event: { type: 'task', data: task(2, 'settled') } })
  expect(ids(settled)).toEqual(['0x3', '0x2', '0x1'])
  expect(settled.tasks?.[1]?.state).toBe('settled')
})

test('an event does not change the state before it', () => {
  const state = load(INITIAL_STATE, [task(1)])
  const before = structuredClone(state)
  reduceNetwork(state, { type: 'event', event: { type: 'task', data: task(1, 'failed') } })
  reduceNetwork(state, { type: 'event', event: { type: 'device', data: device('0x1', 9) } })
  expect(state).toEqual(before)
})

test('devices are replaced or added; stats and fleet are replaced', () => {
  let state = load(INITIAL_STATE, [])
  state = reduceNetwork(state, { type: 'event', event: { type: 'device', data: device('0x1', 9) } })
  state = reduceNetwork(state, { type: 'event', event: { type: 'device', data: device('0x2') } })
  expect(state.devices?.map(({ device, readingsAccepted }) => [device, readingsAccepted])).toEqual([
    ['0x1', 9],
    ['0x2', 0],
  ])
  state = reduceNetwork(state, { type: 'event', event: { type: 'stats', data: { ...stats, settled: 4 } } })
  state = reduceNetwork(state, { type: 'event', event: { type: 'fleet', data: { ...fleet, coordinators: ['0xc'] } } })
  expect(state).toMatchObject({ stats: { settled: 4 }, fleet: { coordinators: ['0xc'] } })
})

test('older pages follow, do not overwrite what the stream brought, and survive a reconnect', () => {
  let state = load(INITIAL_STATE, [task(4), task(3)], 'page-2')
  state = reduceNetwork(state, { type: 'event', event: { type: 'task', data: task(2, 'settled') } })
  state = reduceNetwork(state, { type: 'older', tasks: [task(2), task(1)], olderTasks: null })
  expect(ids(state)).toEqual(['0x4', '0x3', '0x2', '0x1'])
  expect(state.tasks?.[2]?.state).toBe('settled')
  const again = load(state, [task(5), task(4, 'settled')], 'page-2')
  expect(ids(again)).toEqual(['0x5', '0x4', '0x3', '0x2', '0x1'])
  expect(again.tasks?.[1]?.state).toBe('settled')
  expect(again.olderTasks).toBeNull()
})

test('losing the stream shows only after it was live', () => {
  expect(reduceNetwork(INITIAL_STATE, { type: 'lost' }).connection).toBe('connecting')
  const live = reduceNetwork(INITIAL_STATE, { type: 'opened' })
  const lost = reduceNetwork(live, { type: 'lost' })
  expect([live.connection, lost.connection]).toEqual(['live', 'reconnecting'])
  expect(reduceNetwork(lost, { type: 'lost' }).connection).toBe('reconnecting')
})

test('tasks of the same moment have one order', () => {
  const [a, b] = [task(1), { ...task(1), taskId: '0x0' }]
  expect(mergeTasks([a], [b])).toEqual(mergeTasks([b], [a]))
})
