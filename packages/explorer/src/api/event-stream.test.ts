import { expect, test } from 'vitest'
import { type EventSourceLike, followStream, reconnectDelayMs, SILENCE_MS, type StreamEvent } from './event-stream.ts'

/** An event source and a clock that the test drives. */
function harness() {
  const opened: (EventSourceLike & { emit(type: string, data: string): void; closed: boolean })[] = []
  const log: (string | StreamEvent)[] = []
  let timer: { run: () => void; delayMs: number } | null = null
  const stop = followStream(
    () => {
      const listeners = new Map<string, (event: MessageEvent<string>) => void>()
      const source = {
        onopen: null,
        onerror: null,
        closed: false,
        addEventListener: (type: string, listener: (event: MessageEvent<string>) => void) => {
          listeners.set(type, listener)
        },
        close() {
          source.closed = true
        },
        emit: (type: string, data: string) => listeners.get(type)?.({ data } as MessageEvent<string>),
      }
      opened.push(source)
      return source
    },
    { onOpen: () => log.push('open'), onEvent: (event) => log.push(event), onLost: () => log.push('lost') },
    {
      set: (run, delayMs) => {
        timer = { run, delayMs }
        return timer
      },
      clear: (cleared) => {
        if (cleared === timer) timer = null
      },
    },
  )
  /** Runs the pending timer and returns how long it waited. */
  const fire = (): number => {
    const { run, delayMs } = timer!
    timer = null
    run()
    return delayMs
  }
  return { opened, log, fire, stop, pending: () => timer?.delayMs ?? null }
}
const event = {} as Event

test('events are parsed; what is no JSON is passed over', () => {
  const { opened, log } = harness()
  opened[0]!.onopen!(event)
  opened[0]!.emit('stats', '{"settled":3}')
  opened[0]!.emit('task', '{"taskId":')
  opened[0]!.emit('unknown', '{}')
  expect(log).toEqual(['open', { type: 'stats', data: { settled: 3 } }])
})

test('a lost connection is closed and opened again, each time later, until it holds', () => {
  const { opened, log, fire } = harness()
  const delays = [0, 1, 2, 3, 4, 5].map((attempt) => {
    opened[attempt]!.onerror!(event)
    expect(opened[attempt]!.closed).toBe(true)
    return fire()
  })
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 8000])
  opened[6]!.onopen!(event)
  opened[6]!.onerror!(event)
  expect(fire()).toBe(reconnectDelayMs(0))
  expect(log.filter((entry) => entry === 'lost')).toHaveLength(7)
})

test('silence is a lost connection, and a late word from it is ignored', () => {
  const { opened, log, fire, pending } = harness()
  opened[0]!.onopen!(event)
  opened[0]!.emit('stats', '{}')
  expect(pending()).toBe(SILENCE_MS)
  fire()
  opened[0]!.emit('stats', '{}')
  opened[0]!.onerror!(event)
  expect(log).toEqual(['open', { type: 'stats', data: {} }, 'lost'])
  expect(pending()).toBe(reconnectDelayMs(0))
})

test('stopping closes the connection and waits for nothing', () => {
  const { opened, log, stop, pending } = harness()
  stop()
  opened[0]!.onerror!(event)
  expect(opened[0]!.closed).toBe(true)
  expect([log, pending()]).toEqual([[], null])
})
