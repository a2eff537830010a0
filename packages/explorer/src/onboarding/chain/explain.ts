/**
 * Contracts' errors, in words.
 * @module
 */
import type { Interface } from 'ethers'

/** Returns a sentence for what a contract reverted with, which names the contract's own error. */
export type Explain = (data: string | undefined) => string

/** Bytes of an error's selector, in hexadecimal with 0x. */
const SELECTOR_LENGTH = 10

/** Knows the errors of `interfaces`, some of them by what they mean to a person. */
export const explainer =
  (interfaces: readonly Interface[], meanings: Readonly<Record<string, string>>): Explain =>
  (data) => {
    const name = data === undefined ? undefined : errorName(interfaces, data)
    if (name === undefined) return 'A contract refuses it, and gives no reason.'
    return meanings[name] === undefined ? `A contract refuses it: ${name}.` : `${meanings[name]} (${name})`
  }

function errorName(interfaces: readonly Interface[], data: string): string | undefined {
  if (data.length < SELECTOR_LENGTH) return undefined
  for (const contract of interfaces) {
    const error = contract.parseError(data)
    if (error) return error.name
  }
  return undefined
}
