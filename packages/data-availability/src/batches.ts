/**
 * Reads batches back: their readings, proofs that a reading is in one, and what became of a message.
 * @module
 */
import { batchLeaves } from '@iotex2/protocol/batch'
import { fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
import { type InclusionProof, proveInclusion } from '@iotex2/protocol/merkle'
import type { Reading } from '@iotex2/protocol/reading'
import type { TaskState, TaskStatus } from '@iotex2/protocol/wire'
import type { Selectable } from 'kysely'
import type { BatchesTable } from './schema.ts'
import type { BatchState, Store } from './store.ts'

export type Batch = Selectable<BatchesTable>

export interface BatchWithReadings {
  batch: Batch
  /** In the order of the leaves. */
  readings: Reading[]
}

type Db = Pick<Store, 'db'>

/** Returns a batch with its readings, or undefined. */
export async function findBatch({ db }: Db, id: string): Promise<BatchWithReadings | undefined> {
  const batch = await db.selectFrom('batches').selectAll().where('id', '=', id.toLowerCase()).executeTakeFirst()
  return batch && { batch, readings: await readingsOf({ db }, batch.id) }
}

/** Returns the readings of a batch in the order of its leaves. */
export async function readingsOf({ db }: Db, batchId: string): Promise<Reading[]> {
  const rows = await db
    .selectFrom('messages')
    .select(['chain_id', 'project_id', 'device', 'nonce', 'time', 'values', 'circuit_signature'])
    .where('batch_id', '=', batchId)
    .orderBy('batch_index')
    .execute()
  return rows.map((row) => ({
    chainId: row.chain_id,
    projectId: row.project_id,
    device: toHex(row.device),
    nonce: row.nonce,
    time: row.time,
    values: row.values,
    ...(row.circuit_signature && { circuitSignature: toHex(row.circuit_signature) }),
  }))
}

export interface ListOptions {
  state?: BatchState
  limit: number
  /** A batch's id: only older ones are listed. */
  before?: string
}

/** Returns batches, newest first. */
export async function listBatches({ db }: Db, { state, limit, before }: ListOptions): Promise<Batch[]> {
  let query = db.selectFrom('batches').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
  if (state !== undefined) query = query.where('state', '=', state)
  if (before !== undefined)
    query = query.where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('created_at', 'id'),
        '<',
        selectFrom('batches')
          .select(['created_at', 'id'])
          .where('id', '=', before.toLowerCase())
          .$asTuple('created_at', 'id'),
      ),
    )
  return query.execute()
}

export interface ReadingProof {
  batchId: string
  reading: Reading
  proof: InclusionProof
}

/** Returns the proof that a batch's root holds the reading at `index`, or undefined. */
export async function proveReading(store: Db, batchId: string, index: number): Promise<ReadingProof | undefined> {
  const found = await findBatch(store, batchId)
  const reading = found?.readings[index]
  if (!found || !reading) return undefined
  return { batchId: found.batch.id, reading, proof: proveInclusion(batchLeaves(found.readings), index) }
}

/** Returns the batch and index of a message by its wire task id; `batchId` is null while it waits for a batch. */
export async function locateMessage(
  { db }: Db,
  taskId: Hex,
): Promise<{ batchId: string | null; index: number | null } | undefined> {
  const row = await db
    .selectFrom('messages')
    .select(['batch_id', 'batch_index'])
    .where('task_id', '=', Buffer.from(fromHex(taskId)))
    .executeTakeFirst()
  return row && { batchId: row.batch_id, index: row.batch_index }
}

/** States on the wire: a proof that waits for its settlement is still an assigned task. */
const WIRE_STATE: Record<BatchState, TaskState> = {
  packed: 'packed',
  assigned: 'assigned',
  proved: 'assigned',
  settled: 'settled',
  failed: 'failed',
}

/** Returns what became of the message that `taskId` names: accepted, then as its batch; or undefined. */
export async function taskStatus({ db }: Db, taskId: Hex): Promise<TaskStatus | undefined> {
  const message = await db
    .selectFrom('messages')
    .select(['project_id', 'received_at', 'batch_id'])
    .where('task_id', '=', Buffer.from(fromHex(taskId)))
    .executeTakeFirst()
  if (!message) return undefined
  const events =
    message.batch_id === null
      ? []
      : await db
          .selectFrom('batch_events')
          .selectAll()
          .where('batch_id', '=', message.batch_id)
          .orderBy('sequence')
          .execute()
  return {
    projectID: message.project_id.toString(),
    taskID: taskId,
    states: [
      {
        state: 'packed',
        time: message.received_at.toISOString(),
        comment: 'accepted',
        error: '',
        transaction_hash: '',
        prover_id: '',
      },
      ...events.map((event) => ({
        state: WIRE_STATE[event.state],
        time: event.time.toISOString(),
        comment: event.comment,
        error: event.error,
        transaction_hash: event.transaction_hash,
        prover_id: event.prover_id,
      })),
    ],
  }
}
