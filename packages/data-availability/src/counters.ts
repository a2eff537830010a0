/**
 * Counters that outlive a process: requests by outcome ("accepted", "duplicate", or an error's code).
 * @module
 */
import { sql } from 'kysely'
import type { Store } from './store.ts'

/** Adds to counters, all in one commit. */
export async function addCounts({ db }: Pick<Store, 'db'>, counts: ReadonlyMap<string, number>): Promise<void> {
  if (counts.size === 0) return
  // Ordered, so that two gateways lock the rows in the same order.
  const rows = [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1))
  await db
    .insertInto('counters')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['name', 'shard']).doUpdateSet({ count: sql<bigint>`counters.count + excluded.count` }),
    )
    .execute()
}

export async function readCounts({ db }: Pick<Store, 'db'>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('counters')
    .select(['name', sql<string>`sum(count)`.as('total')])
    .groupBy('name')
    .execute()
  return new Map(rows.map((row) => [row.name, Number(row.total)]))
}
