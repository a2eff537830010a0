/**
 * The chain steps that give devices their ioIDs: register a project, pay for ioIDs, set the device NFT contract,
 * mint device NFTs, register devices with their permits.
 *
 * Each step looks at the chain first and does what is missing, so that whatever was interrupted is simply run again.
 * Assumes one onboarding at a time for an owner: two at once may each mint or pay for what one would have.
 * @module
 */
import { connectDeviceNFT, type DeviceNFT } from '@iotex2/chain/contracts/DeviceNFT'
import { connectIoID, type IoID } from '@iotex2/chain/contracts/IoID'
import { connectIoIDRegistry, type IoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { connectIoIDStore, type IoIDStore } from '@iotex2/chain/contracts/IoIDStore'
import { connectProject, type Project } from '@iotex2/chain/contracts/Project'
import { connectProjectRegistry, type ProjectRegistry } from '@iotex2/chain/contracts/ProjectRegistry'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { type ContractTransactionResponse, NonceManager, type Signer, type TransactionReceipt } from 'ethers'
import { DEVICE_PERMIT_TYPE_HASH, type DevicePermit, type DevicePermitMessage, signPermitOf } from './device-permit.ts'
import { type Did, formatDid } from './did.ts'
import type { StoredDocument } from './document-store.ts'
import { DeviceKey, type RecoverableSignature } from './key.ts'
import { signPermit } from './permit.ts'
import type { SecretKey } from './secret-key.ts'
import { heldTokens, mintedToken } from './tokens.ts'

/** How long a device's permit is good: for as long as a person takes to answer, and a pool to mine it. */
const PERMIT_SECONDS = 3600n

/** The chain id on which development keys may be registered. */
const DEVELOPMENT_CHAIN_ID = 31337n

/** Hardware projects prepay ioIDs; a virtual device pays as it registers. */
export const PROJECT_TYPE = { hardware: 0, virtual: 1 } as const

/** Where the identity contracts stand; all else is read from these. */
export interface IdentityAddresses {
  projectRegistry: string
  ioIDRegistry: string
}

export interface OnboarderOptions {
  addresses: IdentityAddresses
  /** Owner of projects and devices. It must order its own nonces, as ethers' NonceManager does: calls overlap. */
  signer: Signer
  /** Block of the contracts' deployment, where the search for the owner's tokens begins. */
  fromBlock?: number
}

/** A device's key: on secp256k1, or on P-256 where the registry takes permits that bind all. */
export type OnboardKey = DeviceKey | SecretKey

/** A device to register and where its DID document was stored. */
export interface DeviceRegistration {
  key: OnboardKey
  document: StoredDocument
}

/** A device as the chain knows it. */
export interface RegisteredDevice {
  /** Address, lower case. */
  device: Hex
  did: Did
  ioid: bigint
  /** The ioID's ERC-6551 account, which holds the device NFT. */
  account: Hex
  owner: Hex
  projectId: bigint
}

type OnboardCode =
  | 'DEVELOPMENT_KEY_REFUSED'
  | 'DEVICE_REGISTERED_ELSEWHERE'
  | 'DEVICE_CONTRACT_UNSET'
  | 'DEVICE_KEY_UNSUPPORTED'
  | 'TRANSACTION_DROPPED'

/** Thrown when a step cannot be done. Reverts come through as ethers' errors. */
export class OnboardError extends CodedError {
  constructor(code: OnboardCode, message: string) {
    super(code, message)
  }
}

interface Chain {
  chainId: bigint
  owner: Hex
  project: Project
  projectRegistry: ProjectRegistry
  store: IoIDStore
  registry: IoIDRegistry
  ioID: IoID
  /** The same registry, where it takes permits that bind all that is done; undefined where it takes legacy ones only. */
  devicePermits: IoIDRegistry | undefined
}

/** What a permit is for, without what every permit has. */
type Purpose = Omit<DevicePermitMessage, 'chainId' | 'registry' | 'device' | 'owner' | 'nonce' | 'deadline'>

/** No key for circuits, as the registry takes it. */
const NO_CIRCUIT_KEY = {
  ...{ x: 0n, y: 0n, eighthX: 0n, eighthY: 0n },
  ...{ commitmentX: 0n, commitmentY: 0n, response: 0n },
}

export class Onboarder {
  readonly #options: OnboarderOptions
  #chain: Promise<Chain> | undefined

  constructor(options: OnboarderOptions) {
    this.#options = options
  }

  /** Returns the owner's project of this name, registering it where there is none. Reverts where another has the name. */
  async ensureProject(name: string, type: number = PROJECT_TYPE.hardware): Promise<bigint> {
    const { project, projectRegistry, owner } = await this.#connect()
    for (const id of await heldTokens(project, owner, this.#fromBlock))
      if ((await project['name(uint256)'](id)) === name) return id
    const receipt = await this.#mined(projectRegistry['register(string,uint8)'](name, type))
    const id = mintedToken(project, await project.getAddress(), receipt)
    if (id === undefined) throw new OnboardError('TRANSACTION_DROPPED', 'The project registry minted no project.')
    return id
  }

  /** Returns the project's device NFT contract; where none is set, sets the one that `deploy` returns. */
  async ensureDeviceContract(projectId: bigint, deploy: () => Promise<string>): Promise<Hex> {
    const { store } = await this.#connect()
    const current = await store.projectDeviceContract(projectId)
    if (BigInt(current) !== 0n) return lowerCase(current)
    const address = await deploy()
    await this.#mined(store.setDeviceContract(projectId, address))
    return lowerCase(address)
  }

  /** Pays for as many ioIDs as the project lacks to have `count` to give away. Virtual projects need none. */
  async ensureIoIDs(projectId: bigint, count: number): Promise<void> {
    const { project, store } = await this.#connect()
    if ((await project.projectType(projectId)) !== BigInt(PROJECT_TYPE.hardware)) return
    const [price, applied, activated] = await Promise.all([
      store.price(),
      store.projectAppliedAmount(projectId),
      store.projectActivedAmount(projectId),
    ])
    const missing = BigInt(count) - (applied - activated)
    if (missing > 0n) await this.#mined(store.applyIoIDs(projectId, missing, { value: price * missing }))
  }

  /** Returns what the chain knows of a device, or undefined where it is not registered. */
  async find(device: Hex): Promise<RegisteredDevice | undefined> {
    const { registry, ioID } = await this.#connect()
    if (!(await registry.exists(device))) return undefined
    const ioid = await registry.deviceTokenId(device)
    const [[account], owner, projectId] = await Promise.all([
      ioID['wallet(uint256)'](ioid),
      ioID.ownerOf(ioid),
      ioID.deviceProject(device),
    ])
    return { device, did: formatDid(device), ioid, account: lowerCase(account), owner: lowerCase(owner), projectId }
  }

  /**
   * Registers devices with the project, paying for ioIDs and minting device NFTs as they lack; a device that is there
   * already gets its document updated if that is another. Returns them in the order given.
   * Throws {@link OnboardError} before the first transaction where a device belongs elsewhere or its key is refused.
   */
  async registerDevices(projectId: bigint, devices: readonly DeviceRegistration[]): Promise<RegisteredDevice[]> {
    const { chainId } = await this.#options.signer.provider!.getNetwork()
    for (const { key } of devices)
      if (key.development && chainId !== DEVELOPMENT_CHAIN_ID)
        throw new OnboardError(
          'DEVELOPMENT_KEY_REFUSED',
          `${key.address} has an unencrypted development key, which chain ${chainId} does not get: make a keystore.`,
        )
    for (const { key } of devices)
      if (!(key instanceof DeviceKey) && key.curve !== 'P-256')
        throw new OnboardError(
          'DEVICE_KEY_UNSUPPORTED',
          `${key.address} has a key on ${key.curve}: devices sign their permits on secp256k1 or P-256.`,
        )

    const known = await Promise.all(devices.map(({ key }) => this.#findOwn(projectId, key.address)))
    const missing = devices.filter((_, i) => known[i] === undefined)
    await this.ensureIoIDs(projectId, missing.length)
    const tokens = await this.#ensureTokens(projectId, missing.length)
    await Promise.all([
      ...missing.map((device, i) => this.#register(projectId, tokens[i]!, device)),
      ...devices.filter((_, i) => known[i] !== undefined).map((device) => this.#ensureDocument(device)),
    ])
    return Promise.all(devices.map(async ({ key }) => (await this.find(key.address))!))
  }

  /** Replaces the document of a registered device where it is another. Reverts where the device is not the owner's. */
  updateDocument(device: DeviceRegistration): Promise<void> {
    return this.#ensureDocument(device)
  }

  /** Gives a device of the owner's to `to`, unless it is theirs. The device consents with its key. */
  async transferDevice(key: OnboardKey, to: Hex): Promise<void> {
    const { registry, devicePermits } = await this.#connect()
    if ((await this.find(key.address))?.owner === lowerCase(to)) return
    if (devicePermits) {
      const permit = await this.#devicePermit(key, { action: 'migrate' }, to)
      await this.#mined(devicePermits.migrateDevice(key.address, to, permit, '0x'))
    } else {
      const { v, r, s } = await this.#permit(key, to)
      await this.#mined(registry.migrate(key.address, to, v, r, s))
    }
  }

  /** Removes a device of the owner's from the registry, unless it is not there. The device consents with its key. */
  async removeDevice(key: OnboardKey): Promise<void> {
    const { registry, devicePermits } = await this.#connect()
    if (!(await registry.exists(key.address))) return
    if (devicePermits) {
      const permit = await this.#devicePermit(key, { action: 'remove' })
      await this.#mined(devicePermits.removeDevice(key.address, permit, '0x'))
    } else {
      const { v, r, s } = await this.#permit(key)
      await this.#mined(registry.remove(key.address, v, r, s))
    }
  }

  /** Returns a device of this project and owner, or undefined. Throws where it is another's. */
  async #findOwn(projectId: bigint, device: Hex): Promise<RegisteredDevice | undefined> {
    const { owner } = await this.#connect()
    const found = await this.find(device)
    if (found && (found.projectId !== projectId || found.owner !== owner))
      throw new OnboardError(
        'DEVICE_REGISTERED_ELSEWHERE',
        `${device} is registered in project ${found.projectId} by ${found.owner}: remove it there first.`,
      )
    return found
  }

  /** Returns `count` device NFTs that the owner holds and the registry may move. */
  async #ensureTokens(projectId: bigint, count: number): Promise<bigint[]> {
    if (count === 0) return []
    const { owner, registry } = await this.#connect()
    const nft = await this.#deviceNft(projectId)
    const [address, registryAddress] = await Promise.all([nft.getAddress(), registry.getAddress()])
    const held = (await heldTokens(nft, owner, this.#fromBlock)).slice(0, count)
    const lacking = count - held.length
    if (lacking > 0 && (await nft.minterAllowance(owner)) < BigInt(lacking))
      await this.#mined(nft.configureMinter(owner, lacking))
    const receipts = await Promise.all(Array.from({ length: lacking }, () => this.#mined(nft.mint(owner))))
    const tokens = [...held, ...receipts.map((receipt) => mintedToken(nft, address, receipt)!)]
    await Promise.all(
      tokens.map(async (token) => {
        if (lowerCase(await nft.getApproved(token)) !== lowerCase(registryAddress))
          await this.#mined(nft.approve(registryAddress, token))
      }),
    )
    return tokens
  }

  async #register(projectId: bigint, token: bigint, { key, document }: DeviceRegistration): Promise<void> {
    const { owner, project, registry, store, devicePermits } = await this.#connect()
    const nft = await this.#deviceNft(projectId)
    const deviceContract = lowerCase(await nft.getAddress())
    const prepaid = (await project.projectType(projectId)) === BigInt(PROJECT_TYPE.hardware)
    const value = prepaid ? 0n : await store.price()
    if (devicePermits) {
      const bound = { deviceContract, tokenId: token, hash: document.hash, uri: document.uri }
      const permit = await this.#devicePermit(key, { action: 'register', ...bound })
      const rest = { device: key.address, owner, circuitKey: NO_CIRCUIT_KEY, permit, ownerSignature: '0x' }
      await this.#mined(devicePermits.registerDevice({ ...bound, ...rest }, { value }))
      return
    }
    const { v, r, s } = await this.#permit(key)
    await this.#mined(
      registry['register(address,uint256,address,bytes32,string,uint8,bytes32,bytes32)'](
        deviceContract,
        token,
        key.address,
        document.hash,
        document.uri,
        v,
        r,
        s,
        { value },
      ),
    )
  }

  async #ensureDocument({ key, document }: DeviceRegistration): Promise<void> {
    const { registry, devicePermits } = await this.#connect()
    const [hash, uri] = await Promise.all([registry.documentHash(key.address), registry.documentURI(key.address)])
    if (hash === document.hash && uri === document.uri) return
    if (devicePermits) {
      const permit = await this.#devicePermit(key, { action: 'update', ...document })
      const update = [key.address, document.hash, document.uri, NO_CIRCUIT_KEY, permit, '0x'] as const
      await this.#mined(devicePermits.updateDevice(...update))
      return
    }
    const { v, r, s } = await this.#permit(key)
    await this.#mined(registry.update(key.address, document.hash, document.uri, v, r, s))
  }

  /** Returns the legacy permit, which names `to`, or the owner. */
  async #permit(key: OnboardKey, to?: Hex): Promise<RecoverableSignature> {
    const { chainId, owner, registry } = await this.#connect()
    if (!(key instanceof DeviceKey))
      throw new OnboardError(
        'DEVICE_KEY_UNSUPPORTED',
        `The registry here takes legacy permits, which a ${key.curve} key does not sign.`,
      )
    const nonce = await registry.nonces(key.address)
    return signPermit(key, { chainId, registry: lowerCase(await registry.getAddress()), owner: to ?? owner, nonce })
  }

  /** Returns the device permit for `purpose`, which names `to`, or the owner. */
  async #devicePermit(key: OnboardKey, purpose: Purpose, to?: Hex): Promise<DevicePermit> {
    const { chainId, owner, registry } = await this.#connect()
    const [address, nonce, block] = await Promise.all([
      registry.getAddress(),
      registry.nonces(key.address),
      this.#options.signer.provider!.getBlock('latest'),
    ])
    return signPermitOf(key, {
      ...purpose,
      chainId,
      registry: lowerCase(address),
      device: key.address,
      owner: to ?? owner,
      nonce,
      deadline: BigInt(block!.timestamp) + PERMIT_SECONDS,
    })
  }

  async #deviceNft(projectId: bigint): Promise<DeviceNFT> {
    const { store } = await this.#connect()
    const address = await store.projectDeviceContract(projectId)
    if (BigInt(address) === 0n)
      throw new OnboardError('DEVICE_CONTRACT_UNSET', `Project ${projectId} has no device NFT contract yet.`)
    return connectDeviceNFT(address, this.#options.signer)
  }

  /** Waits until a transaction is in a block. A revert throws ethers' CALL_EXCEPTION. */
  async #mined(sent: Promise<ContractTransactionResponse>): Promise<TransactionReceipt> {
    let receipt: TransactionReceipt | null
    try {
      receipt = await (await sent).wait()
    } catch (error) {
      // ethers' NonceManager counts a transaction that was never sent; what comes after would wait for it for ever.
      const { signer } = this.#options
      if (signer instanceof NonceManager) signer.reset()
      throw error
    }
    if (!receipt) throw new OnboardError('TRANSACTION_DROPPED', 'A transaction left the mempool without being mined.')
    return receipt
  }

  get #fromBlock(): number {
    return this.#options.fromBlock ?? 0
  }

  #connect(): Promise<Chain> {
    this.#chain ??= this.#open().catch((error: unknown) => {
      this.#chain = undefined
      throw error
    })
    return this.#chain
  }

  async #open(): Promise<Chain> {
    const { addresses, signer } = this.#options
    const projectRegistry = connectProjectRegistry(addresses.projectRegistry, signer)
    const registry = connectIoIDRegistry(addresses.ioIDRegistry, signer)
    const [network, owner, project, store, ioID, typeHash] = await Promise.all([
      signer.provider!.getNetwork(),
      signer.getAddress(),
      projectRegistry.project(),
      registry.ioIDStore(),
      registry.ioID(),
      registry.DEVICE_PERMIT_TYPEHASH().catch(noSuchFunction),
    ])
    return {
      chainId: network.chainId,
      owner: lowerCase(owner),
      project: connectProject(project, signer),
      projectRegistry,
      store: connectIoIDStore(store, signer),
      registry,
      ioID: connectIoID(ioID, signer),
      devicePermits: typeHash === DEVICE_PERMIT_TYPE_HASH ? registry : undefined,
    }
  }
}

/** A contract without the function that was called reverts, as the official registry does. */
function noSuchFunction(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== 'CALL_EXCEPTION') throw error
}

const lowerCase = (address: string): Hex => address.toLowerCase() as Hex
