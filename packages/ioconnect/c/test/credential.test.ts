/** Credentials as JWT: issued by packages/identity, verified here; presented here, verified by packages/identity. */
import { issueCredential } from '@iotex2/identity/credentials/credential'
import { verifyPresentation } from '@iotex2/identity/credentials/presentation'
import { signJws } from '@iotex2/identity/jose/jws'
import { createSigner } from '@iotex2/identity/jose/signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALICE, BOB, documents, resolver as parties, vectors } from '../../../identity/src/didcomm/parties.fixture.ts'
import { backends, Core, strideOf } from './harness.ts'

const NOW = Date.parse('2026-11-25T00:00:00Z')
const KID = `${ALICE}#key-2`
const V2 = 'https://www.w3.org/ns/credentials/v2'
const V1 = 'https://www.w3.org/2018/credentials/v1'

/** Alice issues: the fixture's documents name no keys for assertions. */
const issuing = { ...documents[ALICE]!, assertionMethod: documents[ALICE]!.authentication! }
const resolver: typeof parties = { resolve: async (did) => (did === ALICE ? issuing : parties.resolve(did)) }
const signer = createSigner(KID, vectors.secrets.alice.find(({ kid }) => kid === KID)!)
const credential = {
  '@context': [V2],
  type: ['VerifiableCredential'],
  issuer: ALICE,
  credentialSubject: { id: BOB },
}

describe.each(backends('credentials of the C core'))('credentials with %s', (backend) => {
  const stride = strideOf(backend)
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
    await core.call('resolve', ALICE, JSON.stringify(issuing))
    await core.call('resolve', BOB, JSON.stringify(documents[BOB]))
  })
  afterAll(() => core.stop())

  const issue = (changes: object = {}) =>
    issueCredential({ ...credential, ...changes } as typeof credential, {
      signer,
      format: 'jwt',
      now: () => NOW,
    }) as Promise<string>
  const sign = (payload: object, header: object = { typ: 'vc+jwt' }) =>
    signJws(payload, signer, header as Record<string, unknown>)
  const at = (seconds: number) => core.call('now', NOW / 1000 + seconds)

  test('no credential is verified before the time is known', async () => {
    expect(await core.status('credential', await issue())).toBe('IOC_ERR_CLOCK')
    await at(0)
  })

  test('of versions 2.0 and 1.1, as identity issues them', async () => {
    const jwt = await issue()
    const [body, issuer, subject, kid] = await core.call('credential', jwt)
    expect(JSON.parse(String(body))).toMatchObject(credential)
    expect([issuer, subject, kid].map(String)).toEqual([ALICE, BOB, KID])
    const old = await issue({
      '@context': [V1],
      issuanceDate: '2026-01-01T00:00:00Z',
      expirationDate: '2027-01-01T00:00:00Z',
    })
    expect((await core.call('credential', old)).slice(1).map(String)).toEqual([ALICE, BOB, KID])
    const [, , nobody] = await core.call('credential', await issue({ credentialSubject: { level: 1 } }))
    expect(nobody).toBeNull()
  })

  test('holds in its time only', async () => {
    const jwt = await issue({ validFrom: '2026-11-25T00:00:10Z', validUntil: '2026-11-25T00:00:20Z' })
    const claimed = await sign({ ...credential, nbf: NOW / 1000 + 10, exp: NOW / 1000 + 20.5 })
    for (const text of [jwt, claimed]) {
      for (const [seconds, status] of [
        [9, 'IOC_ERR_NOT_YET_VALID'],
        [10, 'IOC_OK'],
        [19, 'IOC_OK'],
        [20, 'IOC_ERR_EXPIRED'],
      ] as const) {
        await at(seconds)
        expect(await core.status('credential', text)).toBe(status)
      }
    }
    await at(0)
  })

  test('one with a status holds unless it was revoked, and the status says so', async () => {
    const credentialStatus = {
      type: 'BitstringStatusListEntry',
      statusPurpose: 'revocation',
      statusListIndex: '1',
      statusListCredential: 'https://a.example/1',
    }
    expect(await core.status('credential', await issue({ credentialStatus }))).toBe('IOC_ERR_CREDENTIAL_STATUS')
  })

  test('what is wrong is refused by name', async () => {
    const jwt = await issue()
    const [header, payload, signature] = jwt.split('.') as [string, string, string]
    const other = createSigner(`${ALICE}#key-3`, vectors.secrets.alice.find(({ kid }) => kid === `${ALICE}#key-3`)!)
    const head = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const cases: [string, string][] = [
      ['IOC_OK', await sign(credential, { typ: 'application/vc+jwt' })],
      ['IOC_OK', await signJws(credential, other, { typ: 'vc+jwt' })],
      ['IOC_ERR_MEMBER', await sign(credential, { typ: 'vp+jwt' })],
      ['IOC_ERR_MEMBER', await sign(credential, {})],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, issuer: BOB })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, issuer: undefined })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, '@context': [V1] })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, '@context': ['https://a.example', V2] })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, type: ['Other'] })],
      ['IOC_ERR_CREDENTIAL', await sign({ vc: 1 })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, validFrom: 'yesterday' })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, exp: 'tomorrow' })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, issuer: 1 })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, '@context': undefined })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, type: {} })],
      ['IOC_OK', await sign({ ...credential, '@context': V2, type: ['Other', 'VerifiableCredential'] })],
      ['IOC_OK', await sign({ ...credential, issuer: { id: ALICE, name: 'a' } })],
      ['IOC_ERR_CREDENTIAL', await sign({ ...credential, issuer: { name: 'a' } })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, credentialSubject: 1 })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, credentialSubject: { id: 1 } })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, validUntil: 1 })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, validUntil: '2026-11-25T00:00:00.' })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, validUntil: '2026-11-25T00:00:00.5' })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, validUntil: '2026-11-25T00:00:00.5:' })],
      ['IOC_ERR_MEMBER', await sign({ ...credential, nbf: 'a' })],
      ['IOC_OK', await sign({ vc: { '@context': [V1], type: ['VerifiableCredential'] }, iss: ALICE, sub: BOB })],
      ['IOC_ERR_MEMBER', await sign({ vc: { '@context': [V1], type: ['VerifiableCredential'] }, iss: 1 })],
      ['IOC_ERR_MEMBER', await sign({ vc: { '@context': [V1], type: ['VerifiableCredential'] }, iss: ALICE, sub: 1 })],
      ['IOC_ERR_CREDENTIAL', await sign({ vc: { '@context': [V1], type: ['VerifiableCredential'] }, iss: BOB })],
      ['IOC_ERR_CRITICAL_HEADER', await sign(credential, { typ: 'vc+jwt', crit: [] })],
      ['IOC_ERR_KEY_UNKNOWN', await sign(credential, { typ: 'vc+jwt', kid: `${ALICE}#key-p256-1` })],
      ['IOC_ERR_KEY_UNKNOWN', await sign(credential, { typ: 'vc+jwt', kid: `${BOB}#key-1` })],
      ['IOC_ERR_ALGORITHM', await sign(credential, { typ: 'vc+jwt', kid: `${ALICE}#key-3` })],
      ['IOC_ERR_SIGNATURE', `${header}.${head({ ...credential, type: 'VerifiableCredential' })}.${signature}`],
      ['IOC_ERR_SIGNATURE', `${header}.${payload}.${signature}.`],
      ['IOC_ERR_SIGNATURE', `${header}.${payload}.`],
      ['IOC_ERR_SIGNATURE', `${header}.${payload}`],
      ['IOC_ERR_SIGNATURE', header],
      ['IOC_ERR_JSON', ''],
      ['IOC_ERR_JSON', '..'],
      ['IOC_ERR_ENCODING', '=.a.b'],
    ]
    for (const [status, text] of cases) expect(await core.status('credential', text), text).toBe(status)
    for (let scratch = 0; scratch < jwt.length; scratch += 50 * stride)
      expect(await core.status('credential', jwt, scratch)).toMatch(/^IOC_(OK|ERR_BUFFER)$/)
  })

  test('a presentation is verified by identity, for its challenge and domain', async () => {
    const held = [await issue(), await issue({ id: 'urn:uuid:1' })]
    const key = await core.key(
      'P-256',
      'sign',
      Buffer.from(vectors.secrets.alice.find(({ kid }) => kid === KID)!.d, 'base64url'),
    )
    const jwt = await core.text('present', KID, key, 'a "challenge"', 'https://verifier.example', ...held)
    const context = { resolver, now: () => NOW, challenge: 'a "challenge"', domain: 'https://verifier.example' }
    const { holder, credentials } = await verifyPresentation(jwt, context)
    expect(holder).toBe(ALICE)
    expect(credentials.map(({ issuer }) => issuer)).toEqual([ALICE, ALICE])
    for (const changes of [{ challenge: 'b' }, { domain: 'https://b.example' }])
      await expect(verifyPresentation(jwt, { ...context, ...changes })).rejects.toHaveProperty(
        'code',
        expect.stringMatching(/^PRESENTATION_/),
      )
    await core.call('now', 0)
    expect(await core.status('present', KID, key, 'c', 'd')).toBe('IOC_ERR_CLOCK')
    await at(0)
    await core.call('capacity', 100)
    expect(await core.status('present', KID, key, 'c', 'd')).toBe('IOC_ERR_BUFFER')
    await core.call('capacity', 1 << 16)
  })
})
