/**
 * How a message reaches a gateway: the platform's own clients, which know nothing of what they carry. What a reply is
 * worth, how long it is waited for, and which gateway comes next, the device's core decides.
 * @module
 */
import type { Hex } from '@iotex2/protocol/hex'

/** What became of messages. */
export interface TransportListener {
  /** A gateway replied. `nonce` and `status` are 0 where the reply itself says them. */
  reply(nonce: bigint, status: number, text: string): void
  /** No reply will come to `nonce`, or, where it is 0, to anything in flight. */
  fail(nonce: bigint, code: 'GATEWAY_UNREACHABLE', message: string): void
}

export interface Transport {
  /** Sends a message. Never throws: the listener is told. */
  send(gateway: string, nonce: bigint, body: string): void
  /** Gives up what is in flight, and tells nobody. */
  hangUp(): void
}

/** What every transport is made of. */
export interface TransportOptions {
  projectId: bigint
  /** Projects that requests may be for, too. */
  otherProjects?: readonly bigint[]
  device: Hex
  connectTimeoutMs: number
  listener: TransportListener
}
