import { None } from '../../parts/hash.tsx'
import type { Asset, StakeVault, VaultAmount } from '../../stake/types.ts'
import { formatUnits } from '../../stake/units.ts'

/** An amount in a token's own decimals and symbol; exact units on hover, and whose word the symbol is. */
export function Units({ amount, asset }: { amount: string | bigint; asset: Asset | null }) {
  const exact = String(amount)
  if (asset === null) return <data value={exact}>{exact} units</data>
  return (
    <data className="amount" value={exact} title={`${exact} units of the token ${asset.address}`}>
      {formatUnits(exact, asset.decimals)} <span className="unit">{asset.symbol}</span>
    </data>
  )
}

/** Amounts of several vaults, one a line: what cannot be summed is not. */
export function VaultUnits({ amounts, vaults }: { amounts: readonly VaultAmount[]; vaults: readonly StakeVault[] }) {
  if (amounts.length === 0) return <None>none</None>
  return (
    <span className="stack">
      {amounts.map(({ vault, amount }) => (
        <Units key={vault} amount={amount} asset={vaults.find(({ vault: known }) => known === vault)?.asset ?? null} />
      ))}
    </span>
  )
}
