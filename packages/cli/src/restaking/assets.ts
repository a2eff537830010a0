/**
 * What is staked: IOTX, and any ERC-20 token in its own units; and the vault of each.
 * @module
 */
import { type BucketVault, bucketVaultInterface, connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { nativeVaultInterface } from '@iotex2/chain/contracts/NativeVault'
import { connectTokenVault, type TokenVault, tokenVaultInterface } from '@iotex2/chain/contracts/TokenVault'
import { vaultFactoryInterface } from '@iotex2/chain/contracts/VaultFactory'
import { revertData } from '@iotex2/chain/reverts'
import {
  type BaseContractMethod,
  Contract,
  type ContractTransactionResponse,
  formatUnits,
  Interface,
  parseUnits,
  ZeroAddress,
} from 'ethers'
import { text } from '../command.ts'
import { UsageError } from '../errors.ts'
import { printable } from '../proposals.ts'
import { type Restaker, type Restaking, toAddress } from './contracts.ts'
import { RestakingError } from './errors.ts'
import { readLogs, topicOf } from './logs.ts'

/** What the coin is called where an asset is named. Its vault holds it wrapped. */
const COIN = 'IOTX'
const WRAPPED = 'WIOTX'

export const assetOption = (description: string, isCoinUsual = true) =>
  text('ASSET', description, {
    pattern: '^([iI][oO][tT][xX]|0x[0-9a-fA-F]{40})$',
    ...(isCoinUsual && { default: COIN }),
  })

/** What staked IOTX are called: by the version of system staking whose buckets they are. */
export const BUCKETS = ['buckets-v2', 'buckets-v3'] as const
const VAULT_IDS = { 'buckets-v2': 'bucketVaultV2', 'buckets-v3': 'bucketVaultV3' } as const

/** Names what a vault holds: as {@link assetOption}, or staked IOTX. */
export const stakeOption = (description: string) =>
  text('ASSET', `${description} ${BUCKETS.join(' or ')}: staked IOTX (msp bucket).`, {
    pattern: '^([iI][oO][tT][xX]|buckets-v[23]|0x[0-9a-fA-F]{40})$',
    default: COIN,
  })

const AMOUNT = '[0-9]{1,30}(\\.[0-9]{1,36})?'

/** An amount in the asset's units: 12.5. */
export const amount = (description: string) => text('AMOUNT', description, { pattern: `^${AMOUNT}$` })
/** The same, or all there is. */
export const amountOrAll = (description: string) => text('AMOUNT', description, { pattern: `^(${AMOUNT}|all)$` })

export interface Asset {
  /** Of the token; of wrapped IOTX, where it is the coin. */
  address: string
  symbol: string
  decimals: number
  isCoin: boolean
}

/** Without return values: not every token returns what the standard says. */
export const tokenInterface = new Interface([
  'function approve(address spender, uint256 amount)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function balanceOf(address account) view returns (uint256)',
  'function decimals() view returns (uint8)',
  'function symbol() view returns (string)',
])

export interface Token {
  approve: BaseContractMethod<[spender: string, amount: bigint], void, ContractTransactionResponse>
  allowance: BaseContractMethod<[owner: string, spender: string], bigint, bigint>
  balanceOf: BaseContractMethod<[account: string], bigint, bigint>
  decimals: BaseContractMethod<[], bigint, bigint>
  symbol: BaseContractMethod<[], string, string>
}

export const connectToken = (address: string, { runner }: Pick<Restaking, 'runner'>): Token =>
  new Contract(address, tokenInterface, runner) as unknown as Token

/** Returns the coin as an asset. */
export const coinOf = async ({ nativeVault }: Restaking): Promise<Asset> => ({
  address: await nativeVault.asset(),
  symbol: COIN,
  decimals: 18,
  isCoin: true,
})

/**
 * Returns an asset by what a user calls it: IOTX, or a token's address. Throws {@link RestakingError} ASSET_UNKNOWN.
 */
export async function findAsset(restaking: Restaking, given: string): Promise<Asset> {
  const coin = await coinOf(restaking)
  if (given.toUpperCase() === COIN) return coin
  const address = toAddress(given)
  return address === coin.address ? coin : readAsset(restaking, address)
}

/** As {@link findAsset}, of what rewards are paid in: tokens, of which wrapped IOTX is one. */
export async function findToken(restaking: Restaking, given: string): Promise<Asset> {
  const asset = await findAsset(restaking, given)
  return asset.isCoin ? { ...asset, symbol: WRAPPED } : asset
}

async function readAsset(restaking: Restaking, address: string): Promise<Asset> {
  if ((await restaking.provider.getCode(address)) === '0x')
    throw new RestakingError('ASSET_UNKNOWN', `There is no token at ${address}.`)
  const token = connectToken(address, restaking)
  const [symbol, decimals] = await Promise.all([orUndefined(token.symbol()), orUndefined(token.decimals())])
  return {
    address,
    // What a stranger wrote: no line breaks, no escapes, and never taken for the coin.
    symbol:
      symbol === undefined || [COIN, WRAPPED].includes(symbol.toUpperCase()) ? address : shortName(symbol, address),
    decimals: Number(decimals ?? 0n),
    isCoin: false,
  }
}

const shortName = (symbol: string, address: string): string => {
  const shown = printable(symbol).replaceAll(/\s/g, '\ufffd').slice(0, 16)
  return shown === '' ? address : shown
}

/** Returns an answer, or undefined where a contract has none: not every token has a symbol, or decimals. */
export async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (revertData(error) !== undefined || (error as { code?: unknown }).code === 'BAD_DATA') return undefined
    throw error
  }
}

/** Returns base units. Throws {@link UsageError} where the asset has fewer decimals, or the amount is zero. */
export function parseAmount(given: string, { symbol, decimals }: Asset): bigint {
  const [, part = ''] = given.split('.')
  if (part.replace(/0+$/, '').length > decimals)
    throw new UsageError('OPTION_INVALID', `${symbol} has ${decimals} decimals, and ${given} has more.`)
  const units = parseUnits(
    decimals === 0 ? given.split('.')[0]! : given.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, ''),
    decimals,
  )
  if (units === 0n) throw new UsageError('OPTION_INVALID', `${given} ${symbol} is nothing.`)
  return units
}

/** Returns an amount with its symbol, exact: 12.5 USDC. */
export const formatAmount = (units: bigint, { symbol, decimals }: Asset): string =>
  `${formatUnits(units, decimals).replace(/\.0$/, '')} ${symbol}`

/** Returns what --json tells of an amount: decimal text, and base units. */
export const amountJson = (units: bigint, asset: Asset) => ({
  amount: formatUnits(units, asset.decimals).replace(/\.0$/, ''),
  units,
})

export const assetJson = ({ address, symbol, decimals, isCoin }: Asset) => ({ address, symbol, decimals, isCoin })

export interface AssetVault {
  asset: Asset
  /** Of a bucket vault, what it has in common with the others. */
  vault: TokenVault
  address: string
  /** Where it holds buckets of system staking. */
  buckets?: BucketVault
}

/** A vault of staked IOTX; its asset's address is that of system staking. */
export type BucketsVault = AssetVault & { buckets: BucketVault }

/** Returns the vault of staked IOTX, or undefined where a network has none. */
async function bucketsOf(restaking: Restaking, name: (typeof BUCKETS)[number]): Promise<BucketsVault | undefined> {
  const address = restaking.deployment.find(VAULT_IDS[name])
  if (address === undefined) return undefined
  const buckets = connectBucketVault(address, restaking.runner)
  return {
    asset: { address: await buckets.staking(), symbol: `IOTX of ${name}`, decimals: 18, isCoin: false },
    vault: connectTokenVault(address, restaking.runner),
    address,
    buckets,
  }
}

/** Returns the vault of staked IOTX. Throws {@link RestakingError} VAULT_MISSING. */
export async function findBuckets(restaking: Restaking, name: (typeof BUCKETS)[number]): Promise<BucketsVault> {
  const found = await bucketsOf(restaking, name)
  if (!found) throw new RestakingError('VAULT_MISSING', `This network has no vault of ${name}.`)
  return found
}

/** Returns all vaults of staked IOTX that a network has. */
export async function allBuckets(restaking: Restaking): Promise<BucketsVault[]> {
  const found = await Promise.all(BUCKETS.map((name) => bucketsOf(restaking, name)))
  return found.filter((vault) => vault !== undefined)
}

/** Returns the vault of an asset, or undefined where it has none. */
export async function vaultOf(restaking: Restaking, asset: Asset): Promise<AssetVault | undefined> {
  const address = await restaking.factory.vaultOf(asset.address)
  return address === ZeroAddress ? undefined : { asset, vault: connectTokenVault(address, restaking.runner), address }
}

/**
 * Returns the vault of what a user calls an asset. Throws {@link RestakingError} ASSET_UNKNOWN and VAULT_MISSING.
 */
export async function findVault(restaking: Restaking, given: string): Promise<AssetVault> {
  const name = BUCKETS.find((each) => each === given)
  if (name) return findBuckets(restaking, name)
  const asset = await findAsset(restaking, given)
  const found = await vaultOf(restaking, asset)
  if (!found) throw new RestakingError('VAULT_MISSING', `${asset.symbol} has no vault (msp stake --create).`)
  return found
}

/** As {@link findVault}, and the signer calls it by its name. */
export async function useVault(restaker: Restaker, given: string): Promise<AssetVault> {
  const found = await findVault(restaker, given)
  introduceVault(restaker, found)
  return found
}

/** Lets `spender` take exactly `units` of the sender's tokens. */
export async function approveExactly(
  restaker: Restaker,
  { address, symbol }: Asset,
  spender: string,
  units: bigint,
): Promise<void> {
  restaker.introduce(address, symbol, tokenInterface)
  const token = connectToken(address, restaker)
  const allowance = await token.allowance(restaker.account, spender)
  if (allowance === units) return
  // Some tokens want the way over zero.
  if (allowance > 0n) await token.approve(spender, 0n)
  await token.approve(spender, units)
}

export function introduceVault(restaker: Restaker, { asset, address, buckets }: AssetVault): void {
  if (asset.isCoin) restaker.introduce(address, 'NativeVault', nativeVaultInterface)
  else restaker.introduce(address, `vault of ${asset.symbol}`, buckets ? bucketVaultInterface : tokenVaultInterface)
}

/** Returns the vaults of all assets, IOTX first, then as they were created, and those of staked IOTX last. */
export async function allVaults(restaking: Restaking): Promise<AssetVault[]> {
  const { provider, fromBlock, factory } = restaking
  const created = await readLogs(
    {
      provider,
      fromBlock,
      address: await factory.getAddress(),
      topics: [topicOf(vaultFactoryInterface, 'VaultCreated')],
    },
    vaultFactoryInterface,
  )
  const vaults = await Promise.all(
    created.map(async ({ args }) => ({
      asset: await findAsset(restaking, args.asset),
      vault: connectTokenVault(args.vault, restaking.runner),
      address: args.vault as string,
    })),
  )
  return [...vaults, ...(await allBuckets(restaking))]
}
