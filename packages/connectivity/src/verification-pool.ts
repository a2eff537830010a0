/**
 * Worker threads that verify messages. What arrives while all are busy is sent together: the busier, the cheaper.
 * @module
 */
import { Worker } from 'node:worker_threads'
import { CodedError } from '@iotex2/protocol/errors'
import { decodeResults, encodeRequests, type IncomingMessage, type Project, type Verification } from './verification.ts'

/** Messages that a worker gets at once: some milliseconds of work. */
const BATCH = 64
/** Batches that a worker may have, so that it need not wait for the main thread. */
const DEPTH = 2

export interface VerificationPoolOptions {
  threads: number
  projects: ReadonlyMap<bigint, Project>
  clock: () => number
}

/** Thrown into what was being verified when a worker broke. Code VERIFIER_FAILED. */
export class VerifierFailedError extends CodedError {
  constructor(cause: unknown) {
    super('VERIFIER_FAILED', 'A verification thread broke; try again.', { cause })
  }
}

interface Job {
  message: IncomingMessage
  resolve: (result: Verification) => void
  reject: (error: Error) => void
}

interface Thread {
  worker: Worker
  /** In the order of their results. */
  batches: Job[][]
}

export class VerificationPool {
  readonly #options: VerificationPoolOptions
  readonly #threads: Thread[]
  #waiting: Job[] = []
  #scheduled = false
  #closed = false

  constructor(options: VerificationPoolOptions) {
    this.#options = options
    this.#threads = Array.from({ length: options.threads }, () => this.#start())
  }

  /** Messages that are not verified yet. */
  get size(): number {
    return this.#threads.reduce(
      (sum, { batches }) => batches.reduce((all, batch) => all + batch.length, sum),
      this.#waiting.length,
    )
  }

  /** Verifies a message. Rejects with {@link VerifierFailedError} only. */
  verify(message: IncomingMessage): Promise<Verification> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message, resolve, reject })
      if (this.#scheduled) return
      this.#scheduled = true
      // After this turn's input: what one read of the socket brought goes together.
      setImmediate(() => {
        this.#scheduled = false
        this.#dispatch()
      })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #start(): Thread {
    const worker = new Worker(new URL('verification-worker.ts', import.meta.url), {
      workerData: this.#options.projects,
      execArgv: [],
    })
    const thread: Thread = { worker, batches: [] }
    worker.unref()
    worker.on('message', (buffer: ArrayBuffer) => {
      const batch = thread.batches.shift()!
      const results = decodeResults(buffer)
      for (const [i, job] of batch.entries()) job.resolve(results[i]!)
      this.#dispatch()
    })
    worker.on('error', (error) => this.#replace(thread, error))
    worker.on('exit', () => this.#replace(thread, undefined))
    return thread
  }

  /** Gives a broken thread's work back as failed, and starts another thread. */
  #replace(thread: Thread, cause: unknown): void {
    const index = this.#threads.indexOf(thread)
    if (index < 0) return
    if (this.#closed) this.#threads.splice(index, 1)
    else this.#threads[index] = this.#start()
    for (const job of thread.batches.flat()) job.reject(new VerifierFailedError(cause))
    if (!this.#closed) this.#dispatch()
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#threads.reduce((least, each) => (each.batches.length < least.batches.length ? each : least))
      if (thread.batches.length >= DEPTH) return
      const batch = this.#waiting.splice(0, BATCH)
      thread.batches.push(batch)
      const buffer = encodeRequests(
        batch.map((job) => job.message),
        this.#options.clock(),
      )
      thread.worker.postMessage(buffer, [buffer])
    }
  }
}
