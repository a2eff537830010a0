/**
 * ioConnect's C core and npm didcomm-node (didcomm-rust in WASM): each reads what the other packs, ten thousand messages
 * either way.
 * @module
 */
import didcomm from 'didcomm-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALICE, BOB, documents, vectors } from '../../packages/identity/src/didcomm/parties.fixture.ts'
import { Core } from '../../packages/ioconnect/c/test/harness.ts'
import { skipReason } from '../../packages/ioconnect/c/test/toolchain.ts'
import { Seeded } from '../../packages/protocol/src/seeded.fixture.ts'

const MESSAGES = 10_000
const SEED = 20_261_125
const { Message: TheirMessage } = didcomm
const CONTENT = { 'A256CBC-HS512': [0, 'A256cbcHs512EcdhEsA256kw'], A256GCM: [1, 'A256gcmEcdhEsA256kw'] } as const

const theirResolver = {
  resolve: async (did: string) => {
    const document = documents[did]
    return document ? { service: [], ...document } : null
  },
}
const theirSecrets = (party: 'alice' | 'bob') => {
  const held = vectors.secrets[party].map(({ kid, ...jwk }) => ({
    id: kid,
    type: 'JsonWebKey2020',
    privateKeyJwk: jwk,
  }))
  return {
    get_secret: async (id: string) => held.find((secret) => secret.id === id) ?? null,
    find_secrets: async (ids: string[]) => ids.filter((id) => held.some((secret) => secret.id === id)),
  }
}
const secretOf = (kid: string) =>
  [...vectors.secrets.alice, ...vectors.secrets.bob].find((secret) => secret.kid === kid)!

interface Kind {
  curve: 'p256' | 'x25519'
  isAuthenticated: boolean
  signBy: string | undefined
  enc: keyof typeof CONTENT
}
/** Signed by P-256 or secp256k1: mbedTLS 2.28 has no EdDSA. */
const anyKind = (random: Seeded): Kind => {
  const isAuthenticated = random.below(3) > 0
  return {
    curve: random.pick(['p256', 'x25519'] as const),
    isAuthenticated,
    signBy: random.below(3) === 0 ? `${ALICE}#key-${random.pick([2, 3])}` : undefined,
    enc: isAuthenticated ? 'A256CBC-HS512' : random.pick(['A256CBC-HS512', 'A256GCM'] as const),
  }
}
const anyMessage = (random: Seeded, i: number) => ({
  id: `message-${i}`,
  typ: 'application/didcomm-plain+json',
  type: 'https://example.com/test/1.0/reading',
  from: ALICE,
  to: [BOB],
  created_time: 1_764_000_000 + i,
  body: random.object(),
})

describe.skipIf(skipReason('the C core beside didcomm-node'))(`${MESSAGES} messages`, () => {
  let core: Core
  const keys = new Map<string, number>()
  beforeAll(async () => {
    core = await Core.start()
    for (const [did, document] of Object.entries(documents)) await core.call('resolve', did, JSON.stringify(document))
    for (const name of ['key-2', 'key-3', 'key-p256-1', 'key-x25519-1']) {
      const { crv, d } = secretOf(`${ALICE}#${name}`)
      const use = name.length > 5 ? 'agree' : 'sign'
      keys.set(`${ALICE}#${name}`, await core.key(crv, use, Buffer.from(d, 'base64url')))
    }
    for (const name of ['key-p256-1', 'key-x25519-1']) {
      const { crv, d } = secretOf(`${BOB}#${name}`)
      await core.call('own', `${BOB}#${name}`, await core.key(crv, 'agree', Buffer.from(d, 'base64url')))
    }
  })
  afterAll(() => core.stop())

  test(`of the core are read by didcomm-node (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (let i = 0; i < MESSAGES; i++) {
      const { curve, isAuthenticated, signBy, enc } = anyKind(random)
      const message = anyMessage(random, i)
      const [from, to] = [`${ALICE}#key-${curve}-1`, `${BOB}#key-${curve}-1`]
      const { id, type, created_time, body } = message
      const text = await core.bytes('message', id, type, ALICE, BOB, null, created_time, 0, JSON.stringify(body))
      const plaintext = signBy ? await core.bytes('sign.message', signBy, keys.get(signBy)!, text) : text
      const { kid: _, d: __, ...jwk } = secretOf(to)
      const sender = isAuthenticated ? ([from, keys.get(from)!] as const) : ([null, 0] as const)
      const packed = await core.text('encrypt', CONTENT[enc][0], plaintext, ...sender, to, JSON.stringify(jwk))
      const [theirs, known] = await TheirMessage.unpack(
        packed,
        theirResolver as never,
        theirSecrets('bob') as never,
        {},
      )
      expect(theirs.as_value(), `seed ${SEED}, message ${i}`).toMatchObject(message)
      expect(known.authenticated).toBe(isAuthenticated || signBy !== undefined)
      expect(known.encrypted_from_kid ?? undefined).toBe(isAuthenticated ? from : undefined)
      expect(known.sign_from ?? undefined).toBe(signBy)
    }
  })

  test(`of didcomm-node are read by the core (seed ${SEED + 1})`, async () => {
    const random = new Seeded(SEED + 1)
    for (let i = 0; i < MESSAGES; i++) {
      const { curve, isAuthenticated, signBy, enc } = anyKind(random)
      const message = anyMessage(random, i)
      const from = `${ALICE}#key-${curve}-1`
      const [packed] = await new TheirMessage(message as never).pack_encrypted(
        `${BOB}#key-${curve}-1`,
        isAuthenticated ? from : null,
        signBy ?? null,
        theirResolver as never,
        theirSecrets('alice') as never,
        { forward: false, protect_sender: isAuthenticated && random.below(3) === 0, enc_alg_anon: CONTENT[enc][1] },
      )
      const parts = (await core.call('unpack', packed)).map((part) => part?.toString())
      expect(JSON.parse(parts[5]!), `seed ${SEED + 1}, message ${i}`).toEqual(message.body)
      expect(parts.filter((_, part) => part !== 5)).toEqual([
        message.id,
        message.type,
        ALICE,
        BOB,
        String(message.created_time),
        isAuthenticated || signBy ? '1' : '0',
        `${BOB}#key-${curve}-1`,
        isAuthenticated ? from : undefined,
        signBy,
      ])
    }
  })
})
