/**
 * What the chain says of credentials: which account an issuer's DID has, which list it anchors at a URL, and which
 * credentials an ioID holds now. Read at the chain's head for each question.
 * @module
 */
import { type CredentialRegistry, connectCredentialRegistry } from '@iotex2/chain/contracts/CredentialRegistry'
import { connectIoID, type IoID } from '@iotex2/chain/contracts/IoID'
import type { Hex } from '@iotex2/protocol/hex'
import { AbiCoder, type ContractRunner, keccak256 } from 'ethers'
import { STATUS_PURPOSES, type StatusPurpose } from './status-list.ts'

/** An issuer that governance listed, or struck off again. */
export interface LedgerIssuer {
  account: Hex
  isListed: boolean
}

/** A status list on chain. */
export interface LedgerList {
  id: bigint
  purpose: StatusPurpose
  /** 0 where nothing was anchored yet. */
  version: bigint
  /** keccak256 of the list that is to be published. */
  hash: Hex
}

/** What an ioID obtained of one type. */
export interface LedgerHolding {
  ioID: bigint
  /** Of the credential: see {@link ./credential-hash.ts}. */
  hash: Hex
  statusList: bigint
  statusIndex: number
  /** Whether the ioID holds it now. */
  isHeld: boolean
}

/** Where a verifier asks. Rejects where the chain does not answer. */
export interface CredentialLedger {
  /** Returns the issuer with this DID; undefined where governance never listed one. */
  issuer(did: string): Promise<LedgerIssuer | undefined>
  /** Returns the list that an issuer publishes at `url`; undefined where it has none there. */
  list(account: Hex, url: string): Promise<LedgerList | undefined>
  /** Returns as which version a hash was anchored for a list; 0 for none. */
  versionOf(list: bigint, hash: Hex): Promise<bigint>
  /** Returns whether a bit is set. */
  status(list: bigint, index: number): Promise<boolean>
  /** Returns whether the issuer defined a type of this name. */
  hasType(account: Hex, name: string): Promise<boolean>
  /** Returns what the ioID of a device obtained of an issuer's type; undefined where there is nothing. */
  holding(device: Hex, account: Hex, name: string): Promise<LedgerHolding | undefined>
}

/** Returns the registry's `typeIdOf(issuer, name)`. */
export const credentialTypeId = (issuer: Hex, name: string): Hex =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'string'], [issuer, name])) as Hex

const lowerCase = (address: string): Hex => address.toLowerCase() as Hex

/** The ledger that CredentialRegistry is. */
export class ChainLedger implements CredentialLedger {
  readonly registry: CredentialRegistry
  readonly #runner: ContractRunner
  #ioID: Promise<IoID> | undefined

  /** `address` is CredentialRegistry's. */
  constructor(address: string, runner: ContractRunner) {
    this.registry = connectCredentialRegistry(address, runner)
    this.#runner = runner
  }

  async issuer(did: string): Promise<LedgerIssuer | undefined> {
    const account = lowerCase(await this.registry.issuerOfDid(did))
    return BigInt(account) === 0n ? undefined : { account, isListed: await this.registry.isIssuer(account) }
  }

  async list(account: Hex, url: string): Promise<LedgerList | undefined> {
    const id = await this.registry.statusListAt(account, url)
    if (id === 0n) return undefined
    const [, purpose, version, hash] = await this.registry.statusListOf(id)
    return { id, purpose: STATUS_PURPOSES[Number(purpose)]!, version, hash: hash as Hex }
  }

  versionOf(list: bigint, hash: Hex): Promise<bigint> {
    return this.registry.versionOf(list, hash)
  }

  status(list: bigint, index: number): Promise<boolean> {
    return this.registry.statusOf(list, index)
  }

  async hasType(account: Hex, name: string): Promise<boolean> {
    return BigInt(await this.registry.issuerOf(credentialTypeId(account, name))) !== 0n
  }

  async holding(device: Hex, account: Hex, name: string): Promise<LedgerHolding | undefined> {
    const type = credentialTypeId(account, name)
    const ioID = await (await this.#connectIoID()).idOf(device)
    const [credential, isHeld] = await Promise.all([
      this.registry.credentialOf(ioID, type),
      this.registry.holds(ioID, type),
    ])
    if (BigInt(credential.device) === 0n) return undefined
    const { hash, statusList, statusIndex } = credential
    return { ioID, hash: hash as Hex, statusList, statusIndex: Number(statusIndex), isHeld }
  }

  #connectIoID(): Promise<IoID> {
    this.#ioID ??= this.registry.ioID().then(
      (address) => connectIoID(address, this.#runner),
      (error: unknown) => {
        this.#ioID = undefined
        throw error
      },
    )
    return this.#ioID
  }
}
