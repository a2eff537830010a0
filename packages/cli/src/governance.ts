/**
 * What the commands of governance share: the contracts, who sends, and the errors.
 * @module
 */
import { accessManagerInterface } from '@iotex2/chain/contracts/AccessManager'
import { anchorsInterface } from '@iotex2/chain/contracts/Anchors'
import { credentialRegistryInterface } from '@iotex2/chain/contracts/CredentialRegistry'
import { dimRegistryInterface } from '@iotex2/chain/contracts/DimRegistry'
import { dimStakeInterface } from '@iotex2/chain/contracts/DimStake'
import { fleetManagerInterface } from '@iotex2/chain/contracts/FleetManager'
import { ioIDInterface } from '@iotex2/chain/contracts/IoID'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { connectIoTeXGovernor, type IoTeXGovernor, ioTeXGovernorInterface } from '@iotex2/chain/contracts/IoTeXGovernor'
import { projectInterface } from '@iotex2/chain/contracts/Project'
import { projectRegistrarInterface } from '@iotex2/chain/contracts/ProjectRegistrar'
import { projectRegistryInterface } from '@iotex2/chain/contracts/ProjectRegistry'
import { timelockControllerInterface } from '@iotex2/chain/contracts/TimelockController'
import { validatorRegistryInterface } from '@iotex2/chain/contracts/ValidatorRegistry'
import { connectVeIOTX, type VeIOTX, veIOTXInterface } from '@iotex2/chain/contracts/VeIOTX'
import { w3bstreamDebitsInterface } from '@iotex2/chain/contracts/W3bstreamDebits'
import { w3bstreamProjectInterface } from '@iotex2/chain/contracts/W3bstreamProject'
import { w3bstreamProjectRewardInterface } from '@iotex2/chain/contracts/W3bstreamProjectReward'
import { w3bstreamRouterInterface } from '@iotex2/chain/contracts/W3bstreamRouter'
import { w3bstreamTaskManagerInterface } from '@iotex2/chain/contracts/W3bstreamTaskManager'
import type { ContractName, Deployment } from '@iotex2/chain/deployment'
import { CodedError } from '@iotex2/protocol/errors'
import { toHex } from '@iotex2/protocol/hex'
import { type ContractRunner, formatEther, type Interface } from 'ethers'
import { CautiousSigner } from './cautious-signer.ts'
import type { Context } from './command.ts'
import { expectKeyFits, type WriteChoice } from './identity.ts'
import { type Connection, withNetwork } from './network.ts'
import { openKey } from './passwords.ts'

/**
 * Thrown when the chain is not as a command needs it, or a proposal cannot be made, before anything is sent. Codes
 * LOCK_MISSING, LOCK_EXPIRED, LOCK_NOT_EXPIRED, LOCK_END_REFUSED, PROPOSAL_UNKNOWN, PROPOSAL_STATE, PROPOSAL_MALFORMED,
 * PROPOSAL_FAILS, VOTES_TOO_FEW, VOTE_CAST.
 */
export class GovernanceError extends CodedError {
  constructor(
    code:
      | 'LOCK_MISSING'
      | 'LOCK_EXPIRED'
      | 'LOCK_NOT_EXPIRED'
      | 'LOCK_END_REFUSED'
      | 'PROPOSAL_UNKNOWN'
      | 'PROPOSAL_STATE'
      | 'PROPOSAL_MALFORMED'
      | 'PROPOSAL_FAILS'
      | 'VOTES_TOO_FEW'
      | 'VOTE_CAST',
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options)
  }
}

/** Contracts that proposals name, by their address book's names. */
const NAMED: Partial<Record<ContractName, readonly [name: string, contract: Interface]>> = {
  authority: ['AccessManager', accessManagerInterface],
  votes: ['VeIOTX', veIOTXInterface],
  timelock: ['TimelockController', timelockControllerInterface],
  governor: ['IoTeXGovernor', ioTeXGovernorInterface],
  anchors: ['Anchors', anchorsInterface],
  project: ['Project', projectInterface],
  projectRegistry: ['ProjectRegistry', projectRegistryInterface],
  ioIDStore: ['IoIDStore', ioIDStoreInterface],
  ioID: ['IoID', ioIDInterface],
  ioIDRegistry: ['IoIDRegistry', ioIDRegistryInterface],
  credentialRegistry: ['CredentialRegistry', credentialRegistryInterface],
  dimRegistry: ['DimRegistry', dimRegistryInterface],
  validatorRegistry: ['ValidatorRegistry', validatorRegistryInterface],
  proverStake: ['DimStake', dimStakeInterface],
  w3bstreamProject: ['W3bstreamProject', w3bstreamProjectInterface],
  fleetManager: ['FleetManager', fleetManagerInterface],
  taskManager: ['W3bstreamTaskManager', w3bstreamTaskManagerInterface],
  router: ['W3bstreamRouter', w3bstreamRouterInterface],
  projectRegistrar: ['ProjectRegistrar', projectRegistrarInterface],
  debits: ['W3bstreamDebits', w3bstreamDebitsInterface],
  projectReward: ['W3bstreamProjectReward', w3bstreamProjectRewardInterface],
}

/** A contract of this deployment. */
export interface NamedContract {
  name: string
  address: string
  interface: Interface
}

/** Returns the contracts of a deployment that proposals may name. */
export const namedContracts = (deployment: Deployment): NamedContract[] =>
  Object.entries(NAMED).flatMap(([id, [name, contract]]) => {
    const address = deployment.find(id as ContractName)
    return address === undefined ? [] : [{ name, address, interface: contract }]
  })

/** Returns the same by address in lower case, for telling what a call does. */
export const namesByAddress = (deployment: Deployment): ReadonlyMap<string, NamedContract> =>
  new Map(namedContracts(deployment).map((contract) => [contract.address.toLowerCase(), contract]))

export interface GovernanceContracts {
  votes: VeIOTX
  governor: IoTeXGovernor
  /** The address that carries out what was accepted. */
  timelock: string
}

/** Returns the contracts of governance. Throws DeploymentError where a network has none. */
export const connectGovernance = ({ deployment }: Connection, runner: ContractRunner): GovernanceContracts => ({
  votes: connectVeIOTX(deployment.address('votes'), runner),
  governor: connectIoTeXGovernor(deployment.address('governor'), runner),
  timelock: deployment.address('timelock'),
})

export interface Voter extends Connection, GovernanceContracts {
  signer: CautiousSigner
  /** The sender's address. */
  account: string
}

/** Opens the sender's key and the chain, and runs `use`. */
export async function withVoter<T>(
  options: WriteChoice,
  context: Context,
  use: (voter: Voter) => Promise<T>,
): Promise<T> {
  return withNetwork(options, context, async (connection) => {
    const sources = { file: options.passwordFile, environment: context.settings.password }
    const key = await openKey(options.keystore, sources, context)
    expectKeyFits(key, connection.chainId, options.keystore)
    const signer = new CautiousSigner({
      provider: connection.provider,
      privateKey: toHex(key.exportSecret()),
      context,
      yes: options.yes,
      names: namesByAddress(connection.deployment),
      pollIntervalMs: 250,
    })
    return use({ ...connection, ...connectGovernance(connection, signer), signer, account: await signer.getAddress() })
  })
}

/** Returns the time of the last block, in seconds since the epoch: the clock that contracts go by. */
export const chainTime = async ({ provider }: Pick<Connection, 'provider'>): Promise<bigint> =>
  BigInt((await provider.getBlock('latest'))!.timestamp)

/** Returns votes as people read them: to four decimals, rounded down. */
export const formatVotes = (wei: bigint): string => formatEther((wei / 10n ** 14n) * 10n ** 14n)

/** Returns seconds since the epoch as a UTC date with its time: 2027-01-07 00:00:00. */
export const formatTime = (seconds: bigint): string =>
  new Date(Number(seconds) * 1000).toISOString().replace('T', ' ').replace('.000Z', '')
