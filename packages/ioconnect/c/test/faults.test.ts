/** Whatever fails beneath the core, at any call: it says so by name, keeps no key in PSA, and works again afterwards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALICE, BOB, documents, vectors } from '../../../identity/src/didcomm/parties.fixture.ts'
import { backends, Core } from './harness.ts'

const MESSAGE = JSON.stringify({
  id: '1',
  type: 'https://a.example/1',
  from: ALICE,
  to: [BOB],
  created_time: 1,
  body: {},
})
const P256 = { from: `${ALICE}#key-p256-1`, to: `${BOB}#key-p256-1` }
const SIGNER = `${ALICE}#key-2`

const seedOf = async (core: Core) => Number(await core.text('circuit.seed', Buffer.alloc(32, 5)))

const secretOf = (kid: string) =>
  [...vectors.secrets.alice, ...vectors.secrets.bob].find((secret) => secret.kid === kid)!

describe.each(backends('faults beneath the C core', { chips: false }))('faults with %s', (backend) => {
  let core: Core
  let operations: Record<string, [string, ...(string | number | Buffer | null)[]]>
  beforeAll(async () => {
    core = await Core.start(backend)
    for (const [did, document] of Object.entries(documents))
      await core.call('resolve', did, JSON.stringify({ ...document, assertionMethod: document.authentication }))
    const keyOf = (kid: string, use: 'sign' | 'agree') =>
      core.key('P-256', use, Buffer.from(secretOf(kid).d, 'base64url'))
    const [from, to, signer] = [
      await keyOf(P256.from, 'agree'),
      await keyOf(P256.to, 'agree'),
      await keyOf(SIGNER, 'sign'),
    ]
    await core.call('own', P256.to, to)
    await core.call('now', 1_800_000_000)
    const { kid: _, d: __, ...jwk } = secretOf(P256.to)
    const recipient = [P256.to, JSON.stringify(jwk)] as const
    const signed = await core.bytes('sign.message', SIGNER, signer, MESSAGE)
    const header = { alg: 'ES256', kid: SIGNER, typ: 'vc+jwt' }
    const credential = {
      '@context': ['https://www.w3.org/ns/credentials/v2'],
      type: ['VerifiableCredential'],
      issuer: ALICE,
    }
    const parts = [header, credential].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const jwt = `${parts}.${(await core.bytes('sign', signer, parts)).toString('base64url')}`
    operations = {
      authcrypt: ['encrypt', 0, signed, P256.from, from, ...recipient],
      'anoncrypt by A256GCM': ['encrypt', 1, MESSAGE, null, 0, ...recipient],
      'a signed message': ['sign.message', SIGNER, signer, MESSAGE],
      'a signed and authcrypted message': [
        'unpack',
        await core.bytes('encrypt', 0, signed, P256.from, from, ...recipient),
      ],
      'an anoncrypted message': ['unpack', await core.bytes('encrypt', 1, MESSAGE, null, 0, ...recipient)],
      'a credential': ['credential', jwt],
      'a presentation': ['present', SIGNER, signer, 'c', 'd', jwt],
      'a request': ['request', signer, 1, 1, null, '{}', 5],
      'a document': ['document', signer, to],
      'a key': ['jwk', signer],
      'a message id': ['message.id'],
      'a delay': ['backoff', 1, 2, 3],
      'a wrapped key': ['wrap', Buffer.alloc(32), Buffer.alloc(64)],
      'a circuit’s signature': ['circuit.sign', await seedOf(core), Buffer.alloc(32, 1)],
      'a circuit key’s proof': [
        'circuit.prove',
        await seedOf(core),
        Buffer.alloc(32, 1),
        Buffer.alloc(20, 2),
        Buffer.alloc(20, 3),
      ],
      'a derived key': ['kdf', Buffer.alloc(32), 'A256KW', 'a', 'b', 'tag', 32],
    }
  })
  afterAll(() => core.stop())

  /** Runs an operation once for each call beneath it, which fails; returns how many there are. */
  const failEach = async (operation: readonly [string, ...(string | number | Buffer | null)[]]): Promise<number> => {
    for (let call = 0; ; call++) {
      await core.call('fault', call)
      const status = await core.status(...operation)
      const happened = (await core.text('fault', -1)) === '1'
      if (!happened) {
        expect(status).toBe('IOC_OK')
        return call
      }
      expect(status, `${operation[0]}, call ${call}`).toMatch(
        /^IOC_ERR_(CRYPTO|RANDOM|KEY|DECRYPTION|SIGNATURE|FLASH)$/,
      )
    }
  }

  test.each([
    ['authcrypt', 60],
    ['anoncrypt by A256GCM', 40],
    ['a signed message', 4],
    ['a signed and authcrypted message', 80],
    ['an anoncrypted message', 40],
    ['a credential', 2],
    ['a presentation', 4],
    ['a request', 5],
    ['a document', 4],
    ['a key', 2],
    ['a message id', 1],
    ['a delay', 1],
    ['a wrapped key', 49],
    ['a circuit’s signature', 12],
    ['a circuit key’s proof', 12],
    ['a derived key', 8],
  ])('%s', async (name, atLeast) => {
    expect(await failEach(operations[name]!)).toBeGreaterThanOrEqual(atLeast)
    // More failures than PSA of mbedTLS has places for keys: none was left behind.
    for (let i = 0; i < 3; i++) expect(await core.status(...operations[name]!)).toBe('IOC_OK')
  })

  test('a message that was not taken may be sent again', async () => {
    await core.call('replay')
    for (let call = 0; call < 5; call++) {
      await core.call('fault', call)
      expect(await core.status('replay.take', ALICE, 'id', 1_800_000_000, 0)).toBe('IOC_ERR_CRYPTO')
    }
    await core.call('fault', -1)
    expect(await core.status('replay.take', ALICE, 'id', 1_800_000_000, 0)).toBe('IOC_OK')
    expect(await core.status('replay.take', ALICE, 'id', 1_800_000_000, 0)).toBe('IOC_ERR_REPLAYED')
  })

  test('flash that cannot be read loses nothing', async () => {
    await core.call('flash', 3, 128, 4)
    await core.call('queue.open', 1)
    for (const message of ['a', 'b', 'c'.repeat(60), 'd']) await core.call('queue.append', message)
    expect(await failEach(['queue.open', 1])).toBeGreaterThan(8)
    expect(await failEach(['queue.oldest'])).toBeGreaterThan(3)
    for (const [sequence, message] of ['a', 'b', 'c'.repeat(60), 'd'].entries()) {
      expect((await core.call('queue.oldest')).map(String)).toEqual([String(sequence + 1), message])
      await failEach(['queue.remove', sequence + 1])
    }
    expect(await core.status('queue.oldest')).toBe('IOC_ERR_QUEUE_EMPTY')
  })
})
