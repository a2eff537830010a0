import { createHash } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { describe, expect, test } from 'vitest'
import {
  Authenticator,
  addressOf,
  loadNativeVerifier,
  loadVerifier,
  loadWasmVerifier,
  type Verifier,
} from './signature.ts'

const ORDER = secp256k1.Point.CURVE().n
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
const key = (i: number): Buffer => digest(`key ${i}`)
const address = (i: number) => addressOf(secp256k1.getPublicKey(key(i), false))

/** Signs by the reference implementation, which also tells the recovery id. */
function sign(i: number, hash: Uint8Array): { signature: Uint8Array; recoveryId: number } {
  const bytes = secp256k1.sign(hash, key(i), { prehash: false, lowS: true, format: 'recovered' })
  return { recoveryId: bytes[0]!, signature: bytes.slice(1) }
}

const scalar = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')

test('the address of a known key', () => {
  const one = new Uint8Array(32)
  one[31] = 1
  expect(addressOf(secp256k1.getPublicKey(one, false))).toBe('0x7e5f4552091a69125d5dfcb7b8c2659029395bdf')
})

test('the fastest verifier is the native one, where it is to be had', async () => {
  expect((await loadVerifier()).name).toBe((loadNativeVerifier() ?? (await loadWasmVerifier())).name)
})

const verifiers: Verifier[] = [loadNativeVerifier(), await loadWasmVerifier()].filter((each) => each !== undefined)

describe.each(verifiers)('$name', (verifier) => {
  test('finds recovery ids as the reference does, before and after it knows the key', () => {
    const authenticator = new Authenticator(verifier)
    for (let round = 0; round < 3; round++) {
      const expected: number[] = []
      const claims = Array.from({ length: 24 }, (_, n) => {
        const i = n % 6
        const hash = digest(`message ${round} ${n}`)
        const { signature, recoveryId } = sign(i, hash)
        expected.push(recoveryId)
        return { device: address(i), hash, signature }
      })
      expect(authenticator.verify(claims)).toEqual(expected)
      for (const [n, claim] of claims.entries()) {
        const signers = authenticator.recover(claim.hash, claim.signature)
        expect(signers.find(({ device }) => device === claim.device)?.recoveryId).toBe(expected[n])
        expect(verifier.verify(claim.hash, claim.signature, secp256k1.getPublicKey(key(n % 6), false))).toBe(true)
      }
    }
  })

  test('refuses what the device did not sign, known or not, beside claims that are true', () => {
    const hash = digest('message')
    const { signature, recoveryId } = sign(1, hash)
    const flipped = (bytes: Uint8Array, bit: number) => {
      const copy = Uint8Array.from(bytes)
      copy[bit >> 3]! ^= 1 << (bit & 7)
      return copy
    }
    const r = signature.subarray(0, 32)
    const s = signature.subarray(32)
    const forged = [
      { hash: digest('another message'), signature },
      { hash, signature: sign(2, hash).signature },
      ...Array.from({ length: 64 }, (_, i) => ({ hash, signature: flipped(signature, 8 * i + (i % 8)) })),
      ...Array.from({ length: 32 }, (_, i) => ({ hash: flipped(hash, 8 * i + (i % 8)), signature })),
      // r and s that are no scalars.
      { hash, signature: Buffer.concat([Buffer.alloc(32), s]) },
      { hash, signature: Buffer.concat([r, Buffer.alloc(32)]) },
      { hash, signature: Buffer.concat([scalar(ORDER), s]) },
      { hash, signature: Buffer.concat([r, scalar(ORDER)]) },
      { hash, signature: Buffer.alloc(64, 0xff) },
      { hash, signature: Buffer.alloc(64) },
    ].map((claim) => ({ ...claim, device: address(1) }))
    const truth = { device: address(1), hash, signature }

    const authenticator = new Authenticator(verifier)
    for (const claim of forged) expect(authenticator.verify([claim])).toEqual([undefined])
    expect(authenticator.verify([truth])).toEqual([recoveryId])
    // The key is known from here.
    for (const claim of forged) expect(authenticator.verify([claim])).toEqual([undefined])
    expect(authenticator.verify([truth, ...forged, truth])).toEqual([
      recoveryId,
      ...forged.map(() => undefined),
      recoveryId,
    ])
    expect(authenticator.verify([])).toEqual([])
  })

  test('a digest of zero is signed like any other', () => {
    const authenticator = new Authenticator(verifier)
    const hash = new Uint8Array(32)
    const { signature, recoveryId } = sign(1, hash)
    const claim = { device: address(1), hash, signature }
    expect(authenticator.verify([claim])).toEqual([recoveryId])
    expect(authenticator.verify([claim])).toEqual([recoveryId])
  })
})
