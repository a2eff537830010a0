/**
 * The chain's device registry, kept in memory and in the store: it follows ioIDRegistry's events from where any gateway
 * last stopped, and can be told to read the newest block at once.
 *
 * An event only says which device to look at; what is kept is what the contracts then say about it. So events may be
 * read twice, or in any order.
 * @module
 */
import { type Clock, systemClock } from '@iotex2/chain/clock'
import { connectIoID, type IoID } from '@iotex2/chain/contracts/IoID'
import { connectIoIDRegistry, type IoIDRegistry, type IoIDRegistryEvents } from '@iotex2/chain/contracts/IoIDRegistry'
import { type ChainEvent, followEvents, type ReadOptions, readEvents } from '@iotex2/chain/events'
import type { Store } from '@iotex2/data-availability/store'
import { CodedError } from '@iotex2/protocol/errors'
import { fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
import type { JsonRpcProvider } from 'ethers'
import { sql } from 'kysely'
import type { DeviceRegistry } from './registry.ts'

type Events = { IoIDRegistry: IoIDRegistryEvents }

export interface ChainRegistryOptions {
  store: Store
  provider: JsonRpcProvider
  chainId: bigint
  /** Addresses of the contracts. */
  ioIDRegistry: string
  ioID: string
  /** First block to read when nothing is stored: the deployment's. */
  fromBlock?: number
  pollIntervalMs?: number
  /** The shortest time between two reads that unknown devices cause. */
  refreshIntervalMs?: number
  onError: (error: unknown) => void
  clock?: Clock
}

interface Device {
  projectId: bigint
  ioid: bigint
  account: string
  owner: string
  documentHash: string
  documentUri: string
}

/** Blocks in one request. */
const RANGE_BLOCKS = 1000
/** Blocks that a node behind a load balancer may lag. */
const REREAD_BLOCKS = 8

/** Thrown until the chain was read for the first time. Code REGISTRY_UNAVAILABLE. */
export class RegistryNotReadyError extends CodedError {
  constructor() {
    super('REGISTRY_UNAVAILABLE', 'The device registry was not read from the chain yet.')
  }
}

export class ChainDeviceRegistry implements DeviceRegistry, AsyncDisposable {
  readonly #options: ChainRegistryOptions
  readonly #events: ReadOptions<Events>
  readonly #registry: IoIDRegistry
  readonly #ioID: IoID
  readonly #cursorName: string
  readonly #abort = new AbortController()
  /** Project of every registered device. */
  readonly #projects = new Map<Hex, bigint>()
  #nextBlock = 0
  #isReady = false
  #refreshing: Promise<void> | undefined
  #following: Promise<void> = Promise.resolve()

  private constructor(options: ChainRegistryOptions) {
    this.#options = options
    this.#registry = connectIoIDRegistry(options.ioIDRegistry, options.provider)
    this.#ioID = connectIoID(options.ioID, options.provider)
    this.#events = {
      provider: options.provider,
      contracts: { IoIDRegistry: { address: options.ioIDRegistry, interface: this.#registry.interface } },
    }
    this.#cursorName = `devices ${options.chainId} ${options.ioIDRegistry.toLowerCase()}`
  }

  /** Loads what is stored and starts to follow. It is ready once the chain was read to its head, in the background. */
  static async open(options: ChainRegistryOptions): Promise<ChainDeviceRegistry> {
    const registry = new ChainDeviceRegistry(options)
    await registry.#load()
    registry.#following = registry.#follow()
    return registry
  }

  has(projectId: bigint, device: Hex): boolean {
    return this.#projects.get(device) === projectId
  }

  async ready(): Promise<void> {
    if (!this.#isReady) throw new RegistryNotReadyError()
  }

  /** Callers share a read, as long as it starts after they called; reads that unknown devices cause keep a distance. */
  refresh(): Promise<void> {
    this.#refreshing ??= (async () => {
      await this.#clock.wait(this.#isReady ? (this.#options.refreshIntervalMs ?? 250) : 0, this.#abort.signal)
      this.#refreshing = undefined
      const head = await this.#options.provider.getBlockNumber()
      const touched = new Set<Hex>()
      for (let block = this.#nextBlock; block <= head; block += RANGE_BLOCKS)
        for (const event of await readEvents(this.#events, block, Math.min(head, block + RANGE_BLOCKS - 1)))
          for (const device of deviceOf(event)) touched.add(device)
      await this.#update(touched, head)
      this.#isReady = true
    })()
    return this.#refreshing
  }

  /** Stops following. */
  async close(): Promise<void> {
    this.#abort.abort()
    await this.#following
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #load(): Promise<void> {
    const { store, chainId, fromBlock = 0 } = this.#options
    const cursor = await store.db
      .selectFrom('cursors')
      .select('block')
      .where('name', '=', this.#cursorName)
      .executeTakeFirst()
    this.#nextBlock = cursor ? Number(cursor.block) + 1 : fromBlock
    if (!cursor) return
    const rows = await store.db
      .selectFrom('devices')
      .select(['device', 'project_id'])
      .where('chain_id', '=', chainId)
      .where('active', '=', true)
      .execute()
    for (const row of rows) this.#projects.set(toHex(row.device), row.project_id)
  }

  async #follow(): Promise<void> {
    const { provider, onError } = this.#options
    while (!this.#isReady && !this.#abort.signal.aborted) {
      try {
        await this.refresh()
      } catch (error) {
        onError(error)
        await this.#clock.wait(this.#options.pollIntervalMs ?? 500, this.#abort.signal)
      }
    }
    await followEvents<Events>({
      ...this.#events,
      provider,
      fromBlock: this.#nextBlock,
      rereadBlocks: REREAD_BLOCKS,
      pollIntervalMs: this.#options.pollIntervalMs ?? 500,
      signal: this.#abort.signal,
      onError,
      handle: async ({ events, toBlock }) => {
        await this.#update(new Set(events.flatMap(deviceOf)), toBlock)
        await this.#moveCursor(toBlock)
        this.#nextBlock = toBlock + 1
      },
    })
  }

  /** Reads what the contracts say about devices, and keeps it in the store, then in memory. */
  async #update(touched: ReadonlySet<Hex>, block: number): Promise<void> {
    const { store, chainId } = this.#options
    for (const address of touched) {
      const device = await this.#read(address)
      if (device) {
        const row = {
          project_id: device.projectId,
          ioid: device.ioid,
          account: device.account,
          owner: device.owner,
          document_hash: device.documentHash,
          document_uri: device.documentUri,
          block,
          active: true,
        }
        await store.db
          .insertInto('devices')
          .values({ chain_id: chainId, device: Buffer.from(fromHex(address)), ...row })
          .onConflict((conflict) => conflict.columns(['chain_id', 'device']).doUpdateSet(row))
          .execute()
        this.#projects.set(address, device.projectId)
      } else {
        await store.db
          .updateTable('devices')
          .set({ active: false, block })
          .where('chain_id', '=', chainId)
          .where('device', '=', Buffer.from(fromHex(address)))
          .execute()
        this.#projects.delete(address)
      }
    }
  }

  async #read(address: Hex): Promise<Device | undefined> {
    if (!(await this.#registry.exists(address))) return undefined
    const [ioid, projectId, documentHash, documentUri] = await Promise.all([
      this.#registry.deviceTokenId(address),
      this.#ioID.deviceProject(address),
      this.#registry.documentHash(address),
      this.#registry.documentURI(address),
    ])
    const [{ wallet_: account }, owner] = await Promise.all([
      this.#ioID['wallet(uint256)'](ioid),
      this.#ioID.ownerOf(ioid),
    ])
    return { projectId, ioid, account, owner, documentHash, documentUri }
  }

  async #moveCursor(block: number): Promise<void> {
    await this.#options.store.db
      .insertInto('cursors')
      .values({ name: this.#cursorName, block })
      .onConflict((conflict) =>
        // Another gateway may be ahead.
        conflict.column('name').doUpdateSet({ block: sql<bigint>`greatest(cursors.block, excluded.block)` }),
      )
      .execute()
  }

  get #clock(): Clock {
    return this.#options.clock ?? systemClock
  }
}

/** The device that an event is about; the contract's own administration is about none. */
function deviceOf(event: ChainEvent<Events>): Hex[] {
  return 'device' in event.args ? [event.args.device.toLowerCase() as Hex] : []
}
