/**
 * Amounts and counts as people read them. Always with a comma between thousands and a point before decimals.
 * @module
 */

const DECIMALS = 18

/** Decimals shown; the rest is cut, never rounded up, so that nobody is shown more than they have. */
const SHOWN_DECIMALS = 4

const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** Returns `1,234.5` of wei. An amount too small to show is `<0.0001`. */
export function formatWei(wei: string | bigint): string {
  const value = BigInt(wei)
  const [sign, magnitude] = value < 0n ? ['−', -value] : ['', value]
  const unit = 10n ** BigInt(DECIMALS)
  const fraction = (magnitude % unit).toString().padStart(DECIMALS, '0').slice(0, SHOWN_DECIMALS).replace(/0+$/, '')
  const whole = magnitude / unit
  if (magnitude > 0n && whole === 0n && fraction === '') return `${sign}<0.${'0'.repeat(SHOWN_DECIMALS - 1)}1`
  return `${sign}${group(whole.toString())}${fraction === '' ? '' : `.${fraction}`}`
}

/** Returns `1,234,500,000 wei`, exact. */
export const formatExactWei = (wei: string | bigint): string => {
  const value = BigInt(wei)
  return `${value < 0n ? '−' : ''}${group((value < 0n ? -value : value).toString())} wei`
}

/** Returns a count as `12,345`. */
export const formatCount = (count: number): string => group(Math.trunc(count).toString())

/** Returns a measured number with at most `digits` decimals, `1,234.5`. */
export function formatNumber(value: number, digits = 2): string {
  const [whole = '0', fraction = ''] = Math.abs(value).toFixed(digits).split('.')
  const decimals = fraction.replace(/0+$/, '')
  const text = `${group(whole)}${decimals === '' ? '' : `.${decimals}`}`
  return value < 0 && text !== '0' ? `−${text}` : text
}
