/**
 * What `GET /v1/events` tells: `stats` each second, and `task`, `fleet`, `device` when one has changed. Changes are read
 * from the store, so that a page sees what any coordinator did. Nothing is read while nobody listens.
 * @module
 */
import type { Clock } from '@iotex2/chain/clock'
import type { ReadModel } from './read-model.ts'

export type FeedEvent = { type: 'stats' | 'fleet' | 'task' | 'device'; data: unknown }

/** Tasks that are watched for changes: older ones have come to their end. */
const WATCHED_TASKS = 50
const INTERVAL_MS = 1_000

export class Feed {
  readonly #model: ReadModel
  readonly #clock: Clock
  readonly #onError: (error: unknown) => void
  readonly #listeners = new Set<(event: FeedEvent) => void>()
  /** What was told last, by type and key. */
  readonly #told = new Map<string, string>()
  #running: Promise<void> | undefined

  constructor(model: ReadModel, clock: Clock, onError: (error: unknown) => void) {
    this.#model = model
    this.#clock = clock
    this.#onError = onError
  }

  /** Calls `listener` with each event until `signal` aborts. */
  listen(listener: (event: FeedEvent) => void, signal: AbortSignal): void {
    if (signal.aborted) return
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => this.#listeners.delete(listener), { once: true })
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    while (this.#listeners.size > 0) {
      try {
        for (const event of await this.#changes()) for (const listener of this.#listeners) listener(event)
      } catch (error) {
        this.#onError(error)
      }
      await this.#clock.wait(INTERVAL_MS)
    }
    this.#told.clear()
  }

  async #changes(): Promise<FeedEvent[]> {
    const [stats, fleet, { tasks }, { devices }] = await Promise.all([
      this.#model.stats(),
      this.#model.fleet(),
      this.#model.tasks(WATCHED_TASKS),
      this.#model.devices(),
    ])
    const changed = (key: string, data: unknown): boolean => {
      const text = JSON.stringify(data)
      if (this.#told.get(key) === text) return false
      this.#told.set(key, text)
      return true
    }
    const events: FeedEvent[] = [{ type: 'stats', data: stats }]
    if (changed('fleet', fleet)) events.push({ type: 'fleet', data: fleet })
    for (const task of tasks.toReversed())
      if (changed(`task ${task.taskId}`, task)) events.push({ type: 'task', data: task })
    for (const device of devices)
      if (changed(`device ${device.device}`, device)) events.push({ type: 'device', data: device })
    const watched = new Set(tasks.map(({ taskId }) => `task ${taskId}`))
    for (const key of this.#told.keys()) if (key.startsWith('task ') && !watched.has(key)) this.#told.delete(key)
    return events
  }
}
