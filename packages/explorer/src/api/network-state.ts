/**
 * What the page knows of the network, and how each answer and event changes it. Pure.
 * @module
 */
import type { StreamEvent } from './event-stream.ts'
import type { Device, Fleet, Stats, Task } from './types.ts'

export type Connection = 'connecting' | 'live' | 'reconnecting'

/** Why something could not be read, for people. */
export interface Failure {
  code: string
  message: string
}

export interface NetworkState {
  connection: Connection
  stats: Stats | null
  fleet: Fleet | null
  /** Latest first. */
  tasks: readonly Task[] | null
  /** Where older tasks start; null when there are none. */
  olderTasks: string | null
  /** By address, as the API orders them. */
  devices: readonly Device[] | null
  /** The latest read that failed; null once one succeeds. */
  failure: Failure | null
}

export const INITIAL_STATE: NetworkState = {
  connection: 'connecting',
  stats: null,
  fleet: null,
  tasks: null,
  olderTasks: null,
  devices: null,
  failure: null,
}

export type NetworkAction =
  | { type: 'opened' }
  | { type: 'lost' }
  | { type: 'event'; event: StreamEvent }
  | {
      type: 'loaded'
      stats: Stats
      fleet: Fleet
      tasks: readonly Task[]
      olderTasks: string | null
      devices: readonly Device[]
    }
  | { type: 'older'; tasks: readonly Task[]; olderTasks: string | null }
  | { type: 'failed'; failure: Failure }

export function reduceNetwork(state: NetworkState, action: NetworkAction): NetworkState {
  switch (action.type) {
    case 'opened':
      return { ...state, connection: 'live' }
    case 'lost':
      return { ...state, connection: state.connection === 'connecting' ? 'connecting' : 'reconnecting' }
    case 'event':
      return reduceEvent(state, action.event)
    case 'loaded': {
      // Older pages that were already shown stay; what the first page holds is fresher.
      const kept = (state.tasks ?? []).length > action.tasks.length
      return {
        ...state,
        stats: action.stats,
        fleet: action.fleet,
        tasks: mergeTasks(state.tasks ?? [], action.tasks),
        olderTasks: kept ? state.olderTasks : action.olderTasks,
        devices: action.devices,
        failure: null,
      }
    }
    case 'older':
      return { ...state, tasks: mergeTasks(action.tasks, state.tasks ?? []), olderTasks: action.olderTasks }
    case 'failed':
      return { ...state, failure: action.failure }
  }
}

function reduceEvent(state: NetworkState, event: StreamEvent): NetworkState {
  switch (event.type) {
    case 'stats':
      return { ...state, stats: event.data }
    case 'fleet':
      return { ...state, fleet: event.data }
    case 'task':
      return { ...state, tasks: mergeTasks(state.tasks ?? [], [event.data]) }
    case 'device':
      return { ...state, devices: upsertDevice(state.devices ?? [], event.data) }
  }
}

/** Returns both lists, latest first, each task once; `fresher` wins. */
export function mergeTasks(tasks: readonly Task[], fresher: readonly Task[]): Task[] {
  const byId = new Map([...tasks, ...fresher].map((task) => [task.taskId, task]))
  return [...byId.values()].sort(
    (a, b) => b.createdAt.localeCompare(a.createdAt) || (a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : 0),
  )
}

function upsertDevice(devices: readonly Device[], device: Device): Device[] {
  const index = devices.findIndex((known) => known.device === device.device)
  return index < 0 ? [...devices, device] : devices.with(index, device)
}
