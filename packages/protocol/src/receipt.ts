/**
 * A gateway's receipt: by it a device knows that an answer is the gateway's that its profile names, and anybody that the
 * gateway gave it. Signed is SHA-256 of a text, ES256 by the key of the gateway's did:key (docs/adr/0076-receipts.md).
 * @module
 */
import type { Hex } from './hex.ts'

/** What the text has apart from all else that a key of P-256 may sign. */
export const RECEIPT_HEADER = 'ioConnect receipt'

export interface ReceiptSubject {
  /** Who sent the message, lower case. */
  device: Hex
  nonce: bigint
  /** As HTTP's. */
  status: number
  /** The task id of a message that is kept, which names its signature and so its content; of another the code. */
  outcome: string
}

/** Returns the text that is signed. */
export const receiptText = ({ device, nonce, status, outcome }: ReceiptSubject): string =>
  [RECEIPT_HEADER, device, nonce, status, outcome].join('\n')
