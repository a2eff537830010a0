import { createHash, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { fromHex, toHex } from '@iotex2/protocol/hex'
import { isLowS } from '@iotex2/protocol/wire'
import { recoverAddress } from 'ethers'
import { expect, test } from 'vitest'
import { DeviceKey, generateKey } from './key.ts'

/** Ethereum's best known keys: scalars 1 and 2, and the first account of Hardhat's mnemonic. */
const VECTORS = [
  [`0x${'1'.padStart(64, '0')}`, '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf'],
  [`0x${'2'.padStart(64, '0')}`, '0x2b5ad5c4795c026514f8317c7a215e218dccd6cf'],
  ['0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80', '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'],
] as const

test.each(VECTORS)('key %s has address %s', (secret, address) => {
  expect(new DeviceKey(fromHex(secret)).address).toBe(address)
})

test.each([
  ['zero', '00'.repeat(32)],
  ['the order', 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
  ['31 bytes', '01'.repeat(31)],
])('%s is no key', (_name, hex) => {
  expect(() => new DeviceKey(fromHex(hex))).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
})

test('a signature has a low s and recovers to the address, through either interface', () => {
  for (let i = 0; i < 64; i++) {
    const key = generateKey(randomBytes)
    const digest = createHash('sha256').update(String(i)).digest()
    const signature = key.sign(digest)
    const { r, s, v } = key.signRecoverable(digest)
    expect(signature).toHaveLength(64)
    expect(toHex(signature)).toBe(r + s.slice(2))
    expect(isLowS(signature)).toBe(true)
    expect(recoverAddress(digest, { r, s, v }).toLowerCase()).toBe(key.address)
  }
})

test('generation draws again when the bytes are no scalar', () => {
  const draws = [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(7)]
  expect(generateKey(() => draws.shift()!).exportSecret()).toEqual(new Uint8Array(32).fill(7))
})

test('what prints a key shows its address and not its secret', () => {
  const key = new DeviceKey(new Uint8Array(32).fill(0xab))
  for (const text of [inspect(key), JSON.stringify(key), JSON.stringify({ ...key }), inspect({ key }, { depth: 9 })]) {
    expect(text).not.toContain('abababab')
    expect(text).not.toContain('171, 171')
  }
  expect(inspect(key)).toContain(key.address)
})
