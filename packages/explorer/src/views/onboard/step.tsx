import type { ReactNode } from 'react'

export type StepState = 'done' | 'now' | 'later'

const WORDS: Record<StepState, string> = { done: 'done', now: 'now', later: 'later' }

interface StepProps {
  number: number
  title: string
  state: StepState
  /** What came of it, in a line, once it is done. */
  summary?: ReactNode
  children?: ReactNode
}

/** A step of the way: its content shows while it is the one to take, and what came of it afterwards. */
export function Step({ number, title, state, summary, children }: StepProps) {
  const id = `step-${number}`
  return (
    <li className="panel step" data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
      <div className="step-heading">
        <span className="step-mark" aria-hidden="true">
          {state === 'done' ? '✓' : number}
        </span>
        <h2 id={id}>
          {title}
          <span className="visually-hidden">, {WORDS[state]}</span>
        </h2>
        {state === 'done' && summary !== undefined && <div className="step-summary">{summary}</div>}
      </div>
      {state !== 'later' && children && (
        <section className="step-body" aria-labelledby={id}>
          {children}
        </section>
      )}
    </li>
  )
}
