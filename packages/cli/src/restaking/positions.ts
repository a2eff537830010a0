/**
 * What an account has in the vaults: balances, stake in pools, exits.
 * @module
 */
import { tokenVaultInterface } from '@iotex2/chain/contracts/TokenVault'
import { formatTime } from '../governance.ts'
import { type AssetVault, amountJson, assetJson, formatAmount } from './assets.ts'
import type { Restaking } from './contracts.ts'
import { addressTopic, readLogs, topicOf } from './logs.ts'
import { formatDuration } from './quantities.ts'

export interface Pool {
  vault: AssetVault
  validator: string
  basket: bigint
}

export interface Position extends Pool {
  shares: bigint
  /** In base units of the asset, at the price of now. */
  worth: bigint
}

export interface Exit extends Pool {
  id: bigint
  unlockTime: bigint
  /** What it would be credited if it unlocked now. */
  worth: bigint
}

const poolKey = ({ vault, validator, basket }: Pool): string => `${vault.address} ${validator} ${basket}`

/** Returns every pool that matching delegations went into, each once. `topics` are those after the event's own. */
async function poolsOf(
  { provider, fromBlock }: Restaking,
  vaults: readonly AssetVault[],
  topics: (string | null)[],
): Promise<(Pool & { stakers: Set<string> })[]> {
  if (vaults.length === 0) return []
  const byAddress = new Map(vaults.map((vault) => [vault.address.toLowerCase(), vault]))
  const query = {
    provider,
    fromBlock,
    address: vaults.map(({ address }) => address),
    topics: [topicOf(tokenVaultInterface, 'Delegated'), ...topics],
  }
  const pools = new Map<string, Pool & { stakers: Set<string> }>()
  for (const { address, args } of await readLogs(query, tokenVaultInterface)) {
    const pool = { vault: byAddress.get(address.toLowerCase())!, validator: args.validator, basket: args.basket }
    const known = pools.get(poolKey(pool)) ?? { ...pool, stakers: new Set<string>() }
    known.stakers.add(args.staker)
    pools.set(poolKey(pool), known)
  }
  return [...pools.values()]
}

/** Returns every pool that an account ever delegated to. */
export const poolsOfStaker = (restaking: Restaking, vaults: readonly AssetVault[], account: string): Promise<Pool[]> =>
  poolsOf(restaking, vaults, [addressTopic(account)])

/** Returns the stake of an account that is not leaving. */
export async function positionsOf(
  restaking: Restaking,
  vaults: readonly AssetVault[],
  account: string,
): Promise<Position[]> {
  const pools = await poolsOfStaker(restaking, vaults, account)
  const positions = await Promise.all(pools.map((pool) => readPosition(pool, account)))
  return positions.filter(({ shares }) => shares > 0n)
}

export async function readPosition({ vault, validator, basket }: Pool, account: string): Promise<Position> {
  const [shares, worth] = await Promise.all([
    vault.vault.sharesOf(account, validator, basket),
    vault.vault.stakeOf(account, validator, basket),
  ])
  return { vault, validator, basket, shares, worth }
}

export interface PoolState extends Pool {
  /** In base units: what is not leaving. */
  active: bigint
  /** All that a slash could reach. */
  reachable: bigint
  /** Of a share, where someone has shares. */
  price: { assets: bigint; shares: bigint } | undefined
}

/** Returns the pools of a validator's baskets. */
export async function poolsOfValidator(
  restaking: Restaking,
  vaults: readonly AssetVault[],
  validator: string,
): Promise<PoolState[]> {
  const pools = await poolsOf(restaking, vaults, [null, addressTopic(validator)])
  return Promise.all(
    pools.map(async ({ stakers, ...pool }) => {
      const [active, reachable, price] = await Promise.all([
        pool.vault.vault.activeAt(validator, pool.basket, restaking.now),
        pool.vault.vault.slashableNow(validator, pool.basket),
        firstPrice(pool, stakers),
      ])
      return { ...pool, active, reachable, price }
    }),
  )
}

/** A pool's price is the same for all who are in it. */
async function firstPrice(pool: Pool, stakers: ReadonlySet<string>): Promise<PoolState['price']> {
  for (const staker of stakers) {
    const { shares, worth } = await readPosition(pool, staker)
    if (shares > 0n) return { assets: worth, shares }
  }
  return undefined
}

/** Returns the exits of an account that were not claimed, oldest first. */
export async function exitsOf(
  { provider, fromBlock }: Restaking,
  vaults: readonly AssetVault[],
  account: string,
): Promise<Exit[]> {
  if (vaults.length === 0) return []
  const byAddress = new Map(vaults.map((vault) => [vault.address.toLowerCase(), vault]))
  const query = {
    provider,
    fromBlock,
    address: vaults.map(({ address }) => address),
    topics: [topicOf(tokenVaultInterface, 'ExitRequested'), null, addressTopic(account)],
  }
  const requested = await readLogs(query, tokenVaultInterface)
  const exits = await Promise.all(
    requested.map(({ address, args }) => readExit(byAddress.get(address.toLowerCase())!, args.exitId)),
  )
  return exits.filter((exit) => exit !== undefined)
}

const NOBODY = /^0x0{40}$/

/** Returns an exit, or undefined where there is none, or it was claimed. */
export async function readExit(vault: AssetVault, id: bigint): Promise<(Exit & { owner: string }) | undefined> {
  const [{ owner, unlockTime, validator, basket }, worth] = await Promise.all([
    vault.vault.exitOf(id),
    vault.vault.previewExit(id),
  ])
  return NOBODY.test(owner) ? undefined : { vault, id, owner, unlockTime, validator, basket, worth }
}

export function describeExit({ id, vault, validator, basket, unlockTime, worth }: Exit, now: bigint): string {
  const what = `exit ${id}: ${formatAmount(worth, vault.asset)} of basket ${basket} of ${validator}`
  return unlockTime <= now
    ? `${what}, unlocked ${formatTime(unlockTime)} UTC: no slash reaches it (msp claim)`
    : `${what}, unlocks ${formatTime(unlockTime)} UTC, in ${formatDuration(unlockTime - now)}; until then it can be slashed`
}

export const exitJson = ({ id, vault, validator, basket, unlockTime, worth }: Exit, now: bigint) => ({
  exit: id,
  asset: assetJson(vault.asset),
  validator,
  basket,
  unlockTime,
  isUnlocked: unlockTime <= now,
  worth: amountJson(worth, vault.asset),
})
