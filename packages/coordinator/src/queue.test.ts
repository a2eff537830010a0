import { migrate, openStore, type Store } from '@iotex2/data-availability/store'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { storeRange } from './indexer.ts'
import { BatchQueue } from './queue.ts'
import { type CoordinatorDatabase, migrateCoordinator } from './schema.ts'

const CHAIN = 31337n
let database: TestDatabase
let store: Store
let queue: BatchQueue

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore({ url: database.url })
  await migrate(store)
  await migrateCoordinator(store.db)
  queue = new BatchQueue(store.db as unknown as CoordinatorDatabase, { chainId: CHAIN, owner: 'test', leaseMs: 5_000 })
})

beforeEach(async () => {
  await store.db.deleteFrom('batches').execute()
})

afterAll(async () => {
  await store?.close()
  await database?.[Symbol.asyncDispose]()
})

/** Stores a batch that was cut so many seconds ago. Returns its id. */
async function newBatch(projectId: bigint, ageSeconds: number): Promise<string> {
  const created = new Date(Date.now() - 1000 * ageSeconds)
  const id = `0x${projectId.toString(16).padStart(32, '0')}${ageSeconds.toString(16).padStart(32, '0')}`
  const row = { id, chain_id: CHAIN, project_id: projectId, created_at: created, not_before: created }
  const readings = { root: '1', parameters: '1', profile: '{}', leaf_count: 1, device_count: 1 }
  await store.db
    .insertInto('batches')
    .values({ ...row, ...readings })
    .execute()
  return id
}

test('batches that cannot be assigned do not keep back those behind them', async () => {
  const [penniless, funded] = [1n, 2n]
  for (const ageSeconds of [100, 99, 98, 97]) await newBatch(penniless, ageSeconds)
  const behind = await newBatch(funded, 10)
  const leased: string[] = []
  for (let round = 0; round < 5; round++) {
    // As many as there are idle provers; each goes back to be tried again.
    for (const batch of await queue.leaseWaiting(2)) {
      leased.push(batch.id)
      await queue.whileLeased(batch, async () => 1)
    }
  }
  expect(leased).toContain(behind)
})

test('an assignment that is indexed while its batch is taken over leaves its hash there', async () => {
  const db = store.db as unknown as CoordinatorDatabase
  const prover = `0x${'ab'.repeat(20)}` as const
  const transactionHash = `0x${'cd'.repeat(32)}`
  const id = await newBatch(3n, 1)
  const [batch] = await queue.leaseWaiting(1)
  const waiting = async () => {
    const { rows } = await sql<{ count: string }>`SELECT count(*) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(db)
    return Number(rows[0]!.count)
  }
  const event = {
    contract: 'TaskManager',
    name: 'TaskAssigned',
    args: { projectId: 3n, taskId: id, prover, deadline: 1n },
    address: `0x${'ef'.repeat(20)}`,
    transactionHash,
    logIndex: 0,
    blockNumber: 1,
    blockHash: `0x${'01'.repeat(32)}`,
  } as const
  const range = { fromBlock: 1, toBlock: 1, events: [event], isHead: true, blockTime: async () => 1 }
  const both = await db.transaction().execute(async (transaction) => {
    await transaction.selectFrom('batches').select('id').where('id', '=', id).forUpdate().execute()
    const assign_tx = queue.indexedTransaction('assignments', batch!, prover)
    const taken = queue.update(batch!, { state: 'assigned', prover, assign_tx })
    await expect.poll(waiting).toBe(1)
    let isStored = false
    const stored = storeRange(db, range).then(() => {
      isStored = true
    })
    await expect.poll(async () => isStored || (await waiting()) === 2).toBe(true)
    return [taken, stored]
  })
  await Promise.all(both)
  expect(await db.selectFrom('batches').select('assign_tx').where('id', '=', id).executeTakeFirst()).toEqual({
    assign_tx: transactionHash,
  })
})
