import { expect, test } from 'vitest'
import type { TaskEvent, TaskState } from './api/types.ts'
import { timelineSteps } from './timeline.ts'

const event = (state: TaskState, second: number): TaskEvent => ({
  state,
  time: new Date(second * 1000).toISOString(),
  comment: null,
  error: null,
  transactionHash: null,
  proverId: null,
})
const show = (state: TaskState, events: TaskEvent[]) =>
  timelineSteps({ state, events }).map((step) => [step.state, step.event !== null, step.elapsedMs])

test('an assigned task shows what happened and what is to come, in order', () => {
  expect(show('assigned', [event('assigned', 3), event('packed', 1)])).toEqual([
    ['packed', true, null],
    ['assigned', true, 2000],
    ['proved', false, null],
    ['settled', false, null],
  ])
})

test('a recalled task shows both assignments', () => {
  const events = [event('packed', 1), event('assigned', 2), event('packed', 9), event('assigned', 10)]
  expect(show('assigned', events).map(([state]) => state)).toEqual([
    'packed',
    'assigned',
    'packed',
    'assigned',
    'proved',
    'settled',
  ])
})

test.each(['settled', 'failed'] as const)('nothing comes after %s', (state) => {
  expect(show(state, [event('packed', 1), event(state, 2)])).toHaveLength(2)
})
