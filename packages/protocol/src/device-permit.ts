/**
 * The registry's device permit (EIP-712, IDevicePermits): what a device signs when it consents, and hosts check. Without
 * anything that only Node has, as browsers load it.
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Hex } from './hex.ts'

/** What a device permit is for, as the contract counts. */
export const DEVICE_ACTION = { register: 0, update: 1, remove: 2, migrate: 3 } as const

/** What the device consents to. What does not apply to the action is left out, and signed as zero or empty. */
export interface DevicePermitMessage {
  chainId: bigint
  /** Address of ioIDRegistry. */
  registry: Hex
  /** The registry's `nonces(device)`. */
  nonce: bigint
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

const encoder = new TextEncoder()
const hashText = (text: string): Uint8Array => keccak_256(encoder.encode(text))

/** Returns a number of up to 256 bits as 32 bytes. */
function word(value: bigint | Hex): Uint8Array {
  let rest = BigInt(value)
  const bytes = new Uint8Array(32)
  for (let i = 31; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

/** Returns keccak256 of the words, one after the other. */
export function hashWords(...words: readonly Uint8Array[]): Uint8Array {
  const hash = keccak_256.create()
  for (const bytes of words) hash.update(bytes)
  return hash.digest()
}

const DOMAIN_TYPE_HASH = hashText('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)')
const NAME_HASH = hashText('ioIDRegistry')
const VERSION_HASH = hashText('1')

/** The registry's `DEVICE_PERMIT_TYPEHASH()`. */
export const DEVICE_PERMIT_TYPE_HASH = hashText(
  'DevicePermit(uint8 action,address device,address owner,bytes32 hash,string uri,address deviceContract,' +
    'uint256 tokenId,bytes32 circuitKey,uint256 nonce,uint256 deadline)',
)

/** Returns what a permit has of the key that it binds, of coordinates of 32 bytes. */
export const circuitKeyHash = ({ x, y }: { x: Hex; y: Hex }): Hex => `0x${bytesToHex(hashWords(word(x), word(y)))}`

const PREFIX = Uint8Array.of(0x19, 0x01)

/** Returns the registry's `DOMAIN_SEPARATOR()`. */
export const registryDomain = ({ chainId, registry }: Pick<DevicePermitMessage, 'chainId' | 'registry'>): Uint8Array =>
  hashWords(DOMAIN_TYPE_HASH, NAME_HASH, VERSION_HASH, word(chainId), word(registry))

/** Returns the digest of a message in the registry's domain. */
export const registryDigest = (
  domain: Pick<DevicePermitMessage, 'chainId' | 'registry'>,
  ...struct: readonly Uint8Array[]
): Uint8Array => hashWords(PREFIX, registryDomain(domain), hashWords(...struct))

/** Returns the digest that the device signs, and that an owner signs who does not send the transaction. */
export function devicePermitHash(message: DevicePermitMessage): Uint8Array {
  const { action, device, owner, hash = '0x0', uri = '', deviceContract = '0x0', tokenId = 0n } = message
  const { circuitKey = '0x0', nonce, deadline } = message
  return registryDigest(
    message,
    DEVICE_PERMIT_TYPE_HASH,
    word(BigInt(DEVICE_ACTION[action])),
    word(device),
    word(owner),
    word(hash),
    hashText(uri),
    word(deviceContract),
    word(tokenId),
    word(circuitKey),
    word(nonce),
    word(deadline),
  )
}
