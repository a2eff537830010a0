/**
 * The device permit (EIP-712, IDevicePermits): a device's consent to one thing done with it, which binds all of it: the
 * action, the owner, the document, the device NFT, the next nonce and a deadline.
 * @module
 */
import { bigintToBytes, fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { DeviceKey } from './key.ts'
import { permitDomain } from './permit.ts'

/** IDevicePermits.Action. */
export const ACTION = { register: 0, update: 1, remove: 2, migrate: 3 } as const

/** IDevicePermits' key types; a device here has a secp256k1 key, whose public key is recovered. */
const SECP256K1 = 0

interface Common {
  chainId: bigint
  /** Address of ioIDRegistry. */
  registry: Hex
  device: Hex
  /** Who gets the device (register, migrate) or holds it (update, remove). */
  owner: Hex
  /** The registry's `nonces(device)`. */
  nonce: bigint
  /** Last block time at which the permit is taken, in seconds. */
  deadline: bigint
}

interface Document {
  hash: Hex
  uri: string
}

/** What a permit is for. No key for circuits is bound. */
export type DevicePermit = Common &
  (
    | ({ action: 'register'; deviceContract: Hex; tokenId: bigint } & Document)
    | ({ action: 'update' } & Document)
    | { action: 'remove' | 'migrate' }
  )

/** The struct that the registry takes. */
export interface SignedDevicePermit {
  deadline: bigint
  keyType: number
  publicKey: Hex
  signature: Hex
}

/** No key for circuits, as the registry takes it. */
export const NO_CIRCUIT_KEY = {
  ...{ x: 0n, y: 0n, eighthX: 0n, eighthY: 0n },
  ...{ commitmentX: 0n, commitmentY: 0n, response: 0n },
}

const hashText = (text: string): Uint8Array => keccak_256(new TextEncoder().encode(text))
const word = (value: bigint | number): Uint8Array => bigintToBytes(BigInt(value), 32)

const TYPE_HASH = hashText(
  'DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)',
)

/** The registry's `DEVICE_PERMIT_TYPEHASH()`: one that answers another, or nothing, does not take these permits. */
export const DEVICE_PERMIT_TYPE_HASH: Hex = toHex(TYPE_HASH)

/** Returns the digest that the device signs. What does not apply is zero or empty. */
export function devicePermitHash(permit: DevicePermit): Uint8Array {
  const document = 'hash' in permit ? permit : { hash: '0x0', uri: '' }
  const token = 'tokenId' in permit ? permit : { deviceContract: '0x0', tokenId: 0n }
  const struct = keccak_256(
    Buffer.concat([
      TYPE_HASH,
      word(ACTION[permit.action]),
      word(BigInt(permit.device)),
      word(BigInt(permit.owner)),
      word(BigInt(document.hash)),
      hashText(document.uri),
      word(BigInt(token.deviceContract)),
      word(token.tokenId),
      word(0),
      word(permit.nonce),
      word(permit.deadline),
    ]),
  )
  return keccak_256(Buffer.concat([Uint8Array.of(0x19, 0x01), fromHex(permitDomain(permit)), struct]))
}

/** Returns the permit, signed r ‖ s ‖ v. */
export function signDevicePermit(key: DeviceKey, permit: DevicePermit): SignedDevicePermit {
  const { r, s, v } = key.signRecoverable(devicePermitHash(permit))
  const signature: Hex = `${r}${s.slice(2)}${v.toString(16)}`
  return { deadline: permit.deadline, keyType: SECP256K1, publicKey: '0x', signature }
}
