import { printTokens } from '../../onboarding/amount-input.ts'

interface MaximumFieldProps {
  /** Of the token. */
  symbol: string
  /** In a line with what is beside it. */
  inline?: boolean
  /** What it costs now, the maximum until another is typed; undefined while it is not known. */
  feeWei: bigint | undefined
  /** What was typed; undefined for the price. */
  typed: string | undefined
  onType: (typed: string | undefined) => void
}

/** The most that the owner accepts. A price that comes in later changes nothing under the cursor. */
export function MaximumField({ symbol, inline = false, feeWei, typed, onType }: MaximumFieldProps) {
  const price = feeWei === undefined ? '' : printTokens(feeWei)
  const value = typed ?? price
  return (
    <label className={inline ? 'inline-field' : undefined}>
      <span>At most, in {symbol}</span>
      <input
        inputMode="decimal"
        size={8}
        value={value}
        onFocus={() => onType(value)}
        onBlur={() => (value === '' || value === price) && onType(undefined)}
        onChange={(event) => onType(event.target.value)}
      />
    </label>
  )
}
