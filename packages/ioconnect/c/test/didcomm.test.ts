/** DIDComm: the specification's vectors, and messages from and to packages/identity, over P-256 and X25519. */
import { createECDH, createHash } from 'node:crypto'
import { KeyRing } from '@iotex2/identity/didcomm/key-ring'
import { packEncrypted, packSigned } from '@iotex2/identity/didcomm/pack'
import { unpack } from '@iotex2/identity/didcomm/unpack'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mutate } from '../../../identity/src/didcomm/mutation.fixture.ts'
import {
  ALICE,
  aliceKeys,
  BOB,
  bobKeys,
  documents,
  resolver,
  vectors,
} from '../../../identity/src/didcomm/parties.fixture.ts'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { backends, Core, hasEdDsa, isChip, strideOf } from './harness.ts'

const SEED = 20_261_125
const MESSAGE = {
  id: '1234567890',
  type: 'https://example.com/protocols/reading/1.0/sent',
  from: ALICE,
  to: [BOB],
  created_time: 1_516_269_022,
  body: { temperature: -7.25, note: 'é😀"\\' },
}
const PLAINTEXT = JSON.stringify({ typ: 'application/didcomm-plain+json', ...MESSAGE })
const CURVES = ['p256', 'x25519'] as const
const CONTENT = [
  [0, 'A256CBC-HS512'],
  [1, 'A256GCM'],
] as const

const secretOf = (party: 'alice' | 'bob', kid: string) => vectors.secrets[party].find((secret) => secret.kid === kid)!
const jwkOf = (party: 'alice' | 'bob', kid: string) => {
  const { kid: _, d: __, ...jwk } = secretOf(party, kid)
  return JSON.stringify(jwk)
}

describe.each(backends('DIDComm of the C core'))('DIDComm with %s', (backend) => {
  const stride = strideOf(backend)
  const eddsa = hasEdDsa(backend) ? 'IOC_OK' : 'IOC_ERR_UNSUPPORTED'
  let core: Core
  beforeEach(async () => {
    core = await Core.start(backend)
    for (const [did, document] of Object.entries(documents)) await core.call('resolve', did, JSON.stringify(document))
  })
  afterEach(() => core.stop())

  /** PSA of mbedTLS has 32 places for keys: each is imported once. */
  let imported = new Map<string, Promise<number>>()
  beforeEach(() => {
    imported = new Map()
  })
  const keyOf = (party: 'alice' | 'bob', kid: string, use: 'sign' | 'agree') => {
    const { crv, d } = secretOf(party, kid)
    if (!imported.has(kid)) imported.set(kid, core.key(crv, use, Buffer.from(d, 'base64url')))
    return imported.get(kid)!
  }
  /** Gives the core Bob's keys for agreement. */
  const beBob = async (kids = [`${BOB}#key-p256-1`, `${BOB}#key-x25519-1`]) => {
    for (const kid of kids) await core.call('own', kid, await keyOf('bob', kid, 'agree'))
  }
  const unpacked = async (packed: string | Buffer, ...scratch: number[]) => {
    const [id, type, from, to, created, body, authenticated, encryptedTo, encryptedFrom, signedBy] = (
      await core.call('unpack', packed, ...scratch)
    ).map((part) => part?.toString())
    return {
      id,
      type,
      from,
      to,
      created: Number(created),
      body: JSON.parse(body!),
      authenticated: authenticated === '1',
      encryptedTo,
      encryptedFrom,
      signedBy,
    }
  }
  const encrypt = async (options: { content: number; curve: string; sender?: boolean; plaintext?: string }) => {
    const { content, curve, sender = false, plaintext = PLAINTEXT } = options
    const from = `${ALICE}#key-${curve}-1`
    const to = `${BOB}#key-${curve}-1`
    const key = sender ? await keyOf('alice', from, 'agree') : 0
    return core.text('encrypt', content, plaintext, sender ? from : null, key, to, jwkOf('bob', to))
  }

  test('a message is written as it is read', async () => {
    const { id, type, from, to, created_time, body } = MESSAGE
    const text = await core.text('message', id, type, from, to[0]!, null, created_time, 0, JSON.stringify(body))
    expect(text).toBe(PLAINTEXT)
    expect(await unpacked(text)).toMatchObject({
      id,
      type,
      from,
      to: BOB,
      created: created_time,
      body,
      authenticated: false,
    })
    expect(await core.text('message', id, type, null, null, 'thread', 0, 9, '{}')).toBe(
      `{"typ":"application/didcomm-plain+json","id":"${id}","type":"${type}","thid":"thread","expires_time":9,"body":{}}`,
    )
    expect(await core.status('message', id, type, null, null, null, 0, 0, '[]')).toBe('IOC_ERR_JSON')
    for (const [wrongId, wrongType] of [
      ['', type],
      ['x'.repeat(257), type],
      [id, ''],
    ] as const)
      expect(await core.status('message', wrongId, wrongType, null, null, null, 0, 0, '{}')).toBe('IOC_ERR_ARGUMENT')
    // A message may have no body, and several recipients, of whom the first is given where none is us.
    expect(await unpacked(JSON.stringify({ ...MESSAGE, to: [ALICE, BOB], body: undefined }))).toMatchObject({
      to: ALICE,
      body: {},
    })
    expect(await core.text('message.id')).toMatch(/^[0-9a-f]{32}$/)
    expect(await core.text('message.id')).not.toBe(await core.text('message.id'))
  })

  // Appendix C.2 and C.3: what the algorithms of a device cover; the others are refused by name.
  const expected: Record<string, string> = {
    'ECDH-ES, X25519, XC20P': 'IOC_ERR_ALGORITHM',
    'ECDH-ES, P-384, A256CBC-HS512': 'IOC_ERR_KEY',
    'ECDH-ES, P-521, A256GCM': 'IOC_ERR_KEY',
    'ECDH-1PU, X25519, A256CBC-HS512': 'IOC_OK',
    // The signature inside is EdDSA: where the backend lacks it, the layer around it was decrypted all the same.
    'EdDSA in ECDH-1PU, P-256, A256CBC-HS512': eddsa,
    'EdDSA in ECDH-1PU, X25519, A256CBC-HS512, in ECDH-ES, P-521, XC20P': 'IOC_ERR_ALGORITHM',
  }
  test('every vector of C.3 has its expectation', () => {
    expect(vectors.encrypted.map(({ name }) => name)).toEqual(Object.keys(expected))
  })
  test.each(vectors.encrypted)('C.3: $name', async ({ name, packed }) => {
    const mine = (packed.recipients as { header: { kid: string } }[]).map(({ header }) => header.kid)
    const known = mine.filter((kid) => ['P-256', 'X25519'].includes(secretOf('bob', kid).crv))
    for (const kid of known.length > 0 ? known : [`${BOB}#key-p256-1`]) {
      await core.call('own.clear')
      await beBob([kid])
      const text = JSON.stringify(packed)
      expect(await core.status('unpack', text), name).toBe(expected[name])
      if (expected[name] === 'IOC_OK')
        expect(await unpacked(text)).toMatchObject({
          id: vectors.plaintext.id,
          body: vectors.plaintext.body,
          encryptedTo: kid,
          encryptedFrom: `${ALICE}#key-${name.includes('P-256') ? 'p256' : 'x25519'}-1`,
          authenticated: true,
        })
    }
  })
  test.each(vectors.signed)('C.2: $name', async ({ packed }) => {
    const [{ header }] = packed.signatures as [{ header: { kid: string } }]
    const status = secretOf('alice', header.kid).crv === 'Ed25519' ? eddsa : 'IOC_OK'
    expect(await core.status('unpack', JSON.stringify(packed))).toBe(status)
    if (status === 'IOC_OK')
      expect(await unpacked(JSON.stringify(packed))).toMatchObject({
        signedBy: header.kid,
        authenticated: true,
        body: vectors.plaintext.body,
      })
  })

  test.each(CURVES)('authcrypt over %s: identity unpacks what the core packs, of any length', async (curve) => {
    for (let length = 0; length < 40; length += stride) {
      const message = { ...MESSAGE, body: { text: 'x'.repeat(length) } }
      const plaintext = JSON.stringify({ typ: 'application/didcomm-plain+json', ...message })
      const packed = await encrypt({ content: 0, curve, sender: true, plaintext })
      const { message: taken, ...known } = await unpack(packed, { resolver, keys: bobKeys })
      expect(taken).toMatchObject(message)
      expect(known).toMatchObject({
        authenticated: true,
        encryptedFrom: `${ALICE}#key-${curve}-1`,
        encryptedTo: `${BOB}#key-${curve}-1`,
      })
    }
  })

  test.each(CURVES.flatMap((curve) => CONTENT.map(([content, name]) => [curve, name, content] as const)))(
    'anoncrypt over %s with %s, both ways',
    async (curve, enc, content) => {
      await beBob()
      for (let length = 0; length < 20; length += stride) {
        const message = { ...MESSAGE, body: { text: 'x'.repeat(length) } }
        const plaintext = JSON.stringify({ typ: 'application/didcomm-plain+json', ...message })
        const packed = await encrypt({ content, curve, plaintext })
        expect((await unpack(packed, { resolver, keys: bobKeys })).message).toMatchObject(message)
        const theirs = await packEncrypted(
          message,
          { to: `${BOB}#key-${curve}-1`, enc },
          { resolver, keys: new KeyRing() },
        )
        expect(await unpacked(theirs)).toMatchObject({
          body: message.body,
          authenticated: false,
          encryptedTo: `${BOB}#key-${curve}-1`,
        })
      }
    },
  )

  test.each(CURVES)(
    'authcrypt over %s: the core unpacks what identity packs, plain, signed and hidden',
    async (curve) => {
      await beBob()
      const from = `${ALICE}#key-${curve}-1`
      for (const signBy of [undefined, `${ALICE}#key-2`, `${ALICE}#key-3`])
        for (const protectSender of [false, true])
          for (const enc of ['A256GCM', 'A256CBC-HS512'] as const) {
            const options = { to: BOB, from, enc, protectSender, ...(signBy === undefined ? {} : { signBy }) }
            const packed = await packEncrypted(MESSAGE, options, { resolver, keys: aliceKeys })
            // As identity encrypts to every key of Bob's on the curve.
            expect(await unpacked(packed)).toMatchObject({
              id: MESSAGE.id,
              from: ALICE,
              to: BOB,
              body: MESSAGE.body,
              authenticated: true,
              encryptedFrom: from,
              signedBy: signBy,
            })
          }
    },
  )

  test('many messages in one process leave nothing behind', async () => {
    await beBob()
    const packed = await packEncrypted(MESSAGE, { to: BOB, from: `${ALICE}#key-p256-1` }, { resolver, keys: aliceKeys })
    for (let i = 0; i < 100; i += stride) expect(await core.status('unpack', packed)).toBe('IOC_OK')
  })

  test('several recipients, one of whom is the core', async () => {
    const kids = [`${BOB}#key-p256-2`, `${BOB}#key-p256-1`] as const
    const recipients = kids.flatMap((kid) => [kid, jwkOf('bob', kid)])
    const packed = await core.text('encrypt', 0, PLAINTEXT, null, 0, ...recipients)
    for (const kid of kids) {
      await core.call('own.clear')
      await beBob([kid])
      expect(await unpacked(packed)).toMatchObject({ encryptedTo: kid })
      const { kid: _, ...jwk } = secretOf('bob', kid)
      const keys = new KeyRing().addAgreementKey(kid, jwk)
      expect((await unpack(packed, { resolver, keys })).encryptedTo).toBe(kid)
    }
    const twice = [kids[0], jwkOf('bob', kids[0]), kids[0], jwkOf('bob', kids[0])]
    expect(await core.status('encrypt', 0, PLAINTEXT, null, 0, ...twice)).toBe('IOC_ERR_MEMBER')
    expect(await core.status('encrypt', 0, PLAINTEXT, null, 0)).toBe('IOC_ERR_ARGUMENT')
    const [bobs, alices] = [jwkOf('bob', kids[0]), await keyOf('alice', `${ALICE}#key-x25519-1`, 'agree')]
    const many = Array.from({ length: 9 }, (_, i) => [`did:a:${i}`, bobs]).flat()
    expect(await core.status('encrypt', 0, PLAINTEXT, null, 0, ...many)).toBe('IOC_ERR_ARGUMENT')
    expect(await core.status('encrypt', 0, PLAINTEXT, null, 0, ...many.slice(2))).toBe('IOC_OK')
    const [onlySigns, otherCurve] = [jwkOf('alice', `${ALICE}#key-3`), `${ALICE}#key-x25519-1`]
    expect(await core.status('encrypt', 0, PLAINTEXT, null, 0, kids[0], onlySigns)).toBe('IOC_ERR_ALGORITHM')
    expect(await core.status('encrypt', 0, PLAINTEXT, otherCurve, alices, kids[0], bobs)).toBe('IOC_ERR_ALGORITHM')
    const mixed = [kids[0], jwkOf('bob', kids[0]), `${BOB}#key-x25519-1`, jwkOf('bob', `${BOB}#key-x25519-1`)]
    expect(await core.status('encrypt', 0, PLAINTEXT, null, 0, ...mixed)).toBe('IOC_ERR_ALGORITHM')
  })

  test.each([2, 3])('signed by key-%i, both ways, and within authcrypt', async (number) => {
    await beBob()
    const kid = `${ALICE}#key-${number}`
    const key = await keyOf('alice', kid, 'sign')
    const signed = await core.text('sign.message', kid, key, PLAINTEXT)
    expect(await unpack(signed, { resolver, keys: bobKeys })).toMatchObject({ signedBy: [kid], message: MESSAGE })
    expect(await unpacked(signed)).toMatchObject({ signedBy: kid, authenticated: true, body: MESSAGE.body })
    expect(await unpacked(await packSigned(MESSAGE, kid, { keys: aliceKeys }))).toMatchObject({ signedBy: kid })
    const packed = await encrypt({ content: 0, curve: 'p256', sender: true, plaintext: signed })
    expect(await unpack(packed, { resolver, keys: bobKeys })).toMatchObject({ nonRepudiation: true, message: MESSAGE })
    expect(await unpacked(packed)).toMatchObject({ signedBy: kid, encryptedFrom: `${ALICE}#key-p256-1` })
  })

  test('authcrypt goes with A256CBC-HS512 only', async () => {
    const kid = `${BOB}#key-p256-1`
    const key = await keyOf('alice', `${ALICE}#key-p256-1`, 'agree')
    expect(await core.status('encrypt', 1, PLAINTEXT, `${ALICE}#key-p256-1`, key, kid, jwkOf('bob', kid))).toBe(
      'IOC_ERR_ALGORITHM',
    )
  })

  test('the same randomness gives the same bytes', async () => {
    const seed = createHash('sha256').update('stream').digest()
    const pack = async () => {
      await core.call('seed', seed)
      return encrypt({ content: 0, curve: 'p256', sender: true })
    }
    const packed = await pack()
    expect(await pack()).toBe(packed)
    expect(packed).not.toBe(await encrypt({ content: 0, curve: 'p256', sender: true }))
  })

  test('buffers of the stated sizes suffice, with ids of any length', async () => {
    const to = `${BOB}#key-p256-1`
    const [signer, key] = [
      await keyOf('alice', `${ALICE}#key-2`, 'sign'),
      await keyOf('alice', `${ALICE}#key-p256-1`, 'agree'),
    ]
    for (const idLength of isChip(backend) ? [49, 1000] : [8, 49, 200, 1000])
      for (const length of isChip(backend) ? [16, 17] : [0, 1, 15, 16, 17, 1000, 4000]) {
        const [kid, plaintext] = [`did:a:${'x'.repeat(idLength - 6)}`, 'p'.repeat(length)]
        const [jwe, jws] = (await core.call('bounds', length, idLength)).map(Number) as [number, number]
        await core.call('capacity', jwe)
        expect(
          await core.status('encrypt', 0, plaintext, kid, key, kid, jwkOf('bob', to)),
          `${length} ${idLength}`,
        ).toBe('IOC_OK')
        expect(await core.status('encrypt', 1, plaintext, null, 0, kid, jwkOf('bob', to))).toBe('IOC_OK')
        await core.call('capacity', jws)
        expect(await core.status('sign.message', kid, signer, plaintext)).toBe('IOC_OK')
      }
    await core.call('capacity', 1 << 16)
  })

  test('no buffer is too small by a byte unnoticed', async () => {
    await beBob()
    const kid = `${ALICE}#key-2`
    const key = await keyOf('alice', kid, 'sign')
    const signed = await core.text('sign.message', kid, key, PLAINTEXT)
    const packed = await encrypt({ content: 0, curve: 'p256', sender: true, plaintext: signed })
    await core.call('capacity', signed.length)
    expect(await core.status('sign.message', kid, key, PLAINTEXT)).toBe('IOC_OK')
    await core.call('capacity', signed.length - 1)
    expect(await core.status('sign.message', kid, key, PLAINTEXT)).toBe('IOC_ERR_BUFFER')
    await core.call('capacity', packed.length)
    expect(await encrypt({ content: 0, curve: 'p256', sender: true, plaintext: signed })).toHaveLength(packed.length)
    for (let capacity = 0; capacity < packed.length; capacity += 37 * stride) {
      await core.call('capacity', capacity)
      await expect(encrypt({ content: 0, curve: 'p256', sender: true, plaintext: signed })).rejects.toThrow(
        expect.objectContaining({ code: 'IOC_ERR_BUFFER' }),
      )
    }
    await core.call('capacity', 1 << 16)
    let enough = false
    for (let scratch = 0; scratch <= packed.length; scratch += 41 * stride) {
      const status = await core.status('unpack', packed, scratch)
      expect(status).toBe(enough ? 'IOC_OK' : status)
      expect(['IOC_OK', 'IOC_ERR_BUFFER']).toContain(status)
      enough ||= status === 'IOC_OK'
    }
    expect(enough).toBe(true)
  })

  test('what is wrong is refused by name', async () => {
    await beBob()
    type Jwe = { protected: string; recipients: { header: Record<string, unknown>; encrypted_key: string }[] } & Record<
      string,
      unknown
    >
    const jwe = JSON.parse(await encrypt({ content: 0, curve: 'p256', sender: true })) as Jwe
    const header = JSON.parse(Buffer.from(jwe.protected, 'base64url').toString())
    const encode = (changes: object) => ({
      ...jwe,
      protected: Buffer.from(JSON.stringify({ ...header, ...changes })).toString('base64url'),
    })
    const [recipient] = jwe.recipients
    const off = createECDH('prime256v1')
    off.generateKeys()
    const cases: [string, object][] = [
      ['IOC_ERR_MEMBER', { ...jwe, unprotected: {} }],
      ['IOC_ERR_MEMBER', { ...jwe, aad: 'AA' }],
      ['IOC_ERR_MEMBER', { ...jwe, recipients: [{ ...recipient, header: { kid: '' } }] }],
      ['IOC_ERR_MEMBER', { ...jwe, recipients: [] }],
      ['IOC_ERR_MEMBER', { ...jwe, recipients: [recipient, recipient] }],
      ['IOC_ERR_MEMBER', { ...jwe, recipients: [{ ...recipient, header: { ...recipient!.header, alg: 'none' } }] }],
      ['IOC_ERR_MEMBER', { ...jwe, recipients: Array(9).fill(recipient) }],
      ['IOC_ERR_MEMBER', { ...jwe, protected: 1 }],
      ['IOC_ERR_JSON', { ...jwe, protected: 'AAAA' }],
      ['IOC_ERR_ENCODING', { ...jwe, protected: `${jwe.protected}=` }],
      ['IOC_ERR_ENCODING', { ...jwe, iv: '!' }],
      ['IOC_ERR_DECRYPTION', { ...jwe, iv: 'AAAA' }],
      ['IOC_ERR_DECRYPTION', { ...jwe, ciphertext: '' }],
      ['IOC_ERR_DECRYPTION', { ...jwe, ciphertext: `AAAA${String(jwe.ciphertext).slice(4)}` }],
      ['IOC_ERR_DECRYPTION', { ...jwe, recipients: [{ ...recipient, encrypted_key: 'AAAA' }] }],
      ['IOC_ERR_CRITICAL_HEADER', encode({ crit: ['b64'] })],
      ['IOC_ERR_CRITICAL_HEADER', encode({ zip: 'DEF' })],
      ['IOC_ERR_ALGORITHM', encode({ alg: 'ECDH-1PU' })],
      ['IOC_ERR_ALGORITHM', encode({ alg: undefined })],
      ['IOC_ERR_ALGORITHM', encode({ enc: 'A256GCM' })],
      ['IOC_ERR_ALGORITHM', encode({ enc: 'A128GCM' })],
      ['IOC_ERR_MEMBER', encode({ typ: 'JWT' })],
      ['IOC_ERR_MEMBER', encode({ apv: 'AAAA' })],
      ['IOC_ERR_MEMBER', encode({ apu: undefined })],
      ['IOC_ERR_MEMBER', encode({ apu: '' })],
      ['IOC_ERR_MEMBER', encode({ skid: 1 })],
      ['IOC_ERR_MEMBER', encode({ epk: 'a' })],
      ['IOC_ERR_MEMBER', { ...jwe, protected: undefined }],
      ['IOC_ERR_MEMBER', { ...jwe, recipients: undefined }],
      ['IOC_ERR_JSON', { ...jwe, recipients: {} }],
      ['IOC_ERR_DECRYPTION', { ...jwe, tag: 'AAAA' }],
      ['IOC_ERR_MEMBER', encode({ skid: `${BOB}#key-p256-1` })],
      [
        'IOC_ERR_KEY_UNKNOWN',
        encode({ skid: undefined, apu: Buffer.from('did:example:carol#1').toString('base64url') }),
      ],
      ['IOC_ERR_KEY_UNKNOWN', encode({ skid: undefined, apu: Buffer.from(`${ALICE}#key-1`).toString('base64url') })],
      [
        'IOC_ERR_ALGORITHM',
        encode({ skid: undefined, apu: Buffer.from(`${ALICE}#key-x25519-1`).toString('base64url') }),
      ],
      ['IOC_ERR_KEY', encode({ epk: { ...header.epk, y: header.epk.x } })],
      ['IOC_ERR_ALGORITHM', encode({ epk: JSON.parse(jwkOf('bob', `${BOB}#key-x25519-1`)) })],
      ['IOC_ERR_ALGORITHM', encode({ epk: { ...header.epk, crv: 'secp256k1' } })],
      [
        'IOC_ERR_DECRYPTION',
        encode({
          epk: {
            kty: 'EC',
            crv: 'P-256',
            x: off.getPublicKey().subarray(1, 33).toString('base64url'),
            y: off.getPublicKey().subarray(33).toString('base64url'),
          },
        }),
      ],
      ['IOC_ERR_DECRYPTION', encode({ extra: 1 })],
    ]
    for (const [status, changed] of cases)
      expect(await core.status('unpack', JSON.stringify(changed)), JSON.stringify(changed)).toBe(status)
    await core.call('own.clear')
    expect(await core.status('unpack', JSON.stringify(jwe))).toBe('IOC_ERR_NOT_FOR_US')
  })

  test('an ephemeral key of small order is refused', async () => {
    await beBob()
    const jwe = JSON.parse(await encrypt({ content: 0, curve: 'x25519' }))
    const header = JSON.parse(Buffer.from(jwe.protected, 'base64url').toString())
    for (const x of [Buffer.alloc(32), Buffer.alloc(32).fill(1, 0, 1)]) {
      const epk = { kty: 'OKP', crv: 'X25519', x: x.toString('base64url') }
      const packed = { ...jwe, protected: Buffer.from(JSON.stringify({ ...header, epk })).toString('base64url') }
      expect(await core.status('unpack', JSON.stringify(packed))).toBe('IOC_ERR_KEY')
    }
  })

  test('nesting has one order, and addresses are those of the keys', async () => {
    await beBob()
    const pack = (plaintext: string, sender = true) => encrypt({ content: 0, curve: 'p256', sender, plaintext })
    const status = async (packed: Promise<string>) => core.status('unpack', await packed)
    expect(await status(pack(await pack(PLAINTEXT)))).toBe('IOC_ERR_NESTING')
    expect(await status(pack(await pack(PLAINTEXT, false), false))).toBe('IOC_ERR_NESTING')
    expect(await status(pack(await pack(PLAINTEXT, false)))).toBe('IOC_ERR_NESTING')
    expect(await status(pack(await pack(PLAINTEXT), false))).toBe('IOC_OK')
    const say = (changes: object) => JSON.stringify({ ...MESSAGE, ...changes })
    expect(await status(pack(say({ from: BOB })))).toBe('IOC_ERR_ADDRESSING')
    expect(await status(pack(say({ from: undefined })))).toBe('IOC_ERR_ADDRESSING')
    expect(await status(pack(say({ to: [ALICE] })))).toBe('IOC_ERR_ADDRESSING')
    expect(await status(pack(say({ to: [] })))).toBe('IOC_ERR_ADDRESSING')
    expect(await status(pack(say({ to: [ALICE, BOB] })))).toBe('IOC_OK')
    expect(await status(pack(say({ to: undefined })))).toBe('IOC_OK')
    const kid = `${ALICE}#key-2`
    const sign = async (text: string) => core.text('sign.message', kid, await keyOf('alice', kid, 'sign'), text)
    expect(await status(sign(say({ from: BOB })))).toBe('IOC_ERR_ADDRESSING')
    expect(await status(pack(await sign(say({ to: undefined }))))).toBe('IOC_ERR_ADDRESSING')
    expect(await status(sign(await sign(PLAINTEXT)))).toBe('IOC_ERR_NESTING')
    expect(await status(sign(await pack(PLAINTEXT)))).toBe('IOC_ERR_NESTING')
    for (const changes of [
      { id: '' },
      { id: 1 },
      { type: undefined },
      { to: BOB },
      { to: ['bob'] },
      { body: [] },
      { created_time: -1 },
      { typ: 'x' },
      { from: 'alice' },
      { id: 'x'.repeat(257) },
      { thid: 'x'.repeat(257) },
      { thid: '' },
      { type: '' },
      { from: '' },
      { to: [1] },
      { expires_time: 'a' },
      { typ: 1 },
      { body: 'a' },
    ])
      expect(await core.status('unpack', say(changes)), JSON.stringify(changes)).toMatch(/^IOC_ERR_(MEMBER|JSON)$/)
  })

  test('signatures that are another’s, or of another algorithm, are refused', async () => {
    const kid = `${ALICE}#key-2`
    const jws = JSON.parse(await packSigned(MESSAGE, kid, { keys: aliceKeys }))
    const [signature] = jws.signatures
    const alter = (changes: object) => JSON.stringify({ ...jws, signatures: [{ ...signature, ...changes }] })
    const head = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const typ = 'application/didcomm-signed+json'
    const cases: [string, string][] = [
      ['IOC_ERR_SIGNATURE', JSON.stringify({ ...jws, payload: `${jws.payload.slice(0, -4)}AAAA` })],
      ['IOC_ERR_KEY_UNKNOWN', alter({ header: { kid: `${ALICE}#key-9` } })],
      ['IOC_ERR_ALGORITHM', alter({ header: { kid: `${ALICE}#key-3` } })],
      ['IOC_ERR_KEY_UNKNOWN', alter({ header: { kid: `${ALICE}#key-p256-1` } })],
      ['IOC_ERR_KEY_UNKNOWN', alter({ header: undefined })],
      ['IOC_ERR_MEMBER', alter({ header: { kid, alg: 'none' } })],
      ['IOC_ERR_ALGORITHM', alter({ protected: head({ typ, alg: 'none' }) })],
      ['IOC_ERR_ALGORITHM', alter({ protected: head({ typ }) })],
      ['IOC_ERR_MEMBER', alter({ protected: head({ alg: 'ES256' }) })],
      ['IOC_ERR_MEMBER', alter({ protected: head({ typ: 'JWT', alg: 'ES256' }) })],
      ['IOC_ERR_MEMBER', alter({ protected: head({ typ, alg: 'ES256', kid: `${ALICE}#key-3` }) })],
      ['IOC_ERR_CRITICAL_HEADER', alter({ protected: head({ typ, alg: 'ES256', b64: false }) })],
      ['IOC_ERR_SIGNATURE', alter({ protected: head({ typ, alg: 'ES256', kid }) })],
      ['IOC_ERR_SIGNATURE', alter({ signature: 'AAAA' })],
      ['IOC_ERR_SIGNATURE', alter({ signature: '!' })],
      ['IOC_ERR_MEMBER', JSON.stringify({ ...jws, signatures: [signature, signature] })],
      ['IOC_ERR_MEMBER', JSON.stringify({ ...jws, signatures: [] })],
      ['IOC_ERR_MEMBER', JSON.stringify({ ...jws, signatures: [1] })],
      ['IOC_ERR_JSON', JSON.stringify({ ...jws, signatures: {} })],
      ['IOC_ERR_MEMBER', JSON.stringify({ ...jws, payload: 1 })],
      ['IOC_ERR_JSON', `{"payload":"AA",${JSON.stringify(jws).slice(1)}`],
      ['IOC_ERR_JSON', JSON.stringify(jws).replace('"signature":', '"protected":"AA","signature":')],
      ['IOC_ERR_MEMBER', alter({ protected: undefined })],
      ['IOC_ERR_MEMBER', alter({ signature: undefined })],
      ['IOC_ERR_MEMBER', alter({ header: 1 })],
      ['IOC_OK', JSON.stringify({ payload: jws.payload, ...signature })],
    ]
    for (const [status, packed] of cases) expect(await core.status('unpack', packed), packed).toBe(status)
  })

  test(`700 damaged messages are refused, or mean the same (seed ${SEED})`, async () => {
    await beBob()
    const random = new Seeded(SEED)
    const context = { resolver, keys: aliceKeys }
    const originals = [
      await packEncrypted(MESSAGE, { to: BOB, from: `${ALICE}#key-p256-1` }, context),
      await packEncrypted(MESSAGE, { to: `${BOB}#key-x25519-1`, enc: 'A256GCM' }, context),
      await packEncrypted(
        MESSAGE,
        { to: BOB, from: `${ALICE}#key-x25519-1`, signBy: `${ALICE}#key-2`, protectSender: true },
        context,
      ),
      await packSigned(MESSAGE, `${ALICE}#key-3`, context),
    ]
    let taken = 0
    for (let i = 0; i < 700; i += stride) {
      const damaged = Buffer.from(mutate(random, random.pick(originals)))
      if ((await core.status('unpack', damaged)) !== 'IOC_OK') continue
      taken++
      expect(await unpacked(damaged), `case ${i}`).toMatchObject({ id: MESSAGE.id, body: MESSAGE.body })
    }
    expect(taken).toBeGreaterThan(0)
  })

  describe('replay window', () => {
    const take = (id: string, created: number, expires = 0, from = ALICE) =>
      core.status('replay.take', from, id, created, expires)

    test('knows no time before it is told', async () => {
      expect(await core.status('replay')).toBe('IOC_ERR_CLOCK')
    })

    test('takes each message once, of its time only, and forgets none that it could take again', async () => {
      await core.call('now', 10_000)
      await core.call('replay')
      expect(await take('a', 10_000)).toBe('IOC_OK')
      expect(await take('a', 10_000)).toBe('IOC_ERR_REPLAYED')
      expect(await take('a', 10_001)).toBe('IOC_ERR_REPLAYED')
      expect(await take('a', 10_000, 0, BOB)).toBe('IOC_OK')
      expect(await take('b', 0)).toBe('IOC_ERR_STALE')
      expect(await take('b', 10_031)).toBe('IOC_ERR_STALE')
      expect(await take('b', 9_969)).toBe('IOC_ERR_STALE')
      expect(await take('b', 10_000, 10_000)).toBe('IOC_ERR_EXPIRED')
      expect(await take('b', 10_030, 10_001)).toBe('IOC_OK')
      expect(await take('c', 9_970)).toBe('IOC_OK')
      // Four are remembered.
      expect(await take('d', 10_000)).toBe('IOC_ERR_WINDOW_FULL')
      await core.call('now', 10_271)
      expect(await take('c', 9_970)).toBe('IOC_ERR_STALE')
      expect(await take('d', 10_000)).toBe('IOC_OK')
      await core.call('now', 10_331)
      expect(await take('e', 10_331)).toBe('IOC_OK')
      await core.call('now', 0)
      expect(await take('f', 10_331)).toBe('IOC_ERR_CLOCK')
      // A clock that goes back brings none of the forgotten back.
      await core.call('now', 10_200)
      expect(await take('a', 10_000)).toBe('IOC_ERR_STALE')
    })
  })

  test('backoff is drawn evenly below its bound, which doubles up to the cap', async () => {
    await core.call('seed', new Uint8Array(32).fill(7))
    for (const [failures, bound] of [
      [1, 500],
      [2, 1000],
      [7, 32_000],
      [8, 60_000],
      [4_000_000_000, 60_000],
    ] as const) {
      const delays = await Promise.all(
        Array.from({ length: 200 }, async () => Number(await core.text('backoff', 500, 60_000, failures))),
      )
      expect(Math.max(...delays)).toBeLessThan(bound)
      expect(Math.max(...delays)).toBeGreaterThan(bound * 0.9)
      expect(Math.min(...delays)).toBeLessThan(bound * 0.1)
    }
  })
})
