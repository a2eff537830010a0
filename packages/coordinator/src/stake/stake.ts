/**
 * Restaked stake, as a coordinator has it: its index, and what is answered from it and the chain.
 * @module
 */
import type { Deployment } from '@iotex2/chain/deployment'
import type { JsonRpcProvider } from 'ethers'
import type { Logger } from 'pino'
import type { FaultHook } from '../faults.ts'
import type { CoordinatorDatabase } from '../schema.ts'
import { StakeChain } from './chain.ts'
import { runStakeIndexer, stakeAddresses } from './indexer.ts'
import { StakeModel } from './model.ts'

export interface StakeOptions {
  db: CoordinatorDatabase
  provider: JsonRpcProvider
  chainId: bigint
  deployment: Deployment
  confirmations: number
  pollIntervalMs: number
  log: Logger
  reached: FaultHook
}

export interface Stake {
  model: StakeModel
  /** Indexes until `signal` aborts. The tables have to be there. */
  index(signal: AbortSignal): Promise<void>
}

/** Returns undefined where the deployment has no restaked stake. */
export function openStake({ deployment, chainId, ...options }: StakeOptions): Stake | undefined {
  const addresses = stakeAddresses(deployment)
  if (!addresses) return undefined
  const chain = new StakeChain(options.provider, addresses)
  return {
    model: new StakeModel({ db: options.db, chain, addresses, chainId }),
    index: (signal) => runStakeIndexer({ ...options, addresses, signal }),
  }
}
