import { fromHex, toHex } from '@iotex2/protocol/hex'
import { p256 } from '@noble/curves/nist.js'
import { recoverAddress, Signature, TypedDataEncoder, ZeroAddress, ZeroHash } from 'ethers'
import { expect, test } from 'vitest'
import {
  DEVICE_ACTION,
  type DevicePermitMessage,
  devicePermitHash,
  signDevicePermit,
  signDevicePermitP256,
} from './device-permit.ts'
import { addressOf, DeviceKey } from './key.ts'

const secret = new Uint8Array(32).fill(1)
const key = new DeviceKey(secret)
const OWNER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const message: DevicePermitMessage = {
  chainId: 4690n,
  registry: '0x0A7e595C7889dF3652A19aF52C18377bF17e027D',
  action: 'register',
  device: key.address,
  owner: OWNER,
  hash: `0x${'ab'.repeat(32)}`,
  uri: 'https://documents.example/é.json',
  deviceContract: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  tokenId: 7n,
  circuitKey: `0x${'cd'.repeat(32)}`,
  nonce: 3n,
  deadline: 1_764_000_000n,
}
const { hash: _h, uri: _u, deviceContract: _c, tokenId: _t, circuitKey: _k, ...bare } = message
const MESSAGES: DevicePermitMessage[] = [
  message,
  { ...bare, action: 'update', hash: message.hash!, uri: message.uri! },
  { ...bare, action: 'remove' },
  { ...bare, action: 'migrate' },
]

test.each(MESSAGES)('a permit to $action hashes as ethers hashes it', (permit) => {
  const types = {
    DevicePermit: [
      { name: 'action', type: 'uint8' },
      { name: 'device', type: 'address' },
      { name: 'owner', type: 'address' },
      { name: 'hash', type: 'bytes32' },
      { name: 'uri', type: 'string' },
      { name: 'deviceContract', type: 'address' },
      { name: 'tokenId', type: 'uint256' },
      { name: 'circuitKey', type: 'bytes32' },
      { name: 'nonce', type: 'uint256' },
      { name: 'deadline', type: 'uint256' },
    ],
  }
  const { chainId, registry, action, ...rest } = permit
  const domain = { name: 'ioIDRegistry', version: '1', chainId, verifyingContract: registry }
  const empty = { hash: ZeroHash, uri: '', deviceContract: ZeroAddress, tokenId: 0n, circuitKey: ZeroHash }
  const value = { ...empty, ...rest, action: DEVICE_ACTION[action] }
  expect(toHex(devicePermitHash(permit))).toBe(TypedDataEncoder.hash(domain, types, value))
})

test('a permit is bound to all that it says', () => {
  const { signature } = signDevicePermit(key, message)
  const signer = (permit: DevicePermitMessage) =>
    recoverAddress(devicePermitHash(permit), Signature.from(signature)).toLowerCase()
  expect(signer(message)).toBe(key.address)
  const changes: Partial<DevicePermitMessage>[] = [
    { chainId: 4689n },
    { registry: message.deviceContract! },
    { action: 'update' },
    { device: OWNER },
    { owner: key.address },
    { hash: message.circuitKey! },
    { uri: 'https://documents.example/e.json' },
    { deviceContract: OWNER },
    { tokenId: 8n },
    { circuitKey: message.hash! },
    { nonce: 4n },
    { deadline: message.deadline + 1n },
  ]
  for (const change of changes) expect(signer({ ...message, ...change })).not.toBe(key.address)
})

test('a P-256 device signs with s in the lower half, and shows its key', () => {
  const publicKey = p256.getPublicKey(secret, false).slice(1)
  const permit = { ...message, device: addressOf(publicKey) }
  const signed = signDevicePermitP256(secret, permit)
  expect(signed).toMatchObject({ keyType: 1, publicKey: toHex(publicKey), deadline: message.deadline })
  const signature = fromHex(signed.signature)
  expect(signature).toHaveLength(64)
  const options = { prehash: false, lowS: true }
  expect(p256.verify(signature, devicePermitHash(permit), p256.getPublicKey(secret), options)).toBe(true)
  expect(p256.verify(signature, devicePermitHash(message), p256.getPublicKey(secret), options)).toBe(false)
})
