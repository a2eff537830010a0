/**
 * The schema's history. A migration is never edited once released: add one.
 * @module
 */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** By name, in order. */
export const migrations: Record<string, Migration> = {
  '0001-messages-and-batches': {
    async up(db: Kysely<unknown>) {
      await sql`
        CREATE TABLE batches (
          id text PRIMARY KEY,
          chain_id bigint NOT NULL,
          project_id bigint NOT NULL,
          root text NOT NULL,
          parameters text NOT NULL,
          profile jsonb NOT NULL,
          leaf_count integer NOT NULL CHECK (leaf_count > 0),
          device_count integer NOT NULL CHECK (device_count > 0),
          state text NOT NULL DEFAULT 'packed' CHECK (state IN ('packed', 'assigned', 'proved', 'settled', 'failed')),
          prover text,
          prover_id text,
          deadline timestamptz,
          attempt integer NOT NULL DEFAULT 0,
          proof jsonb,
          public_signals jsonb,
          proof_ms integer,
          assign_tx text,
          settle_tx text,
          error text,
          lease_owner text,
          lease_until timestamptz,
          not_before timestamptz NOT NULL DEFAULT now(),
          created_at timestamptz NOT NULL DEFAULT now(),
          assigned_at timestamptz,
          proved_at timestamptz,
          settled_at timestamptz
        )`.execute(db)
      await sql`CREATE INDEX batches_due ON batches (not_before) WHERE state IN ('packed', 'assigned', 'proved')`.execute(
        db,
      )
      await sql`CREATE INDEX batches_newest ON batches (created_at DESC, id DESC)`.execute(db)
      await sql`CREATE INDEX batches_of_prover ON batches (prover) WHERE state = 'assigned'`.execute(db)
      await sql`
        CREATE TABLE batch_events (
          batch_id text NOT NULL REFERENCES batches (id),
          sequence bigint GENERATED ALWAYS AS IDENTITY,
          state text NOT NULL,
          time timestamptz NOT NULL DEFAULT clock_timestamp(),
          comment text NOT NULL DEFAULT '',
          error text NOT NULL DEFAULT '',
          transaction_hash text NOT NULL DEFAULT '',
          prover_id text NOT NULL DEFAULT '',
          PRIMARY KEY (batch_id, sequence)
        )`.execute(db)
      await sql`
        CREATE TABLE messages (
          chain_id bigint NOT NULL,
          project_id bigint NOT NULL,
          device bytea NOT NULL CHECK (length(device) = 20),
          nonce numeric(20) NOT NULL,
          task_id bytea NOT NULL UNIQUE,
          content_hash bytea NOT NULL,
          signature bytea NOT NULL,
          payload text NOT NULL,
          time bigint NOT NULL,
          values bigint[] NOT NULL,
          received_at timestamptz NOT NULL DEFAULT now(),
          sequence bigint GENERATED ALWAYS AS IDENTITY,
          batch_id text REFERENCES batches (id),
          batch_index smallint,
          PRIMARY KEY (chain_id, project_id, device, nonce)
        )`.execute(db)
      await sql`CREATE INDEX messages_unbatched ON messages (chain_id, project_id, sequence) WHERE batch_id IS NULL`.execute(
        db,
      )
      await sql`CREATE UNIQUE INDEX messages_of_batch ON messages (batch_id, batch_index) WHERE batch_id IS NOT NULL`.execute(
        db,
      )
      await sql`
        CREATE TABLE counters (
          name text NOT NULL,
          shard smallint NOT NULL DEFAULT 0,
          count bigint NOT NULL,
          PRIMARY KEY (name, shard)
        )`.execute(db)
      await sql`CREATE TABLE cursors (name text PRIMARY KEY, block bigint NOT NULL)`.execute(db)
      await sql`
        CREATE TABLE devices (
          chain_id bigint NOT NULL,
          device bytea NOT NULL CHECK (length(device) = 20),
          project_id bigint NOT NULL,
          ioid bigint NOT NULL,
          account text NOT NULL,
          owner text NOT NULL,
          document_hash text NOT NULL,
          document_uri text NOT NULL,
          block bigint NOT NULL,
          active boolean NOT NULL DEFAULT true,
          PRIMARY KEY (chain_id, device)
        )`.execute(db)
    },
  },
  '0002-circuit-signatures': {
    async up(db: Kysely<unknown>) {
      await sql`ALTER TABLE messages ADD COLUMN circuit_signature bytea`.execute(db)
    },
  },
}
