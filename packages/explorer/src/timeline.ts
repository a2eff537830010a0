/**
 * The steps of a task as its timeline shows them. Pure.
 * @module
 */
import type { TaskDetail, TaskEvent, TaskState } from './api/types.ts'

export interface TimelineStep {
  state: TaskState
  /** What happened, or null where it is still to come. */
  event: TaskEvent | null
  /** Time since the step before; null for the first and for those to come. */
  elapsedMs: number | null
}

const PATH: readonly TaskState[] = ['packed', 'assigned', 'proved', 'settled']

/** Returns what happened to a task in order, then what is still to come. */
export function timelineSteps({ state, events }: Pick<TaskDetail, 'state' | 'events'>): TimelineStep[] {
  const sorted = [...events].sort((a, b) => a.time.localeCompare(b.time))
  const past = sorted.map((event, i): TimelineStep => {
    const previous = sorted[i - 1]
    return {
      state: event.state,
      event,
      elapsedMs: previous ? Date.parse(event.time) - Date.parse(previous.time) : null,
    }
  })
  const coming = state === 'failed' ? [] : PATH.slice(PATH.indexOf(state) + 1)
  return [...past, ...coming.map((next): TimelineStep => ({ state: next, event: null, elapsedMs: null }))]
}
