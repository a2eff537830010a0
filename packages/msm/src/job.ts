/**
 * What threads do: units of one exported function of the engine, each taken by whichever thread is free.
 * @module
 */
import { ADDRESS } from '../wasm/layout.ts'

/** A function of the engine, and the arguments of each call. */
export interface Job {
  field: 'base' | 'scalar'
  g2: boolean
  name: string
  units: readonly (readonly number[])[]
  /** The argument that is the address of the thread's own working memory, if any. */
  workArgument?: number
}

/** A thread's own part of the memory. */
export interface Place {
  scratch: number
  work: number
}

export type Exports = Record<string, (...args: number[]) => number>

export async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Exports> {
  const abort = (): void => {}
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } })
  return instance.exports as unknown as Exports
}

/** Does units until `next` says that none is left. */
export function work(exports: Exports, { scratch, work: own }: Place, job: Job, next: () => number): void {
  exports.setScratch!(scratch)
  exports.setField!(job.field === 'base' ? ADDRESS.BASE_FIELD : ADDRESS.SCALAR_FIELD)
  exports.setGroup!(Number(job.g2))
  const run = exports[job.name]!
  for (let index = next(); index < job.units.length; index = next()) {
    const unit = job.units[index]!
    run(...(job.workArgument === undefined ? unit : unit.with(job.workArgument, own)))
  }
}
