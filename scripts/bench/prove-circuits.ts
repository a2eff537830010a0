/**
 * Inputs of the benchmark's circuits: the same in every run.
 * @module
 */
import { createHash } from 'node:crypto'
import type { CircuitInput } from '@iotex2/groth16/witness'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { poseidon1 } from 'poseidon-lite'

const START = BigInt(`0x${createHash('sha256').update('iotex2 bench').digest('hex')}`) % FIELD_MODULUS

/** Returns the input of PoseidonChain(length). */
export function poseidonChainInput(length: number): CircuitInput {
  let end = START
  for (let i = 0; i < length; i++) end = poseidon1([end])
  return { start: START, end }
}

/** Returns the bits of a message, the most significant of each byte first. */
export const messageBits = (message: Uint8Array): bigint[] =>
  [...message].flatMap((byte) => Array.from({ length: 8 }, (_, i) => BigInt((byte >> (7 - i)) & 1)))

/** Returns the two halves of a digest of 32 bytes, the high one first. */
export function digestHalves(digest: Uint8Array): [high: bigint, low: bigint] {
  const hex = Buffer.from(digest).toString('hex')
  return [BigInt(`0x${hex.slice(0, 32)}`), BigInt(`0x${hex.slice(32)}`)]
}

/** Returns the input of Sha256Preimage for `message`. */
export function sha256Input(message: Uint8Array): CircuitInput {
  const [high, low] = digestHalves(createHash('sha256').update(message).digest())
  return { high, low, message: messageBits(message) }
}

/** Returns a message of 512 bits: half of them are ones. */
export const benchMessage = (): Uint8Array => createHash('sha512').update('iotex2 bench').digest()
