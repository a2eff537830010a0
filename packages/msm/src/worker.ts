/**
 * A thread of the engine, in Node and in browsers: instantiates the module over the shared memory, then does what it is sent.
 * @module
 */
import { ADDRESS } from '../wasm/layout.ts'
import { type Exports, instantiate, type Job, type Place, work } from './job.ts'

/** What the engine sends first. */
export interface Start {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
}

/** What it sends then, one at a time; the reply is the number, or the error's text. */
export interface Order {
  id: number
  job: Job
  place: Place
}

interface Port {
  postMessage(message: unknown): void
}

function serve(port: Port, listen: (onMessage: (data: Start | Order) => void) => void): void {
  let exports: Promise<Exports> | undefined
  let memory: WebAssembly.Memory | undefined
  listen(async (message) => {
    if ('module' in message) {
      memory = message.memory
      exports = instantiate(message.module, message.memory)
      return
    }
    const { id, job, place } = message
    try {
      const counter = new Int32Array(memory!.buffer, ADDRESS.CONTROL, 1)
      work(await exports!, place, job, () => Atomics.add(counter, 0, 1))
      port.postMessage({ id })
    } catch (error) {
      port.postMessage({ id, error: String(error) })
    }
  })
}

const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')
if (node?.parentPort) {
  const port = node.parentPort
  serve(port, (onMessage) => port.on('message', onMessage))
} else {
  const scope = globalThis as unknown as Port & EventTarget
  serve(scope, (onMessage) => scope.addEventListener('message', (event) => onMessage((event as MessageEvent).data)))
}
