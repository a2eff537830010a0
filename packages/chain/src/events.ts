/**
 * Follows contracts' events by ranges of blocks, from a cursor that the handler stores with its effects.
 *
 * Delivery is at least once: after a failure, or always, a few blocks are read again, so handlers key their effects by
 * (transactionHash, logIndex). Events arrive in the chain's order, and only once `confirmations` blocks stand on them.
 * @module
 */
import type { Interface, JsonRpcProvider, Log, Result } from 'ethers'
import { type Clock, systemClock } from './clock.ts'
import { isUnreachable } from './provider.ts'

/** For each contract, the types of its events: `{ FleetManager: FleetManagerEvents }`. */
export type EventTypes = Record<string, object>

/** One decoded event of the contract `Contract`, told apart by `contract` and `name`. */
export type ChainEvent<E extends EventTypes> = {
  [Contract in keyof E]: {
    [Name in keyof E[Contract]]: {
      contract: Contract
      name: Name
      args: E[Contract][Name]
      address: string
      blockNumber: number
      blockHash: string
      transactionHash: string
      logIndex: number
    }
  }[keyof E[Contract]]
}[keyof E]

export interface EventRange<E extends EventTypes> {
  /** First and last block of the range, both included. */
  fromBlock: number
  toBlock: number
  events: ChainEvent<E>[]
  /** Whether nothing confirmed lay beyond this range when it was read. */
  isHead: boolean
  /** Returns a block's time in seconds since the epoch. */
  blockTime(blockNumber: number): Promise<number>
}

export interface ReadOptions<E extends EventTypes> {
  provider: JsonRpcProvider
  contracts: { [Contract in keyof E]: { address: string; interface: Interface } }
}

export interface FollowOptions<E extends EventTypes> extends ReadOptions<E> {
  /** First block that was never handled. */
  fromBlock: number
  /** Blocks that must stand on an event, its own included. */
  confirmations?: number
  /** Most blocks in one request. Halved for a while when the node refuses. */
  rangeBlocks?: number
  /**
   * Blocks before the new ones that are read with them: behind a load balancer one node may announce a block and another
   * answer that it has no logs. 0 by default.
   */
  rereadBlocks?: number
  /** Blocks that are read again after a failure. */
  overlapBlocks?: number
  pollIntervalMs?: number
  signal: AbortSignal
  clock?: Clock
  /** Stores the range's effects and `toBlock` as cursor in one transaction. What it throws is retried. */
  handle(range: EventRange<E>): Promise<void>
  /** Told of each failure, chain or handler, before it is retried. */
  onError?(error: unknown): void
}

/** Reads and decodes all events of a range in one request, in the chain's order. */
export async function readEvents<E extends EventTypes>(
  { provider, contracts }: ReadOptions<E>,
  fromBlock: number,
  toBlock: number,
): Promise<ChainEvent<E>[]> {
  const byAddress = new Map(
    Object.entries(contracts).map(([contract, source]) => [source.address.toLowerCase(), { contract, source }]),
  )
  const topics = new Set<string>()
  for (const { source } of byAddress.values()) source.interface.forEachEvent(({ topicHash }) => topics.add(topicHash))
  const logs = await provider.getLogs({
    // ethers takes a list of addresses and passes it on as it is.
    address: [...byAddress.keys()],
    topics: [[...topics]],
    fromBlock,
    toBlock,
  })
  return logs.flatMap((log) => {
    const entry = byAddress.get(log.address.toLowerCase())
    return entry ? decode<E>(entry.contract, entry.source.interface, log) : []
  })
}

function decode<E extends EventTypes>(contract: string, source: Interface, log: Log): ChainEvent<E>[] {
  const description = source.parseLog(log)
  if (!description) return []
  const args = Object.fromEntries(
    description.fragment.inputs.map((input, i) => [input.name || `argument${i}`, argumentAt(description.args, i)]),
  )
  const { address, blockNumber, blockHash, transactionHash, index: logIndex } = log
  const event = { contract, name: description.name, args, address, blockNumber, blockHash, transactionHash, logIndex }
  return [event as unknown as ChainEvent<E>]
}

/** Text that is no UTF-8 is told as a replacement character: whoever emits it must not stop who follows. */
function argumentAt(args: Result, index: number): unknown {
  try {
    return args[index]
  } catch {
    return '\u{fffd}'
  }
}

/** Follows until `signal` aborts; then resolves. A chain or handler that fails is tried again, for ever. */
export async function followEvents<E extends EventTypes>(options: FollowOptions<E>): Promise<void> {
  const { provider, signal, confirmations = 1, overlapBlocks = 8, rereadBlocks = 0, pollIntervalMs = 500 } = options
  const rangeBlocks = options.rangeBlocks ?? 1000
  const clock = options.clock ?? systemClock
  const earliest = options.fromBlock
  let next = options.fromBlock
  let span = rangeBlocks

  while (!signal.aborted) {
    try {
      const head = (await provider.getBlockNumber()) - confirmations + 1
      if (head < next) {
        await clock.wait(pollIntervalMs, signal)
        continue
      }
      const toBlock = Math.min(head, next + span - 1)
      const fromBlock = Math.max(earliest, next - rereadBlocks)
      const events = await readEvents(options, fromBlock, toBlock)
      if (signal.aborted) return
      const blockTime = blockTimes(provider)
      await options.handle({ fromBlock, toBlock, events, isHead: toBlock === head, blockTime })
      next = toBlock + 1
      span = Math.min(rangeBlocks, 2 * span)
    } catch (error) {
      if (signal.aborted) return
      options.onError?.(error)
      // A node that answers with an error may have found the range too long.
      if (!isUnreachable(error)) span = Math.max(1, Math.floor(span / 2))
      next = Math.max(earliest, next - overlapBlocks)
      await clock.wait(pollIntervalMs, signal)
    }
  }
}

function blockTimes(provider: JsonRpcProvider): (blockNumber: number) => Promise<number> {
  const known = new Map<number, Promise<number>>()
  return (blockNumber) => {
    let time = known.get(blockNumber)
    if (!time) {
      time = provider.send('eth_getBlockByNumber', [`0x${blockNumber.toString(16)}`, false]).then(blockTimestamp)
      known.set(blockNumber, time)
    }
    return time
  }
}

/** ethers' Block wants every transaction of it; a header's time is all that is needed. */
const blockTimestamp = (block: { timestamp: string } | null): number => Number(block?.timestamp ?? 0)
