/**
 * What `msp show` tells: of the vaults, of an account, of a module.
 * @module
 */
import { formatEther } from 'ethers'
import type { Report } from '../command.ts'
import { printable } from '../proposals.ts'
import { type Asset, type AssetVault, allVaults, amountJson, assetJson, formatAmount } from './assets.ts'
import { formatPrice } from './baskets.ts'
import type { Restaking } from './contracts.ts'
import { allDims, type DimState, describeDim, describeTerms, dimJson, metadataOf, readDim } from './dims.ts'
import { describeExit, exitJson, exitsOf, type Position, poolsOfValidator, positionsOf } from './positions.ts'
import { formatDuration, formatPercent } from './quantities.ts'
import { agreementsOf, describeAgreement } from './validators.ts'

/** Returns the report of all vaults and modules. */
export async function reportVaults(restaking: Restaking): Promise<Report> {
  const [vaults, dims, delay, longest] = await Promise.all([
    allVaults(restaking),
    allDims(restaking),
    restaking.dims.exitDelay(),
    restaking.dims.longestWindow(),
  ])
  const owed = await Promise.all(vaults.map(({ vault }) => vault.owed()))
  const admitted = dims.filter(({ status }) => status === 'admitted')
  return {
    lines: [
      `stake leaves ${formatDuration(delay)} after it was asked to; the longest that a module can slash for is ${formatDuration(longest)}`,
      ...vaults.map(
        ({ asset, address, buckets }, i) =>
          `${formatAmount(owed[i]!, asset)} in its vault ${address}${asset.isCoin ? '' : `, ${buckets ? 'system staking' : 'token'} ${asset.address}`}`,
      ),
      `${admitted.length} modules are admitted (msp dim show)`,
      ...admitted.map(({ id, terms }) => `  DIM ${id}: ${describeTerms(terms)}`),
    ],
    json: {
      exitDelayS: delay,
      longestWindowS: longest,
      vaults: vaults.map(({ asset, address }, i) => ({
        asset: assetJson(asset),
        vault: address,
        ...amountJson(owed[i]!, asset),
      })),
      dims: dims.map(dimJson),
    },
  }
}

export async function reportAccount(restaking: Restaking, account: string): Promise<Report> {
  const { now } = restaking
  const vaults = await allVaults(restaking)
  const [balances, positions, exits] = await Promise.all([
    balancesOf(vaults, account),
    positionsOf(restaking, vaults, account),
    exitsOf(restaking, vaults, account),
  ])
  const slashable = await Promise.all(positions.map((position) => slashableOf(restaking, position)))
  const isEmpty = balances.length + positions.length + exits.length === 0
  return {
    lines: [
      ...(isEmpty ? [`${account} has nothing in any vault (msp stake)`] : []),
      ...balances.map(
        ({ vault, units }) =>
          `${formatAmount(units, vault.asset)} are not delegated: they can be withdrawn (msp ${vault.buckets ? 'bucket ' : ''}withdraw)`,
      ),
      ...positions.flatMap(({ vault, validator, basket, shares, worth }, i) => [
        `${formatAmount(worth, vault.asset)} in basket ${basket} of ${validator}, at ${formatPrice(worth, shares)} ${vault.asset.symbol} a share`,
        ...slashable[i]!.map(
          ({ dim, units }) => `  DIM ${dim} could take up to ${formatAmount(units, vault.asset)} for an offence of now`,
        ),
      ]),
      ...exits.map((exit) => describeExit(exit, now)),
    ],
    json: {
      account,
      balances: balances.map(({ vault, units }) => ({
        asset: assetJson(vault.asset),
        ...amountJson(units, vault.asset),
      })),
      positions: positions.map(({ vault, validator, basket, shares, worth }, i) => ({
        asset: assetJson(vault.asset),
        validator,
        basket,
        shares,
        price: formatPrice(worth, shares),
        worth: amountJson(worth, vault.asset),
        slashable: slashable[i]!.map(({ dim, units }) => ({ dim, ...amountJson(units, vault.asset) })),
      })),
      exits: exits.map((exit) => exitJson(exit, now)),
    },
  }
}

async function balancesOf(
  vaults: readonly AssetVault[],
  account: string,
): Promise<{ vault: AssetVault; units: bigint }[]> {
  const balances = await Promise.all(
    vaults.map(async (vault) => ({ vault, units: await vault.vault.balanceOf(account) })),
  )
  return balances.filter(({ units }) => units > 0n)
}

/** Returns what each DIM could take of a position for an offence in the last second: its part of what it takes of the pool. */
async function slashableOf(
  { allocation, slasher, now }: Restaking,
  { vault, validator, basket, worth }: Position,
): Promise<{ dim: bigint; units: bigint }[]> {
  const [lines, reachable] = await Promise.all([
    allocation.linesOf(validator, basket),
    vault.vault.slashableNow(validator, basket),
  ])
  return Promise.all(
    lines.map(async ({ dim }) => {
      const ofPool = await slasher.slashableAt(dim, vault.address, validator, basket, now - 1n)
      return { dim, units: reachable === 0n ? 0n : (ofPool * worth + reachable - 1n) / reachable }
    }),
  )
}

/** Returns the report of all modules that were ever proposed. */
export async function reportDims(restaking: Restaking): Promise<Report> {
  const [all, minimum] = await Promise.all([allDims(restaking), restaking.dims.minimumBond()])
  return {
    lines: [
      `a proposal takes a bond of ${formatEther(minimum)} IOTX`,
      ...(all.length === 0 ? ['no modules yet (msp dim propose)'] : all.map(describeDim)),
    ],
    json: { minimumBondWei: minimum, dims: all.map(dimJson) },
  }
}

/** Returns the report of one module. Throws RestakingError DIM_UNKNOWN. */
export async function reportDim(restaking: Restaking, id: bigint): Promise<Report> {
  const dim = await readDim(restaking, id)
  const [metadataUri, agreements, vaults] = await Promise.all([
    metadataOf(restaking, id),
    agreementsOf(restaking, { dim: id }),
    allVaults(restaking),
  ])
  const stakes = await Promise.all(
    agreements.map(({ validator, serves }) => (serves ? stakeBehind(restaking, vaults, dim, validator) : [])),
  )
  const total = sumByAsset(stakes.flat())
  return {
    lines: [
      describeDim(dim),
      `  managed by ${dim.manager}; requests by ${dim.terms.enforcer}; bond ${formatEther(dim.bond)} IOTX`,
      `  ${describeTerms(dim.terms)}`,
      `  ${metadataUri === undefined ? 'its metadata is not in the logs' : `described at ${printable(metadataUri).replaceAll('\n', '\ufffd')}`}`,
      ...total.map(({ asset, units }) => `  ${formatAmount(units, asset)} back it now`),
      ...agreements.flatMap((agreement, i) => [
        `  ${agreement.validator}: ${describeAgreement(agreement, restaking.now)}`,
        ...stakes[i]!.map(
          ({ asset, basket, share, units }) =>
            `    ${formatAmount(units, asset)} of basket ${basket}, ${formatPercent(share)} of it`,
        ),
      ]),
    ],
    json: {
      ...dimJson(dim),
      metadataUri: metadataUri ?? null,
      stake: total.map(({ asset, units }) => ({ asset: assetJson(asset), ...amountJson(units, asset) })),
      validators: agreements.map(({ dim: _, ...agreement }, i) => ({
        ...agreement,
        stake: stakes[i]!.map(({ asset, basket, share, units }) => ({
          asset: assetJson(asset),
          basket,
          shareBps: share,
          ...amountJson(units, asset),
        })),
      })),
    },
  }
}

interface Backing {
  asset: Asset
  basket: bigint
  share: bigint
  units: bigint
}

async function stakeBehind(
  restaking: Restaking,
  vaults: readonly AssetVault[],
  { id }: DimState,
  validator: string,
): Promise<Backing[]> {
  const { allocation, now } = restaking
  const pools = await poolsOfValidator(restaking, vaults, validator)
  const backing = await Promise.all(
    pools.map(async ({ vault, basket }) => ({
      asset: vault.asset,
      basket,
      share: await allocation.shareOf(validator, basket, id),
      units: await allocation.stakeAt(id, vault.address, validator, basket, now),
    })),
  )
  return backing.filter(({ share }) => share > 0n)
}

function sumByAsset(backing: readonly Backing[]): { asset: Asset; units: bigint }[] {
  const sums = new Map<string, { asset: Asset; units: bigint }>()
  for (const { asset, units } of backing)
    sums.set(asset.address, { asset, units: units + (sums.get(asset.address)?.units ?? 0n) })
  return [...sums.values()]
}
