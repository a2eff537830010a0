/**
 * Follows the router's, the task manager's and the dApp's events into tables. Idempotent by (transaction, log), so that
 * any number of coordinators may index at once.
 * @module
 */
import { type DeviceRewardsEvents, deviceRewardsInterface } from '@iotex2/chain/contracts/DeviceRewards'
import {
  type W3bstreamTaskManagerEvents,
  w3bstreamTaskManagerInterface,
} from '@iotex2/chain/contracts/W3bstreamTaskManager'
import type { Deployment } from '@iotex2/chain/deployment'
import { type ChainEvent, type EventRange, followEvents } from '@iotex2/chain/events'
import type { JsonRpcProvider } from 'ethers'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { lockBatch } from './queue.ts'
import type { CoordinatorDatabase } from './schema.ts'

type Events = { TaskManager: W3bstreamTaskManagerEvents; DeviceRewards: DeviceRewardsEvents }

export interface IndexerOptions {
  db: CoordinatorDatabase
  provider: JsonRpcProvider
  deployment: Deployment
  confirmations: number
  pollIntervalMs: number
  log: Logger
  signal: AbortSignal
}

const CURSOR = 'coordinator'
/** Blocks that a node behind a load balancer may lag. */
const REREAD_BLOCKS = 8

/** Indexes until `signal` aborts. */
export async function runIndexer(options: IndexerOptions): Promise<void> {
  const { db, provider, deployment, confirmations, pollIntervalMs, log, signal } = options
  const cursor = await db.selectFrom('cursors').select('block').where('name', '=', CURSOR).executeTakeFirst()
  await followEvents<Events>({
    provider,
    contracts: {
      TaskManager: { address: deployment.address('taskManager'), interface: w3bstreamTaskManagerInterface },
      DeviceRewards: { address: deployment.address('deviceRewards'), interface: deviceRewardsInterface },
    },
    fromBlock: cursor ? Number(cursor.block) + 1 : 0,
    confirmations,
    pollIntervalMs,
    rereadBlocks: REREAD_BLOCKS,
    signal,
    handle: (range) => storeRange(db, range),
    onError: (error) => log.warn({ error }, 'indexer: tries again'),
  })
}

/** Stores a range's effects and the cursor in one transaction. */
export async function storeRange(db: CoordinatorDatabase, range: EventRange<Events>): Promise<void> {
  const times = new Map<number, Date>()
  for (const { blockNumber } of range.events)
    if (!times.has(blockNumber)) times.set(blockNumber, new Date(1000 * (await range.blockTime(blockNumber))))
  await db.transaction().execute(async (transaction) => {
    for (const event of range.events) await storeEvent(transaction, event, times.get(event.blockNumber)!)
    await transaction
      .insertInto('cursors')
      .values({ name: CURSOR, block: range.toBlock })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ block: sql<bigint>`greatest(cursors.block, excluded.block)` }),
      )
      .execute()
  })
}

async function storeEvent(db: CoordinatorDatabase, event: ChainEvent<Events>, time: Date): Promise<void> {
  const { transactionHash: transaction_hash, logIndex: log_index, blockNumber: block } = event
  const origin = { transaction_hash, log_index, block, time }
  if (event.name === 'TaskSettled') {
    const { taskId, prover } = event.args
    await lockBatch(db, taskId)
    await db
      .insertInto('settlements')
      .values({ ...origin, task_id: taskId, prover: prover.toLowerCase() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    // A coordinator that died after the transaction could not write its hash.
    await db
      .updateTable('batches')
      .set({ settle_tx: transaction_hash })
      .where('id', '=', taskId)
      .where('settle_tx', 'is', null)
      .execute()
  } else if (event.name === 'TaskAssigned') {
    const { taskId, prover } = event.args
    await lockBatch(db, taskId)
    await db
      .insertInto('assignments')
      .values({ ...origin, task_id: taskId, prover: prover.toLowerCase() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await db
      .updateTable('batches')
      .set({ assign_tx: transaction_hash })
      .where('id', '=', taskId)
      .where('prover', '=', prover.toLowerCase())
      .where('state', '!=', 'packed')
      .where('assign_tx', 'is', null)
      .execute()
  } else if (event.name === 'TaskRecalled') {
    const { taskId, prover, slashed } = event.args
    await db
      .insertInto('recalls')
      .values({ ...origin, task_id: taskId, prover: prover.toLowerCase(), slashed: String(slashed) })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  } else if (event.name === 'DeviceRewarded') {
    const { device, account, taskId, rewarded, unrewarded, amount } = event.args
    await db
      .insertInto('rewards')
      .values({
        ...origin,
        task_id: taskId,
        device: device.toLowerCase(),
        account: account.toLowerCase(),
        rewarded,
        unrewarded,
        amount: String(amount),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}
