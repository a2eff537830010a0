import { toHex } from '@iotex2/protocol/hex'
import { keccak256, recoverAddress, TypedDataEncoder, toUtf8Bytes, ZeroAddress, ZeroHash } from 'ethers'
import { expect, test } from 'vitest'
import {
  ACTION,
  DEVICE_PERMIT_TYPE_HASH,
  type DevicePermit,
  devicePermitHash,
  signDevicePermit,
} from './device-permit.ts'
import { DeviceKey } from './key.ts'

const key = new DeviceKey(new Uint8Array(32).fill(1))
const OWNER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const REGISTRY = '0x5fbdb2315678afecb367f032d93f642f64180aa3'
const common = {
  chainId: 4690n,
  registry: REGISTRY,
  device: key.address,
  owner: OWNER,
  nonce: 7n,
  deadline: 1_800_000_000n,
} as const
const document = { hash: `0x${'ab'.repeat(32)}`, uri: 'https://example.org/Gerät.json' } as const
const register: DevicePermit = { ...common, ...document, action: 'register', deviceContract: REGISTRY, tokenId: 3n }
const PERMITS: DevicePermit[] = [
  register,
  { ...common, ...document, action: 'update' },
  { ...common, action: 'remove' },
  { ...common, action: 'migrate' },
]

const TYPES = {
  DevicePermit: [
    ['uint8', 'action'],
    ['address', 'device'],
    ['address', 'owner'],
    ['bytes32', 'hash'],
    ['string', 'uri'],
    ['address', 'deviceContract'],
    ['uint256', 'tokenId'],
    ['bytes32', 'circuitKey'],
    ['uint256', 'nonce'],
    ['uint256', 'deadline'],
  ].map(([type, name]) => ({ type: type!, name: name! })),
}

test.each(PERMITS)('a permit to $action hashes as ethers hashes it', (permit) => {
  const domain = { name: 'ioIDRegistry', version: '1', chainId: permit.chainId, verifyingContract: permit.registry }
  const none = { hash: ZeroHash, uri: '', deviceContract: ZeroAddress, tokenId: 0n, circuitKey: ZeroHash }
  const expected = TypedDataEncoder.hash(domain, TYPES, { ...none, ...permit, action: ACTION[permit.action] })
  expect(toHex(devicePermitHash(permit))).toBe(expected)
})

test('the type hash is the one of its type', () => {
  expect(DEVICE_PERMIT_TYPE_HASH).toBe(keccak256(toUtf8Bytes(TypedDataEncoder.from(TYPES).encodeType('DevicePermit'))))
})

test('a permit is bound to all that is in it', () => {
  const { signature } = signDevicePermit(key, register)
  const signer = (permit: DevicePermit) => recoverAddress(devicePermitHash(permit), signature).toLowerCase()
  expect(signer(register)).toBe(key.address)
  const changes: Record<string, unknown>[] = [
    { action: 'update' },
    { chainId: 4689n },
    { registry: OWNER },
    { device: OWNER },
    { owner: REGISTRY },
    { nonce: 8n },
    { deadline: 1_800_000_001n },
    { hash: `0x${'ac'.repeat(32)}` },
    { uri: 'https://example.org/other.json' },
    { deviceContract: OWNER },
    { tokenId: 4n },
  ]
  for (const change of changes) expect(signer({ ...register, ...change } as DevicePermit)).not.toBe(key.address)
})
