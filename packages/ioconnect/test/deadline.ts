/** Polls until something holds: tests wait for what happens, not for time. */
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '@iotex2/protocol/errors'

/** Thrown when nothing came of it. Code DEADLINE_PASSED. */
class DeadlineError extends CodedError {
  constructor(what: string, deadlineMs: number) {
    super('DEADLINE_PASSED', `Not within ${deadlineMs} ms: ${what}`)
  }
}

/** Resolves once `holds`. Throws DEADLINE_PASSED after `deadlineMs`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, deadlineMs = 15_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!(await holds())) {
    if (performance.now() > end) throw new DeadlineError(what, deadlineMs)
    await delay(10)
  }
}
