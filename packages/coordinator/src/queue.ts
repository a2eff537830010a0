/**
 * Batches as a queue in PostgreSQL. Whoever leases a row may work on it; a lease that is not renewed runs out, by the
 * database's clock, and the row is anyone's again. Leases only save work: that nothing happens twice is the chain's doing.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { sql, type UpdateObject } from 'kysely'
import type { Batch, CoordinatorDatabase, Tables } from './schema.ts'

/** Thrown when a row is no longer what its worker took it for. Whoever has it now goes on. Code LEASE_LOST. */
export class LeaseLostError extends CodedError {
  constructor(batch: Batch) {
    super('LEASE_LOST', `Batch ${batch.id} is in other hands.`)
  }
}

/** What is told about a change of state. */
export interface Happening {
  comment?: string
  error?: string
  transactionHash?: string
  proverId?: string
}

const UNIQUE_VIOLATION = '23505'

export class BatchQueue {
  readonly #db: CoordinatorDatabase
  readonly #chainId: bigint
  readonly #owner: string
  readonly #leaseMs: number

  /** `owner` names this process among all coordinators, also those that were before it. */
  constructor(db: CoordinatorDatabase, options: { chainId: bigint; owner: string; leaseMs: number }) {
    this.#db = db
    this.#chainId = options.chainId
    this.#owner = options.owner
    this.#leaseMs = options.leaseMs
  }

  /** Leases batches that are underway: assigned, proved, or packed with a prover reserved. Nearest to payment first. */
  leaseUnderway(limit: number): Promise<Batch[]> {
    return this.#lease(sql`(state IN ('assigned', 'proved') OR (state = 'packed' AND prover IS NOT NULL))`, limit)
  }

  /**
   * Leases batches that wait for a prover, longest due first. One that could not be assigned goes behind the others: a
   * project without deposit does not keep back the next.
   */
  leaseWaiting(limit: number): Promise<Batch[]> {
    return this.#lease(sql`(state = 'packed' AND prover IS NULL)`, limit)
  }

  /** Returns, for a column, the transaction that the indexer saw do this; null when it has not come that far. */
  indexedTransaction(table: 'assignments' | 'settlements', batch: Batch, prover: Hex) {
    return sql<string | null>`(SELECT transaction_hash FROM ${sql.table(table)}
      WHERE task_id = ${batch.id} AND prover = ${prover} ORDER BY block DESC LIMIT 1)`
  }

  /** Whether any batch waits for a prover. */
  async hasWaiting(): Promise<boolean> {
    const row = await this.#db
      .selectFrom('batches')
      .select('id')
      .where('chain_id', '=', this.#chainId)
      .where('state', '=', 'packed')
      .where('prover', 'is', null)
      .where('not_before', '<=', sql<Date>`now()`)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Returns the database's time: the clock that all coordinators share. */
  async now(): Promise<Date> {
    const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(this.#db)
    return rows[0]!.now
  }

  /** Returns the database's time `ms` from now, for a column. */
  after(ms: number) {
    return sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`
  }

  async #lease(condition: ReturnType<typeof sql>, limit: number): Promise<Batch[]> {
    if (limit <= 0) return []
    const { rows } = await sql<Batch>`
      UPDATE batches SET lease_owner = ${this.#owner}, lease_until = ${this.after(this.#leaseMs)}
      WHERE id IN (
        SELECT id FROM batches
        WHERE ${condition} AND chain_id = ${this.#chainId} AND not_before <= now()
          AND (lease_until IS NULL OR lease_until < now())
        ORDER BY (state = 'proved') DESC, not_before, created_at, id
        LIMIT ${limit} FOR UPDATE SKIP LOCKED)
      RETURNING *`.execute(this.#db)
    return rows
  }

  /** Runs `work` while renewing the lease, then gives the batch back, due again after the milliseconds it returns. */
  async whileLeased(batch: Batch, work: () => Promise<number>): Promise<void> {
    const renewal = setInterval(() => {
      // A renewal that fails is tried again before the lease ends; one that ends too early only wakes another worker.
      this.#renew(batch).catch(() => {})
    }, this.#leaseMs / 3)
    let delayMs = 0
    try {
      delayMs = await work()
    } finally {
      clearInterval(renewal)
      await this.#release(batch, delayMs)
    }
  }

  async #renew(batch: Batch): Promise<void> {
    await this.#db
      .updateTable('batches')
      .set({ lease_until: this.after(this.#leaseMs) })
      .where('id', '=', batch.id)
      .where('lease_owner', '=', this.#owner)
      .execute()
  }

  /** A proof that arrived meanwhile has changed the state, and is due at once: its `not_before` stays. */
  async #release(batch: Batch, delayMs: number): Promise<void> {
    await this.#db
      .updateTable('batches')
      .set({
        lease_owner: null,
        lease_until: null,
        not_before: sql<Date>`CASE WHEN state = ${batch.state} AND not_before <= clock_timestamp()
          THEN ${this.after(delayMs)} ELSE not_before END`,
      })
      .where('id', '=', batch.id)
      .where('lease_owner', '=', this.#owner)
      .execute()
  }

  /** Reserves `prover` for a packed batch. Returns false when another open batch has it. Throws {@link LeaseLostError}. */
  async reserve(batch: Batch, prover: Hex): Promise<boolean> {
    try {
      await this.update(batch, { prover })
      return true
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return false
      throw error
    }
  }

  /** Changes a leased batch, and tells what happened if its state changes. Throws {@link LeaseLostError}. */
  async update(batch: Batch, change: UpdateObject<Tables, 'batches'>, happening: Happening = {}): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await lockBatch(transaction, batch.id)
      const { numUpdatedRows } = await transaction
        .updateTable('batches')
        .set(change)
        .where('id', '=', batch.id)
        .where('state', '=', batch.state)
        .where('lease_owner', '=', this.#owner)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) throw new LeaseLostError(batch)
      if (change.state !== undefined)
        await appendEvent(transaction, batch.id, change.state as Batch['state'], happening)
    })
  }
}

/**
 * Locks a batch until the transaction ends. Its worker and the indexer change it by what the other has stored: a statement
 * that only begins once the lock is held sees all of that (READ COMMITTED), one that waits for the row does not.
 */
export async function lockBatch(transaction: CoordinatorDatabase, id: string): Promise<void> {
  await transaction.selectFrom('batches').select('id').where('id', '=', id).forUpdate().execute()
}

/** Appends to what `GET /v1/task/:id` tells. */
export async function appendEvent(
  db: CoordinatorDatabase,
  batchId: string,
  state: Batch['state'],
  { comment = '', error = '', transactionHash = '', proverId = '' }: Happening,
): Promise<void> {
  await db
    .insertInto('batch_events')
    .values({ batch_id: batchId, state, comment, error, transaction_hash: transactionHash, prover_id: proverId })
    .execute()
}
