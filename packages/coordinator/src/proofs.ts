/**
 * What provers see: the task that is theirs, and the place to hand its proof in.
 * @module
 */
import { readingsOf } from '@iotex2/data-availability/batches'
import { ProofError } from '@iotex2/groth16/errors'
import { encodeProof } from '@iotex2/groth16/proof'
import type { Verifier } from '@iotex2/groth16/verifier'
import { BATCH_CIRCUIT, batchSignals } from '@iotex2/protocol/batch'
import { RequestError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { Groth16Proof, ProverResult, ProverTask } from '@iotex2/protocol/prover-task'
import { sql } from 'kysely'
import type { FaultHook } from './faults.ts'
import type { CoordinatorMetrics } from './metrics.ts'
import { appendEvent } from './queue.ts'
import type { Batch, CoordinatorDatabase } from './schema.ts'

export interface ProofDeskOptions {
  db: CoordinatorDatabase
  chainId: bigint
  router: Hex
  /** Of the circuit's verification key. */
  verifier: Verifier
  metrics: CoordinatorMetrics
  reached: FaultHook
}

export class ProofDesk {
  readonly #options: ProofDeskOptions

  constructor(options: ProofDeskOptions) {
    this.#options = options
  }

  /** Returns the task assigned to `prover`, or undefined. */
  async taskOf(prover: Hex): Promise<ProverTask | undefined> {
    const { db, chainId, router } = this.#options
    const batch = await db
      .selectFrom('batches')
      .selectAll()
      .where('prover', '=', prover)
      .where('state', '=', 'assigned')
      .where('chain_id', '=', chainId)
      .executeTakeFirst()
    if (!batch) return undefined
    const readings = await readingsOf({ db }, batch.id)
    return {
      taskId: batch.id,
      chainId: String(chainId),
      projectId: String(batch.project_id),
      router,
      deadline: Math.floor(batch.deadline!.getTime() / 1000),
      root: batch.root,
      circuit: BATCH_CIRCUIT,
      profile: batch.profile,
      readings: readings.map(({ device, nonce, time, values, circuitSignature }) => ({
        device,
        nonce: String(nonce),
        time: String(time),
        values: values.map(String),
        ...(circuitSignature && { circuitSignature }),
      })),
    }
  }

  /**
   * Keeps the proof that `prover` made for its task; the same one again is accepted again. Throws {@link RequestError}:
   * 400 PROOF_MALFORMED, 403 PROVER_NOT_ASSIGNED, 409 TASK_ALREADY_PROVED, 422 PROOF_INVALID.
   */
  async submit(prover: Hex, result: ProverResult): Promise<void> {
    const { metrics } = this.#options
    try {
      await this.#submit(prover, result)
      metrics.proofs.inc({ outcome: 'accepted' })
    } catch (error) {
      if (error instanceof RequestError) metrics.proofs.inc({ outcome: error.code })
      throw error
    }
  }

  async #submit(prover: Hex, result: ProverResult): Promise<void> {
    const { db, reached } = this.#options
    const batch = await this.#batchOf(prover, result.taskId)
    const encoded = encode(result.proof)
    if (batch.state !== 'assigned') return refuseOther(batch, encoded)
    await this.#verify(prover, batch, result)
    reached('proof:verified', batch.id)
    const kept = await db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('batches')
        .set({
          state: 'proved',
          proof: JSON.stringify({ encoded }),
          public_signals: JSON.stringify(result.publicSignals),
          proof_ms: result.proofMs ?? null,
          proved_at: sql<Date>`clock_timestamp()`,
          not_before: sql<Date>`now()`,
        })
        .where('id', '=', batch.id)
        .where('state', '=', 'assigned')
        .where('prover', '=', prover)
        .executeTakeFirst()
      if (numUpdatedRows === 1n)
        await appendEvent(transaction, batch.id, 'proved', { comment: 'proved', proverId: batch.prover_id ?? '' })
      return numUpdatedRows === 1n
    })
    reached('proof:stored', batch.id)
    if (!kept) refuseOther(await this.#batchOf(prover, result.taskId), encoded)
  }

  async #batchOf(prover: Hex, taskId: string): Promise<Batch> {
    const batch = await this.#options.db.selectFrom('batches').selectAll().where('id', '=', taskId).executeTakeFirst()
    if (!batch || batch.prover !== prover || batch.state === 'packed' || batch.state === 'failed')
      throw new RequestError(403, 'PROVER_NOT_ASSIGNED', `Task ${taskId} is not assigned to ${prover}.`)
    return batch
  }

  /** The signals follow from the stored readings: a prover cannot choose them. */
  async #verify(prover: Hex, batch: Batch, { proof, publicSignals }: ProverResult): Promise<void> {
    const { db, chainId, router, verifier } = this.#options
    const context = { chainId, projectId: batch.project_id, router, prover, profile: batch.profile }
    const expected = batchSignals(context, await readingsOf({ db }, batch.id)).map(String)
    if (publicSignals.length !== expected.length || expected.some((signal, i) => signal !== publicSignals[i]))
      throw new RequestError(422, 'PROOF_INVALID', 'The public signals are not those of this task and prover.')
    if (!(await verifier.verify(expected, proof)))
      throw new RequestError(422, 'PROOF_INVALID', 'The proof does not hold for its public signals.')
  }
}

function refuseOther(batch: Batch, encoded: Hex): void {
  const kept = batch.proof as { encoded: Hex } | null
  if (kept?.encoded !== encoded)
    throw new RequestError(409, 'TASK_ALREADY_PROVED', `Task ${batch.id} has another proof already.`)
}

/** Whether the points lie on their curves, the verifier says. */
function encode(proof: Groth16Proof): Hex {
  try {
    return encodeProof(proof)
  } catch (error) {
    throw error instanceof ProofError ? new RequestError(400, 'PROOF_MALFORMED', error.message) : error
  }
}
