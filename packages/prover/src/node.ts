/**
 * A prover node: pulls its task from the coordinators, recomputes what it is asked to prove, proves it, hands it over.
 * It keeps nothing: killed, it pulls the same task again.
 * @module
 */
import { BATCH_CIRCUIT, batchCircuitInput, batchRoot, batchSignals, batchTaskId } from '@iotex2/protocol/batch'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { type ProverResult, type ProverTask, taskReadings } from '@iotex2/protocol/prover-task'
import type { ProvenBatch } from './batch-prover.ts'
import { type CoordinatorClient, CoordinatorRefusedError } from './coordinator-client.ts'

/** Thrown when a task is not what it says it is. Code TASK_MISMATCH: nothing is proven. */
export class TaskMismatchError extends CodedError {
  constructor(taskId: string, detail: string) {
    super('TASK_MISMATCH', `Task ${taskId}: ${detail}. It is not proven.`)
  }
}

export interface ProverNodeOptions {
  /** This prover's address, lower case. */
  address: Hex
  /** The chain that it serves and the router that it proves for: a coordinator cannot choose others. */
  chainId: bigint
  router: Hex
  coordinators: readonly CoordinatorClient[]
  prove: (input: ReturnType<typeof batchCircuitInput>) => Promise<ProvenBatch>
  report: (event: ProverEvent) => void
  /** Milliseconds, for durations and the task's deadline. */
  now: () => number
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  pollIntervalMs?: number
}

export type ProverEvent =
  | { event: 'pulled'; taskId: string; readings: number }
  | { event: 'proved'; taskId: string; proofMs: number }
  | { event: 'accepted'; taskId: string }
  | { event: 'failed'; taskId?: string; error: unknown }

const RETRY_MS = 1_000

/** Runs until `signal` aborts. */
export async function runProver(options: ProverNodeOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const worked = await serveOnce(options, signal)
    if (!worked) await options.sleep(options.pollIntervalMs ?? 500, signal)
  }
}

/** Asks each coordinator for a task and serves the first one. Returns whether there was one. */
async function serveOnce(options: ProverNodeOptions, signal: AbortSignal): Promise<boolean> {
  for (const coordinator of options.coordinators) {
    let task: ProverTask | undefined
    try {
      task = await coordinator.pullTask()
    } catch (error) {
      options.report({ event: 'failed', error })
      continue
    }
    if (!task) continue
    options.report({ event: 'pulled', taskId: task.taskId, readings: task.readings.length })
    try {
      await deliver(options, await proveTask(options, task), task.deadline, signal)
    } catch (error) {
      options.report({ event: 'failed', taskId: task.taskId, error })
      await options.sleep(RETRY_MS, signal)
    }
    return true
  }
  return false
}

/** Returns the proof of a task, having recomputed everything that it claims. Throws {@link TaskMismatchError}. */
export async function proveTask(options: ProverNodeOptions, task: ProverTask): Promise<ProverResult> {
  const { address, chainId, router, now, prove, report } = options
  if (task.circuit !== BATCH_CIRCUIT)
    throw new TaskMismatchError(task.taskId, `circuit ${task.circuit} is unknown here`)
  if (BigInt(task.chainId) !== chainId || task.router !== router)
    throw new TaskMismatchError(task.taskId, `it is for chain ${task.chainId}, router ${task.router}`)
  const readings = taskReadings(task)
  const root = batchRoot(readings)
  if (root !== BigInt(task.root)) throw new TaskMismatchError(task.taskId, 'its readings have another root')
  if (batchTaskId(chainId, BigInt(task.projectId), root) !== task.taskId)
    throw new TaskMismatchError(task.taskId, 'its root belongs to another task')

  const context = { chainId, projectId: BigInt(task.projectId), router, prover: address, profile: task.profile }
  const began = now()
  const { proof, publicSignals } = await prove(batchCircuitInput(context, readings))
  const proofMs = Math.round(now() - began)
  if (batchSignals(context, readings).some((expected, i) => expected !== BigInt(publicSignals[i] ?? -1)))
    throw new TaskMismatchError(
      task.taskId,
      'the circuit computed other public signals: its files are of another version',
    )
  report({ event: 'proved', taskId: task.taskId, proofMs })
  return { taskId: task.taskId, proof, publicSignals, proofMs }
}

/**
 * Offers the proof to every coordinator in turn until one keeps it, a refusal is final, or the deadline has passed. The
 * deadline is by the chain's clock, from which this one may differ: each coordinator is asked once in any case.
 */
async function deliver(
  options: ProverNodeOptions,
  result: ProverResult,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const { coordinators, report, now, sleep } = options
  for (let attempt = 0; !signal.aborted; attempt++) {
    if (attempt >= coordinators.length && now() / 1000 >= deadline) return
    const coordinator = coordinators[attempt % coordinators.length]!
    try {
      await coordinator.postProof(result)
      report({ event: 'accepted', taskId: result.taskId })
      return
    } catch (error) {
      if (error instanceof CoordinatorRefusedError) throw error
      report({ event: 'failed', taskId: result.taskId, error })
      await sleep(RETRY_MS, signal)
    }
  }
}
