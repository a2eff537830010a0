/**
 * Why a DID does not resolve, by the names of DID Resolution, with the HTTP status of its binding.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

export const RESOLUTION_STATUS = {
  invalidDid: 400,
  notFound: 404,
  representationNotSupported: 406,
  deactivated: 410,
  methodNotSupported: 501,
  internalError: 500,
} as const

export type ResolutionErrorCode = keyof typeof RESOLUTION_STATUS

/** Thrown when a DID does not resolve. */
export class ResolutionError extends CodedError {
  declare readonly code: ResolutionErrorCode

  constructor(code: ResolutionErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }

  get status(): number {
    return RESOLUTION_STATUS[this.code]
  }
}
