import { toHex } from '@iotex2/protocol/hex'
import { recoverAddress, TypedDataEncoder } from 'ethers'
import { expect, test } from 'vitest'
import { DeviceKey } from './key.ts'
import { type Permit, permitDomain, permitHash, signPermit } from './permit.ts'

const OWNER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const PERMITS: Permit[] = [
  { chainId: 31337n, registry: '0x5fbdb2315678afecb367f032d93f642f64180aa3', owner: OWNER, nonce: 0n },
  { chainId: 4690n, registry: '0x0A7e595C7889dF3652A19aF52C18377bF17e027D', owner: OWNER, nonce: 0n },
  { chainId: 4689n, registry: '0x0A7e595C7889dF3652A19aF52C18377bF17e027D', owner: OWNER, nonce: (1n << 255n) + 7n },
]

test.each(PERMITS)('permit on chain $chainId hashes as ethers hashes it', ({ chainId, registry, owner, nonce }) => {
  const domain = { name: 'ioIDRegistry', version: '1', chainId, verifyingContract: registry }
  const types = {
    Permit: [
      { name: 'owner', type: 'address' },
      { name: 'nonce', type: 'uint256' },
    ],
  }
  expect(permitDomain({ chainId, registry })).toBe(TypedDataEncoder.hashDomain(domain))
  expect(toHex(permitHash({ chainId, registry, owner, nonce }))).toBe(
    TypedDataEncoder.hash(domain, types, { owner, nonce }),
  )
})

test('the hash of a permit is the committed one', () => {
  expect(toHex(permitHash(PERMITS[0]!))).toMatchInlineSnapshot(
    `"0x16c338c6ea31942f4d31420bd0676d42621b397a9d29a2d7648f0eb1219c3382"`,
  )
})

test('a permit is bound to its chain, registry, owner and nonce', () => {
  const key = new DeviceKey(new Uint8Array(32).fill(1))
  const permit = PERMITS[0]!
  const signature = signPermit(key, permit)
  expect(recoverAddress(permitHash(permit), signature).toLowerCase()).toBe(key.address)
  const others: Permit[] = [
    { ...permit, chainId: 4690n },
    { ...permit, registry: PERMITS[1]!.registry },
    { ...permit, owner: PERMITS[1]!.registry },
    { ...permit, nonce: 1n },
  ]
  for (const changed of others)
    expect(recoverAddress(permitHash(changed), signature).toLowerCase()).not.toBe(key.address)
})
