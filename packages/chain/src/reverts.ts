/**
 * Turns what a node says about a failed call into the contract's own error.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type ErrorDescription, Interface } from 'ethers'
import { interfaces } from './generated/interfaces.ts'

/** `Error(string)` and `Panic(uint256)`, which the compiler emits. */
const COMPILER_ERRORS = new Interface(['error Error(string reason)', 'error Panic(uint256 code)'])

/**
 * Thrown when a contract refuses a transaction, before it is sent or after it was mined. Code TRANSACTION_REVERTED.
 * `errorName` is the Solidity error, or "unknown" when no known contract declares it (`data` then tells).
 */
export class TransactionRevertedError extends CodedError {
  readonly errorName: string
  readonly args: readonly unknown[]
  readonly data: string
  /** Set when the transaction was mined. */
  readonly transactionHash: string | undefined

  constructor(step: string, data: string, transactionHash?: string, known = interfaces) {
    const description = decodeRevert(data, known)
    const name = description?.name ?? 'unknown'
    const args = description ? [...description.args] : []
    super('TRANSACTION_REVERTED', `${step} reverted: ${name}(${args.map(String).join(', ')})${description ? '' : data}`)
    this.errorName = name
    this.args = args
    this.data = data
    this.transactionHash = transactionHash
  }
}

/** Returns the custom error that `data` encodes, if a known contract declares it. */
export function decodeRevert(data: string, known = interfaces): ErrorDescription | undefined {
  for (const contract of [...known, COMPILER_ERRORS]) {
    try {
      const description = contract.parseError(data)
      if (description) return description
    } catch {
      // The selector is known and the arguments are malformed: another contract may fit.
    }
  }
  return undefined
}

/** Returns the revert data that ethers or a node put into `error`, or undefined when it tells of something else. */
export function revertData(error: unknown): string | undefined {
  if (typeof error === 'string') return /^0x([0-9a-fA-F]{2})*$/.test(error) ? error : undefined
  if (typeof error !== 'object' || error === null) return undefined
  const { code, data, info, error: inner, cause } = error as Record<string, unknown>
  for (const place of [data, inner, info, cause]) {
    const found = revertData(place)
    if (found !== undefined) return found
  }
  return code === 'CALL_EXCEPTION' ? '0x' : undefined
}
