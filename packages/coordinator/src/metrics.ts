/**
 * What a coordinator counts.
 * @module
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CoordinatorDatabase } from './schema.ts'

export interface CoordinatorMetrics {
  settleSeconds: Histogram
  transactionsFailed: Counter<'step' | 'error'>
  proofs: Counter<'outcome'>
}

export function createMetrics(registry: Registry, db: CoordinatorDatabase): CoordinatorMetrics {
  const registers = [registry]
  new Gauge({
    name: 'coordinator_batches',
    help: 'Batches by state, of all coordinators.',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset()
      const { count } = db.fn
      const rows = await db
        .selectFrom('batches')
        .select(['state', count('id').as('total')])
        .groupBy('state')
        .execute()
      for (const { state, total } of rows) this.set({ state }, Number(total))
    },
  })
  return {
    settleSeconds: new Histogram({
      name: 'coordinator_settle_seconds',
      help: 'From the cut of a batch to its settlement.',
      buckets: [1, 2, 5, 10, 20, 40, 80, 160, 320, 640],
      registers,
    }),
    transactionsFailed: new Counter({
      name: 'coordinator_transactions_failed_total',
      help: 'Transactions that a contract refused.',
      labelNames: ['step', 'error'],
      registers,
    }),
    proofs: new Counter({
      name: 'coordinator_proofs_total',
      help: 'Proofs received, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
  }
}
