/**
 * How a prover signs its requests to a coordinator: EIP-191 by its key over method, path, time and body.
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from './hex.ts'

/** Milliseconds since the epoch, decimal. */
export const TIMESTAMP_HEADER = 'x-iotex2-timestamp'
/** 65 bytes in hexadecimal. */
export const SIGNATURE_HEADER = 'x-iotex2-signature'
/** How far a request's time may lie from the coordinator's clock. */
export const REQUEST_LIFETIME_MS = 60_000

export interface SignedRequest {
  method: string
  /** Path and query. */
  path: string
  timestampMs: number
  /** Empty for a request without a body. */
  body: string
}

/** Returns the text that is signed. */
export const requestText = ({ method, path, timestampMs, body }: SignedRequest): string =>
  `${method}\n${path}\n${timestampMs}\n${toHex(sha256(Buffer.from(body)))}`
