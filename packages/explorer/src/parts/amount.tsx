import { formatExactWei, formatWei } from '../format/amount.ts'

/** An amount in whole tokens; exact wei on hover. */
export function Amount({ wei, unit }: { wei: string; unit: string }) {
  return (
    <data className="amount" value={wei} title={formatExactWei(wei)}>
      {formatWei(wei)} <span className="unit">{unit}</span>
    </data>
  )
}
