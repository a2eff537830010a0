/**
 * What a wallet is to a page: EIP-1193, and EIP-6963 by which several announce themselves.
 * @module
 */
import { PortalError } from '../errors.ts'

export interface Eip1193Provider {
  request(call: { method: string; params?: readonly unknown[] | object }): Promise<unknown>
  on?(event: string, listener: (value: never) => void): unknown
  removeListener?(event: string, listener: (value: never) => void): unknown
}

/** EIP-6963's words about a wallet. */
export interface WalletInfo {
  uuid: string
  name: string
  icon: string
  rdns: string
}

export interface Wallet {
  info: WalletInfo
  provider: Eip1193Provider
}

/** Codes of EIP-1193, EIP-1474 and EIP-3085, and geth's for what it will not take. */
const USER_REJECTED = 4001
const UNAUTHORIZED = 4100
const DISCONNECTED = [4900, 4901]
const CHAIN_UNKNOWN = 4902
const REQUEST_PENDING = -32002

interface ProviderError {
  code?: unknown
  message?: unknown
  data?: unknown
}

/** Wallets wrap what their node said, each in its own way. */
function* causesOf(error: unknown, depth = 0): Generator<ProviderError> {
  if (typeof error !== 'object' || error === null || depth > 4) return
  yield error as ProviderError
  const { data, cause, error: inner } = error as { data?: unknown; cause?: unknown; error?: unknown }
  for (const wrapped of [data, cause, inner]) yield* causesOf(wrapped, depth + 1)
  yield* causesOf((error as { originalError?: unknown }).originalError, depth + 1)
}

/** Returns the code that counts: MetaMask puts 4902 inside an internal error. */
export const walletErrorCode = (error: unknown): number | undefined => {
  const codes = [...causesOf(error)].map(({ code }) => code).filter((code) => typeof code === 'number')
  return codes.find((code) => code === CHAIN_UNKNOWN || code === USER_REJECTED) ?? codes[0]
}

/** Returns the data that a call reverted with, or undefined. */
export function revertData(error: unknown): `0x${string}` | undefined {
  for (const { data } of causesOf(error)) {
    if (typeof data === 'string' && /^0x([0-9a-f]{2}){4,}$/i.test(data)) return data as `0x${string}`
  }
  return undefined
}

/** Returns what the wallet and its node said, in that order. */
const messagesOf = (error: unknown): string[] =>
  [...causesOf(error)].map(({ message }) => message).filter((message) => typeof message === 'string')

/** Returns whether a contract refused a call. */
export const isRevert = (error: unknown): boolean =>
  revertData(error) !== undefined || messagesOf(error).some((message) => /\brevert/i.test(message))

/** What wallets say when they say nothing. */
const EMPTY_WORDS = /^internal json-?rpc error\.?$|^internal error$/i

/** Returns what a wallet's error means. */
export function toPortalError(error: unknown): PortalError {
  if (error instanceof PortalError) return error
  const code = walletErrorCode(error)
  const options = { cause: error }
  if (code === USER_REJECTED) return new PortalError('WALLET_REJECTED', 'You rejected it in the wallet.', options)
  if (code === UNAUTHORIZED)
    return new PortalError('WALLET_REJECTED', 'The wallet does not let this page use the account.', options)
  if (code === CHAIN_UNKNOWN)
    return new PortalError('WALLET_CHAIN_UNKNOWN', 'The wallet does not know this network.', options)
  if (code === REQUEST_PENDING)
    return new PortalError('WALLET_BUSY', 'The wallet has a request open that you have not answered.', options)
  if (DISCONNECTED.includes(code ?? 0))
    return new PortalError('WALLET_DISCONNECTED', 'The wallet is not connected to its network.', options)
  const messages = messagesOf(error)
  if (messages.some((message) => /insufficient funds|doesn't have enough funds/i.test(message)))
    return new PortalError('FUNDS_TOO_LOW', 'The account does not have enough IOTX for this and its gas.', options)
  const reason = messages.find((message) => !EMPTY_WORDS.test(message)) ?? 'It gave no reason.'
  return new PortalError('WALLET_FAILED', `The wallet failed: ${reason.slice(0, 200)}`, options)
}
