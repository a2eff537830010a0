/**
 * The service as it runs, and two ioIDs that talk, on a Hardhat node with the identity contracts.
 */
import { fork } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectCredentialRegistry } from '@iotex2/chain/contracts/CredentialRegistry'
import { openProvider } from '@iotex2/chain/provider'
import { ROOT } from '@iotex2/devnet/chain'
import { fromHex } from '@iotex2/protocol/hex'
import { getAddress, JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../test/chain-node.ts'
import { deployIdentity } from '../test/deploy-identity.ts'
import { onboardProject } from '../test/onboard-project.ts'
import { buildIdentityService, type IdentityService } from './app.ts'
import { ChainLedger } from './credentials/ledger.ts'
import { StatusPublisher } from './credentials/status-publisher.ts'
import { Agent } from './didcomm/agent.ts'
import { KeyRing } from './didcomm/key-ring.ts'
import { createDocument, documentHash } from './document.ts'
import { DocumentStore } from './document-store.ts'
import { exportPublicJwk } from './jose/jwk.ts'
import { createSigner } from './jose/signature.ts'
import { DeviceKey } from './key.ts'
import { writeKeystore } from './key-file.ts'
import { encodeMultikey } from './multikey.ts'
import type { Onboarder } from './onboard.ts'
import { DidRegistrar } from './registrar.ts'
import { IoDidMethod } from './resolution/did-io.ts'
import { MultiResolver } from './resolution/resolution.ts'
import { generateSecretKey } from './secret-key.ts'
import { DocumentSource } from './stores/document-source.ts'
import { PublicFetchError } from './web/public-fetch.ts'

const coded = (code: string) => expect.objectContaining({ code })
const TOKEN = 'a token that only this test knows of'
const STATUS_URL = 'https://issuer.example/status'
const key = (i: number) => new DeviceKey(new Uint8Array(32).fill(i))
const x25519 = () => generateKeyPairSync('x25519').privateKey

const issuerKey = generateKeyPairSync('ed25519').privateKey
const issuerMultikey = encodeMultikey(exportPublicJwk(issuerKey))
const ISSUER = `did:key:${issuerMultikey}`
const signer = createSigner(`${ISSUER}#${issuerMultikey}`, issuerKey)

let chain: ChainNode
let directory: string
let store: DocumentStore
let registrar: DidRegistrar
let onboarder: Onboarder
let projectId: bigint
let registry: string
let credentials: string
let identity: IdentityService
let provider: ReturnType<typeof openProvider>
let ethers: JsonRpcProvider
let now = Date.now()

beforeAll(async () => {
  chain = await startChain()
  const contracts = await deployIdentity(chain.url, 10n ** 18n)
  registry = contracts.registry
  credentials = contracts.credentials
  directory = await mkdtemp(join(tmpdir(), 'iotex2-identity-'))
  store = new DocumentStore(join(directory, 'documents'), 'https://documents.example')
  ethers = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  const owner = new NonceManager(new Wallet(DEVELOPMENT_KEYS[1], ethers))
  const onboarded = await onboardProject(contracts, owner, 'Identity')
  onboarder = onboarded.onboarder
  projectId = onboarded.projectId
  registrar = new DidRegistrar(onboarder, store)
  provider = openProvider({ url: chain.url, chainId: chain.chainId })
  const statuses = new StatusPublisher({
    directory: join(directory, 'status'),
    baseUrl: STATUS_URL,
    signer,
    now: () => now,
    randomBytes: (length) => new Uint8Array(length).fill(7),
  })
  identity = await buildIdentityService({
    provider,
    chainId: chain.chainId,
    registry,
    documents: new DocumentSource([store]),
    fetchPublic: () => Promise.reject(new PublicFetchError('FETCH_FAILED', 'There is no web here.')),
    now: () => now,
    issuer: { signer, token: TOKEN, statuses },
    logLevel: 'silent',
  })
  await identity.start()
})
afterAll(async () => {
  await identity?.service.app.close()
  provider?.destroy()
  ethers?.destroy()
  await chain?.stop()
  if (directory) await rm(directory, { recursive: true })
})

const get = (url: string, accept?: string) =>
  identity.service.app.inject({ url, ...(accept === undefined ? {} : { headers: { accept } }) })
const post = (url: string, payload: object, token: string | undefined = TOKEN) =>
  identity.service.app.inject({
    method: 'POST',
    url,
    payload,
    ...(token === '' ? {} : { headers: { authorization: `Bearer ${token}` } }),
  })

describe('GET /1.0/identifiers', () => {
  test('a DID from its creation to its end, with each version in between', async () => {
    const device = key(11)
    const { did } = await registrar.create(projectId, device)
    const url = `/1.0/identifiers/${did}`
    const created = (await get(url)).json()
    expect(created).toMatchObject({
      didDocument: createDocument(device),
      didResolutionMetadata: { contentType: 'application/did+ld+json' },
      didDocumentMetadata: { versionId: expect.stringMatching(/^\d+\.\d+$/) },
    })
    expect(created.didDocumentMetadata.updated).toBeUndefined()

    const agreement = exportPublicJwk(x25519())
    await chain.rpc('evm_increaseTime', [100])
    await registrar.update(device, createDocument(device, agreement))
    const updated = (await get(url)).json()
    expect(updated.didDocument).toEqual(createDocument(device, agreement))
    expect(updated.didDocumentMetadata.created).toBe(created.didDocumentMetadata.created)
    expect(Date.parse(updated.didDocumentMetadata.updated)).toBeGreaterThan(
      Date.parse(updated.didDocumentMetadata.created),
    )

    const before = (await get(`${url}?versionId=${created.didDocumentMetadata.versionId}`)).json()
    expect(before.didDocument).toEqual(created.didDocument)
    expect(before.didDocumentMetadata).toMatchObject({
      nextVersionId: updated.didDocumentMetadata.versionId,
      nextUpdate: updated.didDocumentMetadata.updated,
    })
    const at = (time: string) => get(`${url}?versionTime=${encodeURIComponent(time)}`)
    expect((await at(created.didDocumentMetadata.created)).json().didDocument).toEqual(created.didDocument)
    expect((await at(updated.didDocumentMetadata.updated)).json().didDocument).toEqual(updated.didDocument)
    expect((await at('2020-01-01T00:00:00Z')).statusCode).toBe(404)
    expect((await at('yesterday')).statusCode).toBe(400)
    expect((await get(`${url}?versionId=9.9`)).statusCode).toBe(404)

    await registrar.deactivate(device)
    const gone = await get(url)
    expect(gone.statusCode).toBe(410)
    expect(gone.json()).toMatchObject({
      didDocument: null,
      didResolutionMetadata: { error: 'deactivated' },
      didDocumentMetadata: { deactivated: true },
    })
    expect((await get(`${url}?versionId=${created.didDocumentMetadata.versionId}`)).statusCode).toBe(200)

    await registrar.create(projectId, device)
    expect((await get(url)).json().didDocument).toEqual(created.didDocument)
  })

  test('a resolver without history tells a DID that was removed from one that never was', async () => {
    const device = key(12)
    const { did } = await registrar.create(projectId, device)
    const plain = new MultiResolver([new IoDidMethod({ provider, registry, documents: new DocumentSource([store]) })])
    expect(await plain.resolve(did)).toEqual(createDocument(device))
    await registrar.deactivate(device)
    await expect(plain.resolve(did)).rejects.toThrow(coded('deactivated'))
    await expect(plain.resolve('did:io:0x00000000000000000000000000000000000000ff')).rejects.toThrow(coded('notFound'))
  })

  test('by Accept: the document as it was stored, or the result', async () => {
    const { did } = await registrar.create(projectId, key(13))
    const bytes = await store.get(documentHash(Buffer.from(JSON.stringify(createDocument(key(13))))))
    for (const type of ['application/did+ld+json', 'application/did+json', 'application/did']) {
      const response = await get(`/1.0/identifiers/${did}`, type)
      expect(response.statusCode).toBe(200)
      expect(String(response.headers['content-type']).split(';')[0]).toBe(type)
      expect(response.body).toBe(Buffer.from(bytes!).toString())
    }
    const profile = 'application/ld+json;profile="https://w3id.org/did-resolution"'
    for (const type of [profile, 'application/did-resolution', '*/*', `text/html, ${profile};q=0.5`]) {
      const response = await get(`/1.0/identifiers/${did}`, type)
      expect(response.json().didDocument.id).toBe(did)
    }
    const preferred = await get(`/1.0/identifiers/${did}`, 'application/did+json;q=0.1, application/did+ld+json;q=0.9')
    expect(preferred.headers['content-type']).toMatch(/did\+ld\+json/)
  })

  test.each([
    ['did:io:0x00000000000000000000000000000000000000fe', '*/*', 404, 'notFound'],
    ['did:io:0x00000000000000000000000000000000000000FE', '*/*', 400, 'invalidDid'],
    ['did:io:0x1234', '*/*', 400, 'invalidDid'],
    ['nonsense', '*/*', 400, 'invalidDid'],
    ['%00', '*/*', 400, 'invalidDid'],
    ['did:ethr:0x00', '*/*', 501, 'methodNotSupported'],
    ['did:web:web.example', '*/*', 404, 'notFound'],
    [ISSUER, 'text/html', 406, 'representationNotSupported'],
  ])('%s as %s: %i %s', async (did, accept, status, error) => {
    const response = await get(`/1.0/identifiers/${did}`, accept)
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ didDocument: null, didResolutionMetadata: { error } })
  })

  test('did:key', async () => {
    expect((await get(`/1.0/identifiers/${ISSUER}`)).json().didDocument.id).toBe(ISSUER)
    expect((await get('/1.0/methods')).json()).toEqual(['io', 'key', 'web'])
  })

  test('a stored document that was changed is refused', async () => {
    const { did } = await registrar.create(projectId, key(14))
    const { uri } = await store.put(Buffer.from(JSON.stringify(createDocument(key(14)))))
    await writeFile(join(directory, 'documents', uri.split('/').at(-1)!), JSON.stringify(createDocument(key(15))))
    const response = await get(`/1.0/identifiers/${did}`)
    expect(response.statusCode).toBe(500)
    expect(response.json().didResolutionMetadata.error).toBe('invalidDidDocument')
  })
})

describe('VC API', () => {
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/undefined-terms/v2'],
    type: ['VerifiableCredential', 'CalibrationCredential'],
    credentialSubject: { id: 'did:io:0x00000000000000000000000000000000000000fe', accuracy: '0.1 K' },
  }

  test.each(['jwt', 'data-integrity'])('issues, verifies, revokes: %s', async (format) => {
    const issued = await post('/credentials/issue', { credential, options: { format, statusPurpose: 'revocation' } })
    expect(issued.statusCode).toBe(201)
    const { verifiableCredential } = issued.json()
    const verify = async () => (await post('/credentials/verify', { verifiableCredential }, '')).json()
    expect(await verify()).toMatchObject({ verified: true, errors: [], problemDetails: [] })

    // The random bytes of this test are always the same: the second list's bit would be taken.
    const status = { statusPurpose: 'revocation', statusListIndex: String(0x07070707 % 131_072) }
    const revoked = await post('/credentials/status', { credentialStatus: status, status: true })
    expect(revoked.statusCode).toBe(200)
    const published = await get('/status/revocation')
    expect(revoked.json()).toEqual({
      statusListCredential: `${STATUS_URL}/revocation`,
      hash: documentHash(published.rawPayload),
    })
    expect(await verify()).toMatchObject({ verified: false, problemDetails: [{ title: 'CREDENTIAL_REVOKED' }] })
    const undone = await post('/credentials/status', { credentialStatus: status, status: false })
    expect(undone.statusCode).toBe(400)
    await rm(join(directory, 'status'), { recursive: true })
  })

  test('presents and verifies what is presented', async () => {
    const { verifiableCredential } = (await post('/credentials/issue', { credential })).json()
    for (const format of ['jwt', 'data-integrity']) {
      const options = { challenge: '1', domain: 'verifier.example' }
      const created = await post('/presentations', {
        presentation: { verifiableCredential: [verifiableCredential] },
        options: { ...options, format },
      })
      expect(created.statusCode).toBe(201)
      const { verifiablePresentation } = created.json()
      const verify = async (given: object) =>
        (await post('/presentations/verify', { verifiablePresentation, options: given }, '')).json()
      expect(await verify(options)).toMatchObject({ verified: true, errors: [], problemDetails: [] })
      expect(await verify({ ...options, challenge: '2' })).toMatchObject({
        verified: false,
        problemDetails: [{ title: 'PRESENTATION_CHALLENGE' }],
      })
    }
  })

  test('is for the bearer of the token, and says what is wrong', async () => {
    for (const url of ['/credentials/issue', '/credentials/status', '/presentations']) {
      const payload = {
        credential,
        credentialStatus: { statusPurpose: 'revocation', statusListIndex: '1' },
        status: true,
        presentation: { verifiableCredential: [] },
        options: { challenge: '1', domain: 'd' },
      }
      for (const token of ['', 'wrong']) expect((await post(url, payload, token)).statusCode).toBe(401)
    }
    expect((await post('/credentials/issue', { credential: { ...credential, issuer: 'did:key:z1' } })).statusCode).toBe(
      400,
    )
    expect((await post('/credentials/issue', {})).statusCode).toBe(400)
    const malformed = await post('/credentials/verify', { verifiableCredential: { a: 1 } }, '')
    expect([malformed.statusCode, malformed.json().verified]).toEqual([400, false])
    expect((await post('/credentials/verify', {}, '')).statusCode).toBe(400)
    const unknown = { statusPurpose: 'revocation', statusListIndex: '5' }
    expect((await post('/credentials/status', { credentialStatus: unknown, status: true })).json().code).toBe(
      'STATUS_INDEX_OUT_OF_RANGE',
    )
  })

  test('expires with time', async () => {
    const issued = await post('/credentials/issue', {
      credential: { ...credential, validUntil: new Date(now + 1000).toISOString() },
    })
    const { verifiableCredential } = issued.json()
    now += 2000
    expect((await post('/credentials/verify', { verifiableCredential }, '')).json()).toMatchObject({
      problemDetails: [{ title: 'CREDENTIAL_EXPIRED' }],
    })
  })
})

test('describes itself', async () => {
  const description = (await get('/openapi.json')).json()
  expect(description.openapi).toBe('3.1.0')
  expect(Object.keys(description.paths).sort()).toEqual([
    '/1.0/identifiers/{did}',
    '/1.0/methods',
    '/credentials/issue',
    '/credentials/status',
    '/credentials/verify',
    '/presentations',
    '/presentations/verify',
    '/status/{purpose}',
  ])
  const { responses } = description.paths['/1.0/identifiers/{did}'].get
  expect(Object.keys(responses)).toEqual(['200', '400', '404', '406', '410', '500', '501'])
  expect((await get('/readyz')).json()).toEqual({ status: 'ready', failed: [] })
})

test('two ioIDs talk with nothing but the chain between them', async () => {
  const resolver = new MultiResolver([new IoDidMethod({ provider, registry, documents: new DocumentSource([store]) })])
  const agents: Agent[] = []
  for (const i of [21, 22]) {
    const agreement = x25519()
    const { did } = await registrar.create(projectId, key(i), exportPublicJwk(agreement))
    // The device's own key signs: it is the one that its DID is made of.
    const keys = new KeyRing().addAgreementKey(`${did}#key-2`, agreement).addSigner(`${did}#key-1`, secretJwk(key(i)))
    agents.push(new Agent({ did, keys, resolver, now: () => now }))
  }
  const [machine, person] = agents as [Agent, Agent]
  const session = machine.open(person.did)
  const received = await person.receive(
    await session.send('https://iotex.io/test/1.0/hello', { n: 1 }, { signed: true }),
  )
  expect(received).toMatchObject({ authenticated: true, nonRepudiation: true, signedBy: [`${machine.did}#key-1`] })
  const answer = await machine.receive(await received.session.send('https://iotex.io/test/1.0/hello', { n: 2 }))
  expect(answer.message).toMatchObject({ thid: session.thid, from: person.did, body: { n: 2 } })

  const late = await answer.session.send('https://iotex.io/test/1.0/hello', { n: 3 })
  await registrar.deactivate(key(21))
  await expect(person.receive(late)).rejects.toThrow(coded('DIDCOMM_DID_UNRESOLVED'))
})

test('runs as a process, configured by the environment, its keys in encrypted keystores', async () => {
  const { did } = await registrar.create(projectId, key(31))
  const path = (name: string) => join(directory, name)
  await writeFile(
    path('deployed_addresses.json'),
    JSON.stringify({ 'IoID#IoIDRegistry': getAddress(registry), 'IoID#CredentialRegistry': getAddress(credentials) }),
  )
  const quick = { randomBytes, scryptLogCost: 4 }
  const issuer = generateSecretKey('Ed25519', randomBytes)
  const account = new DeviceKey(fromHex(DEVELOPMENT_KEYS[2]))
  await writeKeystore(path('issuer.json'), issuer, 'issuer password', quick)
  await writeKeystore(path('account.json'), account, 'account password', quick)
  await writeFile(path('issuer.password'), 'issuer password\n')
  await writeFile(path('account.password'), 'account password\n')
  const governance = connectCredentialRegistry(credentials, new Wallet(DEVELOPMENT_KEYS[0], ethers))
  const ISSUER_DID = `did:key:${issuer.multikey}`

  const start = (own: Record<string, string> = {}) => {
    const child = fork(join(ROOT, 'packages/identity/src/server.ts'), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        PORT: '0',
        LOG_LEVEL: 'silent',
        RPC_URL: chain.url,
        CHAIN_ID: String(chain.chainId),
        DEPLOYMENT_FILE: path('deployed_addresses.json'),
        DOCUMENTS_DIRECTORY: path('documents'),
        ISSUER_KEYSTORE: path('issuer.json'),
        ISSUER_KEYSTORE_PASSWORD_FILE: path('issuer.password'),
        ISSUER_KEY_ID: `${ISSUER_DID}#${issuer.multikey}`,
        ISSUER_ACCOUNT_KEYSTORE: path('account.json'),
        ISSUER_ACCOUNT_KEYSTORE_PASSWORD_FILE: path('account.password'),
        ISSUER_TOKEN: TOKEN,
        STATUS_DIRECTORY: path('server-status'),
        STATUS_URL,
        ...own,
      },
    })
    let errors = ''
    child.stderr!.on('data', (part: Buffer) => {
      errors += part
    })
    return { child, ended: once(child, 'exit').then(([code]) => ({ code, errors })) }
  }
  const ends = async (code: string, own: Record<string, string> = {}) => {
    const { errors, ...end } = await start(own).ended
    expect(end, errors).toEqual({ code: 1 })
    expect(errors).toMatch(new RegExp(`^${code}: `))
    for (const secret of [Buffer.from(issuer.exportSecret()).toString('hex'), 'issuer password'])
      expect(errors).not.toContain(secret)
  }
  await ends('KEY_FILE_PASSWORD', { ISSUER_KEYSTORE_PASSWORD_FILE: path('account.password') })
  await ends('KEY_FILE_CURVE', {
    ISSUER_ACCOUNT_KEYSTORE: path('issuer.json'),
    ISSUER_ACCOUNT_KEYSTORE_PASSWORD_FILE: path('issuer.password'),
  })
  // Governance has not listed it yet.
  await ends('STATUS_LIST_UNANCHORED')

  await (await governance.addIssuer(account.address, ISSUER_DID)).wait()
  const open = async () => {
    const { child, ended } = start()
    const started = once(child, 'message') as Promise<[{ url: string }]>
    const [{ url }] = await Promise.race([started, ended.then((end) => Promise.reject(new RangeError(end.errors)))])
    return { child, ended, url }
  }
  // What it knows of versions it has from the chain: killed and started again, it says the same.
  const device = key(31)
  await registrar.update(device, { ...createDocument(device), keyAgreement: ['#other'] })
  type Answer = { didDocument: { id: string }; didDocumentMetadata: { versionId: string } }
  const answersAt = async (at: string): Promise<Answer[]> => {
    const ask = async (more: string) => (await (await fetch(`${at}/1.0/identifiers/${did}${more}`)).json()) as Answer
    const now = await ask('')
    return [
      now,
      await ask(`?versionId=${now.didDocumentMetadata.versionId}`),
      await ask('?versionTime=2020-01-01T00:00:00Z'),
    ]
  }
  const killed = await open()
  const before = await answersAt(killed.url)
  expect(before[0]!.didDocument.id).toBe(did)
  expect(before[0]!.didDocumentMetadata).toMatchObject({ updated: expect.any(String) })
  killed.child.kill('SIGKILL')
  await killed.ended

  const { child, ended, url } = await open()
  expect(await answersAt(url)).toEqual(before)
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
  expect(Object.keys(paths)).toContain('/credentials/issue')
  const list = await new ChainLedger(credentials, provider).list(account.address, `${STATUS_URL}/revocation`)
  const published = await (await fetch(`${url}/status/revocation`)).bytes()
  expect(list).toMatchObject({ version: 1n, hash: documentHash(published) })
  child.kill('SIGTERM')
  expect(await ended).toEqual({ code: 0, errors: '' })
})

function secretJwk(device: DeviceKey) {
  const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  return {
    kty: 'EC',
    crv: 'secp256k1',
    x: encode(device.publicKey.subarray(0, 32)),
    y: encode(device.publicKey.subarray(32)),
    d: encode(device.exportSecret()),
  }
}
