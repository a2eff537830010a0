/**
 * Time, injected: tests and the sender's retries use the same interface.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'

export interface Clock {
  /** Returns milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
}
