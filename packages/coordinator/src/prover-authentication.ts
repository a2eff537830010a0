/**
 * Checks that a request was signed by the prover that its path names (packages/protocol/src/request-signature.ts).
 * @module
 */
import { RequestError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import {
  REQUEST_LIFETIME_MS,
  requestText,
  SIGNATURE_HEADER,
  type SignedRequest,
  TIMESTAMP_HEADER,
} from '@iotex2/protocol/request-signature'
import { verifyMessage } from 'ethers'

const invalid = (message: string): RequestError => new RequestError(401, 'PROVER_SIGNATURE_INVALID', message)

/** Throws {@link RequestError} PROVER_SIGNATURE_INVALID, 401, unless `prover` signed the request lately. */
export function authenticateProver(
  prover: Hex,
  request: Omit<SignedRequest, 'timestampMs'>,
  headers: Record<string, string | string[] | undefined>,
  nowMs: number,
): void {
  const timestampMs = Number(headers[TIMESTAMP_HEADER])
  const signature = headers[SIGNATURE_HEADER]
  if (!Number.isSafeInteger(timestampMs) || typeof signature !== 'string')
    throw invalid(`Send ${TIMESTAMP_HEADER} and ${SIGNATURE_HEADER}.`)
  if (Math.abs(nowMs - timestampMs) > REQUEST_LIFETIME_MS)
    throw invalid(`${TIMESTAMP_HEADER} is more than ${REQUEST_LIFETIME_MS / 1000} s from this clock.`)
  let signer: string
  try {
    signer = verifyMessage(requestText({ ...request, timestampMs }), signature)
  } catch {
    throw invalid('The signature is malformed.')
  }
  if (signer.toLowerCase() !== prover) throw invalid(`The request is not signed by ${prover}.`)
}
