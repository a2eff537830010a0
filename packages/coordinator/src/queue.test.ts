import { migrate, openStore, type Store } from '@iotex2/data-availability/store'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
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
