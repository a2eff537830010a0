import type { Asset } from '../../stake/types.ts'
import { printUnits } from '../../stake/units.ts'

interface AmountFieldProps {
  asset: Asset
  value: string
  onChange: (text: string) => void
  /** What there is; undefined where not all of it should go. */
  all?: bigint | undefined
  invalid: boolean
  describedBy: string
}

/** An amount in the token's own decimals. */
export function AmountField({ asset, value, onChange, all, invalid, describedBy }: AmountFieldProps) {
  return (
    <span className="amount-field">
      <label>
        <span>Amount, in {asset.symbol}</span>
        <input
          inputMode="decimal"
          autoComplete="off"
          size={14}
          value={value}
          aria-invalid={invalid}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
        />
      </label>
      {all !== undefined && all > 0n && (
        <button type="button" className="button" onClick={() => onChange(printUnits(all, asset.decimals))}>
          All
        </button>
      )}
    </span>
  )
}
