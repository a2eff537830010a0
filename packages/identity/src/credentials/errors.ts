/**
 * What can be wrong with a credential or a presentation.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

export type CredentialErrorCode =
  /** Not the JSON that the data model describes. */
  | 'CREDENTIAL_MALFORMED'
  | 'CREDENTIAL_TOO_LARGE'
  /** A JSON-LD context that is not bundled: nothing is fetched. */
  | 'CREDENTIAL_CONTEXT_UNKNOWN'
  /** A member that no context defines, which a signature would silently leave out. */
  | 'CREDENTIAL_TERM_UNDEFINED'
  /** No proof, one of another cryptosuite, or for another purpose. */
  | 'CREDENTIAL_PROOF_UNSUPPORTED'
  | 'CREDENTIAL_SIGNATURE'
  /** The key is not one of the issuer's or holder's for this purpose. */
  | 'CREDENTIAL_KEY_UNKNOWN'
  | 'CREDENTIAL_ISSUER_MISMATCH'
  | 'CREDENTIAL_NOT_YET_VALID'
  | 'CREDENTIAL_EXPIRED'
  | 'CREDENTIAL_REVOKED'
  | 'CREDENTIAL_SUSPENDED'
  /** The status list cannot be had, or is not the one that the chain anchors; outdated where it was anchored before. */
  | 'STATUS_LIST_UNAVAILABLE'
  | 'STATUS_LIST_MALFORMED'
  | 'STATUS_LIST_MISMATCH'
  | 'STATUS_LIST_OUTDATED'
  | 'STATUS_INDEX_OUT_OF_RANGE'
  /** The chain does not answer. */
  | 'LEDGER_UNAVAILABLE'
  /** Governance lists no such issuer, or struck it off. */
  | 'ISSUER_NOT_LISTED'
  | 'ISSUER_STRUCK_OFF'
  /** The chain anchors no such list of the issuer's. */
  | 'STATUS_LIST_UNANCHORED'
  /** No ioID obtained the credential on chain, or its ioID holds it no longer. */
  | 'CREDENTIAL_NOT_OBTAINED'
  | 'CREDENTIAL_NOT_HELD'
  /** The issuer defined no such type on chain. */
  | 'CREDENTIAL_TYPE_UNDEFINED'
  | 'GRANT_MALFORMED'
  /** The presentation answers another challenge, or is for another verifier. */
  | 'PRESENTATION_CHALLENGE'
  | 'PRESENTATION_DOMAIN'

/** Thrown when a credential or presentation cannot be issued or does not hold. */
export class CredentialError extends CodedError {
  declare readonly code: CredentialErrorCode

  constructor(code: CredentialErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}
