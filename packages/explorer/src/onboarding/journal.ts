/**
 * What the page remembers of an onboarding, for each chain and account: what was read from the device, where its document
 * lies, and which transaction is underway. Everything else is read from the chain. Nothing of it is secret.
 * @module
 */
import type { DeviceInfo, SerialKeyType } from '@iotex2/protocol/serial/messages'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { base64Of, bytesOfBase64, type Hex, hexOf } from './bytes.ts'
import type { ReadDevice } from './device/read-device.ts'

/** A transaction that was sent and whose end was not seen. */
export interface Pending {
  /** What it does, for people: `Mint a device NFT`. */
  what: string
  hash: string
}

interface DeviceEntry {
  info: DeviceInfo
  did: string
  address: Hex
  keyType: SerialKeyType
  publicKey: Hex
  /** Base64. */
  document: string
  documentHash: Hex
}

export interface Journal {
  /** Whether the account had the minimum once: it may fall below it as gas is paid. */
  deposited?: boolean
  device?: DeviceEntry
  /** Where the document lies. */
  stored?: { hash: string; uri: string }
  projectId?: string
  pending?: Pending
  /** A device NFT contract that was made and is not yet its project's. */
  madeContract?: { projectId: string; address: string }
  /** Gas that was paid from here, in wei. */
  spentWei?: string
}

/** The part of Storage that is used. */
export type JournalStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const keyOf = (chainId: number, account: string): string => `iotex2-onboarding:${chainId}:${account.toLowerCase()}`

/** Returns what was remembered; nothing where it cannot be read. */
export function readJournal(storage: JournalStorage, chainId: number, account: string): Journal {
  try {
    const json: unknown = JSON.parse(storage.getItem(keyOf(chainId, account)) ?? '{}')
    return typeof json === 'object' && json !== null ? (json as Journal) : {}
  } catch {
    return {}
  }
}

/** Where storage is full or forbidden the page goes on without a memory. */
export function writeJournal(storage: JournalStorage, chainId: number, account: string, journal: Journal): void {
  try {
    storage.setItem(keyOf(chainId, account), JSON.stringify(journal))
  } catch {
    // As said above.
  }
}

export const deviceEntry = ({ document, ...device }: ReadDevice): DeviceEntry => ({
  ...device,
  document: base64Of(document),
})

/** Returns the device of a journal, or undefined where there is none, or not all of its document. */
export function journalDevice({ device }: Journal): ReadDevice | undefined {
  const document = device && bytesOfBase64(device.document)
  if (!device || !document || hexOf(keccak_256(document)) !== device.documentHash) return undefined
  return { ...device, document }
}
