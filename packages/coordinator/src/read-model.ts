/**
 * What the explorer shows, read from the store and the chain. Shapes: packages/explorer/src/api/types.ts.
 * @module
 */
import { findBatch, listBatches } from '@iotex2/data-availability/batches'
import { readCounts } from '@iotex2/data-availability/counters'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { sql } from 'kysely'
import type { Batch, CoordinatorDatabase } from './schema.ts'
import type { FleetMember, TaskContracts } from './task-contracts.ts'

export interface ReadModelOptions {
  db: CoordinatorDatabase
  chainId: bigint
  contracts: TaskContracts
  /** Of a block explorer that knows this chain, without a slash at the end. */
  explorerBase?: string | undefined
}

/** Charts show this much of the past. */
const CHART_BUCKETS = 60
const BUCKET_SECONDS = 10
const CHART_PROOFS = 60
/** Latency is that of the readings settled last. */
const LATENCY_BATCHES = 200

const didOf = (address: string): string => `did:io:${address}`
const iso = (date: Date | null): string | null => date?.toISOString() ?? null

export class ReadModel {
  readonly #db: CoordinatorDatabase
  readonly #options: ReadModelOptions

  constructor(options: ReadModelOptions) {
    this.#db = options.db
    this.#options = options
  }

  async stats() {
    const { contracts, chainId, explorerBase } = this.#options
    const [head, members, counts, totals, latency, throughput, proofTimes] = await Promise.all([
      contracts.head(),
      contracts.fleet(),
      readCounts({ db: this.#db }),
      this.#totals(),
      this.#latency(),
      this.#throughput(),
      this.#proofTimes(),
    ])
    const withStatus = (status: string) => members.filter((member) => member.status === status).length
    const rejected = [...counts].filter(([name]) => name !== 'accepted' && name !== 'duplicate')
    return {
      chainId: Number(chainId),
      block: head.number,
      blockTime: new Date(1000 * head.time).toISOString(),
      messagesAccepted: totals.messages,
      messagesRejected: rejected.reduce((sum, [, count]) => sum + count, 0),
      duplicates: counts.get('duplicate') ?? 0,
      batches: totals.batches,
      settled: totals.settled,
      failed: totals.failed,
      proofs: totals.proofs,
      rewardsWei: totals.rewards,
      devices: totals.devices,
      provers: { idle: withStatus('idle'), busy: withStatus('busy'), offline: withStatus('offline') },
      readingsPerMinute: totals.recentReadings,
      latencyMs: latency,
      throughput,
      proofTimes,
      ...(explorerBase === undefined ? {} : { explorerBase }),
    }
  }

  async #totals() {
    const { chainId, contracts } = this.#options
    const proverProject = await contracts.proverProject()
    const { rows } = await sql<
      Record<'messages' | 'batches' | 'settled' | 'failed' | 'proofs' | 'devices', bigint> & {
        rewards: bigint
        recent: bigint
      }
    >`
      SELECT
        (SELECT count(*) FROM messages WHERE chain_id = ${chainId}) AS messages,
        count(*) AS batches,
        count(*) FILTER (WHERE state = 'settled') AS settled,
        count(*) FILTER (WHERE state = 'failed') AS failed,
        count(*) FILTER (WHERE proved_at IS NOT NULL) AS proofs,
        (SELECT count(*) FROM devices
          WHERE chain_id = ${chainId} AND active AND project_id <> ${proverProject}) AS devices,
        (SELECT coalesce(sum(amount), 0) FROM rewards) AS rewards,
        coalesce(sum(leaf_count) FILTER (WHERE settled_at > now() - interval '1 minute'), 0) AS recent
      FROM batches WHERE chain_id = ${chainId}`.execute(this.#db)
    const row = rows[0]!
    return {
      messages: Number(row.messages),
      batches: Number(row.batches),
      settled: Number(row.settled),
      failed: Number(row.failed),
      proofs: Number(row.proofs),
      devices: Number(row.devices),
      rewards: String(row.rewards),
      recentReadings: Number(row.recent),
    }
  }

  /** From a reading's acceptance to its batch's settlement, in which the reward is paid. */
  async #latency(): Promise<{ p50: number | null; p95: number | null }> {
    const { rows } = await sql<{ p50: number | null; p95: number | null }>`
      WITH latest AS (
        SELECT id, settled_at FROM batches WHERE state = 'settled' AND chain_id = ${this.#options.chainId}
        ORDER BY settled_at DESC LIMIT ${LATENCY_BATCHES})
      SELECT
        percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95
      FROM (
        SELECT 1000 * extract(epoch FROM latest.settled_at - messages.received_at)::float8 AS ms
        FROM latest JOIN messages ON messages.batch_id = latest.id) AS readings`.execute(this.#db)
    const round = (ms: number | null) => (ms === null ? null : Math.round(ms))
    return { p50: round(rows[0]!.p50), p95: round(rows[0]!.p95) }
  }

  async #throughput(): Promise<{ minute: string; readings: number; batches: number }[]> {
    const { rows } = await sql<{ bucket: Date; readings: bigint; batches: bigint }>`
      WITH buckets AS (
        SELECT to_timestamp(${BUCKET_SECONDS} * (floor(extract(epoch FROM now()) / ${BUCKET_SECONDS}) - n)) AS bucket
        FROM generate_series(0, ${CHART_BUCKETS - 1}::int) AS n)
      SELECT bucket, coalesce(sum(leaf_count), 0) AS readings, count(batches.id) AS batches
      FROM buckets LEFT JOIN batches ON batches.state = 'settled' AND batches.chain_id = ${this.#options.chainId}
        AND settled_at >= bucket AND settled_at < bucket + ${BUCKET_SECONDS} * interval '1 second'
      GROUP BY bucket ORDER BY bucket`.execute(this.#db)
    return rows.map(({ bucket, readings, batches }) => ({
      minute: bucket.toISOString(),
      readings: Number(readings),
      batches: Number(batches),
    }))
  }

  async #proofTimes() {
    const rows = await this.#db
      .selectFrom('batches')
      .select(['id', 'prover', 'proof_ms', 'settled_at'])
      .where('proof_ms', 'is not', null)
      .where('chain_id', '=', this.#options.chainId)
      .orderBy('proved_at', 'desc')
      .limit(CHART_PROOFS)
      .execute()
    return rows.reverse().map((row) => ({
      taskId: row.id,
      prover: row.prover ?? '',
      seconds: row.proof_ms! / 1000,
      settledAt: iso(row.settled_at),
    }))
  }

  async fleet() {
    const { contracts } = this.#options
    const [members, settled, open] = await Promise.all([
      contracts.fleet(),
      this.#db
        .selectFrom('settlements')
        .select(({ fn }) => ['prover', fn.count<bigint>('task_id').as('total')])
        .groupBy('prover')
        .execute(),
      this.#db
        .selectFrom('batches')
        .select(['id', 'prover'])
        .where('state', 'in', ['assigned', 'proved'])
        .where('chain_id', '=', this.#options.chainId)
        .execute(),
    ])
    const settledBy = new Map(settled.map(({ prover, total }) => [prover, Number(total)]))
    const taskOf = new Map(open.map(({ id, prover }) => [prover, id]))
    return {
      provers: members.map((member) =>
        proverJson(member, settledBy.get(member.address) ?? 0, taskOf.get(member.address)),
      ),
      coordinators: [contracts.address],
    }
  }

  /** Returns tasks, newest first, and the `before` of the next page. */
  async tasks(limit: number, before?: string) {
    const batches = await listBatches({ db: this.#db }, { limit, ...(before === undefined ? {} : { before }) })
    return {
      tasks: batches.map(taskJson),
      next: batches.length === limit ? batches.at(-1)!.id : null,
    }
  }

  async task(id: string) {
    const found = await findBatch({ db: this.#db }, id)
    if (!found) return undefined
    const { batch, readings } = found
    const [events, messages] = await Promise.all([
      this.#db.selectFrom('batch_events').selectAll().where('batch_id', '=', batch.id).orderBy('sequence').execute(),
      this.#db
        .selectFrom('messages')
        .select('task_id')
        .where('batch_id', '=', batch.id)
        .orderBy('batch_index')
        .execute(),
    ])
    return {
      ...taskJson(batch),
      chainId: String(batch.chain_id),
      root: batch.root,
      profile: batch.profile,
      publicSignals: batch.public_signals,
      events: events.map((event) => ({
        state: event.state,
        time: event.time.toISOString(),
        comment: event.comment || null,
        error: event.error || null,
        transactionHash: event.transaction_hash || null,
        proverId: event.prover_id || null,
      })),
      batch: readings.map((reading, index) => ({
        index,
        device: reading.device,
        nonce: String(reading.nonce),
        time: String(reading.time),
        values: reading.values.map(String),
        taskId: messages[index] ? toHex(messages[index].task_id) : null,
      })),
    }
  }

  async devices() {
    const { chainId, contracts } = this.#options
    const proverProject = await contracts.proverProject()
    const { rows } = await sql<DeviceRow>`
      SELECT devices.*, coalesce(counted.accepted, 0) AS accepted, coalesce(counted.settled, 0) AS settled,
        counted.last_seen, coalesce(rewarded.amount, 0) AS rewards
      FROM devices
      LEFT JOIN (
        SELECT device, count(*) AS accepted, count(*) FILTER (WHERE batches.state = 'settled') AS settled,
          max(received_at) AS last_seen
        FROM messages LEFT JOIN batches ON batches.id = messages.batch_id
        WHERE messages.chain_id = ${chainId} GROUP BY device) AS counted ON counted.device = devices.device
      LEFT JOIN (SELECT device, sum(amount) AS amount FROM rewards GROUP BY device) AS rewarded
        ON rewarded.device = '0x' || encode(devices.device, 'hex')
      WHERE devices.chain_id = ${chainId} AND devices.active AND devices.project_id <> ${proverProject}
      ORDER BY devices.ioid`.execute(this.#db)
    return { devices: rows.map(deviceJson) }
  }
}

interface DeviceRow {
  device: Buffer
  project_id: bigint
  ioid: bigint
  account: string
  owner: string
  document_uri: string
  accepted: bigint
  settled: bigint
  last_seen: Date | null
  rewards: bigint
}

const deviceJson = (row: DeviceRow) => ({
  device: toHex(row.device),
  did: didOf(toHex(row.device)),
  ioid: String(row.ioid),
  account: row.account,
  owner: row.owner,
  projectId: String(row.project_id),
  documentUri: row.document_uri || null,
  readingsAccepted: Number(row.accepted),
  readingsSettled: Number(row.settled),
  rewardsWei: String(row.rewards),
  lastSeen: iso(row.last_seen),
})

const proverJson = (member: FleetMember, tasksSettled: number, taskId: string | undefined) => ({
  address: member.address,
  proverId: String(member.proverId),
  did: didOf(member.address),
  status: member.status === 'unregistered' ? ('offline' as const) : member.status,
  stakeWei: String(member.stakeWei),
  lastHeartbeat: member.lastHeartbeat === 0 ? null : new Date(1000 * member.lastHeartbeat).toISOString(),
  tasksSettled,
  taskId: taskId ?? null,
})

export const taskJson = (batch: Batch) => ({
  taskId: batch.id,
  projectId: String(batch.project_id),
  state: batch.state,
  readings: batch.leaf_count,
  devices: batch.device_count,
  prover: batch.state === 'packed' ? null : (batch.prover as Hex | null),
  createdAt: batch.created_at.toISOString(),
  assignedAt: iso(batch.assigned_at),
  provedAt: iso(batch.proved_at),
  settledAt: iso(batch.settled_at),
  deadline: iso(batch.deadline),
  proofMs: batch.proof_ms,
  assignTx: batch.assign_tx,
  settleTx: batch.settle_tx,
  attempt: batch.attempt,
  error: batch.error,
})
