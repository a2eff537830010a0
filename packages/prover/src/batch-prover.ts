/**
 * Proves batches in a worker thread, so that heartbeats and requests go on meanwhile. A thread that breaks fails what it
 * was proving; the next proof starts another one.
 * @module
 */
import { Worker } from 'node:worker_threads'
import type { CircuitInput } from '@iotex2/protocol/batch'
import { CodedError } from '@iotex2/protocol/errors'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'

/** What the worker is started with: paths of the circuit's witness program and proving key. */
export interface CircuitFiles {
  wasm: string
  zkey: string
  /** Tables of the key's points: how much memory they may take, and where they are kept between two runs. */
  tables?: { memoryMiB: number; directory?: string }
}

export interface ProvenBatch {
  proof: Groth16Proof
  publicSignals: string[]
}

/** What becomes of the key's tables when a thread opens it. */
export type TableReport =
  | { event: 'building'; part: number }
  | { event: 'ready'; memoryMiB: number; read: number; ms: number; storeError: string | null }

export type WorkerReply =
  | { id: number; proven: ProvenBatch }
  | { id: number; code: string; message: string }
  | { tables: TableReport }

/** Thrown when a witness or proof cannot be made. `code` is the prover library's. */
export class ProvingError extends CodedError {}

export class BatchProver {
  readonly #files: CircuitFiles
  readonly #reportTables: (report: TableReport) => void
  #worker: Worker | undefined
  readonly #waiting = new Map<number, PromiseWithResolvers<ProvenBatch>>()
  #nextId = 0
  #disposed = false

  /** Starts the thread, which reads the circuit's files; `reportTables` is told of their tables, each tenth built. */
  constructor(files: CircuitFiles, reportTables: (report: TableReport) => void = () => {}) {
    this.#files = files
    this.#reportTables = reportTables
    this.#worker = this.#start()
  }

  /** Computes witness and proof. Throws {@link ProvingError}. */
  prove(input: CircuitInput): Promise<ProvenBatch> {
    if (this.#disposed) return Promise.reject(stopped())
    this.#worker ??= this.#start()
    const id = this.#nextId++
    const waiting = Promise.withResolvers<ProvenBatch>()
    this.#waiting.set(id, waiting)
    this.#worker.ref()
    this.#worker.postMessage({ id, input })
    return waiting.promise
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./batch-prover-worker.ts', import.meta.url), {
      // npm web-worker, which snarkjs loads, takes every worker thread for its own and runs `mod`: an empty program.
      workerData: { files: this.#files, mod: 'data:text/javascript,' },
    })
    worker.on('message', (reply: WorkerReply) => this.#settle(reply))
    worker.on('error', (error) => this.#lose(worker, new ProvingError('PROVER_STOPPED', error.message)))
    worker.on('exit', () => this.#lose(worker, stopped()))
    // The thread is no reason to stay alive.
    worker.unref()
    return worker
  }

  #settle(reply: WorkerReply): void {
    if ('tables' in reply) {
      this.#reportTables(reply.tables)
      return
    }
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if ('proven' in reply) waiting?.resolve(reply.proven)
    else waiting?.reject(new ProvingError(reply.code, reply.message))
  }

  /** An error comes before the exit; by then the next proof may have a thread of its own. */
  #lose(worker: Worker, error: ProvingError): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

const stopped = (): ProvingError => new ProvingError('PROVER_STOPPED', 'The proving thread has ended.')
