/**
 * A chain with restaked stake, the deployer still its governance, and Ignition's own address book of it.
 *
 * Ignition runs in a process of its own, as in governance-chain.ts.
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { config, network } from 'hardhat'
import { type ChainNode, type ChainNodeOptions, startChain } from '../../../test/chain-node.ts'

export const DAY_S = 86_400
/** What the deployment's parameters say. */
export const EXIT_DELAY_S = 7 * DAY_S
export const MINIMUM_BOND_WEI = 100n * 10n ** 18n

/** Thrown when the deployment fails; its reason is on stderr. Code DEPLOY_FAILED. */
class DeployFailedError extends CodedError {
  constructor(code: unknown) {
    super('DEPLOY_FAILED', `The deployment of restaked stake ended with ${String(code)}.`)
  }
}

export interface MspChain extends ChainNode {
  /** Mines a block `seconds` after the last. */
  pass(seconds: number): Promise<void>
  /** Mines a block at the next midnight, UTC. */
  nextDay(): Promise<void>
}

/** Starts a chain, deploys, and writes the address book. */
export async function startMspChain(addressBook: string, options: ChainNodeOptions = {}): Promise<MspChain> {
  const chain = await startChain(options)
  const child = fork(import.meta.filename, [chain.url, addressBook], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) {
    await chain.stop()
    throw new DeployFailedError(code)
  }
  const latest = async (): Promise<number> => {
    const { timestamp } = await chain.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false])
    return Number(timestamp)
  }
  const goTo = async (time: number): Promise<void> => {
    await chain.rpc('evm_setNextBlockTimestamp', [time])
    await chain.rpc('evm_mine')
  }
  return {
    ...chain,
    pass: async (seconds) => goTo((await latest()) + seconds),
    nextDay: async () => {
      const now = await latest()
      await goTo(now - (now % DAY_S) + DAY_S)
    },
  }
}

if (import.meta.main) {
  const [url, addressBook] = process.argv.slice(2)
  const connection = await network.create({ network: 'local', override: { url: url! } })
  // Ignition would go on with an earlier deployment to a chain of this id.
  const deploymentId = `test-msp-${process.pid}`
  // What a development chain lacks: the L1's own staking, in blocks and in seconds.
  const inBlocks = await connection.ethers.deployContract('SystemStaking', [false])
  const inSeconds = await connection.ethers.deployContract('SystemStaking', [true])
  const parameters = {
    Msp: { minimumBondWei: MINIMUM_BOND_WEI, exitDelaySeconds: EXIT_DELAY_S },
    Buckets: { systemStakingV2: await inBlocks.getAddress(), systemStakingV3: await inSeconds.getAddress() },
  }
  const { default: Buckets } = await import('../../../deploy/modules/Buckets.ts')
  await connection.ignition.deploy(Buckets, { deploymentId, parameters })
  const directory = join(config.paths.ignition, 'deployments', deploymentId)
  await cp(join(directory, 'deployed_addresses.json'), addressBook!)
  await rm(directory, { recursive: true })
  process.exit()
}
