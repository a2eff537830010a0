import { expect, test } from 'vitest'
import { readEncrypted } from './encryption.ts'
import type { JsonObject } from './json.ts'
import { KeyRing } from './key-ring.ts'
import { packEncrypted, packPlaintext, packSigned } from './pack.ts'
import { ALICE, aliceKeys, BOB, bobKeys, resolver, vectors } from './parties.fixture.ts'
import { type Unpacked, unpack } from './unpack.ts'

const { id, from, to, created_time, expires_time, body } = vectors.plaintext
/** The signed and encrypted vectors are of the plaintext's earlier form: `type` was http, and `typ` was there. */
const plaintext = { id, from, to, created_time, expires_time, body }
const asBob = { resolver, keys: bobKeys }
const text = (packed: JsonObject): string => JSON.stringify(packed)

test('C.1: the plaintext is a message, and comes from nobody who is known', async () => {
  expect(await unpack(text(vectors.plaintext), asBob)).toEqual({
    message: vectors.plaintext,
    encrypted: false,
    authenticated: false,
    nonRepudiation: false,
    anonymousSender: false,
  })
  expect(JSON.parse(packPlaintext(vectors.plaintext))).toEqual({
    typ: 'application/didcomm-plain+json',
    ...vectors.plaintext,
  })
})

test.each(vectors.signed)('C.2: $name', async ({ packed }) => {
  const { message, ...known } = await unpack(text(packed), asBob)
  expect(message).toMatchObject(plaintext)
  expect(known).toMatchObject({ encrypted: false, authenticated: true, nonRepudiation: true })
  expect(known.signedBy).toEqual([(packed.signatures as { header: { kid: string } }[])[0]!.header.kid])
})

const expected: Record<string, Partial<Unpacked>> = {
  'ECDH-ES, X25519, XC20P': { authenticated: false, anonymousSender: true },
  'ECDH-ES, P-384, A256CBC-HS512': { authenticated: false, anonymousSender: true },
  'ECDH-ES, P-521, A256GCM': { authenticated: false, anonymousSender: true },
  'ECDH-1PU, X25519, A256CBC-HS512': {
    authenticated: true,
    anonymousSender: false,
    encryptedFrom: `${ALICE}#key-x25519-1`,
  },
  'EdDSA in ECDH-1PU, P-256, A256CBC-HS512': {
    authenticated: true,
    nonRepudiation: true,
    encryptedFrom: `${ALICE}#key-p256-1`,
    signedBy: [`${ALICE}#key-1`],
  },
  'EdDSA in ECDH-1PU, X25519, A256CBC-HS512, in ECDH-ES, P-521, XC20P': {
    authenticated: true,
    nonRepudiation: true,
    anonymousSender: true,
    signedBy: [`${ALICE}#key-1`],
  },
}

test('every vector of C.3 has its expectation', () => {
  expect(vectors.encrypted.map(({ name }) => name)).toEqual(Object.keys(expected))
})

test.each(vectors.encrypted)('C.3: $name, for each key of the recipient', async ({ name, packed }) => {
  const { recipients } = readEncrypted(packed)
  for (const { kid } of recipients) {
    const { kid: _, ...jwk } = vectors.secrets.bob.find((secret) => secret.kid === kid)!
    const keys = new KeyRing().addAgreementKey(kid, jwk)
    // The outer layer of the last vector is for P-521, the inner one for other keys of Bob's.
    for (const inner of vectors.secrets.bob) if (inner.crv !== jwk.crv) keys.addAgreementKey(inner.kid, inner)
    const { message, ...known } = await unpack(text(packed), { resolver, keys })
    expect(message).toMatchObject(plaintext)
    expect(known).toMatchObject({ encrypted: true, ...expected[name] })
  }
})

const CURVES = ['x25519', 'p256', 'p521'] as const
const CONTENT = ['A256CBC-HS512', 'A256GCM', 'XC20P'] as const

test.each(CURVES)('authcrypt over %s comes back, plain, signed and with its sender hidden', async (curve) => {
  const context = { resolver, keys: aliceKeys }
  const from = `${ALICE}#key-${curve}-1`
  for (const signBy of [undefined, `${ALICE}#key-1`, `${ALICE}#key-2`, `${ALICE}#key-3`])
    for (const protectSender of [false, true]) {
      const options = { to: BOB, from, protectSender, ...(signBy === undefined ? {} : { signBy }) }
      const packed = await packEncrypted(vectors.plaintext, options, context)
      const header = Buffer.from((JSON.parse(packed) as { protected: string }).protected, 'base64url').toString()
      expect(header.includes(ALICE)).toBe(!protectSender)
      const { message, ...known } = await unpack(packed, asBob)
      expect(message).toMatchObject(vectors.plaintext)
      expect(known).toMatchObject({
        encrypted: true,
        authenticated: true,
        nonRepudiation: signBy !== undefined,
        anonymousSender: protectSender,
        encryptedFrom: from,
        encryptedTo: `${BOB}#key-${curve}-1`,
      })
      expect(known.signedBy).toEqual(signBy === undefined ? undefined : [signBy])
    }
})

test.each(
  ['key-x25519-2', 'key-p256-1', 'key-p384-2', 'key-p521-1'].flatMap((key) =>
    CONTENT.map((enc) => [key, enc] as const),
  ),
)('anoncrypt to %s with %s comes back', async (key, enc) => {
  const packed = await packEncrypted(vectors.plaintext, { to: `${BOB}#${key}`, enc }, { resolver, keys: new KeyRing() })
  const { message, ...known } = await unpack(packed, asBob)
  expect(message).toMatchObject(vectors.plaintext)
  expect(known).toMatchObject({ encrypted: true, authenticated: false, encryptedTo: `${BOB}#${key}` })
})

test('what is signed and kept can be verified again', async () => {
  const packed = await packEncrypted(
    vectors.plaintext,
    { to: BOB, from: ALICE, signBy: ALICE },
    { resolver, keys: aliceKeys },
  )
  const { signed } = await unpack(packed, asBob)
  expect((await unpack(signed!, asBob)).signedBy).toEqual([`${ALICE}#key-1`])
  expect(await packSigned(vectors.plaintext, `${ALICE}#key-1`, { keys: aliceKeys })).toBe(signed)
})
