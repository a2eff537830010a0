import { useCallback, useEffect, useRef, useState } from 'react'
import type { Failure } from '../api/network-state.ts'
import { failureOf } from './errors.ts'

export interface Read<T> {
  /** What was read last; undefined before the first time. */
  value: T | undefined
  failure: Failure | null
  /** Reads again, and resolves once it is there. */
  refresh(): Promise<void>
}

/** Keeps what `read` returns, read anew when it is another function, and each `intervalMs` where that is given. */
export function useRead<T>(read: () => Promise<T>, intervalMs?: number): Read<T> {
  const [state, setState] = useState<{ value: T | undefined; failure: Failure | null }>({
    value: undefined,
    failure: null,
  })
  const current = useRef(read)
  current.current = read

  const refresh = useCallback(async () => {
    // An answer to an earlier question is not shown as one to this.
    const asked = current.current
    try {
      const value = await asked()
      if (current.current === asked) setState({ value, failure: null })
    } catch (error) {
      if (current.current === asked) setState((state) => ({ ...state, failure: failureOf(error) }))
    }
  }, [])

  // Another function asks another question.
  useEffect(() => {
    setState({ value: undefined, failure: null })
    void refresh()
    if (intervalMs === undefined) return
    const timer = setInterval(refresh, intervalMs)
    return () => clearInterval(timer)
  }, [read, intervalMs, refresh])

  return { ...state, refresh }
}
