/**
 * Errors of the onboarding portal. A stable code each; the message says what happened, {@link ADVICE} what to do.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Failure } from '../api/network-state.ts'

export type PortalErrorCode =
  | 'WALLET_REJECTED'
  | 'WALLET_BUSY'
  | 'WALLET_DISCONNECTED'
  | 'WALLET_CHAIN_UNKNOWN'
  | 'WALLET_CHAIN_WRONG'
  | 'WALLET_FAILED'
  | 'FUNDS_TOO_LOW'
  | 'TRANSACTION_REVERTED'
  | 'TRANSACTION_DROPPED'
  | 'CHAIN_READ_FAILED'
  | 'SERIAL_NOT_CHOSEN'
  | 'SERIAL_PORT_BUSY'
  | 'SERIAL_SILENT'
  | 'SERIAL_UNPLUGGED'
  | 'SERIAL_VERSION'
  | 'DEVICE_OTHER'
  | 'DOCUMENT_MALFORMED'
  | 'DOCUMENT_MISMATCH'
  | 'POSSESSION_UNPROVEN'
  | 'KEY_UNSUPPORTED'
  | 'INPUT_INVALID'

export class PortalError extends CodedError {
  constructor(code: PortalErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options)
  }
}

/** What to do about each failure. */
const ADVICE: Record<string, string> = {
  WALLET_REJECTED: 'Nothing was sent. Go on when you are ready.',
  WALLET_BUSY: 'Open the wallet and answer what it asks, then try again.',
  WALLET_DISCONNECTED: 'Check the wallet’s network connection, then try again.',
  WALLET_CHAIN_UNKNOWN: 'Add the network in the wallet’s settings, then switch to it.',
  WALLET_CHAIN_WRONG: 'Switch the wallet’s network above.',
  WALLET_FAILED: 'Look into the wallet, then try again. Nothing is lost.',
  FUNDS_TOO_LOW: 'Send IOTX to this account, then try again.',
  TRANSACTION_REVERTED: 'What was done before stays done. Read why above, then go on.',
  TRANSACTION_DROPPED: 'Check the wallet’s activity. If it is not there, send it again.',
  CHAIN_READ_FAILED: 'Check the wallet’s network, then try again.',
  SERIAL_NOT_CHOSEN: 'Connect the device by USB, then choose its port.',
  SERIAL_PORT_BUSY: 'Close what else uses the port, such as a serial monitor, then try again.',
  SERIAL_SILENT: 'Check that this is the device’s port and that its firmware has the serial protocol.',
  SERIAL_UNPLUGGED: 'Plug it in again, then read it again. Nothing is lost.',
  SERIAL_VERSION: 'Update the device’s firmware.',
  SERIAL_DECLINED: 'Confirm on the device when it asks.',
  SERIAL_KEY_MISSING: 'The device has no key yet: start it once by itself.',
  SERIAL_KEY_REFUSED: 'Give the device a key of its own that is kept encrypted or in a secure element.',
  DEVICE_OTHER: 'Plug in the device that you read before, or read this one.',
  DOCUMENT_MALFORMED: 'Do not register it. Its firmware makes the document wrongly.',
  DOCUMENT_MISMATCH: 'Do not register it. Its firmware makes the document wrongly, or the device is not what it says.',
  POSSESSION_UNPROVEN: 'Do not register it: whoever has its key could take it from you.',
  KEY_UNSUPPORTED: 'The network’s attestors register such devices.',
  UPLOADS_EXHAUSTED: 'Wait a minute, then store it again.',
  IDENTITY_UNREACHABLE: 'Try again. If it stays so, the operator has to look into it.',
  COORDINATOR_UNREACHABLE: 'Check your connection, then try again.',
}

export const adviceFor = (code: string): string => ADVICE[code] ?? 'Try again. What was done before stays done.'

/** Returns what an error says to people. */
export const failureOf = (error: unknown): Failure =>
  error instanceof CodedError
    ? { code: error.code, message: error.message }
    : { code: 'PAGE_FAILED', message: 'The page failed at this step.' }
