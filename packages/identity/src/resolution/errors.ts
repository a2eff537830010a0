/**
 * Why a DID does not resolve, by the names of DID Resolution, with the HTTP status of its binding.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { DocumentMetadata } from './resolution.ts'

export const RESOLUTION_STATUS = {
  invalidDid: 400,
  notFound: 404,
  representationNotSupported: 406,
  deactivated: 410,
  methodNotSupported: 501,
  invalidDidDocument: 500,
  internalError: 500,
} as const

export type ResolutionErrorCode = keyof typeof RESOLUTION_STATUS

/** Thrown when a DID does not resolve. */
export class ResolutionError extends CodedError {
  declare readonly code: ResolutionErrorCode

  /** What is known of a DID that has no document any longer. */
  readonly metadata: DocumentMetadata

  constructor(
    code: ResolutionErrorCode,
    message: string,
    { metadata = {}, ...options }: ErrorOptions & { metadata?: DocumentMetadata } = {},
  ) {
    super(code, message, options)
    this.metadata = metadata
  }

  get status(): number {
    return RESOLUTION_STATUS[this.code]
  }
}
