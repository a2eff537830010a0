/**
 * Signs what devices are told (@iotex2/protocol/receipt).
 * @module
 */
import { sign } from 'node:crypto'
import type { SecretKey } from '@iotex2/identity/secret-key'
import { CodedError } from '@iotex2/protocol/errors'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { receiptText } from '@iotex2/protocol/receipt'
import type { IngestResult } from './ingest.ts'

/** Thrown when a key cannot sign receipts. Code RECEIPT_KEY_CURVE. */
export class ReceiptKeyError extends CodedError {
  constructor(curve: string) {
    super(
      'RECEIPT_KEY_CURVE',
      `Receipts are signed on P-256, which every device has, and the key is on ${curve}: make one with --curve P-256.`,
    )
  }
}

export class ReceiptSigner {
  /** What profiles name the gateway by. */
  readonly did: string
  readonly #key: ReturnType<SecretKey['keyObject']>

  /** Throws {@link ReceiptKeyError}. */
  constructor(key: SecretKey) {
    if (key.curve !== 'P-256') throw new ReceiptKeyError(key.curve)
    this.did = `did:key:${key.multikey}`
    this.#key = key.keyObject()
  }

  /** Returns the receipt of a result: r ‖ s. None where the message said neither its nonce nor its device. */
  receiptOf(result: IngestResult, device: Hex | undefined): Hex | undefined {
    const { nonce, status } = result
    if (device === undefined || nonce === undefined) return undefined
    const outcome = result.outcome === 'rejected' ? result.code : result.taskId
    const text = receiptText({ device, nonce, status, outcome })
    return toHex(sign('sha256', Buffer.from(text), { key: this.#key, dsaEncoding: 'ieee-p1363' }))
  }
}
