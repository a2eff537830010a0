import { useCallback, useEffect, useState } from 'react'
import type { Failure } from '../../api/network-state.ts'
import { failureOf } from '../../onboarding/errors.ts'

interface Pages<Row> {
  /** Undefined before the first page. */
  rows: readonly Row[] | undefined
  failure: Failure | null
  /** Whether there is an older page. */
  more: boolean
  loading: boolean
  loadMore(): Promise<void>
  retry(): void
}

/** How often the first page is read anew, while no older one is shown. */
const LOOK_MS = 10_000

/** Reads a list page by page, newest first. `read` must be the same function always. */
export function usePages<Row>(
  read: (cursor: string | null) => Promise<{ rows: Row[]; next: string | null }>,
): Pages<Row> {
  const [state, setState] = useState<{ rows: readonly Row[]; next: string | null; pages: number } | undefined>()
  const [failure, setFailure] = useState<Failure | null>(null)
  const [loading, setLoading] = useState(false)

  const first = useCallback(async () => {
    try {
      const { rows, next } = await read(null)
      setState((state) => (state === undefined || state.pages === 1 ? { rows, next, pages: 1 } : state))
      setFailure(null)
    } catch (error) {
      setFailure(failureOf(error))
    }
  }, [read])
  useEffect(() => {
    void first()
    const timer = setInterval(first, LOOK_MS)
    return () => clearInterval(timer)
  }, [first])

  const next = state?.next ?? null
  const loadMore = useCallback(async () => {
    if (next === null) return
    setLoading(true)
    try {
      const page = await read(next)
      setState((state) => ({
        rows: [...(state?.rows ?? []), ...page.rows],
        next: page.next,
        pages: (state?.pages ?? 0) + 1,
      }))
      setFailure(null)
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setLoading(false)
    }
  }, [read, next])

  return { rows: state?.rows, failure, more: next !== null, loading, loadMore, retry: () => void first() }
}
