/**
 * The registry's device permit (EIP-712, IDevicePermits): a device's consent to one action, which binds all that is done.
 * Beside the {@link ./permit.ts | legacy permit}, which binds the owner only.
 * @module
 */
import {
  type DevicePermitMessage,
  devicePermitHash,
  DEVICE_PERMIT_TYPE_HASH as TYPE_HASH,
} from '@iotex2/protocol/device-permit'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { p256 } from '@noble/curves/nist.js'
import { SignatureError } from './jose/signature.ts'
import { DeviceKey } from './key.ts'
import type { SecretKey } from './secret-key.ts'

export { DEVICE_ACTION, type DevicePermitMessage, devicePermitHash } from '@iotex2/protocol/device-permit'

/** Curves of device keys, as the contract counts. Ed25519 needs an attestor that governance named. */
export const DEVICE_KEY_TYPE = { secp256k1: 0, p256: 1, ed25519: 2 } as const

/** A permit as the registry takes it. */
export interface DevicePermit {
  deadline: bigint
  keyType: number
  publicKey: Hex
  signature: Hex
}

/** The registry's `DEVICE_PERMIT_TYPEHASH()`: one that answers another, or nothing, does not take these permits. */
export const DEVICE_PERMIT_TYPE_HASH: Hex = toHex(TYPE_HASH)

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
