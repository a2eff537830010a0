/**
 * A credential's whole life on a Hardhat node: issued and granted by the service, obtained for a burn, held, revoked, and
 * verified at each step by another that knows nothing but the chain.
 */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectCredentialRegistry } from '@iotex2/chain/contracts/CredentialRegistry'
import { connectIoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { openProvider } from '@iotex2/chain/provider'
import { TransactionSender } from '@iotex2/chain/sender'
import type { Hex } from '@iotex2/protocol/hex'
import { JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../../test/chain-node.ts'
import { deployIdentity } from '../../test/deploy-identity.ts'
import { onboardProject } from '../../test/onboard-project.ts'
import { buildIdentityService, type IdentityService } from '../app.ts'
import { documentHash } from '../document.ts'
import { DocumentStore } from '../document-store.ts'
import { exportPublicJwk } from '../jose/jwk.ts'
import { createSigner, type Signer } from '../jose/signature.ts'
import { DeviceKey } from '../key.ts'
import { encodeMultikey } from '../multikey.ts'
import { Onboarder } from '../onboard.ts'
import { DidRegistrar } from '../registrar.ts'
import { didKeyMethod } from '../resolution/did-key.ts'
import { MultiResolver } from '../resolution/resolution.ts'
import { DocumentSource } from '../stores/document-source.ts'
import { PublicFetchError } from '../web/public-fetch.ts'
import { examineCredential, issueCredential, type VerifyContext } from './credential.ts'
import { credentialHash } from './credential-hash.ts'
import { decodeGrant, grantFor, signGrant } from './grant.ts'
import { Granter } from './granter.ts'
import { ChainLedger, type CredentialLedger } from './ledger.ts'
import { ListAnchorer } from './list-anchorer.ts'
import { StatusList, statusEntry, statusListCredential } from './status-list.ts'
import { StatusPublisher } from './status-publisher.ts'

const coded = (code: string) => expect.objectContaining({ code })
const TOKEN = 'a token that only this test knows of'
const TYPE = 'Calibration'
const STATUS_URL = 'https://lab.example/status'
const BURN = 2n * 10n ** 18n
const LIFETIME_SECONDS = 3600
const now = Date.now

function createIssuer(): { did: string; signer: Signer } {
  const { privateKey } = generateKeyPairSync('ed25519')
  const multikey = encodeMultikey(exportPublicJwk(privateKey))
  return { did: `did:key:${multikey}`, signer: createSigner(`did:key:${multikey}#${multikey}`, privateKey) }
}
const lab = createIssuer()
const rogue = createIssuer()
const keyOf = (privateKey: string) => new DeviceKey(Buffer.from(privateKey.slice(2), 'hex'))
const [account, rogueAccount] = [keyOf(DEVELOPMENT_KEYS[2]), keyOf(DEVELOPMENT_KEYS[3])]

let chain: ChainNode
let directory: string
let provider: ReturnType<typeof openProvider>
let ethers: JsonRpcProvider
let addresses: Awaited<ReturnType<typeof deployIdentity>>
let ledger: ChainLedger
let identity: IdentityService
let statuses: StatusPublisher
let registrar: DidRegistrar
let projectId: bigint
let senders: Map<Hex, TransactionSender>
let isCut = false
let devices = 0x70

const as = (privateKey: string) => connectCredentialRegistry(addresses.credentials, wallet(privateKey))
const wallets = new Map<string, NonceManager>()
function wallet(privateKey: string): NonceManager {
  const known = wallets.get(privateKey) ?? new NonceManager(new Wallet(privateKey, ethers))
  wallets.set(privateKey, known)
  return known
}
const mined = async (sent: Promise<{ wait(): Promise<unknown> }>) => (await sent).wait()
const governance = () => as(DEVELOPMENT_KEYS[0])
const holder = () => as(DEVELOPMENT_KEYS[1])

/** What a stranger verifies with: the chain, did:key, and whatever is served. */
const verifierOf = (load: (url: string) => Promise<Uint8Array>, own: Partial<VerifyContext> = {}): VerifyContext => ({
  resolver: new MultiResolver([didKeyMethod]),
  now,
  statusLists: { load },
  ledger,
  ...own,
})
const served = (url: string) => statuses.published(url.endsWith('suspension') ? 'suspension' : 'revocation')
const examine = async (secured: unknown, own: Partial<VerifyContext> = {}, load = served) => {
  const { checks, warnings, errors } = await examineCredential(secured, verifierOf(load, own))
  const codes = (found: readonly { code: string }[]) => found.map(({ code }) => code)
  return { checks, warnings: codes(warnings), errors: codes(errors) }
}
const HELD = { checks: ['proof', 'validity', 'anchor', 'status', 'holding'], warnings: [], errors: [] }

const post = (url: string, payload: object) =>
  identity.service.app.inject({ method: 'POST', url, payload, headers: { authorization: `Bearer ${TOKEN}` } })

/** Registers a device, has the service issue a credential about it, and grant it. */
async function issue(format: 'jwt' | 'data-integrity' = 'data-integrity') {
  const device = new DeviceKey(new Uint8Array(32).fill(devices++))
  const { did, ioid } = await registrar.create(projectId, device)
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://www.w3.org/ns/credentials/undefined-terms/v2'],
    type: ['VerifiableCredential', TYPE],
    credentialSubject: { id: did, accuracy: '0.1 K' },
  }
  const options = { format, statusPurpose: 'revocation', obtainableAs: TYPE }
  const response = await post('/credentials/issue', { credential, options })
  expect(response.statusCode, response.body).toBe(201)
  const { verifiableCredential, grant: json } = response.json()
  const secured =
    format === 'jwt' ? (verifiableCredential.id as string).split(',')[1]! : (verifiableCredential as object)
  const { grant, signature } = decodeGrant(json)
  return { device, did, ioid, secured, grant, signature }
}
async function obtain({ grant, signature }: Pick<Awaited<ReturnType<typeof issue>>, 'grant' | 'signature'>) {
  await mined(holder().obtain(grant, signature, { value: BURN }))
}
const revoke = async (index: bigint, purpose = 'revocation') =>
  post('/credentials/status', {
    credentialStatus: { statusPurpose: purpose, statusListIndex: String(index) },
    status: true,
  })

const anchorerOf = (key: DeviceKey) =>
  new ListAnchorer({
    ledger,
    account: key.address,
    send: async (step, call) => {
      if (isCut) throw new PublicFetchError('FETCH_FAILED', 'The line to the chain was cut.')
      await senders.get(key.address)!.send(step, call)
    },
  })
const publisher = () =>
  new StatusPublisher({
    directory: join(directory, 'status'),
    baseUrl: STATUS_URL,
    signer: lab.signer,
    now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    anchorer: anchorerOf(account),
  })

beforeAll(async () => {
  chain = await startChain()
  addresses = await deployIdentity(chain.url, 10n ** 18n)
  directory = await mkdtemp(join(tmpdir(), 'iotex2-on-chain-'))
  ethers = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  provider = openProvider({ url: chain.url, chainId: chain.chainId })
  senders = new Map(
    [DEVELOPMENT_KEYS[2], DEVELOPMENT_KEYS[3]].map((privateKey) => [
      keyOf(privateKey).address,
      new TransactionSender({ provider, privateKey, pollIntervalMs: 20 }),
    ]),
  )
  ledger = new ChainLedger(addresses.credentials, provider)

  const owner = wallet(DEVELOPMENT_KEYS[1])
  const onboarded = await onboardProject(addresses, owner, 'Sensors')
  const { onboarder } = onboarded
  projectId = onboarded.projectId
  const store = new DocumentStore(join(directory, 'documents'), 'https://documents.example')
  registrar = new DidRegistrar(onboarder, store)

  await mined(governance().addIssuer(account.address, lab.did))
  await mined(governance().addIssuer(rogueAccount.address, rogue.did))
  await mined(as(DEVELOPMENT_KEYS[2]).defineType(TYPE, BURN))
  await mined(as(DEVELOPMENT_KEYS[3]).defineType(TYPE, BURN))
  statuses = publisher()
  const registry = addresses.credentials.toLowerCase() as Hex
  identity = await buildIdentityService({
    provider,
    chainId: chain.chainId,
    registry: addresses.registry,
    documents: new DocumentSource([store]),
    fetchPublic: () => Promise.reject(new PublicFetchError('FETCH_FAILED', 'There is no web here.')),
    ledger,
    now,
    issuer: {
      signer: lab.signer,
      token: TOKEN,
      statuses,
      granter: new Granter({
        ...{ ledger, key: account, now, chainId: chain.chainId, registry },
        lifetimeSeconds: LIFETIME_SECONDS,
      }),
    },
    logLevel: 'silent',
  })
  await identity.start()
})
afterAll(async () => {
  await identity?.service.app.close()
  for (const sender of senders?.values() ?? []) sender.close()
  provider?.destroy()
  ethers?.destroy()
  await chain?.stop()
  if (directory) await rm(directory, { recursive: true })
})

test('the service has its lists on chain before it issues', async () => {
  for (const purpose of ['revocation', 'suspension'] as const) {
    const list = await ledger.list(account.address, `${STATUS_URL}/${purpose}`)
    expect(list).toMatchObject({ purpose, version: 1n, hash: documentHash(await statuses.published(purpose)) })
  }
})

test.each(['jwt', 'data-integrity'] as const)('issued, obtained, held, revoked: %s', async (format) => {
  const issued = await issue(format)
  const { device, ioid, secured, grant } = issued
  expect(await examine(secured)).toEqual({ ...HELD, warnings: ['CREDENTIAL_NOT_OBTAINED'] })
  expect((await examine(secured, { onChain: true })).errors).toEqual(['CREDENTIAL_NOT_OBTAINED'])

  const burntBefore = await ledger.registry.totalBurnt()
  await obtain(issued)
  expect((await ledger.registry.totalBurnt()) - burntBefore).toBe(BURN)
  expect(await ledger.holding(device.address, account.address, TYPE)).toEqual({
    ioID: ioid,
    hash: credentialHash(secured),
    statusList: grant.statusList,
    statusIndex: Number(grant.statusIndex),
    isHeld: true,
  })
  expect(await examine(secured, { onChain: true })).toEqual(HELD)
  // What is parsed and printed otherwise on its way is the same credential.
  if (typeof secured === 'object') {
    const reordered = Object.fromEntries(Object.entries(secured).reverse())
    expect(await examine(JSON.parse(JSON.stringify(reordered, null, 4)), { onChain: true })).toEqual(HELD)
  }
  const verification = (
    await post('/credentials/verify', { verifiableCredential: secured, options: { onChain: true } })
  ).json()
  expect(verification).toEqual({ verified: true, ...HELD, problemDetails: [] })

  const revoked = await revoke(grant.statusIndex)
  expect(revoked.statusCode, revoked.body).toBe(200)
  const list = await ledger.list(account.address, `${STATUS_URL}/revocation`)
  expect(revoked.json().hash).toBe(list!.hash)
  expect(documentHash(await served('revocation'))).toBe(list!.hash)
  expect(await ledger.holding(device.address, account.address, TYPE)).toMatchObject({ isHeld: false })
  expect((await examine(secured)).errors).toContain('CREDENTIAL_REVOKED')
  expect((await post('/credentials/verify', { verifiableCredential: secured })).json()).toMatchObject({
    verified: false,
    problemDetails: expect.arrayContaining([expect.objectContaining({ title: 'CREDENTIAL_REVOKED' })]),
  })
})

test('a server that goes on with an old list hides no revocation, and vouches for nobody else', async () => {
  const [revoked, other] = [await issue(), await issue()]
  await obtain(revoked)
  const old = await served('revocation')
  await revoke(revoked.grant.statusIndex)
  const stale = async () => old
  expect((await examine(revoked.secured, {}, stale)).errors).toContain('CREDENTIAL_REVOKED')
  expect((await examine(other.secured, {}, stale)).errors).toEqual(['STATUS_LIST_OUTDATED'])
  // Signed by the issuer, of now, and not the one that is anchored.
  const forged = statusListCredential(
    `${STATUS_URL}/revocation`,
    lab.did,
    'revocation',
    StatusList.empty(),
    '2026-01-01T00:00:00Z',
  )
  const signed = Buffer.from((await issueCredential(forged, { signer: lab.signer, format: 'jwt', now })) as string)
  expect((await examine(other.secured, {}, async () => signed)).errors).toEqual(['STATUS_LIST_MISMATCH'])
  expect((await examine(other.secured, {}, () => Promise.reject(new RangeError('down')))).errors).toEqual([
    'STATUS_LIST_UNAVAILABLE',
  ])
})

test("another issuer's list, account or grant vouches for nothing", async () => {
  const { did, secured } = await issue()
  // The rogue anchors a list of its own at the lab's URL, and serves it.
  const list = StatusList.empty()
  const unsigned = statusListCredential(
    `${STATUS_URL}/revocation`,
    rogue.did,
    'revocation',
    list,
    '2026-01-01T00:00:00Z',
  )
  const bytes = Buffer.from((await issueCredential(unsigned, { signer: rogue.signer, format: 'jwt', now })) as string)
  const published = { url: `${STATUS_URL}/revocation`, purpose: 'revocation', list, bytes } as const
  await anchorerOf(rogueAccount).anchor({ ...published, issuer: rogue.did })
  expect((await examine(secured, {}, async () => bytes)).errors).toEqual(['STATUS_LIST_MISMATCH'])
  // It anchors nothing in the lab's name.
  await expect(anchorerOf(rogueAccount).anchor({ ...published, issuer: lab.did })).rejects.toThrow(
    coded('ISSUER_NOT_LISTED'),
  )
  // It has its own credential of the same name obtained: the lab's is not held by that.
  const own = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential', TYPE],
    issuer: rogue.did,
    validFrom: '2026-01-01T00:00:00Z',
    credentialSubject: { id: did },
    credentialStatus: statusEntry(`${STATUS_URL}/revocation`, 'revocation', 9),
  }
  const rogues = (await issueCredential(own, { signer: rogue.signer, format: 'jwt', now })) as string
  const domain = { chainId: chain.chainId, registry: addresses.credentials.toLowerCase() as Hex }
  const listed = (await ledger.list(rogueAccount.address, published.url))!
  const options = { typeName: TYPE, list: listed, index: 9, now: now() / 1000, lifetimeSeconds: LIFETIME_SECONDS }
  await obtain(signGrant(rogueAccount, domain, grantFor(own, rogues, { ...options, account: rogueAccount.address })))
  expect(await examine(rogues, { onChain: true }, async () => bytes)).toEqual(HELD)
  expect((await examine(secured, { onChain: true })).errors).toEqual(['CREDENTIAL_NOT_OBTAINED'])
  // Under the lab's type its signature is none.
  const labs = (await ledger.list(account.address, published.url))!
  const forged = grantFor(own, rogues, { ...options, list: labs, index: 77, account: account.address })
  const { signature } = signGrant(rogueAccount, domain, forged)
  await expect(holder().obtain.staticCall(forged, signature, { value: BURN })).rejects.toMatchObject({
    revert: { name: 'CredentialRegistryInvalidGrant' },
  })
})

test('a grant of another bit than the credential names is no holding', async () => {
  const { secured, grant } = await issue()
  const other = (await statuses.allocate('revocation')).statusListIndex
  const domain = { chainId: chain.chainId, registry: addresses.credentials.toLowerCase() as Hex }
  await obtain(signGrant(account, domain, { ...grant, statusIndex: BigInt(other!) }))
  expect((await examine(secured)).errors).toEqual(['STATUS_LIST_MISMATCH'])
})

test('a sold ioID goes on holding; one whose device was removed does not', async () => {
  const issued = await issue()
  await obtain(issued)
  const registry = connectIoIDRegistry(addresses.registry, provider)
  const onboarder = new Onboarder({
    addresses: { projectRegistry: addresses.projectRegistry, ioIDRegistry: addresses.registry },
    signer: wallet(DEVELOPMENT_KEYS[1]),
  })
  const buyer = new Onboarder({
    addresses: { projectRegistry: addresses.projectRegistry, ioIDRegistry: addresses.registry },
    signer: wallet(DEVELOPMENT_KEYS[4]),
  })
  await onboarder.transferDevice(issued.device, keyOf(DEVELOPMENT_KEYS[4]).address)
  expect(await examine(issued.secured, { onChain: true })).toEqual(HELD)
  await buyer.removeDevice(issued.device)
  expect(await registry.exists(issued.device.address)).toBe(false)
  expect((await examine(issued.secured, { onChain: true })).errors).toEqual(['CREDENTIAL_NOT_OBTAINED'])
  expect(await ledger.registry.holds(issued.ioid, issued.grant.credentialType)).toBe(false)
})

test('a list that could not be anchored is not published, and is anchored by the next start', async () => {
  const issued = await issue()
  await obtain(issued)
  const before = await served('revocation')
  isCut = true
  const refused = await revoke(issued.grant.statusIndex)
  isCut = false
  expect([refused.statusCode, refused.json().code]).toEqual([503, 'STATUS_LIST_UNANCHORED'])
  expect(await served('revocation')).toEqual(before)
  expect(await examine(issued.secured, { onChain: true })).toEqual(HELD)
  // Issuance goes on meanwhile, and does not lose what is pending.
  const meanwhile = await issue()

  const again = publisher()
  await again.prepare()
  const list = await ledger.list(account.address, `${STATUS_URL}/revocation`)
  expect(documentHash(await again.published('revocation'))).toBe(list!.hash)
  expect((await examine(issued.secured)).errors).toContain('CREDENTIAL_REVOKED')
  expect((await examine(meanwhile.secured)).errors).toEqual([])
  // Once more there is nothing to do.
  await again.prepare()
  expect((await ledger.list(account.address, `${STATUS_URL}/revocation`))!.version).toBe(list!.version)
})

test('an anchorer refuses what is older than the chain', async () => {
  const empty = StatusList.empty()
  const url = `${STATUS_URL}/revocation`
  const unsigned = statusListCredential(url, lab.did, 'revocation', empty, '2026-01-02T00:00:00Z')
  const bytes = Buffer.from((await issueCredential(unsigned, { signer: lab.signer, format: 'jwt', now })) as string)
  const published = { url, issuer: lab.did, purpose: 'revocation', list: empty, bytes } as const
  await expect(anchorerOf(account).anchor(published)).rejects.toThrow(coded('STATUS_LIST_OUTDATED'))
  await expect(anchorerOf(account).anchor({ ...published, purpose: 'suspension' })).rejects.toThrow(
    coded('STATUS_LIST_MISMATCH'),
  )
})

test('a suspension is anchored, and undone', async () => {
  const issued = await issue()
  const status = await statuses.allocate('suspension')
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential', TYPE],
    issuer: lab.did,
    validFrom: '2026-01-01T00:00:00Z',
    credentialSubject: { id: issued.did },
    credentialStatus: status,
  }
  const secured = await issueCredential(credential, { signer: lab.signer, format: 'jwt', now })
  const index = Number(status.statusListIndex)
  await statuses.set('suspension', index, true)
  expect((await examine(secured)).errors).toEqual(['CREDENTIAL_SUSPENDED'])
  await statuses.set('suspension', index, false)
  expect((await examine(secured)).errors).toEqual([])
})

test('where the chain does not answer, nothing holds', async () => {
  const { secured } = await issue()
  const down = new Proxy({} as CredentialLedger, { get: () => () => Promise.reject(new RangeError('down')) })
  expect((await examine(secured, { ledger: down })).errors).toEqual(['LEDGER_UNAVAILABLE'])
})

test('what an issuer without an account on chain signs holds off chain only', async () => {
  const stranger = createIssuer()
  const credential = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiableCredential', TYPE],
    issuer: stranger.did,
    credentialSubject: { id: 'did:io:0x00000000000000000000000000000000000000fe' },
  }
  const secured = await issueCredential(credential, { signer: stranger.signer, format: 'jwt', now })
  expect(await examine(secured)).toMatchObject({ warnings: ['ISSUER_NOT_LISTED'], errors: [] })
  expect((await examine(secured, { onChain: true })).errors).toEqual(['ISSUER_NOT_LISTED'])
})

test('an issuer that governance struck off vouches for nothing any longer', async () => {
  const issued = await issue()
  await obtain(issued)
  await mined(governance().removeIssuer(account.address))
  expect((await examine(issued.secured)).errors).toContain('ISSUER_STRUCK_OFF')
  expect(await ledger.registry.holds(issued.ioid, issued.grant.credentialType)).toBe(false)
  await mined(governance().addIssuer(account.address, lab.did))
  expect(await examine(issued.secured, { onChain: true })).toEqual(HELD)
})
