import { createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { fromHex } from '@iotex2/protocol/hex'
import { expect, test } from 'vitest'
import { createDocumentOfJwk } from './document.ts'
import { DeviceKey } from './key.ts'
import { decodeMultikey } from './multikey.ts'
import { generateSecretKey, KEY_CURVES, SecretKey, secretKeyOfJwk } from './secret-key.ts'

const coded = (code: string) => expect.objectContaining({ code })

test.each([
  // RFC 8032 §7.1, test 1.
  [
    'Ed25519',
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  ],
  // RFC 7748 §6.1, Alice's.
  [
    'X25519',
    '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  ],
] as const)('%s: the public key of a secret', (curve, secret, expected) => {
  const { x } = new SecretKey(curve, fromHex(secret)).publicJwk
  expect(Buffer.from(x, 'base64url').toString('hex')).toBe(expected)
})

test.each(KEY_CURVES)('%s: node:crypto and Multikey know the key', (curve) => {
  const key = generateSecretKey(curve, randomBytes)
  expect(createPublicKey(key.keyObject()).export({ format: 'jwk' })).toMatchObject(key.publicJwk)
  expect(decodeMultikey(key.multikey)).toEqual(key.publicJwk)
  const { d } = key.keyObject().export({ format: 'jwk' }) as { d: string }
  expect(secretKeyOfJwk({ ...key.publicJwk, d }).exportSecret()).toEqual(key.exportSecret())
  if (curve === 'X25519') return expect(() => key.signer('#1')).toThrow(coded('SIGNATURE_UNSUPPORTED'))
  expect(createDocumentOfJwk(key.publicJwk).id).toBe(`did:io:${key.address}`)
  if (curve === 'secp256k1') expect(new DeviceKey(key.exportSecret()).address).toBe(key.address)
  if (curve !== 'Ed25519') return
  const text = Buffer.from('a text')
  expect(verify(null, text, createPublicKey(key.keyObject()), sign(null, text, key.keyObject()))).toBe(true)
})

test('what is no secret of a curve is refused, and not shown', () => {
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
  for (const [curve, secret] of [
    ['P-256', order],
    ['P-256', '00'.repeat(32)],
    ['secp256k1', 'ff'.repeat(32)],
    ['Ed25519', '01'.repeat(31)],
    ['X25519', '01'.repeat(33)],
  ] as const)
    expect(() => new SecretKey(curve, fromHex(secret)), curve).toThrow(coded('KEY_INVALID'))
  const { publicJwk } = generateSecretKey('P-256', randomBytes)
  const d = Buffer.alloc(32, 1).toString('base64url')
  expect(() => secretKeyOfJwk({ ...publicJwk, d })).toThrow(coded('KEY_INVALID'))
})

test('what prints a key shows its public half only', () => {
  for (const curve of KEY_CURVES) {
    const key = new SecretKey(curve, new Uint8Array(32).fill(0x2b))
    for (const text of [
      inspect(key),
      JSON.stringify(key),
      JSON.stringify({ ...key }),
      inspect({ key }, { depth: 9 }),
    ]) {
      expect(text).not.toContain('2b2b2b2b')
      expect(text).not.toContain('43, 43')
      expect(text).not.toContain(Buffer.alloc(32, 0x2b).toString('base64url'))
    }
  }
})

test('generation draws again when the bytes are no secret', () => {
  const draws = [new Uint8Array(32), new Uint8Array(32).fill(0xff), new Uint8Array(32).fill(7)]
  expect(generateSecretKey('P-256', () => draws.shift()!).exportSecret()).toEqual(new Uint8Array(32).fill(7))
})
