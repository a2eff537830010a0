import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from '@iotex2/protocol/hex'
import { createService } from '@iotex2/service/service'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDocument, documentHash, encodeDocument } from '../document.ts'
import { DocumentStore } from '../document-store.ts'
import { DeviceKey } from '../key.ts'
import { MAXIMUM_DOCUMENT_BYTES, StoreError } from '../stores/content-store.ts'
import { type OnboardingOptions, onboardingRoutes } from './onboarding.ts'

const ADDRESS = `0x${'12'.repeat(20)}`
const key = new DeviceKey(new Uint8Array(32).fill(1))
const document = encodeDocument(createDocument(key))
const hash = documentHash(document)

let directory: string
let now = 0
let app: ReturnType<typeof createService>['app']

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-uploads-'))
  now = 1_000_000
})
afterEach(async () => {
  await app.close()
  await rm(directory, { recursive: true })
})

async function serve(options: Partial<OnboardingOptions> = {}): Promise<void> {
  const served = new DocumentStore(directory, 'https://portal.example/v1/documents/')
  ;({ app } = createService({ name: 'identity', logLevel: 'silent' }))
  await app.register(onboardingRoutes, {
    chain: { id: 4690, name: 'IoTeX Testnet', symbol: 'IOTX', rpcUrl: 'https://rpc.example', explorerUrl: null },
    contracts: { projectRegistry: ADDRESS, ioIDRegistry: ADDRESS, deviceNftImplementation: ADDRESS },
    fromBlock: 7,
    minimumDepositWei: 10n ** 19n,
    gateways: ['https://gateway.example'],
    stores: {
      service: served,
      broken: {
        put: () => Promise.reject(new StoreError('STORE_UNREACHABLE', 'It does not answer.')),
        fetch: async () => undefined,
      },
    },
    served,
    uploadsPerMinute: 3,
    now: () => now,
    ...options,
  })
}

const put = (body: Uint8Array, { at = documentHash(body), store = 'service', type = 'application/did+json' } = {}) =>
  app.inject({
    method: 'PUT',
    url: `/v1/documents/${at}?store=${store}`,
    headers: { 'content-type': type },
    payload: Buffer.from(body),
  })

test('says what the network is', async () => {
  await serve()
  expect((await app.inject('/v1/onboarding')).json()).toEqual({
    chain: { id: 4690, name: 'IoTeX Testnet', symbol: 'IOTX', rpcUrl: 'https://rpc.example', explorerUrl: null },
    contracts: { projectRegistry: ADDRESS, ioIDRegistry: ADDRESS, deviceNftImplementation: ADDRESS },
    fromBlock: 7,
    minimumDepositWei: '10000000000000000000',
    maximumDocumentBytes: 65536,
    gateways: ['https://gateway.example'],
    stores: ['service', 'broken'],
  })
})

test('keeps a document under its hash, byte for byte, for every origin', async () => {
  await serve()
  const stored = await put(document)
  expect(stored.statusCode).toBe(200)
  expect(stored.json()).toEqual({ hash, uri: `https://portal.example/v1/documents/${hash}.json` })
  expect((await put(document)).json()).toEqual(stored.json())
  const read = await app.inject(`/v1/documents/${hash}.json`)
  expect(read.rawPayload.equals(document)).toBe(true)
  expect(read.headers).toMatchObject({
    'content-type': 'application/did+json',
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
  })
})

const other = encodeDocument(createDocument(new DeviceKey(new Uint8Array(32).fill(2))))
const replaced = (from: string, to: string) => Buffer.from(Buffer.from(document).toString().replaceAll(from, to))
test.each<[string, Uint8Array, { at?: Hex; store?: string; type?: string }, number, string]>([
  ['another hash', document, { at: documentHash(other) }, 422, 'DOCUMENT_MISMATCH'],
  ['no JSON', Buffer.from('boot'), {}, 422, 'DOCUMENT_MALFORMED'],
  ['no DID document', Buffer.from('{}'), {}, 422, 'DOCUMENT_MALFORMED'],
  ['another’s key', replaced(key.address, `0x${'ab'.repeat(20)}`), {}, 422, 'DOCUMENT_MISMATCH'],
  ['another method', replaced('did:io:', 'did:xx:'), {}, 422, 'DID_MALFORMED'],
  ['nothing', new Uint8Array(), {}, 422, 'DOCUMENT_MALFORMED'],
  ['a page', document, { type: 'text/html' }, 415, 'REQUEST_MALFORMED'],
  ['a byte too much', new Uint8Array(MAXIMUM_DOCUMENT_BYTES + 1), {}, 413, 'BODY_TOO_LARGE'],
  ['a store that is not there', document, { store: 'cloud' }, 404, 'STORE_UNKNOWN'],
  ['an object’s own member', document, { store: 'constructor' }, 404, 'STORE_UNKNOWN'],
  ['a store that fails', document, { store: 'broken' }, 502, 'STORE_UNREACHABLE'],
  ['a hash in capitals', document, { at: hash.toUpperCase().replace('0X', '0x') as Hex }, 400, 'REQUEST_MALFORMED'],
])('refuses %s', async (_, body, options, status, code) => {
  await serve()
  const refused = await put(body, options)
  expect([refused.statusCode, refused.json().code]).toEqual([status, code])
  expect(await readdir(directory)).toEqual([])
})

test('takes so many a minute; what is refused costs nothing', async () => {
  await serve()
  for (let i = 0; i < 10; i++) expect((await put(Buffer.from('{}'))).statusCode).toBe(422)
  for (const status of [200, 200, 200, 429]) expect((await put(document)).statusCode).toBe(status)
  now += 20_000
  for (const status of [200, 429]) expect((await put(document)).statusCode).toBe(status)
  now += 3_600_000
  for (const status of [200, 200, 200, 429]) expect((await put(document)).statusCode).toBe(status)
})

test('an operator who takes no uploads offers no store', async () => {
  await serve({ uploadsPerMinute: 0 })
  expect((await app.inject('/v1/onboarding')).json()).toMatchObject({ stores: [] })
  expect((await put(document)).json()).toMatchObject({ code: 'STORE_UNKNOWN' })
})

test.each([
  ['one that is not there', `${documentHash(other)}.json`, 404],
  ['a path', '..%2f..%2fetc%2fpasswd', 400],
  ['a hash alone', hash, 400],
])('reads no document of %s', async (_, name, status) => {
  await serve()
  expect((await app.inject(`/v1/documents/${name}`)).statusCode).toBe(status)
})
