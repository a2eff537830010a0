/**
 * The connection to a chain: one JSON-RPC endpoint, one chain id, typed failures.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { FetchRequest, JsonRpcProvider, Network } from 'ethers'

/** Thrown when the endpoint does not answer, or answers that it cannot now. Safe to retry. Code CHAIN_UNREACHABLE. */
export class ChainUnreachableError extends CodedError {
  constructor(url: string, cause: unknown) {
    super('CHAIN_UNREACHABLE', `The chain at ${url} does not answer: is the node running?`, { cause })
  }
}

/** Thrown when the endpoint serves another chain. Code CHAIN_MISMATCH. */
export class ChainMismatchError extends CodedError {
  constructor(url: string, expected: bigint, actual: bigint) {
    super(
      'CHAIN_MISMATCH',
      `The chain at ${url} has id ${actual}, not ${expected}: check the RPC URL and the chain id.`,
    )
  }
}

export interface ProviderOptions {
  url: string
  /** The only chain id that is served: transactions are signed for it, whatever the endpoint says. */
  chainId: bigint
  /** How long one request may take. */
  timeoutMs?: number
  /** How often ethers polls for what its subscribers wait for. */
  pollingIntervalMs?: number
}

/** Returns a provider that connects when it is first used. Call `destroy()` when done. */
export function openProvider({
  url,
  chainId,
  timeoutMs = 10_000,
  pollingIntervalMs = 500,
}: ProviderOptions): JsonRpcProvider {
  const request = new FetchRequest(url)
  request.timeout = timeoutMs
  const network = Network.from(chainId)
  return new JsonRpcProvider(request, network, {
    staticNetwork: network,
    // Readers decide what is fresh: a cached block number would hide the block that a receipt stands in.
    cacheTimeout: -1,
    pollingInterval: pollingIntervalMs,
  })
}

/** Resolves when the endpoint answers with the right chain. Throws {@link ChainUnreachableError} or {@link ChainMismatchError}. */
export async function verifyChain(provider: JsonRpcProvider, chainId: bigint): Promise<void> {
  const actual = BigInt(await reach(provider, () => provider.send('eth_chainId', [])))
  if (actual !== chainId) throw new ChainMismatchError(urlOf(provider), chainId, actual)
}

/** Runs `request`; a transport failure becomes a {@link ChainUnreachableError}, any other error passes unchanged. */
export async function reach<T>(provider: JsonRpcProvider, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw isUnreachable(error) ? new ChainUnreachableError(urlOf(provider), error) : error
  }
}

const urlOf = (provider: JsonRpcProvider): string => provider._getConnection().url

const TRANSPORT_CODES = new Set([
  'CHAIN_UNREACHABLE',
  'NETWORK_ERROR',
  'SERVER_ERROR',
  'TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/** Whether `error` tells of the transport, not of the request: the same request may succeed later. */
export function isUnreachable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return (typeof code === 'string' && TRANSPORT_CODES.has(code)) || (cause !== undefined && isUnreachable(cause))
}
