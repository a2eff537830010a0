/**
 * Messages to and from other implementations: npm's didcomm-node (didcomm-rust in WASM) and jose.
 * @module
 */
import { FromPrior, type IParsedForward, Message as TheirMessage } from 'didcomm-node'
import { type CryptoKey, FlattenedSign, GeneralEncrypt, generalDecrypt, generalVerify, importJWK, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import type { ContentEncryption } from './content-encryption.ts'
import { partyV } from './encryption.ts'
import { createFromPrior, verifyFromPrior } from './from-prior.ts'
import { KeyRing } from './key-ring.ts'
import type { Message } from './message.ts'
import { packEncrypted, packSigned } from './pack.ts'
import { ALICE, aliceKeys, BOB, bobKeys, documents, resolver, vectors } from './parties.fixture.ts'
import { readForward, wrapInForward } from './routing.ts'
import { unpack } from './unpack.ts'

const SEED = 20_261_124
const MESSAGES = 500

const theirResolver = {
  resolve: async (did: string) => {
    const document = documents[did]
    return document ? ({ service: [], ...document } as never) : null
  },
}
const theirSecrets = (party: 'alice' | 'bob') => {
  const secrets = vectors.secrets[party].map(({ kid, ...privateKeyJwk }) => ({
    id: kid,
    type: 'JsonWebKey2020',
    privateKeyJwk: privateKeyJwk as unknown,
  }))
  return {
    get_secret: async (id: string) => secrets.find((secret) => secret.id === id) ?? null,
    find_secrets: async (ids: string[]) => ids.filter((id) => secrets.some((secret) => secret.id === id)),
  }
}
const THEIR_ANONCRYPT = {
  'A256CBC-HS512': 'A256cbcHs512EcdhEsA256kw',
  A256GCM: 'A256gcmEcdhEsA256kw',
  XC20P: 'Xc20pEcdhEsA256kw',
} as const

interface Kind {
  from?: string
  to: string
  signBy?: string
  enc: ContentEncryption
  protectSender: boolean
}

/** didcomm-rust knows X25519 and P-256, and Alice has no P-384 key in the specification's documents. */
function anyKind(random: Seeded): Kind {
  const curve = random.pick(['x25519', 'p256'])
  const isAuthenticated = random.below(3) > 0
  return {
    to: random.below(2) > 0 ? `${BOB}#key-${curve}-1` : BOB,
    ...(isAuthenticated ? { from: `${ALICE}#key-${curve}-1` } : {}),
    ...(random.below(3) === 0 ? { signBy: `${ALICE}#key-${random.pick(['1', '2', '3'])}` } : {}),
    enc: random.pick(['A256CBC-HS512', 'A256GCM', 'XC20P']),
    protectSender: isAuthenticated && random.below(3) === 0,
  }
}

const anyMessage = (random: Seeded, i: number): Message => ({
  id: `message-${i}`,
  typ: 'application/didcomm-plain+json',
  type: 'https://example.com/test/1.0/reading',
  from: ALICE,
  to: [BOB],
  ...(random.below(2) ? { thid: `thread-${random.below(9)}` } : {}),
  ...(random.below(2) ? { pthid: `parent-${random.below(9)}` } : {}),
  created_time: 1_764_000_000 + i,
  expires_time: 1_764_000_300 + i,
  body: random.object(),
})

describe('didcomm-node', () => {
  test(`reads ${MESSAGES} messages of ours (seed ${SEED})`, { timeout: 60_000 }, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < MESSAGES; i++) {
      const kind = anyKind(random)
      const message = anyMessage(random, i)
      const packed = await packEncrypted(message, kind, { resolver, keys: aliceKeys })
      const [theirs, known] = await TheirMessage.unpack(packed, theirResolver, theirSecrets('bob'), {})
      expect(theirs.as_value(), `seed ${SEED}, message ${i}`).toMatchObject(message)
      expect(known.encrypted).toBe(true)
      expect(known.authenticated).toBe(kind.from !== undefined || kind.signBy !== undefined)
      expect(known.encrypted_from_kid ?? undefined).toBe(kind.from)
      expect(known.sign_from ?? undefined).toBe(kind.signBy)
    }
  })

  test(`is read in ${MESSAGES} messages (seed ${SEED + 1})`, { timeout: 60_000 }, async () => {
    const random = new Seeded(SEED + 1)
    for (let i = 0; i < MESSAGES; i++) {
      const { from, to, signBy, enc, protectSender } = anyKind(random)
      const message = anyMessage(random, i)
      const [packed] = await new TheirMessage(message as never).pack_encrypted(
        to,
        from ?? null,
        signBy ?? null,
        theirResolver,
        theirSecrets('alice'),
        { forward: false, protect_sender: protectSender, enc_alg_anon: THEIR_ANONCRYPT[enc] },
      )
      const { message: ours, ...known } = await unpack(packed, { resolver, keys: bobKeys })
      expect(ours, `seed ${SEED + 1}, message ${i}`).toMatchObject(message)
      expect(known.authenticated).toBe(from !== undefined || signBy !== undefined)
      expect(known.encryptedFrom).toBe(from)
      expect(known.signedBy).toEqual(signBy === undefined ? undefined : [signBy])
      expect(known.anonymousSender).toBe(from === undefined || protectSender)
    }
  })

  test.each(['1', '2', '3'])('verifies what we sign with key %s, and we what it signs', async (key) => {
    const signBy = `${ALICE}#key-${key}`
    const ours = await packSigned(vectors.plaintext, signBy, { keys: aliceKeys })
    const [, known] = await TheirMessage.unpack(ours, theirResolver, theirSecrets('bob'), {})
    expect(known.sign_from).toBe(signBy)
    const theirs = new TheirMessage({ typ: 'application/didcomm-plain+json', ...vectors.plaintext } as never)
    const [packed] = await theirs.pack_signed(signBy, theirResolver, theirSecrets('alice'))
    expect((await unpack(packed, { resolver, keys: bobKeys })).signedBy).toEqual([signBy])
  })

  test('reads what we wrap for a mediator, and we what it wraps', async () => {
    const hop = `${BOB}#key-p256-1`
    const inner = await packEncrypted(vectors.plaintext, { to: BOB, from: ALICE }, { resolver, keys: aliceKeys })
    const ours = await wrapInForward(inner, BOB, [hop], { resolver })
    const [theirs] = await TheirMessage.unpack(ours, theirResolver, theirSecrets('bob'), {
      unwrap_re_wrapping_forward: false,
    })
    const parsed = theirs.try_parse_forward() as unknown as IParsedForward
    expect(parsed.next).toBe(BOB)
    expect(parsed.forwarded_msg).toEqual(JSON.parse(inner))

    const wrapped = await TheirMessage.wrap_in_forward(inner, {}, BOB, [hop], 'A256cbcHs512EcdhEsA256kw', theirResolver)
    const { message } = await unpack(wrapped, { resolver, keys: bobKeys })
    const forwarded = readForward(message)!
    expect(forwarded.next).toBe(BOB)
    expect(JSON.parse(forwarded.packed[0]!)).toEqual(JSON.parse(inner))
  })

  test('reads our from_prior, and we read its', async () => {
    const signer = aliceKeys.signer(`${ALICE}#key-1`)!
    const [theirs] = await FromPrior.unpack(await createFromPrior(BOB, 1_764_000_000, signer), theirResolver)
    expect(theirs.as_value()).toMatchObject({ iss: ALICE, sub: BOB, iat: 1_764_000_000 })
    const [jwt] = await new FromPrior({ iss: ALICE, sub: BOB, iat: 1_764_000_000 }).pack(
      `${ALICE}#key-1`,
      theirResolver,
      theirSecrets('alice'),
    )
    expect(await verifyFromPrior(jwt, BOB, resolver)).toEqual({ iss: ALICE, sub: BOB, iat: 1_764_000_000 })
  })
})

const joseKey = (party: 'alice' | 'bob', kid: string, alg: string) => {
  const { kid: _, ...jwk } = vectors.secrets[party].find((secret) => secret.kid === kid)!
  return importJWK(jwk as JWK, alg) as Promise<CryptoKey>
}

describe('jose', () => {
  test.each(
    ['p256', 'p384', 'p521', 'x25519'].flatMap((curve) =>
      (['A256GCM', 'A256CBC-HS512'] as const).map((enc) => [curve, enc] as const),
    ),
  )('decrypts our anoncrypt over %s with %s', async (curve, enc) => {
    const kid = `${BOB}#key-${curve}-1`
    const packed = await packEncrypted(vectors.plaintext, { to: kid, enc }, { resolver, keys: new KeyRing() })
    const { plaintext } = await generalDecrypt(JSON.parse(packed), await joseKey('bob', kid, 'ECDH-ES+A256KW'))
    expect(JSON.parse(Buffer.from(plaintext).toString())).toMatchObject(vectors.plaintext)
  })

  test('encrypts what we decrypt', async () => {
    const kid = `${BOB}#key-p384-1`
    const { kid: _, d: __, ...jwk } = vectors.secrets.bob.find((secret) => secret.kid === kid)!
    const encrypt = new GeneralEncrypt(Buffer.from(JSON.stringify(vectors.plaintext))).setProtectedHeader({
      typ: 'application/didcomm-encrypted+json',
      alg: 'ECDH-ES+A256KW',
      enc: 'A256CBC-HS512',
    })
    const key = (await importJWK(jwk as JWK, 'ECDH-ES+A256KW')) as CryptoKey
    encrypt
      .addRecipient(key)
      .setUnprotectedHeader({ kid })
      .setKeyManagementParameters({ apv: partyV([kid]) })
    const packed = JSON.stringify(await encrypt.encrypt())
    expect((await unpack(packed, { resolver, keys: bobKeys })).message).toEqual(vectors.plaintext)
  })

  test.each([
    ['key-1', 'EdDSA'],
    ['key-2', 'ES256'],
  ])('verifies our signature by %s, and we its', async (name, alg) => {
    const kid = `${ALICE}#${name}`
    const packed = JSON.parse(await packSigned(vectors.plaintext, kid, { keys: aliceKeys }))
    const key = await joseKey('alice', kid, alg)
    const { kid: _, d: __, ...jwk } = vectors.secrets.alice.find((secret) => secret.kid === kid)!
    const { payload } = await generalVerify(packed, (await importJWK(jwk as JWK, alg)) as CryptoKey)
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject(vectors.plaintext)

    const theirs = await new FlattenedSign(payload)
      .setProtectedHeader({ typ: 'application/didcomm-signed+json', alg, kid })
      .sign(key)
    expect((await unpack(JSON.stringify(theirs), { resolver, keys: bobKeys })).signedBy).toEqual([kid])
  })
})
