import { useCallback, useRef, useState } from 'react'
import type { Failure } from '../api/network-state.ts'
import { failureOf } from './errors.ts'

export interface Task {
  /** What is underway, for people; null while nothing is. */
  busy: string | null
  failure: Failure | null
  /** Does `work` unless something is underway. Resolves whether it succeeds or not; a failure is kept until the next. */
  run(what: string, work: (say: (what: string) => void) => Promise<void>): Promise<void>
}

/** One thing at a time, and what came of it. */
export function useTask(): Task {
  const [busy, setBusy] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const running = useRef(false)
  const run = useCallback<Task['run']>(async (what, work) => {
    if (running.current) return
    running.current = true
    setBusy(what)
    setFailure(null)
    try {
      await work(setBusy)
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      running.current = false
      setBusy(null)
    }
  }, [])
  return { busy, failure, run }
}
