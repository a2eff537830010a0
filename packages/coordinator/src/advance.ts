/**
 * One step of a batch on its way to settlement. The chain is asked first, each time: what it holds decides, whatever
 * the row says. So a coordinator that died between a transaction and its row, a second coordinator, or a stranger who
 * recalled or settled the task, all lead to the same next step, and none of them is taken twice.
 *
 *   on chain   | row              | step
 *   settled    | any              | the row becomes settled
 *   assigned   | another prover   | the row becomes assigned to that prover
 *   assigned   | deadline passed  | recall; the row becomes packed again, or failed
 *   assigned   | proved           | settle; refused until shortly before the deadline, recall
 *   assigned   | assigned         | wait for the proof
 *   unassigned | assigned, proved | once the deadline passed, somebody recalled it: packed again, or failed
 *   unassigned | packed           | reserve an idle prover and assign
 * @module
 */
import { TransactionRevertedError } from '@iotex2/chain/sender'
import type { Hex } from '@iotex2/protocol/hex'
import type { Logger } from 'pino'
import type { FaultHook } from './faults.ts'
import type { CoordinatorMetrics } from './metrics.ts'
import type { BatchQueue } from './queue.ts'
import type { Batch } from './schema.ts'
import type { TaskContracts, TaskRecord } from './task-contracts.ts'

export interface AdvanceOptions {
  /** How long a prover has, by the chain's clock. */
  taskTimeoutSeconds: number
  /** Assignments that a batch gets before it is given up. */
  maximumAttempts: number
  /** Wait after the first missed deadline; doubled after each further one, up to `maximumBackoffMs`. */
  backoffMs: number
  maximumBackoffMs: number
  /** How often a batch is looked at while nothing is due. */
  reconcileIntervalMs: number
  /** How long a batch waits when every prover is taken. */
  idleIntervalMs: number
}

export interface AdvanceContext extends AdvanceOptions {
  contracts: TaskContracts
  queue: BatchQueue
  metrics: CoordinatorMetrics
  log: Logger
  reached: FaultHook
}

/** The row may change, and must be read again, before the next step. */
const AT_ONCE = 0

/** Takes the batch's next step. Returns after how many milliseconds to look again. Throws what a chain or store throws. */
export async function advance(context: AdvanceContext, batch: Batch): Promise<number> {
  const record = await context.contracts.record(batch.project_id, batch.id)
  if (record?.settled) return markSettled(context, batch, record)
  if (!record) return batch.state === 'packed' ? assign(context, batch) : missing(context, batch)
  if (batch.state === 'packed' || record.prover !== batch.prover) return adopt(context, batch, record)

  const head = await context.contracts.head()
  if (head.time > record.deadline) return recall(context, batch, 'the prover missed the deadline')
  if (batch.state === 'proved') return settle(context, batch, record)
  return untilAfter(context, record.deadline, head.time)
}

/** Wait until a deadline has passed by the chain's clock, in seconds; the chain is looked at meanwhile. */
const untilAfter = ({ reconcileIntervalMs }: AdvanceContext, deadline: number, time: number): number =>
  Math.min(reconcileIntervalMs, 1000 * (deadline - time + 1))

/**
 * Before the deadline only this project's coordinators can recall a task, and they write it down. So a node that does
 * not know the assignment lags, and a proof must not be thrown away for it.
 */
async function missing(context: AdvanceContext, batch: Batch): Promise<number> {
  const { time } = await context.contracts.head()
  const deadline = Math.floor(batch.deadline!.getTime() / 1000)
  if (time > deadline) return markRecalled(context, batch, 'recalled on chain')
  context.log.debug({ correlationId: batch.id }, 'the node does not know the assignment')
  return untilAfter(context, deadline, time)
}

/* ASSIGNMENT */

async function assign(context: AdvanceContext, batch: Batch): Promise<number> {
  const { contracts, queue, metrics, log, reached, taskTimeoutSeconds } = context
  const prover = await reserveProver(context, batch)
  if (prover === undefined) return context.idleIntervalMs
  reached('reserved', batch.id)
  const { time } = await contracts.head()
  const deadline = time + taskTimeoutSeconds
  let transactionHash: string
  try {
    transactionHash = (await contracts.assign(batch.project_id, batch.id, BigInt(batch.root), prover, deadline)).hash
  } catch (error) {
    if (!(error instanceof TransactionRevertedError)) throw error
    // Another coordinator was quicker, with this batch or with this prover: the chain tells on the next look.
    metrics.transactionsFailed.inc({ step: 'assign', error: error.errorName })
    log.warn({ correlationId: batch.id, prover, error: error.message }, 'not assigned')
    await queue.update(batch, { prover: null, error: error.message })
    return isRace(error) ? AT_ONCE : context.backoffMs
  }
  reached('assign:mined', batch.id)
  await markAssigned(context, batch, { prover, deadline, settled: false }, transactionHash, 'assigned')
  reached('assign:stored', batch.id)
  log.info({ correlationId: batch.id, prover, transactionHash }, 'assigned')
  return context.reconcileIntervalMs
}

const isRace = ({ errorName }: TransactionRevertedError): boolean =>
  errorName === 'TaskManagerAlreadyAssigned' ||
  errorName === 'TaskManagerAlreadySettled' ||
  errorName === 'FleetManagerNotIdle'

/** Provers that are asked for: some are idle on chain and reserved here already. */
const CANDIDATES = 16

/** Reserves an idle prover. One that was reserved before a crash is free again while it stays with this batch. */
async function reserveProver({ contracts, queue }: AdvanceContext, batch: Batch): Promise<Hex | undefined> {
  const idle = await contracts.idleProvers(CANDIDATES)
  for (const prover of idle) if (await queue.reserve(batch, prover)) return prover
  if (batch.prover !== null) await queue.update(batch, { prover: null })
  return undefined
}

/** Takes over what a coordinator that died, or another one, has assigned. */
async function adopt(context: AdvanceContext, batch: Batch, record: TaskRecord): Promise<number> {
  await markAssigned(context, batch, record, '', 'found assigned on chain')
  context.log.info({ correlationId: batch.id, prover: record.prover }, 'found assigned')
  return AT_ONCE
}

async function markAssigned(
  { queue, contracts }: AdvanceContext,
  batch: Batch,
  record: TaskRecord,
  transactionHash: string,
  comment: string,
): Promise<void> {
  const proverId = String(await contracts.proverId(record.prover))
  const change = {
    state: 'assigned',
    prover: record.prover,
    prover_id: proverId,
    deadline: new Date(1000 * record.deadline),
    assigned_at: await queue.now(),
    assign_tx: transactionHash || queue.indexedTransaction('assignments', batch, record.prover),
    proof: null,
    public_signals: null,
    proof_ms: null,
    proved_at: null,
    error: null,
  } as const
  await queue.update(batch, change, { comment, transactionHash, proverId })
}

/* SETTLEMENT */

/** How long before the deadline a prover is relieved: some blocks. The coordinator that assigned the task may do so. */
const RELIEF_SECONDS = 10

async function settle(context: AdvanceContext, batch: Batch, record: TaskRecord): Promise<number> {
  const { contracts, metrics, log, reached } = context
  const { encoded } = batch.proof as { encoded: Hex }
  const signals = batch.public_signals!.map(BigInt)
  reached('settle:before', batch.id)
  let transactionHash: string
  try {
    transactionHash = (await contracts.settle(batch.project_id, batch.id, encoded, signals)).hash
  } catch (error) {
    if (!(error instanceof TransactionRevertedError)) throw error
    metrics.transactionsFailed.inc({ step: 'settle', error: error.errorName })
    log.warn({ correlationId: batch.id, error: error.message }, 'not settled')
    await context.queue.update(batch, { error: error.message })
    // Settled by another: the next look sees it.
    if (error.errorName === 'TaskManagerAlreadySettled') return AT_ONCE
    // Otherwise it may mend (a verifier is bound, parameters are set right). If it does not, the prover, whose proof
    // holds, is relieved before the deadline, after which it would be slashed.
    const { time } = await contracts.head()
    if (record.deadline - time > RELIEF_SECONDS) return context.backoffMs
    return recall(context, batch, `the router refused the proof: ${error.errorName}`)
  }
  reached('settle:mined', batch.id)
  const due = await markSettled(context, batch, record, transactionHash)
  reached('settle:stored', batch.id)
  return due
}

async function markSettled(
  { queue, metrics, log }: AdvanceContext,
  batch: Batch,
  record: TaskRecord,
  transactionHash = '',
): Promise<number> {
  const settledAt = await queue.now()
  const comment = transactionHash ? 'settled' : 'found settled on chain'
  await queue.update(
    batch,
    {
      state: 'settled',
      prover: record.prover,
      settle_tx: transactionHash || queue.indexedTransaction('settlements', batch, record.prover),
      settled_at: settledAt,
      error: null,
    },
    { comment, transactionHash, proverId: batch.prover_id ?? '' },
  )
  metrics.settleSeconds.observe((settledAt.getTime() - batch.created_at.getTime()) / 1000)
  log.info({ correlationId: batch.id, prover: record.prover, transactionHash }, comment)
  return AT_ONCE
}

/* RECALL */

async function recall(context: AdvanceContext, batch: Batch, reason: string): Promise<number> {
  const { contracts, metrics, log, reached } = context
  reached('recall:before', batch.id)
  let transactionHash: string
  try {
    transactionHash = (await contracts.recall(batch.project_id, batch.id)).hash
  } catch (error) {
    if (!(error instanceof TransactionRevertedError)) throw error
    metrics.transactionsFailed.inc({ step: 'recall', error: error.errorName })
    log.warn({ correlationId: batch.id, error: error.message }, 'not recalled')
    const isGone = error.errorName === 'TaskManagerNotAssigned' || error.errorName === 'TaskManagerAlreadySettled'
    return isGone ? AT_ONCE : context.idleIntervalMs
  }
  reached('recall:mined', batch.id)
  const due = await markRecalled(context, batch, reason, transactionHash)
  reached('recall:stored', batch.id)
  return due
}

async function markRecalled(
  { queue, log, maximumAttempts, backoffMs, maximumBackoffMs }: AdvanceContext,
  batch: Batch,
  reason: string,
  transactionHash = '',
): Promise<number> {
  const attempt = batch.attempt + 1
  const isLast = attempt >= maximumAttempts
  const error = isLast ? `given up after ${attempt} attempts: ${reason}` : reason
  await queue.update(
    batch,
    {
      state: isLast ? 'failed' : 'packed',
      attempt,
      prover: null,
      prover_id: null,
      deadline: null,
      assigned_at: null,
      assign_tx: null,
      proof: null,
      public_signals: null,
      proof_ms: null,
      proved_at: null,
      error,
      not_before: queue.after(Math.min(maximumBackoffMs, backoffMs * 2 ** batch.attempt)),
    },
    { comment: isLast ? 'given up' : 'recalled', error, transactionHash, proverId: batch.prover_id ?? '' },
  )
  log.warn({ correlationId: batch.id, prover: batch.prover, attempt, transactionHash }, error)
  return AT_ONCE
}
