/**
 * What the portal asks of the identity contracts, and has them do.
 * @module
 */

import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { creationCode } from '@iotex2/chain/contracts/ERC1967Proxy'
import { ioIDInterface } from '@iotex2/chain/contracts/IoID'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { ioIDStoreInterface } from '@iotex2/chain/contracts/IoIDStore'
import { projectInterface } from '@iotex2/chain/contracts/Project'
import { projectRegistryInterface } from '@iotex2/chain/contracts/ProjectRegistry'
import type { CircuitKey } from '@iotex2/protocol/serial/messages'
import { Interface } from 'ethers'
import type { Hex } from '../bytes.ts'
import type { OnboardingInfo } from '../onboarding-api.ts'
import type { Receipt, Transaction, WalletChain } from './wallet-chain.ts'

/** Hardware projects buy ioIDs beforehand; a virtual project's devices pay as they register. */
export const PROJECT_TYPES = ['hardware', 'virtual'] as const
export type ProjectType = (typeof PROJECT_TYPES)[number]

export interface Project {
  id: bigint
  name: string
  type: ProjectType
  owner: string
  /** The contract whose tokens are the project's devices; null where none is set. */
  deviceContract: string | null
  deviceName: string
  applied: bigint
  activated: bigint
  /** What registering one device costs, in wei: nothing in a hardware project. */
  activationFeeWei: bigint
}

/** How an account comes by a device NFT. */
export interface Tokens {
  /** Those that it holds, oldest first. */
  held: bigint[]
  /** How many it may mint. */
  allowance: bigint
  /** Whether it may allow itself more. */
  ownsContract: boolean
}

export interface RegisteredDevice {
  ioid: bigint
  /** The ioID's ERC-6551 account. */
  account: string
  owner: string
  projectId: bigint
  deviceContract: string
  /** The device NFT in the account; undefined where it was moved on. */
  tokenId: bigint | undefined
  documentHash: string
  documentUri: string
}

export interface Quote {
  feeWei: bigint
  burntWei: bigint
}

/** A device's consent, and what it consents to. */
export interface Registration {
  deviceContract: string
  tokenId: bigint
  device: Hex
  owner: string
  hash: Hex
  uri: string
  permit: { deadline: bigint; keyType: number; publicKey: Hex; signature: Hex }
  /** What the permit binds too, of a device that has one. */
  circuitKey?: CircuitKey
}

/** Blocks in one request, newest first: what public endpoints answer. */
const RANGE_BLOCKS = 10_000
const ZERO = `0x${'00'.repeat(20)}`
const NO_CIRCUIT_KEY = {
  ...{ x: 0n, y: 0n, eighthX: 0n, eighthY: 0n },
  ...{ commitmentX: 0n, commitmentY: 0n, response: 0n },
}
const proxyInterface = new Interface(['constructor(address implementation, bytes data)'])

interface Addresses {
  project: string
  store: string
  ioID: string
}

export class IdentityChain {
  readonly chain: WalletChain
  readonly #info: OnboardingInfo
  #addresses: Promise<Addresses> | undefined

  constructor(chain: WalletChain, info: OnboardingInfo) {
    this.chain = chain
    this.#info = info
  }

  /* DEVICES */

  /** Returns what the chain knows of a device, or undefined where it is not registered. */
  async device(device: string): Promise<RegisteredDevice | undefined> {
    if (!(await this.#registry<boolean>('exists', device))) return undefined
    const { ioID, store } = await this.#contracts()
    const ofIoID = <T>(name: string, arg: unknown) =>
      this.chain.read<T>({ to: ioID, contract: ioIDInterface, name, args: [arg] })
    const [ioid, projectId, documentHash, documentUri] = await Promise.all([
      this.#registry<bigint>('deviceTokenId', device),
      ofIoID<bigint>('deviceProject', device),
      this.#registry<string>('documentHash', device),
      this.#registry<string>('documentURI', device),
    ])
    const [[account], owner, deviceContract] = await Promise.all([
      ofIoID<[string, string]>('wallet(uint256)', ioid),
      ofIoID<string>('ownerOf', ioid),
      this.#store<string>(store, 'projectDeviceContract', projectId),
    ])
    const [tokenId] = await this.heldTokens(deviceContract, account)
    return { ioid, account, owner, projectId, deviceContract, tokenId, documentHash, documentUri }
  }

  /** Returns the nonce of the device's next permit. */
  nonce(device: string): Promise<bigint> {
    return this.#registry('nonces', device)
  }

  get registry(): string {
    return this.#info.contracts.ioIDRegistry
  }

  register(registration: Registration, feeWei: bigint): Transaction {
    const whole = { circuitKey: NO_CIRCUIT_KEY, ...registration, ownerSignature: '0x' }
    const data = ioIDRegistryInterface.encodeFunctionData('registerDevice', [whole])
    return { from: registration.owner, to: this.registry, data, valueWei: feeWei }
  }

  /* PROJECTS */

  /** Returns the project, or undefined where there is none of this id. */
  async project(id: bigint): Promise<Project | undefined> {
    const { project, store } = await this.#contracts()
    const ofProject = { to: project, contract: projectInterface, args: [id] }
    const owner = await this.chain.find<string>({ ...ofProject, name: 'ownerOf' })
    if (owner === undefined) return undefined
    const [name, type, contract, applied, activated, activationFeeWei] = await Promise.all([
      this.chain.read<string>({ ...ofProject, name: 'name(uint256)' }),
      this.chain.read<bigint>({ ...ofProject, name: 'projectType' }),
      this.#store<string>(store, 'projectDeviceContract', id),
      this.#store<bigint>(store, 'projectAppliedAmount', id),
      this.#store<bigint>(store, 'projectActivedAmount', id),
      this.#store<bigint>(store, 'activationFee', id),
    ])
    const deviceContract = BigInt(contract) === 0n ? null : contract
    const deviceName = deviceContract === null ? undefined : await this.#nft<string>(deviceContract, 'name')
    return {
      id,
      name,
      type: type === 0n ? 'hardware' : 'virtual',
      owner,
      deviceContract,
      deviceName: deviceName ?? '',
      applied,
      activated,
      activationFeeWei,
    }
  }

  /** Returns the projects that `owner` holds, oldest first. */
  async projectsOf(owner: string): Promise<Project[]> {
    const { project } = await this.#contracts()
    const projects = await Promise.all((await this.heldTokens(project, owner)).map((id) => this.project(id)))
    return projects.filter((found) => found !== undefined)
  }

  registerProject(from: string, name: string, type: ProjectType): Transaction {
    const args = [name, PROJECT_TYPES.indexOf(type)]
    const data = projectRegistryInterface.encodeFunctionData('register(string,uint8)', args)
    return { from, to: this.#info.contracts.projectRegistry, data }
  }

  /**
   * Makes a device NFT contract that `from` owns, initialized in the transaction that makes it. UniversalFactory would not
   * do: it makes a project of its own as well, which its proxy owns.
   */
  deployDeviceNft(from: string, name: string, symbol: string): Transaction {
    const initialize = deviceNFTInterface.encodeFunctionData('initialize', [name, symbol])
    const { deviceNftImplementation } = this.#info.contracts
    const args = proxyInterface.encodeDeploy([deviceNftImplementation, initialize])
    return { from, data: `${creationCode}${args.slice(2)}` }
  }

  async setDeviceContract(from: string, projectId: bigint, contract: string): Promise<Transaction> {
    const { store } = await this.#contracts()
    return { from, to: store, data: ioIDStoreInterface.encodeFunctionData('setDeviceContract', [projectId, contract]) }
  }

  /** Returns what `amount` ioIDs cost now. */
  async quote(amount: bigint): Promise<Quote> {
    const { store } = await this.#contracts()
    const [feeWei, burntWei] = await this.#store<[bigint, bigint, bigint]>(store, 'quote', amount)
    return { feeWei, burntWei }
  }

  /** Buys ioIDs for at most `maximumWei`; what is not needed of it comes back. */
  async buyIoIDs(from: string, projectId: bigint, amount: bigint, maximumWei: bigint): Promise<Transaction> {
    const { store } = await this.#contracts()
    const data = ioIDStoreInterface.encodeFunctionData('buyIoIDs', [projectId, amount, maximumWei, from])
    return { from, to: store, data, valueWei: maximumWei }
  }

  /* DEVICE NFTS */

  async tokens(contract: string, account: string): Promise<Tokens> {
    const [held, isMinter, allowance, owner] = await Promise.all([
      this.heldTokens(contract, account),
      this.#nft<boolean>(contract, 'isMinter', account),
      this.#nft<bigint>(contract, 'minterAllowance', account),
      this.#nft<string>(contract, 'owner'),
    ])
    // A project may name any ERC-721: one without minters gives its tokens out in its own way.
    return {
      held,
      allowance: isMinter ? (allowance ?? 0n) : 0n,
      ownsContract: owner?.toLowerCase() === account.toLowerCase(),
    }
  }

  async isApproved(contract: string, token: bigint): Promise<boolean> {
    const approved = await this.#nft<string>(contract, 'getApproved', token)
    return approved?.toLowerCase() === this.registry.toLowerCase()
  }

  /** Lets the owner mint one device NFT to itself. */
  allowMinting(from: string, contract: string): Transaction {
    return { from, to: contract, data: deviceNFTInterface.encodeFunctionData('configureMinter', [from, 1n]) }
  }

  mint(from: string, contract: string): Transaction {
    return { from, to: contract, data: deviceNFTInterface.encodeFunctionData('mint', [from]) }
  }

  /** Lets the registry move one device NFT. */
  approve(from: string, contract: string, token: bigint): Transaction {
    return { from, to: contract, data: deviceNFTInterface.encodeFunctionData('approve', [this.registry, token]) }
  }

  /**
   * Returns the ERC-721 tokens that `owner` holds, oldest first: of those that the events show it got, the ones that it has
   * not passed on. Looks back from the newest block no further than it must.
   */
  async heldTokens(contract: string, owner: string): Promise<bigint[]> {
    const balance = (await this.#nft<bigint>(contract, 'balanceOf', owner)) ?? 0n
    const held = new Set<bigint>()
    if (balance === 0n) return []
    const transfer = deviceNFTInterface.getEvent('Transfer')!
    const topics = deviceNFTInterface.encodeFilterTopics(transfer, [null, owner]) as (string | null)[]
    const { fromBlock } = this.#info
    let toBlock = await this.chain.blockNumber()
    for (; toBlock >= fromBlock && held.size < balance; toBlock -= RANGE_BLOCKS) {
      const first = Math.max(fromBlock, toBlock - RANGE_BLOCKS + 1)
      const received = await this.chain.logs({ address: contract, topics, fromBlock: first, toBlock })
      const ids = new Set(received.map(({ topics: [, , , id] }) => BigInt(id!)))
      const owners = await Promise.all([...ids].map((id) => this.#nft<string>(contract, 'ownerOf', id)))
      for (const [i, id] of [...ids].entries()) if (owners[i]?.toLowerCase() === owner.toLowerCase()) held.add(id)
    }
    return [...held].sort((a, b) => (a < b ? -1 : 1))
  }

  /** Returns the id of the token that a receipt shows as minted by `contract`, or undefined. */
  async mintedProject(receipt: Receipt): Promise<bigint | undefined> {
    const { project } = await this.#contracts()
    return mintedToken(receipt, project)
  }

  /* CALLS */

  #registry<T>(name: string, ...args: unknown[]): Promise<T> {
    return this.chain.read({ to: this.registry, contract: ioIDRegistryInterface, name, args })
  }

  #store<T>(to: string, name: string, ...args: unknown[]): Promise<T> {
    return this.chain.read({ to, contract: ioIDStoreInterface, name, args })
  }

  /** Of a contract that a project's owner chose: it may lack the function. */
  #nft<T>(to: string, name: string, ...args: unknown[]): Promise<T | undefined> {
    return this.chain.find({ to, contract: deviceNFTInterface, name, args })
  }

  #contracts(): Promise<Addresses> {
    this.#addresses ??= this.#readAddresses().catch((error: unknown) => {
      this.#addresses = undefined
      throw error
    })
    return this.#addresses
  }

  async #readAddresses(): Promise<Addresses> {
    const { projectRegistry } = this.#info.contracts
    const [project, store, ioID] = await Promise.all([
      this.chain.read<string>({ to: projectRegistry, contract: projectRegistryInterface, name: 'project', args: [] }),
      this.#registry<string>('ioIDStore'),
      this.#registry<string>('ioID'),
    ])
    return { project, store, ioID }
  }
}

/** Returns the id of the token that a receipt shows as minted by `contract`, or undefined. */
export function mintedToken(receipt: Receipt, contract: string): bigint | undefined {
  const { topicHash } = deviceNFTInterface.getEvent('Transfer')!
  for (const { address, topics } of receipt.logs)
    if (
      address.toLowerCase() === contract.toLowerCase() &&
      topics[0] === topicHash &&
      BigInt(topics[1]!) === BigInt(ZERO)
    )
      return BigInt(topics[3]!)
  return undefined
}
