/**
 * ffjavascript's pool of workers, which snarkjs starts by itself and which would keep a process alive: it ends with its
 * last user.
 * @module
 */
import { buildBn128 } from 'ffjavascript'

let users = 0

/** Joins the users of the pool. Returns how to leave them; leaving twice does nothing. */
export function joinPool(): () => Promise<void> {
  let joined = true
  users++
  return async () => {
    if (!joined) return
    joined = false
    // The curve that snarkjs uses, started now where nothing has used it yet.
    if (--users === 0) await (await buildBn128()).terminate()
  }
}

/** Runs `work` as a user of the pool. */
export async function withPool<T>(work: () => Promise<T>): Promise<T> {
  const leave = joinPool()
  try {
    return await work()
  } finally {
    await leave()
  }
}
