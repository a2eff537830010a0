import type { ReactNode } from 'react'
import type { Failure } from '../api/network-state.ts'

/** A grey shape of what is about to appear. */
export function LoadingNotice({ what }: { what: string }) {
  return (
    <div className="loading" role="status" aria-label={`Loading ${what}`}>
      <span />
      <span />
      <span />
    </div>
  )
}

/** Nothing is there, and what would change that. */
export function EmptyNotice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="notice">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  )
}

/** What to do about each failure; the message says what happened. */
const ADVICE: Record<string, string> = {
  COORDINATOR_UNREACHABLE:
    'Start the coordinator, or check the address of this page. This page tries again every few seconds.',
  TASK_UNKNOWN: 'Check the task id: it is the batch’s id on chain, 32 bytes in hexadecimal.',
}

const FALLBACK_ADVICE =
  'This page tries again every few seconds. If it stays so, look into the coordinator’s log and its /readyz.'

/** Says what failed and what to do, above what is still there. */
export function ErrorNotice({ failure, retry }: { failure: Failure; retry: () => void }) {
  return (
    <div className="banner banner-bad" role="alert">
      <p>
        {failure.message} {ADVICE[failure.code] ?? FALLBACK_ADVICE} <code>{failure.code}</code>
      </p>
      <button type="button" className="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}
