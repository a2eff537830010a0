/**
 * The coordinator's own tables, beside those of @iotex2/data-availability: what it reads back from the chain.
 * @module
 */
import type { Database } from '@iotex2/data-availability/store'
import { type ColumnType, type Kysely, type Selectable, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { type StakeTables, stakeEvents } from './stake/schema.ts'

type Integer = ColumnType<bigint, bigint | number, bigint | number>

/** One TaskAssigned event. */
export interface AssignmentsTable {
  transaction_hash: string
  log_index: number
  /** As in `batches.id`. */
  task_id: string
  prover: string
  block: Integer
  /** The block's time. */
  time: Date
}

/** One TaskSettled event. */
export interface SettlementsTable {
  transaction_hash: string
  log_index: number
  task_id: string
  prover: string
  block: Integer
  time: Date
}

/** One TaskRecalled event: a prover that missed its deadline, or was relieved. */
export interface RecallsTable {
  transaction_hash: string
  log_index: number
  task_id: string
  prover: string
  /** In wei. */
  slashed: string
  block: Integer
  time: Date
}

/** One DeviceRewarded event. */
export interface RewardsTable {
  transaction_hash: string
  log_index: number
  task_id: string
  /** Lower case, as are all addresses here. */
  device: string
  account: string
  rewarded: Integer
  unrewarded: Integer
  /** In wei. */
  amount: string
  block: Integer
  time: Date
}

export interface CoordinatorTables extends StakeTables {
  assignments: AssignmentsTable
  settlements: SettlementsTable
  recalls: RecallsTable
  rewards: RewardsTable
}

export type Tables = Database & CoordinatorTables
export type CoordinatorDatabase = Kysely<Tables>
export type Batch = Selectable<Database['batches']>

/** The schema's history. A migration is never edited once released: add one. */
const migrations: Record<string, Migration> = {
  '0001-read-model': {
    async up(db: Kysely<unknown>) {
      const event = sql`
        transaction_hash text NOT NULL,
        log_index integer NOT NULL,
        task_id text NOT NULL,
        block bigint NOT NULL,
        time timestamptz NOT NULL,
        PRIMARY KEY (transaction_hash, log_index)`
      await sql`CREATE TABLE assignments (${event}, prover text NOT NULL)`.execute(db)
      await sql`CREATE TABLE settlements (${event}, prover text NOT NULL)`.execute(db)
      await sql`CREATE TABLE recalls (${event}, prover text NOT NULL, slashed numeric(78) NOT NULL)`.execute(db)
      await sql`
        CREATE TABLE rewards (${event}, device text NOT NULL, account text NOT NULL,
          rewarded bigint NOT NULL, unrewarded bigint NOT NULL, amount numeric(78) NOT NULL)`.execute(db)
      await sql`CREATE INDEX assignments_by_task ON assignments (task_id)`.execute(db)
      await sql`CREATE INDEX settlements_by_prover ON settlements (prover)`.execute(db)
      await sql`CREATE INDEX settlements_by_task ON settlements (task_id)`.execute(db)
      await sql`CREATE INDEX rewards_by_device ON rewards (device)`.execute(db)
      // A prover works on one batch at a time. The index lets only one coordinator reserve it.
      await sql`
        CREATE UNIQUE INDEX batches_open_prover ON batches (prover)
        WHERE state IN ('packed', 'assigned', 'proved') AND prover IS NOT NULL`.execute(db)
      await sql`CREATE INDEX batches_settled ON batches (settled_at) WHERE state = 'settled'`.execute(db)
    },
  },
  '0002-stake': stakeEvents,
}

/** Brings the coordinator's tables up to date, after those of the store. Safe from several processes at once. */
export async function migrateCoordinator(db: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: 'coordinator_migration',
    migrationLockTableName: 'coordinator_migration_lock',
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
