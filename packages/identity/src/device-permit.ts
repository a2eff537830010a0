/**
 * The registry's device permit (EIP-712, IDevicePermits): a device's consent to one action, which binds all that is done.
 * Beside the {@link ./permit.ts | legacy permit}, which binds the owner only.
 * @module
 */
import { bigintToBytes, fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
import { p256 } from '@noble/curves/nist.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { SignatureError } from './jose/signature.ts'
import { DeviceKey } from './key.ts'
import { type Permit, permitDomain } from './permit.ts'
import type { SecretKey } from './secret-key.ts'

/** What a device permit is for, as the contract counts. */
export const DEVICE_ACTION = { register: 0, update: 1, remove: 2, migrate: 3 } as const

/** Curves of device keys, as the contract counts. Ed25519 needs an attestor that governance named. */
export const DEVICE_KEY_TYPE = { secp256k1: 0, p256: 1, ed25519: 2 } as const

const NONE = `0x${'00'.repeat(32)}` as const
const NOBODY = `0x${'00'.repeat(20)}` as const

/** What the device consents to. What does not apply to the action is left out, and signed as zero or empty. */
export interface DevicePermitMessage extends Omit<Permit, 'owner'> {
  action: keyof typeof DEVICE_ACTION
  device: Hex
  /** Who gets the device on register and migrate, and holds it on update and remove. */
  owner: Hex
  /** Of the document, on register and update. */
  hash?: Hex
  uri?: string
  /** The device NFT, on register. */
  deviceContract?: Hex
  tokenId?: bigint
  /** keccak256 of the BabyJubjub key's coordinates, where one is bound. */
  circuitKey?: Hex
  /** Last block time, in seconds, at which the permit is taken. */
  deadline: bigint
}

/** A permit as the registry takes it. */
export interface DevicePermit {
  deadline: bigint
  keyType: number
  publicKey: Hex
  signature: Hex
}

const TYPE_HASH = keccak_256(
  Buffer.from(
    'DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,' +
      'uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)',
  ),
)
/** The registry's `DEVICE_PERMIT_TYPEHASH()`: one that answers another, or nothing, does not take these permits. */
export const DEVICE_PERMIT_TYPE_HASH: Hex = toHex(TYPE_HASH)

const word = (value: bigint | Hex): Uint8Array => bigintToBytes(BigInt(value), 32)

/** Returns the digest that the device signs, and that an owner signs who does not send the transaction. */
export function devicePermitHash(message: DevicePermitMessage): Uint8Array {
  const { action, device, owner, hash = NONE, uri = '', deviceContract = NOBODY, tokenId = 0n } = message
  const { circuitKey = NONE, nonce, deadline } = message
  const struct = keccak_256(
    Buffer.concat([
      TYPE_HASH,
      word(BigInt(DEVICE_ACTION[action])),
      word(device),
      word(owner),
      word(hash),
      keccak_256(Buffer.from(uri)),
      word(deviceContract),
      word(tokenId),
      word(circuitKey),
      word(nonce),
      word(deadline),
    ]),
  )
  return keccak_256(Buffer.concat([Uint8Array.of(0x19, 0x01), fromHex(permitDomain(message)), struct]))
}

/** Returns the permit of a device whose key is secp256k1: r ‖ s ‖ v, from which the contract recovers the key. */
export function signDevicePermit(key: DeviceKey, message: DevicePermitMessage): DevicePermit {
  const { r, s, v } = key.signRecoverable(devicePermitHash(message))
  const signature = `${r}${s.slice(2)}${v.toString(16)}` as Hex
  return { deadline: message.deadline, keyType: DEVICE_KEY_TYPE.secp256k1, publicKey: '0x', signature }
}

/** Returns the permit of a device whose key is P-256: r ‖ s, s in the lower half. `secret` has 32 bytes. */
export function signDevicePermitP256(secret: Uint8Array, message: DevicePermitMessage): DevicePermit {
  const signature = p256.sign(devicePermitHash(message), secret, { prehash: false, lowS: true })
  const publicKey = toHex(p256.getPublicKey(secret, false).slice(1))
  return { deadline: message.deadline, keyType: DEVICE_KEY_TYPE.p256, publicKey, signature: toHex(signature) }
}

/** Returns the permit of a device. Throws SignatureError where its key is Ed25519's, which attestors vouch for, or X25519's. */
export function signPermitOf(key: DeviceKey | SecretKey, message: DevicePermitMessage): DevicePermit {
  if (key instanceof DeviceKey) return signDevicePermit(key, message)
  if (key.curve === 'secp256k1') return signDevicePermit(new DeviceKey(key.exportSecret()), message)
  if (key.curve === 'P-256') return signDevicePermitP256(key.exportSecret(), message)
  throw new SignatureError(`A device signs its permit on secp256k1 or P-256, and not on ${key.curve}.`)
}
