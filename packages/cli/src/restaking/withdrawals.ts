/**
 * Paying out what is in a vault and not delegated.
 * @module
 */
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { type Asset, type AssetVault, connectToken, formatAmount, introduceVault } from './assets.ts'
import type { Restaker } from './contracts.ts'
import { isRefused, reasonOf, rehearse } from './errors.ts'

/** Returns what an account can have paid out: all that is not delegated, and of staked IOTX what of that is coin. */
export async function withdrawable({ vault, buckets }: AssetVault, account: string): Promise<bigint> {
  const balance = await vault.balanceOf(account)
  if (!buckets) return balance
  const { coin } = await buckets.accountOf(account)
  if (coin < balance) return coin
  return balance
}

/** Pays `units` to `recipient`, after it has said so. Returns what is paid: less where the asset took from the vault. */
export async function withdraw(
  restaker: Restaker,
  found: AssetVault,
  units: bigint,
  recipient: string,
  say: (line: string) => void,
): Promise<bigint> {
  const { asset, vault, address } = found
  introduceVault(restaker, found)
  if (found.buckets) {
    await rehearse('withdraw', found.buckets.withdraw.staticCall(units, recipient))
    say(`${formatAmount(units, asset)} go to ${recipient}, as coin`)
    await found.buckets.withdraw(units, recipient)
    return units
  }
  const [owed, held] = await Promise.all([vault.owed(), connectToken(asset.address, restaker).balanceOf(address)])
  // As TokenVault rounds: everyone bears the same part of what is missing.
  const paid = held < owed ? (units * held) / owed : units
  say(`${formatAmount(paid, asset)} go to ${recipient}`)
  if (paid < units)
    say(
      `  the asset took from its vault: of ${formatAmount(units, asset)} no more is there, for everyone in proportion`,
    )
  const native = asset.isCoin ? connectNativeVault(address, restaker.signer) : undefined
  const pay = native ? native.withdrawNative : vault.withdraw
  await rehearse('withdraw', pay.staticCall(units, recipient))
  await pay(units, recipient)
  return paid
}

export interface Withdrawals {
  withdrawn: { asset: Asset; units: bigint }[]
  /** What its asset, or its recipient, refuses. */
  refused: { asset: Asset; reason: string }[]
}

/** Pays all that the sender has not delegated in `vaults` to the sender. An asset that refuses stops no other. */
export async function withdrawAll(
  restaker: Restaker,
  vaults: readonly AssetVault[],
  say: (line: string) => void,
): Promise<Withdrawals> {
  const [withdrawn, refused]: [Withdrawals['withdrawn'], Withdrawals['refused']] = [[], []]
  for (const found of vaults) {
    const { asset } = found
    const balance = await withdrawable(found, restaker.account)
    if (balance === 0n) continue
    try {
      withdrawn.push({ asset, units: await withdraw(restaker, found, balance, restaker.account, say) })
    } catch (error) {
      if (!isRefused(error)) throw error
      refused.push({ asset, reason: reasonOf(error) })
    }
  }
  return { withdrawn, refused }
}
