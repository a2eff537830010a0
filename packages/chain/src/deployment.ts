/**
 * The address book of a deployment: what Hardhat Ignition writes as deployed_addresses.json.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import { getAddress, isAddress } from 'ethers'

/** Contracts that services call, by the id that the Ignition modules under deploy/modules give them. */
export const CONTRACT_IDS = {
  authority: 'Governance#AccessManager',
  votes: 'Governor#VeIOTX',
  timelock: 'Governor#TimelockController',
  governor: 'Governor#IoTeXGovernor',
  anchors: 'Anchors#Anchors',
  project: 'IoID#Project',
  projectRegistry: 'IoID#ProjectRegistry',
  ioIDStore: 'IoID#IoIDStore',
  ioID: 'IoID#IoID',
  ioIDRegistry: 'IoID#IoIDRegistry',
  credentialRegistry: 'IoID#CredentialRegistry',
  universalFactory: 'IoID#UniversalFactory',
  wrappedIotx: 'WrappedIotx#WrappedIOTX',
  dimRegistry: 'Msp#DimRegistry',
  validatorRegistry: 'Msp#ValidatorRegistry',
  allocation: 'Msp#Allocation',
  slasher: 'Msp#Slasher',
  rewards: 'Msp#Rewards',
  vaultFactory: 'Msp#VaultFactory',
  nativeVault: 'Msp#NativeVault',
  bucketVaultV2: 'Buckets#BucketVaultV2',
  bucketVaultV3: 'Buckets#BucketVaultV3',
  proverStake: 'W3bstream#DimStake',
  w3bstreamProject: 'W3bstream#W3bstreamProject',
  fleetManager: 'W3bstream#FleetManager',
  taskManager: 'W3bstream#W3bstreamTaskManager',
  router: 'W3bstream#W3bstreamRouter',
  projectRegistrar: 'W3bstream#ProjectRegistrar',
  debits: 'W3bstream#W3bstreamDebits',
  projectReward: 'W3bstream#W3bstreamProjectReward',
  deviceNftImplementation: 'IoID#DeviceNFTImplementation',
  verifier: 'Rewards#ReadingBatch16Verifier',
  deviceRewards: 'Rewards#DeviceRewards',
  rewardToken: 'Rewards#RewardToken',
} as const

export type ContractName = keyof typeof CONTRACT_IDS

/** Thrown when an address book is absent, malformed, or lacks a contract. Code DEPLOYMENT_INCOMPLETE. */
export class DeploymentError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super(
      'DEPLOYMENT_INCOMPLETE',
      `${message} Deploy with: pnpm hardhat ignition deploy deploy/modules/<Module>.ts`,
      options,
    )
  }
}

export class Deployment {
  readonly #addresses: ReadonlyMap<string, string>
  readonly #source: string

  /** `book` maps Ignition's ids to addresses; `source` names it in errors. Throws {@link DeploymentError}. */
  constructor(book: unknown, source = 'the address book') {
    if (typeof book !== 'object' || book === null) throw new DeploymentError(`${source} is no JSON object.`)
    this.#addresses = new Map(
      Object.entries(book).map(([id, address]) => {
        if (!isAddress(address)) throw new DeploymentError(`${source}: ${id} is no address.`)
        return [id, getAddress(address)]
      }),
    )
    this.#source = source
  }

  /** Returns the address of `name`, checksummed. Throws {@link DeploymentError}. */
  address(name: ContractName): string {
    return this.addressOf(CONTRACT_IDS[name])
  }

  /** Returns the address of `name`, or undefined where the address book has none. */
  find(name: ContractName): string | undefined {
    return this.#addresses.get(CONTRACT_IDS[name])
  }

  /** Returns the address under one of Ignition's ids. Throws {@link DeploymentError}. */
  addressOf(id: string): string {
    const address = this.#addresses.get(id)
    if (address === undefined) throw new DeploymentError(`${this.#source} has no ${id}.`)
    return address
  }
}

/** Reads an address book. Throws {@link DeploymentError}. */
export async function readDeployment(path: string): Promise<Deployment> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new DeploymentError(`There is no address book at ${path}.`, { cause })
  }
  try {
    return new Deployment(JSON.parse(text), path)
  } catch (cause) {
    if (cause instanceof DeploymentError) throw cause
    throw new DeploymentError(`${path} is no JSON.`, { cause })
  }
}
