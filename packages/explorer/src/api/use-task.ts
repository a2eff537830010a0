import { useCallback, useEffect, useState } from 'react'
import { getTask } from './client.ts'
import { toFailure, useNetwork } from './network.tsx'
import type { Failure } from './network-state.ts'
import type { TaskDetail } from './types.ts'

interface TaskView {
  task: TaskDetail | null
  failure: Failure | null
  retry(): void
}

/** Reads a task, and reads it again whenever the stream says that its state changed. */
export function useTask(taskId: string): TaskView {
  const { tasks } = useNetwork()
  const [view, setView] = useState<Omit<TaskView, 'retry'>>({ task: null, failure: null })
  const [attempt, setAttempt] = useState(0)
  const live = tasks?.find((task) => task.taskId === taskId)
  const version = live && `${live.state} ${live.attempt} ${live.settleTx}`

  // `version` and `attempt` say when to read again.
  useEffect(() => {
    const abort = new AbortController()
    getTask(taskId, abort.signal)
      .then((task) => setView({ task, failure: null }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setView((view) => ({ ...view, failure: toFailure(error) }))
      })
    return () => abort.abort()
  }, [taskId, version, attempt])

  const retry = useCallback(() => setAttempt((attempt) => attempt + 1), [])
  return { ...view, retry }
}
