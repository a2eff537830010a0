import { adviceFor } from '../../onboarding/errors.ts'
import type { Task } from '../../onboarding/use-task.ts'

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
      {failure !== null && (
        <div className="banner banner-bad" role="alert">
          <p>
            {failure.message} {adviceFor(failure.code)} <code>{failure.code}</code>
          </p>
        </div>
      )}
    </div>
  )
}
