import type { Task } from '../../onboarding/use-task.ts'
import { FailureBanner } from './failure-banner.tsx'

/** What is underway, or what failed and what to do. */
export function TaskNotice({ task: { busy, failure } }: { task: Task }) {
  return (
    <div className="task-notice">
      <p className="step-status" role="status">
        {busy !== null && (
          <>
            <span className="spinner" aria-hidden="true" />
            {busy}…
          </>
        )}
      </p>
      {failure !== null && <FailureBanner failure={failure} />}
    </div>
  )
}
