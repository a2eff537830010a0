/**
 * The events of restaked stake, as they were emitted. Nothing is ever changed: what is true now is derived from them, so that
 * neither their order nor their repetition, by however many coordinators, can make it wrong.
 * @module
 */
import { type ColumnType, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A value of an event: integers in decimal, addresses and bytes in lower-case hexadecimal, structs by name. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
export type EventArgs = { [name: string]: Json }

export interface StakeEventsTable {
  transaction_hash: string
  log_index: number
  block: ColumnType<bigint, bigint | number, bigint | number>
  /** The block's time. */
  time: Date
  /** The contract: DimRegistry, ValidatorRegistry, Allocation, VaultFactory, Slasher, Rewards, BucketVault, or Vault for any other. */
  source: string
  /** Of the contract that emitted it. */
  address: string
  name: string
  args: ColumnType<EventArgs, string, never>
  /** What it adds to the assets of a pool of the vault, in the asset's smallest unit. */
  change: string | null
}

export interface StakeTables {
  stake_events: StakeEventsTable
}

export const stakeEvents: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`
      CREATE TABLE stake_events (
        transaction_hash text NOT NULL,
        log_index integer NOT NULL,
        block bigint NOT NULL,
        time timestamptz NOT NULL,
        source text NOT NULL,
        address text NOT NULL,
        name text NOT NULL,
        args jsonb NOT NULL,
        change numeric(78),
        staker text GENERATED ALWAYS AS (args->>'staker') STORED,
        validator text GENERATED ALWAYS AS (args->>'validator') STORED,
        PRIMARY KEY (transaction_hash, log_index))`.execute(db)
    await sql`CREATE INDEX stake_events_by_name ON stake_events (name, block, log_index)`.execute(db)
    await sql`CREATE INDEX stake_events_by_staker ON stake_events (staker, name) WHERE staker IS NOT NULL`.execute(db)
    await sql`CREATE INDEX stake_events_by_validator ON stake_events (validator, name) WHERE validator IS NOT NULL`.execute(
      db,
    )
    await sql`
      CREATE INDEX stake_events_by_pool ON stake_events (address, validator, (args->>'basket')) INCLUDE (change)
      WHERE change IS NOT NULL`.execute(db)
    // What joins an exit or a request with its end.
    await sql`
      CREATE INDEX stake_events_by_exit ON stake_events (address, (args->>'exitId'))
      WHERE name = 'ExitClaimed'`.execute(db)
    await sql`
      CREATE INDEX stake_events_by_request ON stake_events ((args->>'requestId'))
      WHERE name IN ('SlashVetoed', 'SlashExecuted')`.execute(db)
  },
}
