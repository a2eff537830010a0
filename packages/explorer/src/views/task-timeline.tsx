import type { TaskDetail, TaskState } from '../api/types.ts'
import { formatDuration } from '../format/time.ts'
import { ChainHash } from '../parts/hash.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { timelineSteps } from '../timeline.ts'

const STEP_NAMES: Record<TaskState, string> = {
  packed: 'Packed',
  assigned: 'Assigned to a prover',
  proved: 'Proven',
  settled: 'Settled on chain',
  failed: 'Failed',
}

/** The task's states so far, then those to come. */
export function TaskTimeline({ task }: { task: TaskDetail }) {
  return (
    <ol className="timeline">
      {timelineSteps(task).map(({ state, event, elapsedMs }, i) => (
        // A state recurs when a task is assigned again; the order is fixed.
        <li key={`${state}-${i}`} data-state={state} data-coming={event === null}>
          <p className="timeline-title">
            <strong>{STEP_NAMES[state]}</strong>
            {event !== null && <RelativeTime at={event.time} />}
            {elapsedMs !== null && <span className="unit">+{formatDuration(elapsedMs)}</span>}
            {event === null && <span className="unit">to come</span>}
          </p>
          {event?.comment && <p>{event.comment}</p>}
          {event?.error && <p className="timeline-error">{event.error}</p>}
          {event?.transactionHash && (
            <p>
              Transaction <ChainHash kind="tx" value={event.transactionHash} name="transaction" />
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}
