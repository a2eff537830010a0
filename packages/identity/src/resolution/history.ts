/**
 * The versions of every did:io document, from the registry's events.
 *
 * Read from the chain's first block of the registry as the service starts, page by page, and brought up to the head before
 * each answer: what was removed a block ago is removed. Blocks are taken as final, as IoTeX's are. Nothing is stored: a
 * service that was killed reads the same again.
 *
 * As many versions as fit are kept in memory. Those of the devices that nobody asked for longest are forgotten for others,
 * and looked up by the device when they are asked for: newest block first, and no further than the registry's count of the
 * device's permits says that there is something.
 * @module
 */
import { connectIoIDRegistry, type IoIDRegistry, type IoIDRegistryEvents } from '@iotex2/chain/contracts/IoIDRegistry'
import { type ReadOptions, readEvents } from '@iotex2/chain/events'
import { isUnreachable } from '@iotex2/chain/provider'
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
  /** Most blocks in one request. Halved for a while where the node refuses. */
  rangeBlocks?: number
  /** Versions that are kept in memory, some 500 bytes each. */
  maximumVersions?: number
}

/** Blocks that are read again, for a node behind a load balancer may lag. */
const REREAD_BLOCKS = 8
const REMEMBERED_TIMES = 10_000
/** What public endpoints answer. */
const DEFAULT_RANGE_BLOCKS = 10_000
const DEFAULT_MAXIMUM_VERSIONS = 200_000

/** Thrown until the chain was read for the first time. Code HISTORY_UNAVAILABLE. */
export class HistoryNotReadyError extends CodedError {
  constructor() {
    super('HISTORY_UNAVAILABLE', 'The registry was not read from the chain yet.')
  }
}

type RegistryEvent = Awaited<ReturnType<typeof readEvents<{ IoIDRegistry: IoIDRegistryEvents }>>>[number]

export class RegistryHistory {
  readonly #options: HistoryOptions
  readonly #registry: IoIDRegistry
  readonly #events: ReadOptions<{ IoIDRegistry: IoIDRegistryEvents }>
  /** Of each device, in the order of last use. */
  readonly #versions = new Map<Hex, DocumentVersion[]>()
  #versionCount = 0
  /** What the node was found to answer. */
  #rangeBlocks: number
  /** Whether a device that is not in memory may have versions. */
  #hasForgotten = false
  readonly #searches = new Map<Hex, Promise<DocumentVersion[]>>()
  readonly #times = new Map<number, number>()
  #nextBlock: number
  #isReady = false
  #reading: Promise<void> | undefined

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#registry = connectIoIDRegistry(options.registry, options.provider)
    this.#events = {
      provider: options.provider,
      contracts: { IoIDRegistry: { address: options.registry, interface: this.#registry.interface } },
    }
    this.#nextBlock = options.fromBlock ?? 0
    this.#rangeBlocks = options.rangeBlocks ?? DEFAULT_RANGE_BLOCKS
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
    const known = this.#versions.get(device)
    if (known) {
      this.#versions.delete(device)
      this.#versions.set(device, known)
      return known
    }
    return this.#hasForgotten ? this.#search(device) : []
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
    const { fromBlock = 0 } = this.#options
    let next = Math.max(fromBlock, this.#nextBlock - REREAD_BLOCKS)
    while (next <= head) {
      const first = next
      next = await this.#page(head - first + 1, async (blocks) => {
        for (const event of await readEvents(this.#events, first, first + blocks - 1)) this.#add(event)
        return first + blocks
      })
      this.#nextBlock = Math.max(this.#nextBlock, next)
    }
  }

  /** Reads as many of `most` blocks in one request as the node answers. */
  async #page<T>(most: number, read: (blocks: number) => Promise<T>): Promise<T> {
    for (;;) {
      const blocks = Math.min(most, this.#rangeBlocks)
      try {
        const result = await read(blocks)
        if (blocks === this.#rangeBlocks)
          this.#rangeBlocks = Math.min(this.#options.rangeBlocks ?? DEFAULT_RANGE_BLOCKS, Math.ceil(blocks * 1.1))
        return result
      } catch (error) {
        // A node that answers with an error may have found the range too long.
        if (blocks <= 1 || isUnreachable(error)) throw error
        this.#rangeBlocks = Math.ceil(blocks / 2)
      }
    }
  }

  #add(event: RegistryEvent): void {
    const device = deviceOf(event)
    // A device that was forgotten is not begun again in the middle: whoever asks has it looked up.
    if (device === undefined || (this.#hasForgotten && !this.#versions.has(device))) return
    const versions = this.#versions.get(device) ?? []
    const version = versionOf(event)
    if (!version || versions.some(({ versionId }) => versionId === version.versionId)) return
    versions.push(version)
    // Reads overlap, and may end in any order.
    versions.sort(inOrder)
    this.#versionCount++
    this.#versions.set(device, versions)
    // While the chain is read for the first time, memory is as bounded as afterwards.
    this.#forget()
  }

  #forget(): void {
    const { maximumVersions = DEFAULT_MAXIMUM_VERSIONS } = this.#options
    for (const [device, versions] of this.#versions) {
      if (this.#versionCount <= maximumVersions || this.#versions.size === 1) return
      this.#versions.delete(device)
      this.#versionCount -= versions.length
      this.#hasForgotten = true
    }
  }

  /** Returns the versions of a device that is not in memory. Callers share a search. */
  #search(device: Hex): Promise<DocumentVersion[]> {
    let search = this.#searches.get(device)
    if (!search) {
      search = this.#find(device).finally(() => this.#searches.delete(device))
      this.#searches.set(device, search)
    }
    return search
  }

  async #find(device: Hex): Promise<DocumentVersion[]> {
    const { provider, registry, fromBlock = 0 } = this.#options
    // Each of the device's permits is one event, of these four.
    const events = ['NewDevice', 'UpdateDevice', 'RemoveDevice', 'Migrate'] as const
    const topics = [
      events.map((name) => this.#registry.interface.getEvent(name)!.topicHash),
      `0x${device.slice(2).padStart(64, '0')}`,
    ]
    const head = this.#nextBlock - 1
    let missing = await this.#registry.nonces(device, { blockTag: head })
    const versions: DocumentVersion[] = []
    for (let last = head; missing > 0n && last >= fromBlock; ) {
      const to = last
      const logs = await this.#page(to - fromBlock + 1, async (blocks) => {
        const from = to - blocks + 1
        const found = await provider.getLogs({ address: registry, topics, fromBlock: from, toBlock: to })
        last = from - 1
        return found
      })
      missing -= BigInt(logs.length)
      for (const { blockNumber, index: logIndex, ...log } of logs) {
        const { name, args } = this.#registry.interface.parseLog(log)!
        const version = versionOf({ name, args, blockNumber, logIndex } as unknown as RegistryEvent)
        if (version) versions.push(version)
      }
    }
    versions.sort(inOrder)
    if (versions.length > 0 && !this.#versions.has(device)) {
      this.#versions.set(device, versions)
      this.#versionCount += versions.length
      this.#forget()
    }
    return versions
  }
}

/** Returns the device that an event gives a version; undefined where it gives none. */
function deviceOf(event: RegistryEvent): Hex | undefined {
  return event.name === 'NewDevice' || event.name === 'UpdateDevice' || event.name === 'RemoveDevice'
    ? (event.args.device.toLowerCase() as Hex)
    : undefined
}

function versionOf(event: RegistryEvent): DocumentVersion | undefined {
  if (event.name !== 'NewDevice' && event.name !== 'UpdateDevice' && event.name !== 'RemoveDevice') return undefined
  const document = event.name === 'RemoveDevice' ? undefined : { hash: event.args.hash as Hex, uri: event.args.uri }
  return {
    versionId: `${event.blockNumber}.${event.logIndex}`,
    blockNumber: event.blockNumber,
    document,
    isFirst: event.name === 'NewDevice',
  }
}

const inOrder = (a: DocumentVersion, b: DocumentVersion): number =>
  a.blockNumber - b.blockNumber || indexOf(a) - indexOf(b)
const indexOf = ({ versionId }: DocumentVersion): number => Number(versionId.split('.')[1])
