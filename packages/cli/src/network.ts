/**
 * Which chain a command talks to, and where the contracts stand on it.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { ChainUnreachableError, isUnreachable, openProvider, reach, verifyChain } from '@iotex2/chain/provider'
import { CodedError } from '@iotex2/protocol/errors'
import type { JsonRpcProvider } from 'ethers'
import { Type } from 'typebox'
import { type Context, choice, count, file, text } from './command.ts'

/** Networks by the names that hardhat.config.ts gives them. A local chain has whatever id it says. */
export const NETWORKS = {
  local: { chainId: undefined, url: 'http://127.0.0.1:8545' },
  iotexTestnet: { chainId: 4690n, url: 'https://babel-api.testnet.iotex.io' },
  iotexMainnet: { chainId: 4689n, url: 'https://babel-api.mainnet.iotex.io' },
} as const

export type NetworkName = keyof typeof NETWORKS

/** Where `hardhat ignition deploy` writes, by the chain's id. */
const DEPLOYMENTS = fileURLToPath(new URL('../../../deploy/deployments', import.meta.url))

export const networkOptions = {
  network: choice(Object.keys(NETWORKS) as NetworkName[], 'Which chain.', { default: 'local' }),
  rpc: Type.Optional(
    text('URL', "The chain's JSON-RPC, in place of the network's usual one.", { pattern: '^https?://' }),
  ),
  deployment: Type.Optional(
    file("Ignition's deployed_addresses.json; by default that of the chain's id under deploy/deployments."),
  ),
  fromBlock: Type.Optional(
    count(
      "Block of the contracts' deployment, from where on events are read; Ignition's journal tells it by default.",
      {
        minimum: 0,
      },
    ),
  ),
}

export interface NetworkChoice {
  network: NetworkName
  rpc?: string
  deployment?: string
  fromBlock?: number
}

export interface Connection {
  provider: JsonRpcProvider
  chainId: bigint
  deployment: Deployment
  fromBlock: number
}

/**
 * Thrown when a contract does not answer a question as it should: the address book is another chain's, or the state
 * changed meanwhile. Code CHAIN_READ_FAILED.
 */
class ChainReadError extends CodedError {
  constructor(cause: unknown) {
    super(
      'CHAIN_READ_FAILED',
      "A contract does not answer as it should: is --deployment this chain's? If it is, try again.",
      { cause },
    )
  }
}

/** ethers' codes for a call that reverts, and for an answer that cannot be decoded. */
const isReadFailure = (error: unknown): boolean =>
  ['CALL_EXCEPTION', 'BAD_DATA'].includes(String((error as { code?: unknown } | null)?.code))

/**
 * Connects, runs `use` and disconnects. Throws ChainUnreachableError, ChainMismatchError and DeploymentError before
 * `use` begins.
 */
export async function withNetwork<T>(
  choice: NetworkChoice,
  context: Context,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const network = NETWORKS[choice.network]
  const url = choice.rpc ?? context.settings.rpcUrls?.[choice.network] ?? network.url
  const chainId = network.chainId ?? (await askChainId(url))
  const provider = openProvider({ url, chainId })
  try {
    await verifyChain(provider, chainId)
    const path =
      choice.deployment === undefined
        ? join(DEPLOYMENTS, `chain-${chainId}`, 'deployed_addresses.json')
        : context.resolve(choice.deployment)
    const deployment = await readDeployment(path)
    const fromBlock = choice.fromBlock ?? (await deploymentBlock(path))
    return await use({ provider, chainId, deployment, fromBlock })
  } catch (error) {
    // What has a code of its own says more: a document's server may be away, and the chain not.
    if (error instanceof CodedError) throw error
    if (isUnreachable(error)) throw new ChainUnreachableError(url, error)
    throw isReadFailure(error) ? new ChainReadError(error) : error
  } finally {
    provider.destroy()
  }
}

/** A local chain's id is its own; ethers asks for it in an endless loop where nothing answers, so it is asked here. */
async function askChainId(url: string): Promise<bigint> {
  const provider = openProvider({ url, chainId: 0n })
  try {
    return BigInt(await reach(provider, () => provider.send('eth_chainId', [])))
  } finally {
    provider.destroy()
  }
}

/** Returns the first block that Ignition's journal beside the address book names, or 0 where there is none. */
export async function deploymentBlock(addressBook: string): Promise<number> {
  const journal = await readFile(join(dirname(addressBook), 'journal.jsonl'), 'utf8').catch(() => '')
  const blocks = [...journal.matchAll(/"blockNumber":\s*(\d+)/g)].map(([, block]) => Number(block))
  return blocks.length === 0 ? 0 : Math.min(...blocks)
}
