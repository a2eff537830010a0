/**
 * What can be wrong with a DIDComm message.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

export type DidcommErrorCode =
  /** Not the JSON that the specification describes. */
  | 'DIDCOMM_MALFORMED'
  /** Longer, or for more recipients, than is taken. */
  | 'DIDCOMM_TOO_LARGE'
  /** Envelopes in an order that the specification does not have. */
  | 'DIDCOMM_NESTING'
  /** `alg`, `enc` or a curve that is unknown, or that does not go with the others. */
  | 'DIDCOMM_ALGORITHM'
  /** `crit`, `zip` or `b64`: extensions that must be understood, and are not. */
  | 'DIDCOMM_CRITICAL_HEADER'
  /** A point that is not on its curve, or of small order. */
  | 'DIDCOMM_KEY_INVALID'
  /** A `kid` or `skid` that its DID document does not name for the purpose. */
  | 'DIDCOMM_KEY_UNKNOWN'
  /** None of the recipients' keys is held here. */
  | 'DIDCOMM_NOT_FOR_US'
  /** The tag is wrong: altered, or encrypted to or by another key. */
  | 'DIDCOMM_DECRYPTION'
  | 'DIDCOMM_SIGNATURE'
  /** `from` or `to` of the message is not who sent it or who got it. */
  | 'DIDCOMM_ADDRESSING'
  /** A DID document that cannot be had. */
  | 'DIDCOMM_DID_UNRESOLVED'
  | 'DIDCOMM_FROM_PRIOR'
  | 'DIDCOMM_EXPIRED'
  /** `created_time` is missing, too old or ahead of the clock. */
  | 'DIDCOMM_STALE'
  | 'DIDCOMM_REPLAYED'
  /** A sender sent more in one replay window than is remembered. */
  | 'DIDCOMM_WINDOW_FULL'
  /** Not encrypted by its sender where that is required. */
  | 'DIDCOMM_UNAUTHENTICATED'
  /** Neither side has a key for agreement on a curve of the other's. */
  | 'DIDCOMM_NO_COMMON_CURVE'

/** Thrown when a message cannot be packed, unpacked or taken. */
export class DidcommError extends CodedError {
  declare readonly code: DidcommErrorCode

  constructor(code: DidcommErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}
