/**
 * Runs jobs: on the calling thread, or on workers over a shared memory. Workers are started once; idle ones keep no process
 * alive.
 * @module
 */
import { ADDRESS } from '../wasm/layout.ts'
import { MsmError } from './errors.ts'
import { type Exports, instantiate, type Job, type Place, work } from './job.ts'
import type { Order, Start } from './worker.ts'

/** Does all units of a job. Rejects with {@link MsmError} MSM_THREAD_FAILED. */
export interface Threads {
  readonly count: number
  run(job: Job, places: readonly Place[]): Promise<void>
  dispose(): Promise<void>
}

export async function callingThread(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Threads> {
  const exports: Exports = await instantiate(module, memory)
  return {
    count: 1,
    async run(job, [place]) {
      let next = 0
      work(exports, place!, job, () => next++)
    },
    async dispose() {},
  }
}

/** A worker, in Node or in a browser. */
interface Thread {
  post(message: Start | Order): void
  terminate(): Promise<void>
  /** Whether it keeps the process alive. */
  hold(busy: boolean): void
}

function startThread(onReply: (reply: { id: number; error?: string }) => void, onEnd: (why: string) => void): Thread {
  const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')
  if (node) {
    const worker = new node.Worker(new URL('./worker.ts', import.meta.url), { execArgv: [] })
    worker.on('message', onReply)
    worker.on('error', (error) => onEnd(String(error)))
    worker.on('exit', (code) => onEnd(`it exited with code ${code}`))
    worker.unref()
    return {
      post: (message) => worker.postMessage(message),
      terminate: async () => {
        await worker.terminate()
      },
      hold: (busy) => (busy ? worker.ref() : worker.unref()),
    }
  }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  worker.addEventListener('message', (event) => onReply(event.data))
  worker.addEventListener('error', (event) => onEnd(event.message))
  return { post: (message) => worker.postMessage(message), terminate: async () => worker.terminate(), hold: () => {} }
}

export function startThreads(count: number, module: WebAssembly.Module, memory: WebAssembly.Memory): Threads {
  const counter = new Int32Array(memory.buffer, ADDRESS.CONTROL, 1)
  let failure: MsmError | undefined
  let current:
    | { id: number; left: number; settle: { resolve: () => void; reject: (error: MsmError) => void } }
    | undefined
  let lastId = 0
  let disposed = false

  const fail = (why: string): void => {
    // That threads end is what dispose waits for.
    if (disposed) return
    failure ??= new MsmError('MSM_THREAD_FAILED', `A thread of the engine ended: ${why}. Open another engine.`)
    current?.settle.reject(failure)
    current = undefined
    for (const thread of threads) thread.hold(false)
  }
  const onReply = ({ id, error }: { id: number; error?: string }): void => {
    if (error !== undefined) {
      fail(error)
      return
    }
    if (current?.id !== id || --current.left > 0) return
    const { settle } = current
    current = undefined
    for (const thread of threads) thread.hold(false)
    settle.resolve()
  }
  const threads = Array.from({ length: count }, () => startThread(onReply, fail))
  for (const thread of threads) thread.post({ module, memory })

  return {
    count,
    run(job, places) {
      if (failure) return Promise.reject(failure)
      const chosen = threads.slice(0, Math.min(count, job.units.length))
      if (chosen.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        const id = ++lastId
        current = { id, left: chosen.length, settle: { resolve, reject } }
        Atomics.store(counter, 0, 0)
        for (const [index, thread] of chosen.entries()) {
          thread.hold(true)
          thread.post({ id, job, place: places[index]! })
        }
      })
    },
    async dispose() {
      disposed = true
      failure ??= new MsmError('MSM_DISPOSED', 'The engine was disposed of; open another.')
      current?.settle.reject(failure)
      current = undefined
      // Whoever awaits this wants to go on after it.
      for (const thread of threads) thread.hold(true)
      await Promise.all(threads.map((thread) => thread.terminate()))
    },
  }
}
