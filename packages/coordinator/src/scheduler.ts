/**
 * The loop: leases due batches and advances each, several at once, until it is told to stop.
 * @module
 */
import type { Clock } from '@iotex2/chain/clock'
import { isUnreachable } from '@iotex2/chain/provider'
import { SenderClosedError } from '@iotex2/chain/sender'
import { type AdvanceContext, advance } from './advance.ts'
import { LeaseLostError } from './queue.ts'
import type { Batch } from './schema.ts'

export interface SchedulerOptions extends AdvanceContext {
  /** How often due batches are looked for. */
  pollIntervalMs: number
  /** Batches that are worked on at once. */
  concurrency: number
  clock: Clock
}

/** Runs until `signal` aborts, then waits for the steps that are underway. */
export async function runScheduler(options: SchedulerOptions, signal: AbortSignal): Promise<void> {
  const { log, clock } = options
  const running = new Set<Promise<void>>()
  while (!signal.aborted) {
    try {
      for (const batch of await leaseDue(options, running.size)) {
        const work = advanceLeased(options, batch).finally(() => running.delete(work))
        running.add(work)
      }
    } catch (error) {
      log.warn({ error }, isUnreachable(error) ? 'the chain does not answer' : 'cannot look for batches')
    }
    await clock.wait(options.pollIntervalMs, signal)
  }
  await Promise.allSettled(running)
}

/** What is underway goes first; of the waiting, no more than there are idle provers. */
async function leaseDue({ queue, contracts, concurrency }: SchedulerOptions, running: number): Promise<Batch[]> {
  const underway = await queue.leaseUnderway(concurrency - running)
  const room = concurrency - running - underway.length
  if (room <= 0 || !(await queue.hasWaiting())) return underway
  const idle = await contracts.idleProvers(room)
  return [...underway, ...(await queue.leaseWaiting(idle.length))]
}

async function advanceLeased(options: SchedulerOptions, batch: Batch): Promise<void> {
  const { queue, log, reached, idleIntervalMs } = options
  reached('leased', batch.id)
  const step = () =>
    advance(options, batch).catch((error: unknown) => {
      if (error instanceof LeaseLostError) log.debug({ correlationId: batch.id }, error.message)
      else if (error instanceof SenderClosedError) log.info({ correlationId: batch.id }, error.message)
      else log.warn({ correlationId: batch.id, error }, 'step failed; it is tried again')
      return idleIntervalMs
    })
  // A lease that cannot be given back runs out.
  await queue.whileLeased(batch, step).catch((error: unknown) => log.warn({ correlationId: batch.id, error }, 'store'))
}
