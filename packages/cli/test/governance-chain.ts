/**
 * A chain with the modules that governance is about, after the handover, and Ignition's own address book of it.
 *
 * Ignition runs in a process of its own: connecting Hardhat puts its matchers on chai, which vitest's `rejects` then is not.
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { config, network } from 'hardhat'
import { type ChainNode, type ChainNodeOptions, startChain } from '../../../test/chain-node.ts'

/** What the deployment's parameters say. */
export const VOTING_DELAY_S = 3600
export const VOTING_PERIOD_S = 86_400
export const TIMELOCK_DELAY_S = 7200
/** Shorter than the timelock's, or there is no handover. */
export const EXIT_DELAY_S = 3600

/** Thrown when the deployment fails; its reason is on stderr. Code DEPLOY_FAILED. */
class DeployFailedError extends CodedError {
  constructor(code: unknown) {
    super('DEPLOY_FAILED', `The deployment of governance ended with ${String(code)}.`)
  }
}

export interface GovernanceChain extends ChainNode {
  /** Mines a block `seconds` after the last. */
  pass(seconds: number): Promise<void>
  /** Mines a block at `time`, in seconds since the epoch. */
  goTo(time: bigint): Promise<void>
}

/** Starts a chain, deploys, and writes the address book. */
export async function startGovernanceChain(
  addressBook: string,
  options: ChainNodeOptions = {},
): Promise<GovernanceChain> {
  const chain = await startChain(options)
  const child = fork(import.meta.filename, [chain.url, addressBook], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) {
    await chain.stop()
    throw new DeployFailedError(code)
  }
  const goTo = async (time: bigint): Promise<void> => {
    await chain.rpc('evm_setNextBlockTimestamp', [`0x${time.toString(16)}`])
    await chain.rpc('evm_mine')
  }
  return {
    ...chain,
    goTo,
    pass: async (seconds) => {
      const { timestamp } = await chain.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false])
      await goTo(BigInt(timestamp) + BigInt(seconds))
    },
  }
}

if (import.meta.main) {
  const [url, addressBook] = process.argv.slice(2)
  const connection = await network.create({ network: 'local', override: { url: url! } })
  // Ignition would go on with an earlier deployment to a chain of this id.
  const deploymentId = `test-governance-${process.pid}`
  const parameters = {
    Governor: {
      votingDelaySeconds: VOTING_DELAY_S,
      votingPeriodSeconds: VOTING_PERIOD_S,
      voteExtensionSeconds: VOTING_DELAY_S,
      timelockDelaySeconds: TIMELOCK_DELAY_S,
      proposalThreshold: 100n * 10n ** 18n,
    },
    Msp: { exitDelaySeconds: EXIT_DELAY_S, minimumBondWei: 10n ** 18n },
  }
  // The handover comes last, as for an operator: nothing can be wired after it.
  for (const name of ['IoID', 'Msp', 'Governor', 'Handover']) {
    const { default: module } = await import(`../../../deploy/modules/${name}.ts`)
    await connection.ignition.deploy(module, { deploymentId, parameters })
  }
  const directory = join(config.paths.ignition, 'deployments', deploymentId)
  await cp(join(directory, 'deployed_addresses.json'), addressBook!)
  await rm(directory, { recursive: true })
  process.exit()
}
