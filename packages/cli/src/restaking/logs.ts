/**
 * Events of the past, read by pages of blocks, which grow until a node finds them too long.
 * @module
 */
import { isUnreachable } from '@iotex2/chain/provider'
import {
  type Interface,
  type JsonRpcProvider,
  type Log,
  type LogDescription,
  type Result,
  toBeHex,
  zeroPadValue,
} from 'ethers'

/** Blocks in the first request, and at most. */
const PAGE = 5_000
const LONGEST_PAGE = 80_000

export interface LogQuery {
  provider: Pick<JsonRpcProvider, 'getLogs' | 'getBlockNumber'>
  address: string | string[]
  /** As eth_getLogs takes them. */
  topics: (string | string[] | null)[]
  fromBlock: number
  /** Without it, the last block. */
  toBlock?: number
  newestFirst?: boolean
}

/** Yields the logs in order, a page at a time. */
export async function* logPages(query: LogQuery): AsyncGenerator<Log[]> {
  const { provider, address, topics, fromBlock, newestFirst = false } = query
  const toBlock = query.toBlock ?? (await provider.getBlockNumber())
  let [first, last, page, most] = [fromBlock, toBlock, PAGE, LONGEST_PAGE]
  while (first <= last) {
    const [from, to] = newestFirst
      ? [Math.max(first, last - page + 1), last]
      : [first, Math.min(last, first + page - 1)]
    let logs: Log[]
    try {
      logs = await provider.getLogs({ address, topics, fromBlock: from, toBlock: to })
    } catch (error) {
      // A node that answers with an error may have found the page too long.
      if (isUnreachable(error) || page === 1) throw error
      page = Math.ceil(page / 4)
      most = page
      continue
    }
    page = Math.min(most, 2 * page)
    yield newestFirst ? logs.reverse() : logs
    if (newestFirst) last = from - 1
    else first = to + 1
  }
}

/** Returns all of them, decoded by `contract`. */
export async function readLogs(query: LogQuery, contract: Interface): Promise<DecodedLog[]> {
  const found: DecodedLog[] = []
  for await (const page of logPages(query)) found.push(...page.flatMap((log) => decodeLog(log, contract)))
  return found
}

/** Returns the last of them, or undefined where there is none. */
export async function lastLog(query: LogQuery, contract: Interface): Promise<DecodedLog | undefined> {
  for await (const page of logPages({ ...query, newestFirst: true })) {
    const [found] = page.flatMap((log) => decodeLog(log, contract))
    if (found) return found
  }
  return undefined
}

export interface DecodedLog {
  name: string
  args: Result
  /** Of the contract, as the node writes it, checksummed. */
  address: string
  blockNumber: number
  transactionHash: string
}

function decodeLog(log: Log, contract: Interface): DecodedLog[] {
  const description: LogDescription | null = contract.parseLog(log)
  if (!description) return []
  const { address, blockNumber, transactionHash } = log
  return [{ name: description.name, args: description.args, address, blockNumber, transactionHash }]
}

/** Returns the event that the last transaction of a signer emitted. */
export async function emitted(
  { provider, signer }: { provider: JsonRpcProvider; signer: { transactions: readonly string[] } },
  contract: Interface,
  event: string,
): Promise<Result> {
  const receipt = await provider.getTransactionReceipt(signer.transactions.at(-1)!)
  const found = receipt!.logs.flatMap((log) => decodeLog(log, contract)).find(({ name }) => name === event)
  return found!.args
}

/** Returns the topic of an event. */
export const topicOf = (contract: Interface, event: string): string => contract.getEvent(event)!.topicHash

/** Returns an address as a topic. */
export const addressTopic = (address: string): string => zeroPadValue(address, 32).toLowerCase()

/** Returns a number as a topic. */
export const numberTopic = (value: bigint): string => toBeHex(value, 32)
