/**
 * Asks the identity service, by way of the server that the page is from.
 * @module
 */
import { get, put } from '../api/client.ts'

export interface OnboardingChain {
  id: number
  name: string
  symbol: string
  rpcUrl: string | null
  explorerUrl: string | null
}

/** GET /v1/onboarding: what a wallet and a device need to know of this network. */
export interface OnboardingInfo {
  chain: OnboardingChain
  contracts: { projectRegistry: string; ioIDRegistry: string; deviceNftImplementation: string }
  fromBlock: number
  minimumDepositWei: string
  maximumDocumentBytes: number
  gateways: string[]
  /** Where a document may be put. */
  stores: string[]
}

export interface StoredDocument {
  hash: string
  uri: string
}

export const getOnboarding = (signal?: AbortSignal): Promise<OnboardingInfo> => get('/v1/onboarding', signal)

/** Stores a DID document under its hash. Idempotent. */
export const storeDocument = (bytes: Uint8Array, hash: string, store: string): Promise<StoredDocument> =>
  put(`/v1/documents/${hash}?store=${encodeURIComponent(store)}`, 'application/did+json', bytes)
