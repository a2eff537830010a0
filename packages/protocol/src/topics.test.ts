import { expect, test } from 'vitest'
import { acknowledgementTopic, parseTaskTopic, taskTopic } from './topics.ts'

const device = `0x${'ab'.repeat(20)}` as const

test('a task topic names project and device', () => {
  expect(parseTaskTopic(taskTopic(42n, device))).toEqual({ projectId: 42n, device })
})

test.each([
  acknowledgementTopic(42n, device),
  taskTopic(42n, device).toUpperCase(),
  `iotex/v1/42/${device.toUpperCase().replace('0X', '0x')}/task`,
  `iotex/v1/-1/${device}/task`,
  `iotex/v1/42/${device}00/task`,
  `iotex/v1/42/${device}/task/more`,
  `$share/gateway/${taskTopic(42n, device)}`,
  '',
])('%s is no task topic', (topic) => {
  expect(parseTaskTopic(topic)).toBeUndefined()
})
