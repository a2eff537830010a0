/**
 * The registry's permit (EIP-712): a device's consent to be registered, updated, removed or migrated by `owner`.
 *
 * The official layout binds neither document nor deadline; the registry therefore takes a permit from its owner only.
 * @module
 */
import { registryDigest, registryDomain } from '@iotex2/protocol/device-permit'
import { bigintToBytes, type Hex, toHex } from '@iotex2/protocol/hex'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { DeviceKey, RecoverableSignature } from './key.ts'

export interface Permit {
  chainId: bigint
  /** Address of ioIDRegistry. */
  registry: Hex
  owner: Hex
  /** The registry's `nonces(device)`. */
  nonce: bigint
}

const PERMIT_TYPE_HASH = keccak_256(Buffer.from('Permit(address owner,uint256 nonce)'))
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32)

/** Returns the registry's `DOMAIN_SEPARATOR()`. */
export const permitDomain = (domain: Pick<Permit, 'chainId' | 'registry'>): Hex => toHex(registryDomain(domain))

/** Returns the digest that the device signs: the registry's `permitHash(owner, device)`. */
export const permitHash = (permit: Permit): Uint8Array =>
  registryDigest(permit, PERMIT_TYPE_HASH, word(BigInt(permit.owner)), word(permit.nonce))

export const signPermit = (key: DeviceKey, permit: Permit): RecoverableSignature =>
  key.signRecoverable(permitHash(permit))
