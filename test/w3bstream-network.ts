/**
 * The real contracts on a real node, with a project, its devices and its provers, for tests of the services above.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@iotex2/chain/clock'
import { connectFleetManager } from '@iotex2/chain/contracts/FleetManager'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { developmentAddress, developmentKey, developmentSigner } from '@iotex2/devnet/accounts'
import { catchUp, mineAtInterval, yesterday } from '@iotex2/devnet/chain'
import { addressBook, forgetDeployment } from '@iotex2/devnet/deploy'
import { makeDevices, makeProver, registerMachines } from '@iotex2/devnet/identities'
import {
  admitCoordinators,
  admitFleetDim,
  backProver,
  bindProject,
  configureProject,
  enlistProver,
  fundProject,
  proposeFleetDim,
} from '@iotex2/devnet/project'
import { DocumentStore } from '@iotex2/identity/document-store'
import { BATCH_VM_TYPE } from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { type JsonRpcProvider, Wallet } from 'ethers'
import hre from 'hardhat'
import Rewards from '../deploy/modules/Rewards.ts'
import W3bstream from '../deploy/modules/W3bstream.ts'
import { type ChainNode, startChain } from './chain-node.ts'

export interface W3bstreamNetwork extends AsyncDisposable {
  chain: ChainNode
  provider: JsonRpcProvider
  deployment: Deployment
  deploymentFile: string
  projectId: bigint
  profile: Profile
  /** Addresses of the project's devices, lower case. */
  devices: Hex[]
  /** Enrolled and idle, and for the length of a test always online. */
  provers: Wallet[]
  /** Keys of two operators of the task manager. */
  coordinatorKeys: [string, string]
  /** What a task costs the project, in wei of wrapped IOTX. */
  feeWei: bigint
}

const IOTX = 10n ** 18n
const FEE = IOTX / 10n
const DAY = 24 * 3600

export const TEST_PROFILE: Profile = parseProfile({
  name: 'test',
  version: 1,
  maximumRatePerMinute: 6000,
  fields: [{ name: 'level', unit: '%', minimum: -10, maximum: 100, scale: 10 }],
})

/** Starts a node and deploys everything to it. Takes some seconds: once for a test file. */
export async function startNetwork(options: { provers?: number; devices?: number } = {}): Promise<W3bstreamNetwork> {
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-network-'))
  const chain = await startChain({ start: yesterday(systemClock.now()) })
  const deploymentId = `test-${process.pid}-${new URL(chain.url).port}`
  const provider = openProvider({ url: chain.url, chainId: chain.chainId, pollingIntervalMs: 20 })
  const dispose = async () => {
    provider.destroy()
    await chain.stop()
    forgetDeployment(deploymentId)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const { ignition } = await hre.network.create({ network: 'local', override: { url: chain.url } })
    const config = { blockPollingInterval: 25, requiredConfirmations: 1 }
    const parameters = { W3bstream: { heartbeatTimeoutSeconds: 365 * DAY } }
    await ignition.deploy(W3bstream, { deploymentId, config, parameters })
    const core = await readDeployment(addressBook(deploymentId))
    const documents = new DocumentStore(join(directory, 'documents'))
    const [owner, operator, staker, governance] = [
      developmentSigner('projectOwner', provider),
      developmentSigner('fleetOperator', provider),
      developmentSigner('staker', provider),
      developmentSigner('governance', provider),
    ]
    const [project, fleet] = [
      await registerMachines(
        owner,
        core,
        { name: 'test', symbol: 'TEST' },
        await makeDevices(join(directory, 'keys'), options.devices ?? 2),
        documents,
      ),
      await registerMachines(
        operator,
        core,
        { name: 'provers', symbol: 'PROVER' },
        Array.from({ length: options.provers ?? 2 }, makeProver),
        documents,
      ),
    ]
    const { projectId } = project
    const { maximumRatePerMinute: readingsPerMinute } = TEST_PROFILE
    await ignition.deploy(Rewards, {
      deploymentId,
      config,
      parameters: { ...parameters, Rewards: { projectId, readingsPerMinute, burst: 100_000 } },
    })
    const deployment = await readDeployment(addressBook(deploymentId))
    await configureProject(owner, deployment, projectId, TEST_PROFILE)
    await bindProject(owner, deployment, projectId)
    await fundProject(owner, deployment, projectId, { feeWei: FEE, depositWei: 100n * IOTX })
    const coordinators = [developmentAddress('coordinator1'), developmentAddress('coordinator2')]
    await admitCoordinators(governance, deployment, coordinators, fleet.projectId)
    const provers = fleet.machines.map(({ privateKey }) => new Wallet(privateKey, provider))
    const window = { evidenceAge: 3 * DAY, executionWindow: DAY }
    const dim = await proposeFleetDim(operator, deployment, developmentAddress('governance'), window)
    await admitFleetDim(governance, deployment, dim)
    const backing = { operator, builder: operator, staker, ownWei: 20n * IOTX, stakedWei: 80n * IOTX }
    for (const prover of provers) await backProver(prover, deployment, backing)
    await catchUp(chain.url, systemClock.now())
    for (const prover of provers) {
      await enlistProver(prover, deployment)
      const members = connectFleetManager(deployment.address('fleetManager'), prover)
      await (await members.addVMType(BATCH_VM_TYPE)).wait()
    }
    await mineAtInterval(chain.url, 200)
    return {
      chain,
      provider,
      deployment,
      deploymentFile: addressBook(deploymentId),
      projectId,
      profile: TEST_PROFILE,
      devices: project.machines.map(({ device }) => device),
      provers,
      coordinatorKeys: [developmentKey('coordinator1'), developmentKey('coordinator2')],
      feeWei: FEE,
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}
