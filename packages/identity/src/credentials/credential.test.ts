import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contexts as citizenshipContexts } from '@digitalbazaar/citizenship-context'
import { base58 } from '@scure/base'
import { afterAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { mutate } from '../didcomm/mutation.fixture.ts'
import { exportPublicJwk } from '../jose/jwk.ts'
import { readJws, signJws } from '../jose/jws.ts'
import { createSigner, type Signer } from '../jose/signature.ts'
import { encodeMultikey } from '../multikey.ts'
import { didKeyMethod } from '../resolution/did-key.ts'
import { MultiResolver } from '../resolution/resolution.ts'
import { type AnyDidDocument, keyOf } from '../verification-method.ts'
import { BUNDLED_CONTEXTS, CREDENTIALS_V1, CREDENTIALS_V2 } from './contexts.ts'
import { issueCredential, type SecuredCredential, type VerifyContext, verifyCredential } from './credential.ts'
import { addProof, type DataIntegrityProof, hashData, verifyProof } from './data-integrity.ts'
import type { Credential, Presentation } from './model.ts'
import { present, verifyPresentation } from './presentation.ts'
import { MINIMUM_BITS, StatusList, statusEntry, statusListCredential } from './status-list.ts'
import { Wallet } from './wallet.ts'

const coded = (code: string) => expect.objectContaining({ code })
const NOW = Date.parse('2026-11-24T12:00:00Z')
const context: VerifyContext = { resolver: new MultiResolver([didKeyMethod]), now: () => NOW }

/** A party whose DID is its key. */
function createParty(privateKey: KeyObject): { did: string; signer: Signer } {
  const multikey = encodeMultikey(exportPublicJwk(privateKey))
  const did = `did:key:${multikey}`
  return { did, signer: createSigner(`${did}#${multikey}`, privateKey) }
}
const onCurve = (namedCurve: string) => createParty(generateKeyPairSync('ec', { namedCurve }).privateKey)
const PARTIES = {
  Ed25519: createParty(generateKeyPairSync('ed25519').privateKey),
  'P-256': onCurve('P-256'),
  'P-384': onCurve('P-384'),
  secp256k1: onCurve('secp256k1'),
}
const { Ed25519: issuer, 'P-256': holder } = PARTIES
const now = () => NOW

const credentialOf = (by: string, changes: Partial<Credential> = {}): Credential => ({
  '@context': [CREDENTIALS_V2, 'https://www.w3.org/ns/credentials/undefined-terms/v2'],
  id: 'urn:uuid:6c4f2a5e-0000-4000-8000-000000000001',
  type: ['VerifiableCredential', 'CalibrationCredential'],
  issuer: by,
  credentialSubject: { id: holder.did, accuracy: '0.1 K' },
  ...changes,
})
const legacyOf = (by: string, changes: Partial<Credential> = {}): Credential =>
  credentialOf(by, {
    '@context': [CREDENTIALS_V1, 'https://www.w3.org/ns/credentials/undefined-terms/v2'],
    ...changes,
  })

describe('vectors of the cryptosuites', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../../test/vectors/data-integrity.json', import.meta.url), 'utf8'),
  ) as {
    examplesContext: object
    eddsaSecretKeyMultibase: string
    unsecured: Credential
    proofs: DataIntegrityProof[]
    hashData: Record<'P-256' | 'P-384', string>
    employment: {
      unsecured: Credential
      proofs: DataIntegrityProof[]
      hashData: Record<'P-256' | 'P-384', string>
    }
  }
  const contexts = new Map([
    ...BUNDLED_CONTEXTS,
    ...citizenshipContexts,
    ['https://www.w3.org/ns/credentials/examples/v2', vectors.examplesContext],
  ])
  const [eddsa, p256, p384] = vectors.proofs as [DataIntegrityProof, DataIntegrityProof, DataIntegrityProof]
  const document: AnyDidDocument = {
    id: 'https://vc.example/issuers/5678',
    assertionMethod: vectors.proofs.map(({ verificationMethod: id }) => ({
      id,
      type: 'Multikey',
      controller: 'https://vc.example/issuers/5678',
      publicKeyMultibase: id.split('#')[1]!,
    })),
  }

  test.each(vectors.proofs)('$cryptosuite by $verificationMethod', async (proof) => {
    const key = keyOf(document, 'assertionMethod', proof.verificationMethod)
    await verifyProof({ ...vectors.unsecured, proof }, key, contexts)
    const altered = { ...vectors.unsecured, name: 'Alumni credential', proof }
    await expect(verifyProof(altered, key, contexts)).rejects.toThrow(coded('CREDENTIAL_SIGNATURE'))
  })

  test.each([
    ['P-256', 'sha256', p256],
    ['P-384', 'sha384', p384],
  ] as const)('what a %s key signs', async (curve, hash, { proofValue: _, ...config }) => {
    const data = await hashData(vectors.unsecured, config, hash, contexts)
    expect(data.toString('hex')).toBe(vectors.hashData[curve])
  })

  describe('the second, with blank nodes', () => {
    const { unsecured, proofs, hashData: expected } = vectors.employment
    const method = async ({ verificationMethod: id }: DataIntegrityProof) =>
      keyOf(await context.resolver.resolve(id.split('#')[0]!), 'assertionMethod', id)

    test.each(proofs)('$cryptosuite by $verificationMethod', async (proof) => {
      await verifyProof({ ...unsecured, proof }, await method(proof), contexts)
      const subject = unsecured.credentialSubject as { employmentAuthorizationDocument: object }
      const document = { ...subject.employmentAuthorizationDocument, identifier: '83627466' }
      const credentialSubject = { ...subject, employmentAuthorizationDocument: document }
      await expect(
        verifyProof({ ...unsecured, credentialSubject, proof }, await method(proof), contexts),
      ).rejects.toThrow(coded('CREDENTIAL_SIGNATURE'))
    })

    test.each([
      ['P-256', 'sha256', proofs[1]!],
      ['P-384', 'sha384', proofs[2]!],
    ] as const)('what a %s key signs', async (curve, hash, { proofValue: _, ...config }) => {
      expect((await hashData(unsecured, config, hash, contexts)).toString('hex')).toBe(expected[curve])
    })
  })

  test('the credential of the vector, whose issuer has a document', async () => {
    const asVerifier = { now, contexts, resolver: { resolve: async () => document } }
    expect((await verifyCredential({ ...vectors.unsecured, proof: eddsa }, asVerifier)).credential).toEqual(
      vectors.unsecured,
    )
    // In the other vectors the key is a did:key's, and the issuer is as here.
    await expect(verifyCredential({ ...vectors.unsecured, proof: p256 }, asVerifier)).rejects.toThrow(
      coded('CREDENTIAL_ISSUER_MISMATCH'),
    )
  })

  test('eddsa-rdfc-2022 is made as the vector has it, byte for byte', async () => {
    const proof = eddsa
    const d = Buffer.from(base58.decode(vectors.eddsaSecretKeyMultibase.slice(1)).slice(2)).toString('base64url')
    const x = Buffer.from(base58.decode(proof.verificationMethod.split('#z')[1]!).slice(2)).toString('base64url')
    const signer = createSigner(proof.verificationMethod, { kty: 'OKP', crv: 'Ed25519', d, x })
    const options = { signer, contexts, created: proof.created!, proofPurpose: 'assertionMethod' } as const
    expect((await addProof(vectors.unsecured, options)).proof).toEqual(proof)
  })
})

describe.each([
  ['2.0', credentialOf],
  ['1.1', legacyOf],
])('version %s', (_, make) => {
  test.each(Object.entries(PARTIES))('issued by a %s key as JWT', async (curve, { did, signer }) => {
    const secured = await issueCredential(make(did), { signer, format: 'jwt', now })
    const verified = await verifyCredential(secured, context)
    expect(verified).toMatchObject({ issuer: did, credential: make(did), verificationMethod: signer.kid })
    expect(readJws(secured as string).header.alg).toBe(
      { Ed25519: 'EdDSA', 'P-256': 'ES256', 'P-384': 'ES384' }[curve] ?? 'ES256K',
    )
  })

  test.each(Object.entries(PARTIES).slice(0, 3))('issued by a %s key with a proof', async (_curve, { did, signer }) => {
    const secured = await issueCredential(make(did), { signer, format: 'data-integrity', now })
    const { credential } = await verifyCredential(secured, context)
    expect(credential).toMatchObject({ id: make(did).id, issuer: did })
  })
})

test('no cryptosuite signs with secp256k1', async () => {
  const { did, signer } = PARTIES.secp256k1
  await expect(issueCredential(credentialOf(did), { signer, format: 'data-integrity', now })).rejects.toThrow(
    coded('CREDENTIAL_PROOF_UNSUPPORTED'),
  )
})

const issue = (
  credential: Credential,
  format: 'jwt' | 'data-integrity' = 'data-integrity',
  contexts = BUNDLED_CONTEXTS,
) => issueCredential(credential, { signer: issuer.signer, format, now, contexts })

test('an issuer issues in its own name only', async () => {
  await expect(issue(credentialOf(holder.did))).rejects.toThrow(coded('CREDENTIAL_ISSUER_MISMATCH'))
  const forged = await signJws(credentialOf(holder.did), issuer.signer, { typ: 'vc+jwt' })
  await expect(verifyCredential(forged, context)).rejects.toThrow(coded('CREDENTIAL_ISSUER_MISMATCH'))
  const proven = await addProof(credentialOf(holder.did), {
    signer: issuer.signer,
    contexts: BUNDLED_CONTEXTS,
    proofPurpose: 'assertionMethod',
  })
  await expect(verifyCredential(proven, context)).rejects.toThrow(coded('CREDENTIAL_ISSUER_MISMATCH'))
})

test('a context that is not bundled is not fetched', async () => {
  const credential = credentialOf(issuer.did, { '@context': [CREDENTIALS_V2, 'https://attacker.example/v1'] })
  await expect(issue(credential)).rejects.toThrow(coded('CREDENTIAL_CONTEXT_UNKNOWN'))
})

test('a member that no context defines is refused: the proof would leave it out', async () => {
  const credential = credentialOf(issuer.did, { '@context': [CREDENTIALS_V2] })
  await expect(issue(credential)).rejects.toThrow(coded('CREDENTIAL_TERM_UNDEFINED'))
})

test.each<[string, Partial<Credential>, string]>([
  ['not valid yet', { validFrom: '2026-11-24T12:00:01Z' }, 'CREDENTIAL_NOT_YET_VALID'],
  ['expired', { validFrom: '2020-01-01T00:00:00Z', validUntil: '2026-11-24T11:59:59Z' }, 'CREDENTIAL_EXPIRED'],
])('a credential that is %s', async (_, changes, code) => {
  for (const format of ['jwt', 'data-integrity'] as const)
    await expect(verifyCredential(await issue(credentialOf(issuer.did, changes), format), context)).rejects.toThrow(
      coded(code),
    )
})

test.each<[string, Partial<Credential>]>([
  ['no context of credentials', { '@context': ['https://www.w3.org/ns/did/v1'] }],
  ['another type', { type: ['Credential'] }],
  ['no issuer', { issuer: '' }],
  ['no subject', { credentialSubject: [] }],
  ['a subject that is a text', { credentialSubject: 'did:example:a' }],
  ['a time that is none', { validFrom: 'yesterday' }],
])('%s is no credential', async (_, changes) => {
  await expect(issue(credentialOf(issuer.did, changes), 'jwt')).rejects.toThrow(coded('CREDENTIAL_MALFORMED'))
  const signed = await signJws(credentialOf(issuer.did, changes), issuer.signer, { typ: 'vc+jwt' })
  await expect(verifyCredential(signed, context)).rejects.toThrow(coded('CREDENTIAL_MALFORMED'))
})

describe('hostile credentials', () => {
  test('alg none, another alg, a crit header, another typ', async () => {
    const jwt = (await issue(credentialOf(issuer.did), 'jwt')) as string
    const [, payload, signature] = jwt.split('.')
    const withHeader = (header: object) =>
      `${Buffer.from(JSON.stringify({ typ: 'vc+jwt', alg: 'EdDSA', kid: issuer.signer.kid, ...header })).toString('base64url')}.${payload}.${signature}`
    for (const alg of ['none', 'HS256', 'ES256', 'ES256K', null])
      await expect(verifyCredential(withHeader({ alg }), context)).rejects.toThrow(coded('JWS_ALGORITHM'))
    await expect(verifyCredential(withHeader({ crit: ['x'] }), context)).rejects.toThrow(coded('JWS_MALFORMED'))
    await expect(verifyCredential(withHeader({ b64: false }), context)).rejects.toThrow(coded('JWS_MALFORMED'))
    await expect(verifyCredential(withHeader({ typ: 'dpop+jwt' }), context)).rejects.toThrow(
      coded('CREDENTIAL_PROOF_UNSUPPORTED'),
    )
    await expect(verifyCredential(withHeader({ x: 1 }), context)).rejects.toThrow(coded('JWS_SIGNATURE'))
    await expect(verifyCredential(withHeader({ kid: 'did:key:z6Mk#1' }), context)).rejects.toThrow(
      coded('CREDENTIAL_KEY_UNKNOWN'),
    )
  })

  test('a proof for another purpose, of another suite, twice, or none', async () => {
    const secured = (await issue(credentialOf(issuer.did))) as Credential & { proof: DataIntegrityProof }
    const unsupported = coded('CREDENTIAL_PROOF_UNSUPPORTED')
    for (const proof of [
      { ...secured.proof, proofPurpose: 'authentication' },
      { ...secured.proof, cryptosuite: 'ecdsa-rdfc-2019' },
      { ...secured.proof, cryptosuite: 'eddsa-jcs-2022' },
      { ...secured.proof, type: 'Ed25519Signature2020' },
      { ...secured.proof, proofValue: `u${secured.proof.proofValue}` },
      { ...secured.proof, proofValue: `z${'1'.repeat(1000)}` },
      { ...secured.proof, proofValue: 'z0OIl' },
      [secured.proof, secured.proof],
      undefined,
    ])
      await expect(verifyCredential({ ...secured, proof }, context), JSON.stringify(proof)).rejects.toThrow(unsupported)
    const { proofValue: _, ...rest } = secured.proof
    const restamped = {
      ...secured,
      proof: { ...rest, created: '2020-01-01T00:00:00Z', proofValue: secured.proof.proofValue },
    }
    await expect(verifyCredential(restamped, context)).rejects.toThrow(coded('CREDENTIAL_SIGNATURE'))
  })

  test('contexts that rename a signed member, hide another, or are reset', async () => {
    const secured = (await issue(credentialOf(issuer.did))) as Credential
    const contexts = secured['@context']
    const renamed = {
      ...secured,
      '@context': [...contexts, { precision: 'https://www.w3.org/ns/credentials/undefined-terms#accuracy' }],
      credentialSubject: { id: holder.did, precision: '0.1 K' },
    }
    const hidden = { ...secured, '@context': [...contexts, { admin: null }], admin: true }
    const nested = {
      ...secured,
      credentialSubject: { ...(secured.credentialSubject as object), '@context': { admin: null }, admin: 1 },
    }
    const reset = { ...secured, credentialSubject: { ...(secured.credentialSubject as object), '@context': null } }
    for (const forged of [renamed, hidden, nested, reset])
      await expect(verifyCredential(forged, context)).rejects.toThrow(coded('CREDENTIAL_CONTEXT_UNKNOWN'))
  })

  describe('the same statements under other names', () => {
    const CREDENTIALS = 'https://www.w3.org/2018/credentials#'
    const URL = 'https://issuer.example/status/1'
    const expiredAndRevoked = async () =>
      (await issue(
        credentialOf(issuer.did, {
          validFrom: '2020-01-01T00:00:00Z',
          validUntil: '2021-01-01T00:00:00Z',
          credentialStatus: statusEntry(URL, 'revocation', 7),
        }),
      )) as Credential & { proof: unknown }

    // The proof is over statements: each of these makes the same ones, and hides from whoever reads members that the
    // credential ended and can be revoked.
    test.each<[string, (credential: Credential) => object]>([
      [
        'IRIs',
        ({ validUntil, credentialStatus, ...rest }) => ({
          ...rest,
          [`${CREDENTIALS}validUntil`]: {
            '@type': 'http://www.w3.org/2001/XMLSchema#dateTime',
            '@value': validUntil,
          },
          [`${CREDENTIALS}credentialStatus`]: credentialStatus,
        }),
      ],
      [
        'IRIs, with a value alone',
        ({ credentialStatus, validUntil, ...rest }) => ({
          ...rest,
          validUntil,
          [`${CREDENTIALS}credentialStatus`]: [credentialStatus],
        }),
      ],
      [
        'a node that is described in two places',
        ({ id, validUntil, credentialStatus, ...rest }) => ({
          id,
          ...rest,
          '@included': [{ id, validUntil, credentialStatus }],
        }),
      ],
      [
        'members that are nested',
        ({ validUntil, credentialStatus, ...rest }) => ({ ...rest, '@nest': { validUntil, credentialStatus } }),
      ],
      ['keywords for terms', ({ id, ...rest }) => ({ '@id': id, ...rest })],
    ])('%s', async (_, rename) => {
      const { proof, ...credential } = await expiredAndRevoked()
      const renamed = { ...rename(credential as Credential), proof }
      const outcome = verifyCredential(renamed, {
        ...context,
        statusLists: { load: () => Promise.reject(new RangeError('It is not even asked for.')) },
      })
      await expect(outcome).rejects.toThrow(coded('CREDENTIAL_TERM_UNDEFINED'))
    })

    test('a credential that is described again inside of itself', async () => {
      const signed = (await issue(
        credentialOf(issuer.did, {
          credentialSubject: { id: holder.did, accuracy: { id: credentialOf('').id! } },
          validFrom: '2020-01-01T00:00:00Z',
          validUntil: '2021-01-01T00:00:00Z',
        }),
      )) as Credential
      await expect(verifyCredential(signed, context)).rejects.toThrow(coded('CREDENTIAL_EXPIRED'))
      const { validUntil, ...rest } = signed
      const moved = {
        ...rest,
        credentialSubject: { id: holder.did, accuracy: { id: credentialOf('').id!, validUntil } },
      }
      await expect(verifyCredential(moved, context)).rejects.toThrow(coded('CREDENTIAL_MALFORMED'))
    })

    test('texts of other languages are values, and no other names', async () => {
      const name = { '@value': 'Kalibrierung', '@language': 'de' }
      await verifyCredential(await issue(credentialOf(issuer.did, { name })), context)
    })
  })

  test('a graph that takes for ever to canonicalise is given up', async () => {
    // Blank nodes that all point at each other look alike: telling them apart takes factorial time.
    const size = 12
    const ids = Array.from({ length: size }, (_, i) => `_:b${i}`)
    const clique = ids.map((id) => ({ id, knows: ids.filter((other) => other !== id).map((other) => ({ id: other })) }))
    const secured = (await issue(credentialOf(issuer.did))) as Credential
    const poisoned = { ...secured, credentialSubject: clique }
    await expect(verifyCredential(poisoned, context)).rejects.toThrow(coded('CREDENTIAL_MALFORMED'))
  })

  test('too large, and too deep', async () => {
    const padding = 'x'.repeat(1 << 20)
    await expect(verifyCredential({ ...credentialOf(issuer.did), padding }, context)).rejects.toThrow(
      coded('CREDENTIAL_TOO_LARGE'),
    )
    await expect(verifyCredential(`${padding}.`, context)).rejects.toThrow(coded('CREDENTIAL_TOO_LARGE'))
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
    await expect(verifyCredential({ ...credentialOf(issuer.did), deep }, context)).rejects.toThrow(
      coded('CREDENTIAL_MALFORMED'),
    )
  })

  test('300 damaged credentials (seed 5) are refused with a code, or say the same', async () => {
    const random = new Seeded(5)
    const credential = credentialOf(issuer.did)
    const secured = JSON.stringify(await issue(credential))
    let refusals = 0
    for (let i = 0; i < 300; i++) {
      const damaged = mutate(random, secured)
      let parsed: unknown
      try {
        parsed = JSON.parse(damaged)
      } catch {
        continue
      }
      const result = await verifyCredential(parsed, context).catch((error: { code?: string }) => error)
      if ('credential' in result)
        expect(result.credential, `seed 5, case ${i}`).toMatchObject({
          issuer: issuer.did,
          credentialSubject: credential.credentialSubject as object,
        })
      else {
        expect(result.code, `seed 5, case ${i}: ${damaged}`).toMatch(/^[A-Z_]+$/)
        refusals++
      }
    }
    expect(refusals).toBeGreaterThan(50)
  })
})

describe('status lists', () => {
  const URL = 'https://issuer.example/status/1'
  const list = StatusList.empty()
  list.set(7, true)
  list.set(MINIMUM_BITS - 1, true)

  test('bit 0 is the leftmost, and a list comes back as it was', () => {
    const one = StatusList.empty()
    one.set(0, true)
    // The GZIP header names the system that wrote it; the bits do not.
    const decoded = StatusList.decode(one.encode())
    expect([0, 1, 7, 8].map((index) => decoded.get(index))).toEqual([true, false, false, false])
    one.set(0, false)
    expect(one.get(0)).toBe(false)
    const random = new Seeded(3)
    const many = StatusList.empty(MINIMUM_BITS * 2)
    const set = new Set(Array.from({ length: 500 }, () => random.below(MINIMUM_BITS * 2)))
    for (const index of set) many.set(index, true)
    const back = StatusList.decode(many.encode())
    for (let index = 0; index < many.length; index += 1) if (back.get(index) !== set.has(index)) expect(index).toBe(-1)
  })

  test("the specification's encodedList of an empty list", () => {
    // Bitstring Status List 1.0, example 2 ("BitstringStatusListCredential"), as npm's @digitalbazaar/bitstring has it.
    const decoded = StatusList.decode('uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA')
    expect(decoded.length).toBe(MINIMUM_BITS)
    expect(decoded.get(0)).toBe(false)
  })

  test.each([-1, 1.5, MINIMUM_BITS, Number.NaN])('there is no bit %d', (index) => {
    expect(() => list.get(index)).toThrow(coded('STATUS_INDEX_OUT_OF_RANGE'))
    expect(() => list.set(index, true)).toThrow(coded('STATUS_INDEX_OUT_OF_RANGE'))
  })

  test('too short, no GZIP, or a bomb', async () => {
    const { gzipSync } = await import('node:zlib')
    const encode = (bytes: Buffer) => `u${gzipSync(bytes).toString('base64url')}`
    for (const text of [undefined, '', 'u', 'uAAAA', 'zAAAA', encode(Buffer.alloc(8)), encode(Buffer.alloc(100 << 20))])
      expect(() => StatusList.decode(text)).toThrow(coded('STATUS_LIST_MALFORMED'))
    expect(() => StatusList.empty(8)).toThrow(coded('STATUS_LIST_MALFORMED'))
  })

  const publish = async (purpose: 'revocation' | 'suspension', by = issuer) => {
    const credential = statusListCredential(URL, by.did, purpose, list, '2026-01-01T00:00:00Z')
    const secured = await issueCredential(credential, { signer: by.signer, format: 'data-integrity', now })
    return Buffer.from(JSON.stringify(secured))
  }
  const withStatus = (index: number, purpose: 'revocation' | 'suspension' = 'revocation') =>
    issue(credentialOf(issuer.did, { credentialStatus: statusEntry(URL, purpose, index) }))
  const check = (secured: SecuredCredential, bytes: Uint8Array) =>
    verifyCredential(secured, { ...context, statusLists: { load: async () => bytes } })

  test('a revoked credential is known by its bit', async () => {
    const published = await publish('revocation')
    await check(await withStatus(6), published)
    await expect(check(await withStatus(7), published)).rejects.toThrow(coded('CREDENTIAL_REVOKED'))
    await expect(check(await withStatus(MINIMUM_BITS), published)).rejects.toThrow(coded('STATUS_INDEX_OUT_OF_RANGE'))
    const suspended = await publish('suspension')
    await expect(check(await withStatus(7, 'suspension'), suspended)).rejects.toThrow(coded('CREDENTIAL_SUSPENDED'))
    await expect(check(await withStatus(6), suspended)).rejects.toThrow(coded('STATUS_LIST_MALFORMED'))
  })

  test('a credential makes a verifier ask for a few lists only', async () => {
    const credentialStatus = Array.from({ length: 5 }, (_, i) => statusEntry(URL, 'revocation', i))
    const signed = await signJws(credentialOf(issuer.did, { credentialStatus }), issuer.signer, { typ: 'vc+jwt' })
    let requests = 0
    const load = async () => {
      requests++
      return publish('revocation')
    }
    await expect(verifyCredential(signed, { ...context, statusLists: { load } })).rejects.toThrow(
      coded('CREDENTIAL_TOO_LARGE'),
    )
    expect(requests).toBe(0)
  })

  test("a list of another issuer's, or one that cannot be had", async () => {
    await expect(check(await withStatus(6), await publish('revocation', holder))).rejects.toThrow(
      coded('STATUS_LIST_MISMATCH'),
    )
    await expect(verifyCredential(await withStatus(6), context)).rejects.toThrow(coded('STATUS_LIST_UNAVAILABLE'))
    const statusLists = { load: () => Promise.reject(new RangeError('down')) }
    await expect(verifyCredential(await withStatus(6), { ...context, statusLists })).rejects.toThrow(
      coded('STATUS_LIST_UNAVAILABLE'),
    )
    await expect(check(await withStatus(6), Buffer.from('{'))).rejects.toThrow(coded('STATUS_LIST_MALFORMED'))
  })
})

describe('presentations', () => {
  const challenge = 'c0ffee'
  const domain = 'https://verifier.example'
  const asVerifier = { ...context, challenge, domain }
  const options = { signer: holder.signer, challenge, domain, now }

  test.each(['jwt', 'data-integrity'] as const)('as %s, with credentials of either kind', async (format) => {
    const credentials = [
      await issue(credentialOf(issuer.did), 'jwt'),
      await issue(credentialOf(issuer.did), 'data-integrity'),
    ]
    const presented = await present(credentials, { ...options, format })
    const verified = await verifyPresentation(presented, asVerifier)
    expect(verified.holder).toBe(holder.did)
    expect(verified.credentials.map(({ issuer: by }) => by)).toEqual([issuer.did, issuer.did])

    await expect(verifyPresentation(presented, { ...asVerifier, challenge: 'other' })).rejects.toThrow(
      coded('PRESENTATION_CHALLENGE'),
    )
    await expect(verifyPresentation(presented, { ...asVerifier, domain: 'other' })).rejects.toThrow(
      coded('PRESENTATION_DOMAIN'),
    )
    await expect(verifyPresentation(presented, context)).rejects.toThrow(coded('PRESENTATION_CHALLENGE'))
  })

  test('in the name of another, or with a credential that does not hold', async () => {
    const proven = await addProof(
      { '@context': [CREDENTIALS_V2], type: ['VerifiablePresentation'], holder: issuer.did } as Presentation,
      { signer: holder.signer, contexts: BUNDLED_CONTEXTS, proofPurpose: 'authentication', challenge, domain },
    )
    await expect(verifyPresentation(proven, asVerifier)).rejects.toThrow(coded('CREDENTIAL_ISSUER_MISMATCH'))
    const expired = await issue(
      credentialOf(issuer.did, { validUntil: '2026-11-24T11:00:00Z', validFrom: '2020-01-01T00:00:00Z' }),
    )
    const presented = await present([expired], { ...options, format: 'jwt' })
    await expect(verifyPresentation(presented, asVerifier)).rejects.toThrow(coded('CREDENTIAL_EXPIRED'))
    const many = await present(Array(33).fill('a.b.c'), { ...options, format: 'jwt' })
    await expect(verifyPresentation(many, asVerifier)).rejects.toThrow(coded('CREDENTIAL_TOO_LARGE'))
  })

  test('a presentation makes a verifier ask for each list once, and for a few lists only', async () => {
    const url = (list: number) => `https://issuer.example/status/${list}`
    const publish = async (text: string) =>
      Buffer.from(
        (await issue(
          statusListCredential(text, issuer.did, 'revocation', StatusList.empty(), '2026-01-01T00:00:00Z'),
          'jwt',
        )) as string,
      )
    const presentOf = async (lists: number, credentials: number) => {
      const all = Array.from({ length: credentials }, (_, i) =>
        issue(
          credentialOf(issuer.did, {
            credentialStatus: Array.from({ length: 4 }, (_one, j) =>
              statusEntry(url((4 * i + j) % lists), 'revocation', i),
            ),
          }),
          'jwt',
        ),
      )
      return present(await Promise.all(all), { ...options, format: 'jwt' })
    }
    let requests = 0
    const load = (text: string) => {
      requests++
      return publish(text)
    }
    const asked = { ...asVerifier, statusLists: { load } }
    expect((await verifyPresentation(await presentOf(3, 8), asked)).credentials).toHaveLength(8)
    expect(requests).toBe(3)
    requests = 0
    await expect(verifyPresentation(await presentOf(128, 32), asked)).rejects.toThrow(coded('STATUS_LIST_UNAVAILABLE'))
    expect(requests).toBe(16)
  })

  test('a credential is no presentation', async () => {
    for (const format of ['jwt', 'data-integrity'] as const)
      await expect(verifyPresentation(await issue(credentialOf(issuer.did), format), asVerifier)).rejects.toThrow()
  })
})

describe('wallet', () => {
  let directory: string | undefined
  afterAll(() => directory && rm(directory, { recursive: true }))

  test('holds what was verified, and presents it', async () => {
    directory = await mkdtemp(join(tmpdir(), 'iotex2-wallet-'))
    const wallet = new Wallet(join(directory, 'credentials'), context)
    expect(await wallet.list()).toEqual([])
    const hash = await wallet.add(await issue(credentialOf(issuer.did)))
    await wallet.add(await issue(credentialOf(issuer.did), 'jwt'))
    await expect(wallet.add('a.b.c')).rejects.toThrow(coded('JWS_MALFORMED'))
    expect(await wallet.list('CalibrationCredential')).toHaveLength(2)
    expect(await wallet.list('OtherCredential')).toEqual([])

    const options = { signer: holder.signer, format: 'jwt', challenge: '1', domain: 'd' } as const
    const presented = await wallet.present([hash], options)
    const { credentials } = await verifyPresentation(presented, { ...context, challenge: '1', domain: 'd' })
    expect(credentials[0]!.credential.id).toBe(credentialOf('').id)

    const later = new Wallet(join(directory, 'credentials'), {
      ...context,
      resolver: { resolve: () => Promise.reject(new RangeError()) },
    })
    expect(await later.list()).toEqual([])
    await expect(later.present([hash], options)).rejects.toThrow(coded('CREDENTIAL_KEY_UNKNOWN'))
  })
})
