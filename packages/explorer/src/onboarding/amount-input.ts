/**
 * Amounts as people type them.
 * @module
 */

const DECIMALS = 18

/** Returns wei of `12.5` tokens, or undefined where it is no amount: no sign, no exponent, at most 18 decimals. */
export function parseTokens(text: string): bigint | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,18}))?$/.exec(text.trim())
  if (!match) return undefined
  return BigInt(match[1]!) * 10n ** BigInt(DECIMALS) + BigInt((match[2] ?? '').padEnd(DECIMALS, '0'))
}

/** Returns `12.5` of wei, exact. */
export function printTokens(wei: bigint): string {
  const unit = 10n ** BigInt(DECIMALS)
  const fraction = (wei % unit).toString().padStart(DECIMALS, '0').replace(/0+$/, '')
  return `${wei / unit}${fraction === '' ? '' : `.${fraction}`}`
}

/** Returns a count from 1 up, or undefined. */
export function parseCount(text: string): bigint | undefined {
  return /^[1-9]\d{0,8}$/.test(text.trim()) ? BigInt(text.trim()) : undefined
}
