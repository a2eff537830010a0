/**
 * The versions of every did:io document, from the registry's events.
 *
 * Kept in memory, read from the chain's first block of the registry as the service starts, and brought up to the head
 * before each answer: what was removed a block ago is removed. Blocks are taken as final, as IoTeX's are.
 * @module
 */
import { connectIoIDRegistry, type IoIDRegistryEvents } from '@iotex2/chain/contracts/IoIDRegistry'
import { type ReadOptions, readEvents } from '@iotex2/chain/events'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { JsonRpcProvider } from 'ethers'
import type { StoredDocument } from '../document-store.ts'

/** What the registry said of a device at one point. */
export interface DocumentVersion {
  /** Block number and index of the event in it: `1234.5`. */
  versionId: string
  blockNumber: number
  /** Undefined where the device was removed. */
  document: StoredDocument | undefined
  /** Whether a registration began here, after which updates count. */
  isFirst: boolean
}

export interface HistoryOptions {
  provider: JsonRpcProvider
  /** Address of ioIDRegistry. */
  registry: string
  /** Block of the registry's deployment. */
  fromBlock?: number
  confirmations?: number
  /** Blocks in one request. */
  rangeBlocks?: number
}

/** Blocks that are read again, for a node behind a load balancer may lag. */
const REREAD_BLOCKS = 8
const REMEMBERED_TIMES = 10_000

/** Thrown until the chain was read for the first time. Code HISTORY_UNAVAILABLE. */
export class HistoryNotReadyError extends CodedError {
  constructor() {
    super('HISTORY_UNAVAILABLE', 'The registry was not read from the chain yet.')
  }
}

export class RegistryHistory {
  readonly #options: HistoryOptions
  readonly #events: ReadOptions<{ IoIDRegistry: IoIDRegistryEvents }>
  readonly #versions = new Map<Hex, DocumentVersion[]>()
  readonly #times = new Map<number, number>()
  #nextBlock: number
  #isReady = false
  #reading: Promise<void> | undefined

  constructor(options: HistoryOptions) {
    const { interface: contract } = connectIoIDRegistry(options.registry, options.provider)
    this.#options = options
    this.#events = {
      provider: options.provider,
      contracts: { IoIDRegistry: { address: options.registry, interface: contract } },
    }
    this.#nextBlock = options.fromBlock ?? 0
  }

  /** Resolves where the chain was read to its head once. Throws {@link HistoryNotReadyError}. */
  async ready(): Promise<void> {
    if (!this.#isReady) throw new HistoryNotReadyError()
  }

  /** Reads the chain to its head. Callers share a read that starts after they called. */
  refresh(): Promise<void> {
    this.#reading ??= (async () => {
      // Those who ask before the head is known share this read.
      const { provider, confirmations = 1 } = this.#options
      await Promise.resolve()
      this.#reading = undefined
      const head = (await provider.getBlockNumber()) - confirmations + 1
      await this.#read(head)
      this.#isReady = true
    })()
    return this.#reading
  }

  /** Returns the versions of a device's document up to the head, oldest first. */
  async versions(device: Hex): Promise<readonly DocumentVersion[]> {
    await this.ready()
    await this.refresh()
    return this.#versions.get(device) ?? []
  }

  /** Returns a block's time in seconds since the epoch. */
  async blockTime(blockNumber: number): Promise<number> {
    const known = this.#times.get(blockNumber)
    if (known !== undefined) return known
    const block = await this.#options.provider.send('eth_getBlockByNumber', [`0x${blockNumber.toString(16)}`, false])
    const time = Number((block as { timestamp: string }).timestamp)
    if (this.#times.size >= REMEMBERED_TIMES) this.#times.delete(this.#times.keys().next().value!)
    this.#times.set(blockNumber, time)
    return time
  }

  async #read(head: number): Promise<void> {
    const { fromBlock = 0, rangeBlocks = 1000 } = this.#options
    let next = Math.max(fromBlock, this.#nextBlock - REREAD_BLOCKS)
    while (next <= head) {
      const last = Math.min(head, next + rangeBlocks - 1)
      for (const event of await readEvents(this.#events, next, last)) this.#add(event)
      next = last + 1
      this.#nextBlock = Math.max(this.#nextBlock, next)
    }
  }

  #add(event: Awaited<ReturnType<typeof readEvents<{ IoIDRegistry: IoIDRegistryEvents }>>>[number]): void {
    if (event.name !== 'NewDevice' && event.name !== 'UpdateDevice' && event.name !== 'RemoveDevice') return
    const device = event.args.device.toLowerCase() as Hex
    const versionId = `${event.blockNumber}.${event.logIndex}`
    const versions = this.#versions.get(device) ?? []
    if (versions.some((version) => version.versionId === versionId)) return
    const document = event.name === 'RemoveDevice' ? undefined : { hash: event.args.hash as Hex, uri: event.args.uri }
    versions.push({ versionId, blockNumber: event.blockNumber, document, isFirst: event.name === 'NewDevice' })
    // Reads overlap, and may end in any order.
    versions.sort((a, b) => a.blockNumber - b.blockNumber || indexOf(a) - indexOf(b))
    this.#versions.set(device, versions)
  }
}

const indexOf = ({ versionId }: DocumentVersion): number => Number(versionId.split('.')[1])
