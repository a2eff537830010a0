/**
 * The coordinator's server-sent events, reconnected for ever.
 *
 * A browser's EventSource gives up on an HTTP error and cannot see a connection that died silently, so each
 * failure opens a new one after a growing delay, and silence longer than {@link SILENCE_MS} is a failure.
 * @module
 */
import type { Device, Fleet, Stats, Task } from './types.ts'

export type StreamEvent =
  | { type: 'stats'; data: Stats }
  | { type: 'fleet'; data: Fleet }
  | { type: 'task'; data: Task }
  | { type: 'device'; data: Device }

const EVENT_TYPES = ['stats', 'fleet', 'task', 'device'] as const

/** `stats` comes each second; without anything for this long the connection is dead. */
export const SILENCE_MS = 12_000

const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 8_000

/** Returns how long to wait before attempt `attempt`, counted from 0. */
export const reconnectDelayMs = (attempt: number): number => Math.min(FIRST_DELAY_MS * 2 ** attempt, LAST_DELAY_MS)

/** What of EventSource is used, so that tests can drive it. */
export interface EventSourceLike {
  onopen: ((event: Event) => void) | null
  onerror: ((event: Event) => void) | null
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

export interface Timers {
  set(run: () => void, delayMs: number): unknown
  clear(timer: unknown): void
}

export interface StreamHandlers {
  onOpen(): void
  onEvent(event: StreamEvent): void
  /** Called once for each connection that was lost or refused. */
  onLost(): void
}

/** Follows the stream until the returned function is called. An event that is no JSON is passed over. */
export function followStream(
  open: () => EventSourceLike,
  handlers: StreamHandlers,
  timers: Timers = { set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer as number) },
): () => void {
  let attempt = 0
  let stopped = false
  let source: EventSourceLike | undefined
  let timer: unknown

  const wait = (run: () => void, delayMs: number) => {
    timers.clear(timer)
    timer = timers.set(run, delayMs)
  }
  const lose = () => {
    if (stopped) return
    source?.close()
    source = undefined
    handlers.onLost()
    wait(connect, reconnectDelayMs(attempt++))
  }
  function connect() {
    const current = open()
    source = current
    wait(lose, SILENCE_MS)
    current.onopen = () => {
      if (source !== current) return
      attempt = 0
      wait(lose, SILENCE_MS)
      handlers.onOpen()
    }
    current.onerror = () => {
      if (source === current) lose()
    }
    for (const type of EVENT_TYPES)
      current.addEventListener(type, ({ data }) => {
        if (source !== current) return
        wait(lose, SILENCE_MS)
        const parsed = parseJson(data)
        if (parsed !== undefined) handlers.onEvent({ type, data: parsed } as StreamEvent)
      })
  }

  connect()
  return () => {
    stopped = true
    timers.clear(timer)
    source?.close()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
