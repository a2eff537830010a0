/**
 * The registry's permit (EIP-712): a device's consent to be registered, updated, removed or migrated by `owner`.
 *
 * The official layout binds neither document nor deadline; the registry therefore takes a permit from its owner only.
 * @module
 */
import { bigintToBytes, fromHex, type Hex, toHex } from '@iotex2/protocol/hex'
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

const hashText = (text: string): Uint8Array => keccak_256(Buffer.from(text))
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32)
const hashWords = (...words: Uint8Array[]): Uint8Array => keccak_256(Buffer.concat(words))

const DOMAIN_TYPE_HASH = hashText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)')
const PERMIT_TYPE_HASH = hashText('Permit(address owner,uint256 nonce)')
const NAME_HASH = hashText('ioIDRegistry')
const VERSION_HASH = hashText('1')

/** Returns the registry's `DOMAIN_SEPARATOR()`. */
export const permitDomain = ({ chainId, registry }: Pick<Permit, 'chainId' | 'registry'>): Hex =>
  toHex(hashWords(DOMAIN_TYPE_HASH, NAME_HASH, VERSION_HASH, word(chainId), word(BigInt(registry))))

/** Returns the digest that the device signs: the registry's `permitHash(owner, device)`. */
export function permitHash(permit: Permit): Uint8Array {
  const struct = hashWords(PERMIT_TYPE_HASH, word(BigInt(permit.owner)), word(permit.nonce))
  return hashWords(Uint8Array.of(0x19, 0x01), fromHex(permitDomain(permit)), struct)
}

export const signPermit = (key: DeviceKey, permit: Permit): RecoverableSignature =>
  key.signRecoverable(permitHash(permit))
