/**
 * Follows the contracts of restaked stake into `stake_events`, idempotent by (transaction, log).
 *
 * Vaults are not known beforehand. Whatever is created in a range is read for events of that very range, so that none is
 * missed between the vault's creation and the next look.
 * @module
 */
import { type AllocationEvents, allocationInterface } from '@iotex2/chain/contracts/Allocation'
import { type BucketVaultEvents, bucketVaultInterface } from '@iotex2/chain/contracts/BucketVault'
import { type DimRegistryEvents, dimRegistryInterface } from '@iotex2/chain/contracts/DimRegistry'
import { type RewardsEvents, rewardsInterface } from '@iotex2/chain/contracts/Rewards'
import { type SlasherEvents, slasherInterface } from '@iotex2/chain/contracts/Slasher'
import { type TokenVaultEvents, tokenVaultInterface } from '@iotex2/chain/contracts/TokenVault'
import { type ValidatorRegistryEvents, validatorRegistryInterface } from '@iotex2/chain/contracts/ValidatorRegistry'
import { type VaultFactoryEvents, vaultFactoryInterface } from '@iotex2/chain/contracts/VaultFactory'
import type { Deployment } from '@iotex2/chain/deployment'
import { type ChainEvent, type EventRange, type EventTypes, followEvents, readEvents } from '@iotex2/chain/events'
import type { Interface, JsonRpcProvider, ParamType } from 'ethers'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { FaultHook } from '../faults.ts'
import type { CoordinatorDatabase } from '../schema.ts'
import type { EventArgs, Json } from './schema.ts'

type Events = {
  DimRegistry: DimRegistryEvents
  ValidatorRegistry: ValidatorRegistryEvents
  Allocation: AllocationEvents
  VaultFactory: VaultFactoryEvents
  Slasher: SlasherEvents
  Rewards: RewardsEvents
}
type VaultEvents = { [vault: string]: TokenVaultEvents | BucketVaultEvents }

const INTERFACES: Record<keyof Events | 'Vault' | 'BucketVault', Interface> = {
  DimRegistry: dimRegistryInterface,
  ValidatorRegistry: validatorRegistryInterface,
  Allocation: allocationInterface,
  VaultFactory: vaultFactoryInterface,
  Slasher: slasherInterface,
  Rewards: rewardsInterface,
  Vault: tokenVaultInterface,
  BucketVault: bucketVaultInterface,
}

/** Where the contracts are. */
export interface StakeAddresses {
  dimRegistry: string
  validatorRegistry: string
  allocation: string
  vaultFactory: string
  slasher: string
  rewards: string
  /** Vaults of system staking's buckets: each version has one, or none. */
  bucketVaults: readonly BucketVaultPlace[]
}

export interface BucketVaultPlace {
  vault: string
  /** Of system staking: 2 counts locks in blocks, 3 in seconds. */
  version: 2 | 3
}

const CONTRACTS = ['dimRegistry', 'validatorRegistry', 'allocation', 'vaultFactory', 'slasher', 'rewards'] as const

/** Returns where a deployment has them, lower case, or undefined where it has no restaked stake. */
export function stakeAddresses(deployment: Deployment): StakeAddresses | undefined {
  const found = CONTRACTS.map((name) => [name, deployment.find(name)?.toLowerCase()] as const)
  if (found.some(([, address]) => address === undefined)) return undefined
  const versions = [
    { version: 2, vault: deployment.find('bucketVaultV2')?.toLowerCase() },
    { version: 3, vault: deployment.find('bucketVaultV3')?.toLowerCase() },
  ] as const
  return {
    ...(Object.fromEntries(found) as Record<(typeof CONTRACTS)[number], string>),
    bucketVaults: versions.flatMap(({ version, vault }) => (vault === undefined ? [] : [{ vault, version }])),
  }
}

export interface StakeIndexerOptions {
  db: CoordinatorDatabase
  provider: JsonRpcProvider
  addresses: StakeAddresses
  confirmations: number
  pollIntervalMs: number
  log: Logger
  signal: AbortSignal
  reached: FaultHook
}

/** Returns the name of the cursor. With another vault of buckets everything is read again: it has a past. */
export const cursorOf = ({ bucketVaults }: StakeAddresses): string =>
  ['stake', ...bucketVaults.map(({ vault }) => vault)].join(' ')
/** Blocks that a node behind a load balancer may lag. */
const REREAD_BLOCKS = 8
/** Vaults asked for in one request. */
const VAULTS = 500

/** Indexes until `signal` aborts. */
export async function runStakeIndexer(options: StakeIndexerOptions): Promise<void> {
  const { db, provider, addresses, confirmations, pollIntervalMs, log, signal } = options
  const cursor = await db
    .selectFrom('cursors')
    .select('block')
    .where('name', '=', cursorOf(addresses))
    .executeTakeFirst()
  await followEvents<Events>({
    provider,
    contracts: {
      DimRegistry: { address: addresses.dimRegistry, interface: dimRegistryInterface },
      ValidatorRegistry: { address: addresses.validatorRegistry, interface: validatorRegistryInterface },
      Allocation: { address: addresses.allocation, interface: allocationInterface },
      VaultFactory: { address: addresses.vaultFactory, interface: vaultFactoryInterface },
      Slasher: { address: addresses.slasher, interface: slasherInterface },
      Rewards: { address: addresses.rewards, interface: rewardsInterface },
    },
    fromBlock: cursor ? Number(cursor.block) + 1 : 0,
    confirmations,
    pollIntervalMs,
    rereadBlocks: REREAD_BLOCKS,
    signal,
    handle: (range) => handleRange(options, range),
    onError: (error) => log.warn({ error }, 'stake indexer: tries again'),
  })
}

async function handleRange(options: StakeIndexerOptions, range: EventRange<Events>): Promise<void> {
  const { db, provider, addresses, reached } = options
  const created = range.events.flatMap((event) => (event.name === 'VaultCreated' ? [event.args.vault] : []))
  const known = await db
    .selectFrom('stake_events')
    .select(sql<string>`args->>'vault'`.as('vault'))
    .where('name', '=', 'VaultCreated')
    .execute()
  const tokens = [...new Set([...known.map(({ vault }) => vault), ...created.map((vault) => vault.toLowerCase())])]
  const vaults = [
    ...addresses.bucketVaults.map(({ vault }) => [vault, 'BucketVault'] as const),
    ...tokens.map((vault) => [vault, 'Vault'] as const),
  ]
  const sources: ReadonlyMap<string, 'BucketVault' | 'Vault'> = new Map(vaults)
  const rows = range.events.map((event) => rowOf(event, event.contract))
  for (let start = 0; start < vaults.length; start += VAULTS) {
    const contracts = Object.fromEntries(
      vaults
        .slice(start, start + VAULTS)
        .map(([vault, source]) => [vault, { address: vault, interface: INTERFACES[source] }] as const),
    )
    const events = await readEvents<VaultEvents>({ provider, contracts }, range.fromBlock, range.toBlock)
    rows.push(...events.map((event) => rowOf(event, sources.get(event.contract as string)!)))
  }
  const times = new Map<number, Date>()
  for (const { block } of rows) if (!times.has(block)) times.set(block, new Date(1000 * (await range.blockTime(block))))

  reached('stake:read', String(range.toBlock))
  await db.transaction().execute(async (transaction) => {
    for (const row of rows)
      await transaction
        .insertInto('stake_events')
        .values({ ...row, time: times.get(row.block)!, args: JSON.stringify(row.args) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await transaction
      .insertInto('cursors')
      .values({ name: cursorOf(addresses), block: range.toBlock })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ block: sql<bigint>`greatest(cursors.block, excluded.block)` }),
      )
      .execute()
  })
  reached('stake:stored', String(range.toBlock))
}

function rowOf<E extends EventTypes>(event: ChainEvent<E>, source: keyof typeof INTERFACES) {
  const { transactionHash: transaction_hash, logIndex: log_index, blockNumber: block, address } = event
  const name = String(event.name)
  const { inputs } = INTERFACES[source].getEvent(name)!
  const values = event.args as Record<string, unknown>
  const args: EventArgs = Object.fromEntries(inputs.map((input) => [input.name, toJson(input, values[input.name])]))
  const change = source === 'Vault' || source === 'BucketVault' ? changeOf(name, args) : null
  return { transaction_hash, log_index, block, source, address: address.toLowerCase(), name, args, change }
}

/** Each statement of a vault's that writes a pool's assets emits one of these. */
function changeOf(name: string, args: EventArgs): string | null {
  if (name === 'Delegated') return String(args.amount)
  return name === 'ExitsSettled' || name === 'PoolSlashed' ? String(-BigInt(String(args.amount))) : null
}

/** PostgreSQL holds no NUL in its text. */
const clean = (text: string): string => text.replaceAll('\0', '\u{fffd}').toWellFormed()

function toJson(type: ParamType, value: unknown): Json {
  if (type.isArray()) return [...(value as Iterable<unknown>)].map((item) => toJson(type.arrayChildren, item))
  if (type.isTuple()) {
    const items = [...(value as Iterable<unknown>)]
    return Object.fromEntries(type.components.map((component, i) => [component.name, toJson(component, items[i])]))
  }
  if (type.baseType === 'bool') return value === true
  if (type.baseType === 'string') return clean(String(value))
  return String(value).toLowerCase()
}
