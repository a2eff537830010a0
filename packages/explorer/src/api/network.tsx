/**
 * Keeps {@link NetworkState} up to date: reads everything once, then follows the event stream, and reads everything
 * again after each gap in it.
 * @module
 */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useReducer, useRef } from 'react'
import { ApiError, getDevices, getFleet, getStats, getTasks } from './client.ts'
import { followStream } from './event-stream.ts'
import { type Failure, INITIAL_STATE, type NetworkState, reduceNetwork } from './network-state.ts'

/** How long to wait before reading again what could not be read. */
const RETRY_MS = 5_000

interface Network extends NetworkState {
  /** Reads everything again, now. */
  retry(): void
  /** Appends the next page of older tasks. */
  loadOlderTasks(): Promise<void>
}

const NetworkContext = createContext<Network | null>(null)

/** Returns what an error says to people. */
export const toFailure = (error: unknown): Failure =>
  error instanceof ApiError
    ? { code: error.code, message: error.message }
    : { code: 'PAGE_FAILED', message: 'The page failed to read the answer. Reload it.' }

export function NetworkProvider({ children }: { children: ReactNode }) {
  const [state, dispatch] = useReducer(reduceNetwork, INITIAL_STATE)
  const reading = useRef<{ abort: AbortController; timer?: ReturnType<typeof setTimeout> } | null>(null)

  const load = useCallback(async () => {
    reading.current?.abort.abort()
    clearTimeout(reading.current?.timer)
    const current: NonNullable<typeof reading.current> = { abort: new AbortController() }
    reading.current = current
    const { signal } = current.abort
    try {
      const [stats, fleet, page, list] = await Promise.all([
        getStats(signal),
        getFleet(signal),
        getTasks(null, signal),
        getDevices(signal),
      ])
      if (signal.aborted) return
      dispatch({
        type: 'loaded',
        stats,
        fleet,
        tasks: page.tasks,
        olderTasks: page.next,
        devices: list.devices,
      })
    } catch (error) {
      if (signal.aborted) return
      dispatch({ type: 'failed', failure: toFailure(error) })
      current.timer = setTimeout(load, RETRY_MS)
    }
  }, [])

  useEffect(() => {
    void load()
    const stop = followStream(() => new EventSource('/v1/events'), {
      onOpen: () => {
        dispatch({ type: 'opened' })
        void load()
      },
      onEvent: (event) => dispatch({ type: 'event', event }),
      onLost: () => dispatch({ type: 'lost' }),
    })
    return () => {
      stop()
      reading.current?.abort.abort()
      clearTimeout(reading.current?.timer)
    }
  }, [load])

  const { olderTasks } = state
  const loadOlderTasks = useCallback(async () => {
    if (olderTasks === null) return
    try {
      const page = await getTasks(olderTasks)
      dispatch({ type: 'older', tasks: page.tasks, olderTasks: page.next })
    } catch (error) {
      dispatch({ type: 'failed', failure: toFailure(error) })
    }
  }, [olderTasks])

  const network = useMemo<Network>(
    () => ({ ...state, retry: () => void load(), loadOlderTasks }),
    [state, load, loadOlderTasks],
  )
  return <NetworkContext value={network}>{children}</NetworkContext>
}

export function useNetwork(): Network {
  const network = useContext(NetworkContext)
  if (network === null) throw new ApiError(0, 'PAGE_FAILED', 'A view must stand inside NetworkProvider.')
  return network
}
