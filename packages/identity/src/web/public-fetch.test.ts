import type { lookup as systemLookup } from 'node:dns'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { didKeyDocument } from '../resolution/did-key.ts'
import { didWebMethod, didWebUrl } from '../resolution/did-web.ts'
import { MultiResolver } from '../resolution/resolution.ts'
import { createPublicFetch, isPublicAddress, type PublicFetch } from './public-fetch.ts'

const coded = (code: string) => expect.objectContaining({ code })
const tls = (name: string) => readFileSync(new URL(`../../test/tls/${name}.pem`, import.meta.url), 'utf8')
const ca = tls('web.example.cert')

/** Every name is at this host. */
const lookup = ((_hostname: string, _options: unknown, callback: (error: null, addresses: object[]) => void) =>
  callback(null, [{ address: '127.0.0.1', family: 4 }])) as unknown as typeof systemLookup

const pages = new Map<string, string>()
const server = createServer({ key: tls('web.example.key'), cert: ca }, (request, response) => {
  if (request.url === '/redirect') return response.writeHead(302, { location: 'https://web.example/ok' }).end()
  if (request.url === '/large') return response.end(Buffer.alloc(5_000))
  if (request.url === '/silent') return
  const page = pages.get(request.url!)
  response.writeHead(page === undefined ? 404 : 200).end(page)
})
let port: number
let fetchPublic: PublicFetch
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  fetchPublic = createPublicFetch({ ca, lookup, allowAddress: () => true, maximumBytes: 4_000, timeoutMs: 500 })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each(['8.8.8.8', '1.1.1.1', '2606:4700:4700::1111'])('%s is public', (address) =>
  expect(isPublicAddress(address)).toBe(true),
)

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:8.8.8.8',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'localhost',
  '',
])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false))

test('fetches a page over TLS', async () => {
  pages.set('/ok', 'ok')
  expect(Buffer.from(await fetchPublic(`https://web.example:${port}/ok`)).toString()).toBe('ok')
})

test.each([
  ['http://web.example/', 'FETCH_URL_REFUSED'],
  ['file:///etc/passwd', 'FETCH_URL_REFUSED'],
  ['https://127.0.0.1/', 'FETCH_URL_REFUSED'],
  ['https://2130706433/', 'FETCH_URL_REFUSED'],
  ['https://0x7f.1/', 'FETCH_URL_REFUSED'],
  ['https://[::1]/', 'FETCH_URL_REFUSED'],
  ['https://user:secret@web.example/', 'FETCH_URL_REFUSED'],
  ['no URL', 'FETCH_URL_REFUSED'],
])('%s is not fetched', async (url, code) => {
  await expect(fetchPublic(url)).rejects.toThrow(coded(code))
})

test('a name at an address that is not public is not connected to', async () => {
  const strict = createPublicFetch({ ca, lookup })
  await expect(strict(`https://private.example:${port}/ok`)).rejects.toThrow(coded('FETCH_ADDRESS_REFUSED'))
})

test('of a name with a public and a private address neither is used', async () => {
  const both = ((_name: string, _options: unknown, callback: (error: null, addresses: object[]) => void) =>
    callback(null, [
      { address: '8.8.8.8', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ])) as unknown as typeof systemLookup
  await expect(createPublicFetch({ lookup: both })('https://web.example/')).rejects.toThrow(
    coded('FETCH_ADDRESS_REFUSED'),
  )
})

test.each([
  ['redirect', 'FETCH_STATUS'],
  ['absent', 'FETCH_STATUS'],
  ['large', 'FETCH_TOO_LARGE'],
  ['silent', 'FETCH_FAILED'],
])('/%s', async (path, code) => {
  await expect(fetchPublic(`https://web.example:${port}/${path}`)).rejects.toThrow(coded(code))
})

test('another name than the certificate has is refused', async () => {
  await expect(fetchPublic(`https://other.example:${port}/ok`)).rejects.toThrow(coded('FETCH_FAILED'))
})

describe('did:web', () => {
  test.each([
    ['did:web:w3c-ccg.github.io', 'https://w3c-ccg.github.io/.well-known/did.json'],
    ['did:web:w3c-ccg.github.io:user:alice', 'https://w3c-ccg.github.io/user/alice/did.json'],
    ['did:web:example.com%3A3000:user:alice', 'https://example.com:3000/user/alice/did.json'],
  ])('%s lies at %s', (did, url) => expect(didWebUrl(did)).toBe(url))

  test.each([
    'did:web:',
    'did:web:127.0.0.1',
    'did:web:2130706433',
    'did:web:%5B%3A%3A1%5D',
    'did:web:example.com%2Fx',
    'did:web:user%40example.com',
    'did:web:example.com:..:secret',
    'did:web:example.com:a%2Fb',
    'did:web:example.com::b',
    'did:web:example.com%3A99999',
  ])('%s is none', (did) => expect(() => didWebUrl(did)).toThrow(coded('invalidDid')))

  test('resolves what its server says, of itself only', async () => {
    const resolver = new MultiResolver([didWebMethod(fetchPublic)])
    const did = `did:web:web.example%3A${port}:device`
    pages.set('/device/did.json', JSON.stringify({ id: did, authentication: [] }))
    expect(await resolver.resolve(did)).toEqual({ id: did, authentication: [] })
    pages.set('/device/did.json', JSON.stringify({ id: 'did:web:other.example' }))
    await expect(resolver.resolve(did)).rejects.toThrow(coded('notFound'))
    pages.set('/device/did.json', 'null')
    await expect(resolver.resolve(did)).rejects.toThrow(coded('notFound'))
    pages.set('/device/did.json', '<html>')
    await expect(resolver.resolve(did)).rejects.toThrow(coded('notFound'))
    await expect(resolver.resolve(`did:web:web.example%3A${port}`)).rejects.toThrow(coded('notFound'))
  })
})

describe('did:key', () => {
  // The did:key method's example, with the X25519 key that belongs to it.
  const did = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'

  test('an Ed25519 key has an X25519 key for agreement', () => {
    const document = didKeyDocument(did)
    expect(document.verificationMethod!.map(({ publicKeyMultibase }) => publicKeyMultibase)).toEqual([
      'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
      'z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p',
    ])
    expect(document.keyAgreement).toEqual([`${did}#z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p`])
  })

  test.each(['did:key:', 'did:key:z', 'did:key:z6Mk', 'did:key:uAAAA', `${did}x`, `did:key:z${'1'.repeat(500)}`])(
    '%s holds no key',
    (text) => expect(() => didKeyDocument(text)).toThrow(coded('invalidDid')),
  )
})

test.each([
  '',
  'did',
  'did:',
  'did:web',
  'DID:web:a',
  'did:Web:a',
  'did:web:a b',
  'did:web:a#b',
  'did:web:a/b',
  'did:io:%',
  `did:io:${'a'.repeat(3000)}`,
])('"%s" is no DID', async (did) => {
  await expect(new MultiResolver([]).resolve(did)).rejects.toThrow(coded('invalidDid'))
})

test('what a method throws is one error', async () => {
  const broken = { name: 'broken', resolve: () => Promise.reject(new TypeError('bug')) }
  await expect(new MultiResolver([broken]).resolve('did:broken:1')).rejects.toThrow(coded('internalError'))
  await expect(new MultiResolver([broken]).resolve('did:other:1')).rejects.toThrow(coded('methodNotSupported'))
})
