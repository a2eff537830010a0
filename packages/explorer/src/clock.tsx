/**
 * The page's clock, ticking each second, so that relative times stay true.
 * @module
 */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const NowContext = createContext(0)

export function ClockProvider({ now, children }: { now: () => number; children: ReactNode }) {
  const [nowMs, setNowMs] = useState(now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(now()), 1_000)
    return () => clearInterval(timer)
  }, [now])
  return <NowContext value={nowMs}>{children}</NowContext>
}

/** Returns milliseconds since the epoch, renewed each second. */
export const useNow = (): number => useContext(NowContext)
