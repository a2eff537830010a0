import { useEffect } from 'react'
import { type Read, useRead } from '../../onboarding/use-read.ts'

/** How often what a preview is made of is read anew. */
const LOOK_MS = 10_000

/** Keeps what `read` returns, read anew now and then, and at once when `version` is another: something was done. */
export function useLook<T>(read: () => Promise<T>, version: number): Read<T> {
  const look = useRead(read, LOOK_MS)
  const { refresh } = look
  // `version` says when.
  useEffect(() => {
    if (version > 0) void refresh()
  }, [version, refresh])
  return look
}
