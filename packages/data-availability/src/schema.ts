/**
 * The tables, as kysely sees them. `migrations.ts` creates them; integers arrive as bigint ({@link openStore}).
 * @module
 */
import type { Profile } from '@iotex2/protocol/profile'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

/** An integer that is written as a bigint or number and read as a bigint. */
type Integer = ColumnType<bigint, bigint | number, bigint | number>
/** Set by the database when left out. */
type Stamp = ColumnType<Date, Date | undefined, Date>
type NullableStamp = ColumnType<Date | null, Date | null | undefined, Date | null>
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>

/** One accepted message. Never changed, but for the batch that takes it. */
export interface MessagesTable {
  chain_id: Integer
  project_id: Integer
  /** 20 bytes. */
  device: Buffer
  nonce: Integer
  /** keccak256(r ‖ s ‖ recovery id): the message's name on the wire. */
  task_id: Buffer
  /** What the device signed. */
  content_hash: Buffer
  /** r ‖ s. */
  signature: Buffer
  /** R8 and S of the reading's leaf, where the device signs for circuits. */
  circuit_signature: Nullable<Buffer>
  /** As it was signed. */
  payload: string
  /** Milliseconds, by the device's clock. */
  time: Integer
  /** Scaled, five of them. */
  values: bigint[]
  received_at: Stamp
  sequence: ColumnType<bigint, never, never>
  batch_id: Nullable<string>
  /** Place among the batch's leaves. */
  batch_index: Nullable<number>
}

export type BatchState = 'packed' | 'assigned' | 'proved' | 'settled' | 'failed'

/** One batch: one task on chain, one proof. */
export interface BatchesTable {
  /** The task id on chain, 0x and 64 lower-case digits. */
  id: string
  chain_id: Integer
  project_id: Integer
  /** Decimal. */
  root: string
  /** Decimal: `profileParameters` of `profile`. */
  parameters: string
  profile: JSONColumnType<Profile>
  leaf_count: number
  device_count: number
  state: Generated<BatchState>
  /** Address of the prover that it is assigned to. */
  prover: Nullable<string>
  prover_id: Nullable<string>
  /** By the chain's clock. */
  deadline: NullableStamp
  attempt: Generated<number>
  proof: JSONColumnType<object | null, string | null | undefined, string | null>
  public_signals: JSONColumnType<string[] | null, string | null | undefined, string | null>
  proof_ms: Nullable<number>
  assign_tx: Nullable<string>
  settle_tx: Nullable<string>
  error: Nullable<string>
  /** The coordinator that works on it, and until when it may. */
  lease_owner: Nullable<string>
  lease_until: NullableStamp
  /** Not to be assigned before: backoff after a missed deadline. */
  not_before: Stamp
  created_at: Stamp
  assigned_at: NullableStamp
  proved_at: NullableStamp
  settled_at: NullableStamp
}

/** What happened to a batch, in order: the states that `GET /v1/task/:id` tells. */
export interface BatchEventsTable {
  batch_id: string
  sequence: ColumnType<bigint, never, never>
  state: BatchState
  time: Stamp
  comment: Generated<string>
  error: Generated<string>
  transaction_hash: Generated<string>
  prover_id: Generated<string>
}

/** How many requests ended in which way: "accepted", "duplicate", or an error's code. */
export interface CountersTable {
  name: string
  /** Writers spread over shards, so that one's commit does not wait for another's. The count is their sum. */
  shard: Generated<number>
  count: Integer
}

/** Up to which block a follower of the chain has read. */
export interface CursorsTable {
  name: string
  block: Integer
}

/** Cache of the chain's device registry. */
export interface DevicesTable {
  chain_id: Integer
  device: Buffer
  project_id: Integer
  ioid: Integer
  /** The ioID's ERC-6551 account. */
  account: string
  owner: string
  document_hash: string
  document_uri: string
  /** Block of the registry's last word on it. */
  block: Integer
  /** False once it is removed. */
  active: Generated<boolean>
}

export interface Database {
  messages: MessagesTable
  batches: BatchesTable
  batch_events: BatchEventsTable
  counters: CountersTable
  cursors: CursorsTable
  devices: DevicesTable
}
