/**
 * Builds a coordinator: a stateless replica over PostgreSQL and the chain. Any number run at once, each with its own key.
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type Clock, systemClock } from '@iotex2/chain/clock'
import type { Deployment } from '@iotex2/chain/deployment'
import { openProvider, verifyChain } from '@iotex2/chain/provider'
import { TransactionSender } from '@iotex2/chain/sender'
import { migrate, openStore } from '@iotex2/data-availability/store'
import type { VerificationKey } from '@iotex2/groth16/verification-key'
import { isDevelopmentKey } from '@iotex2/groth16/verification-key'
import { createVerifier } from '@iotex2/groth16/verifier'
import { CodedError } from '@iotex2/protocol/errors'
import { createService, type Service } from '@iotex2/service/service'
import { sql } from 'kysely'
import type { AdvanceOptions } from './advance.ts'
import { type FaultHook, noFaults } from './faults.ts'
import { Feed } from './feed.ts'
import { runIndexer } from './indexer.ts'
import { createMetrics } from './metrics.ts'
import { ProofDesk } from './proofs.ts'
import { BatchQueue } from './queue.ts'
import { ReadModel } from './read-model.ts'
import { explorerRoutes } from './routes/explorer.ts'
import { onboardingRoutes } from './routes/onboarding.ts'
import { proverRoutes } from './routes/provers.ts'
import { stakeRoutes } from './routes/stake.ts'
import { runScheduler } from './scheduler.ts'
import { type CoordinatorDatabase, migrateCoordinator } from './schema.ts'
import { openStake } from './stake/stake.ts'
import { TaskContracts } from './task-contracts.ts'

/** Thrown when the key is no operator of the task manager. Code COORDINATOR_NOT_OPERATOR. */
export class NotOperatorError extends CodedError {
  constructor(address: string) {
    super(
      'COORDINATOR_NOT_OPERATOR',
      `${address} may not assign tasks: call addOperator of W3bstreamTaskManager with it.`,
    )
  }
}

/** Thrown when a development key meets a public chain: anyone could forge its proofs. Code DEVELOPMENT_KEY_REFUSED. */
export class DevelopmentKeyError extends CodedError {
  constructor(chainId: bigint) {
    super(
      'DEVELOPMENT_KEY_REFUSED',
      `The verification key is a development key; chain ${chainId} needs one of a ceremony.`,
    )
  }
}

export const DEVELOPMENT_CHAIN_ID = 31337n

export interface CoordinatorOptions extends Partial<AdvanceOptions> {
  databaseUrl: string
  rpcUrl: string
  chainId: bigint
  deployment: Deployment
  /** Of an operator of the task manager. */
  privateKey: string
  verificationKey: VerificationKey
  confirmations?: number
  /** How often due batches, receipts and events are looked for. */
  pollIntervalMs?: number
  /** How long a batch stays with a coordinator that died. */
  leaseMs?: number
  /** When a transaction that is not mined is sent again with higher fees. */
  stuckAfterMs?: number
  /** Batches that are worked on at once. */
  concurrency?: number
  logLevel?: string
  explorerDirectory?: string | undefined
  explorerBase?: string | undefined
  /** Of the identity service, for the explorer's onboarding portal. */
  identityUrl?: string | undefined
  clock?: Clock
  /** Called at each named point; tests end the process there. */
  reached?: FaultHook
}

export interface Coordinator {
  service: Service
  /** Prepares the store and checks chain and key, then works until {@link stop}. Throws coded errors. */
  start(): Promise<void>
  /** Ends the work, gives leases back and closes connections. What was sent may still be mined. */
  stop(): Promise<void>
}

export async function buildCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { chainId, deployment, clock = systemClock, pollIntervalMs = 500, confirmations = 1 } = options
  if (isDevelopmentKey(options.verificationKey) && chainId !== DEVELOPMENT_CHAIN_ID)
    throw new DevelopmentKeyError(chainId)

  const store = openStore({ url: options.databaseUrl })
  const db = store.db as unknown as CoordinatorDatabase
  const provider = openProvider({ url: options.rpcUrl, chainId })
  const service = createService({
    name: 'coordinator',
    logLevel: options.logLevel ?? 'info',
    readiness: {
      database: () => sql`SELECT 1`.execute(db),
      chain: () => verifyChain(provider, chainId),
    },
  })
  const { app, log } = service
  const sender = new TransactionSender({
    provider,
    privateKey: options.privateKey,
    confirmations,
    pollIntervalMs,
    clock,
    ...(options.stuckAfterMs === undefined ? {} : { stuckAfterMs: options.stuckAfterMs }),
  })
  const contracts = new TaskContracts(provider, sender, deployment)
  const metrics = createMetrics(service.metrics, db)
  const reached = options.reached ?? noFaults
  const queue = new BatchQueue(db, {
    chainId,
    owner: `${contracts.address}/${randomUUID()}`,
    leaseMs: options.leaseMs ?? 15_000,
  })
  const verifier = await createVerifier(options.verificationKey)
  const proofs = new ProofDesk({ db, chainId, router: contracts.router, verifier, metrics, reached })
  const model = new ReadModel({ db, chainId, contracts, explorerBase: options.explorerBase })
  const feed = new Feed(model, clock, (error) => log.warn({ error }, 'events: tries again'))
  await app.register(proverRoutes, { proofs, now: clock.now })
  await app.register(onboardingRoutes, { identityUrl: options.identityUrl })
  const stake = openStake({ db, provider, chainId, deployment, confirmations, pollIntervalMs, log, reached })
  await app.register(stakeRoutes, { model: stake?.model })
  await app.register(explorerRoutes, { model, feed, directory: options.explorerDirectory })

  const stopping = new AbortController()
  let work: Promise<unknown> = Promise.resolve()
  return {
    service,
    async start() {
      await verifyChain(provider, chainId)
      if (!(await contracts.isOperator())) throw new NotOperatorError(contracts.address)
      await migrate(store)
      await migrateCoordinator(store.db)
      const scheduler = {
        taskTimeoutSeconds: options.taskTimeoutSeconds ?? 60,
        maximumAttempts: options.maximumAttempts ?? 5,
        backoffMs: options.backoffMs ?? 2_000,
        maximumBackoffMs: options.maximumBackoffMs ?? 300_000,
        reconcileIntervalMs: options.reconcileIntervalMs ?? 5_000,
        idleIntervalMs: options.idleIntervalMs ?? 1_000,
        concurrency: options.concurrency ?? 16,
      }
      const { signal } = stopping
      work = Promise.allSettled([
        runScheduler({ ...scheduler, contracts, queue, metrics, log, reached, pollIntervalMs, clock }, signal),
        runIndexer({ db, provider, deployment, confirmations, pollIntervalMs, log, signal }),
        stake?.index(signal),
      ])
    },
    async stop() {
      stopping.abort()
      sender.close()
      await work
      await app.close()
      await store.close()
      provider.destroy()
    },
  }
}
