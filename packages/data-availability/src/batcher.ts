/**
 * Cuts messages into batches: oldest first, when a batch is full or its oldest message has waited long enough. Any number
 * of batchers may run at once: each locks the messages that it looks at and skips those that another one holds.
 * @module
 */
import { BATCH_DEVICES, BATCH_LEAVES, batchRoot, batchTaskId, sortReadings } from '@iotex2/protocol/batch'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { circuitRanges, type Profile, profileParameters } from '@iotex2/protocol/profile'
import type { Reading } from '@iotex2/protocol/reading'
import { sql, type Transaction } from 'kysely'
import { byteaArray } from './binary-arrays.ts'
import type { Database, Store } from './store.ts'

export interface BatcherOptions {
  chainId: bigint
  /** By project. Messages of other projects stay where they are. */
  profiles: ReadonlyMap<bigint, Profile>
  /**
   * A batch that is not full is cut when its oldest message is this old, by the database's clock. While a batch already
   * waits for a prover, cutting another early gains nothing: then {@link BACKLOG_PATIENCE} times as old.
   */
  maximumAgeMs: number
}

/** Messages that one transaction looks at: enough to fill batches although each holds few devices. */
const WINDOW = 16 * BATCH_LEAVES

/** How much longer a batch that is not full is kept open while others wait for a prover. */
export const BACKLOG_PATIENCE = 8

interface Waiting extends Reading {
  taskId: Buffer
  ageMs: number
}

/** Cuts every batch that is due and returns their ids. */
export async function cutBatches({ db }: Pick<Store, 'db'>, options: BatcherOptions): Promise<Hex[]> {
  const ids: Hex[] = []
  for (const [projectId, profile] of options.profiles) {
    for (;;) {
      const cut = await db.transaction().execute(async (trx) => {
        const waiting = await lockWaiting(trx, options.chainId, projectId, profile)
        const backlog = await hasBacklog(trx, options.chainId, projectId)
        const due = selectBatches(waiting, options.maximumAgeMs * (backlog ? BACKLOG_PATIENCE : 1))
        for (const batch of due) ids.push(await insertBatch(trx, projectId, profile, batch, options.chainId))
        return due.length
      })
      if (cut === 0) break
    }
  }
  return ids
}

/**
 * Returns the oldest waiting messages that nobody else holds, oldest first, and holds them for this transaction. Values
 * were checked when a message was accepted; a profile that was narrowed since would make batches that nobody can prove,
 * and each prover would be slashed for one.
 */
async function lockWaiting(
  trx: Transaction<Database>,
  chainId: bigint,
  projectId: bigint,
  profile: Profile,
): Promise<Waiting[]> {
  const { minimum, maximum } = circuitRanges(profile)
  const rows = await trx
    .selectFrom('messages')
    .select(['task_id', 'device', 'nonce', 'time', 'values'])
    .select(sql<number>`(extract(epoch FROM clock_timestamp() - received_at) * 1000)::float8`.as('age_ms'))
    .where('chain_id', '=', chainId)
    .where('project_id', '=', projectId)
    .where('batch_id', 'is', null)
    .where(({ and }) =>
      and(minimum.map((low, i) => sql<boolean>`values[${i + 1}::int] BETWEEN ${low} AND ${maximum[i]}`)),
    )
    .orderBy('sequence')
    .limit(WINDOW)
    .forUpdate()
    .skipLocked()
    .execute()
  return rows.map((row) => ({
    chainId,
    projectId,
    device: toHex(row.device),
    nonce: row.nonce,
    time: row.time,
    values: row.values,
    taskId: row.task_id,
    ageMs: row.age_ms,
  }))
}

/** Returns whether a batch of the project waits for a prover. */
async function hasBacklog(trx: Transaction<Database>, chainId: bigint, projectId: bigint): Promise<boolean> {
  const waiting = await trx
    .selectFrom('batches')
    .select('id')
    .where('chain_id', '=', chainId)
    .where('project_id', '=', projectId)
    .where('state', '=', 'packed')
    .limit(1)
    .executeTakeFirst()
  return waiting !== undefined
}

/**
 * Fills batches from messages that ascend by age: each takes the oldest one left, then what fits. Returns those that are
 * due: full, or with a message of at least `maximumAgeMs`.
 */
export function selectBatches<M extends { device: Hex; ageMs: number }>(
  waiting: readonly M[],
  maximumAgeMs: number,
): M[][] {
  const due: M[][] = []
  let rest = [...waiting]
  while (rest.length > 0) {
    const batch: M[] = []
    const left: M[] = []
    const devices = new Set<Hex>()
    for (const message of rest) {
      const fits = batch.length < BATCH_LEAVES && (devices.has(message.device) || devices.size < BATCH_DEVICES)
      if (!fits) left.push(message)
      else {
        devices.add(message.device)
        batch.push(message)
      }
    }
    if (batch.length === BATCH_LEAVES || batch[0]!.ageMs >= maximumAgeMs) due.push(batch)
    rest = left
  }
  return due
}

async function insertBatch(
  trx: Transaction<Database>,
  projectId: bigint,
  profile: Profile,
  messages: readonly Waiting[],
  chainId: bigint,
): Promise<Hex> {
  const sorted = sortReadings(messages)
  const root = batchRoot(sorted)
  const id = batchTaskId(chainId, projectId, root)
  await trx
    .insertInto('batches')
    .values({
      id,
      chain_id: chainId,
      project_id: projectId,
      root: root.toString(),
      parameters: profileParameters(profile).toString(),
      profile: JSON.stringify(profile),
      leaf_count: sorted.length,
      device_count: new Set(sorted.map((message) => message.device)).size,
    })
    .execute()
  const taskIds = byteaArray(sorted.map((message) => message.taskId))
  await sql`
    UPDATE messages SET batch_id = ${id}, batch_index = leaf.ordinality - 1
    FROM unnest(${taskIds}::bytea[]) WITH ORDINALITY AS leaf (task_id, ordinality)
    WHERE messages.task_id = leaf.task_id`.execute(trx)
  await trx
    .insertInto('batch_events')
    .values({ batch_id: id, state: 'packed', comment: `${sorted.length} readings` })
    .execute()
  return id
}
