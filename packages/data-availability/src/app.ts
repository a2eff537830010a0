/**
 * The data-availability service: cuts batches on a timer, and serves them with their inclusion proofs.
 * @module
 */
import type { Profile } from '@iotex2/protocol/profile'
import { createService, type Service } from '@iotex2/service/service'
import { sql } from 'kysely'
import { Counter, Gauge, Histogram } from 'prom-client'
import { cutBatches } from './batcher.ts'
import { batchRoutes } from './routes/batches.ts'
import type { Store } from './store.ts'

export interface DataAvailabilityOptions {
  store: Store
  chainId: bigint
  profiles: ReadonlyMap<bigint, Profile>
  /** A batch that is not full is cut at this age. */
  maximumAgeMs: number
  /** Pause between two looks for due batches. */
  intervalMs: number
  logLevel: string
}

export interface DataAvailability extends Service {
  /** Starts cutting batches. */
  start(): void
  /** Finishes the batch at hand and stops. The store stays open. */
  stop(): Promise<void>
}

/** Builds the service; it neither listens nor cuts yet. */
export function createDataAvailability(options: DataAvailabilityOptions): DataAvailability {
  const { store } = options
  const service = createService({
    name: 'data-availability',
    logLevel: options.logLevel,
    readiness: { database: () => sql`SELECT 1`.execute(store.db) },
  })
  const registers = [service.metrics]
  const cut = new Counter({ name: 'batches_cut_total', help: 'Batches cut by this process.', registers })
  const failures = new Counter({ name: 'batcher_failures_total', help: 'Rounds that failed.', registers })
  const seconds = new Histogram({ name: 'batcher_round_seconds', help: 'Duration of a round.', registers })
  new Gauge({
    name: 'messages_waiting',
    help: 'Messages in no batch yet.',
    registers,
    async collect() {
      const { rows } = await sql<{
        n: string
      }>`SELECT count(*)::text AS n FROM messages WHERE batch_id IS NULL`.execute(store.db)
      this.set(Number(rows[0]!.n))
    },
  })
  void service.app.register(batchRoutes(store))

  const abort = new AbortController()
  let loop = Promise.resolve()
  const round = async () => {
    const end = seconds.startTimer()
    try {
      const ids = await cutBatches(store, options)
      cut.inc(ids.length)
      for (const id of ids) service.log.info({ correlationId: id }, 'batch cut')
    } catch (error) {
      // The next round tries again: nothing of a failed transaction stays.
      failures.inc()
      service.log.warn({ error }, 'no batch cut')
    } finally {
      end()
    }
  }
  return {
    ...service,
    start() {
      loop = (async () => {
        while (!abort.signal.aborted) {
          await round()
          await pause(options.intervalMs, abort.signal)
        }
      })()
    },
    async stop() {
      abort.abort()
      await loop
    },
  }
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
