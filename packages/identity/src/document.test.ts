import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256 } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatDid } from './did.ts'
import {
  createDocument,
  createDocumentOfJwk,
  documentHash,
  encodeDocument,
  parseDocument,
  verifyDocument,
} from './document.ts'
import { DocumentStore } from './document-store.ts'
import { exportPublicJwk } from './jose/jwk.ts'
import { DeviceKey } from './key.ts'

const key = new DeviceKey(new Uint8Array(32).fill(1))
const other = new DeviceKey(new Uint8Array(32).fill(2))
const did = formatDid(key.address)
const bytes = encodeDocument(createDocument(key))
const mismatch = expect.objectContaining({ code: 'DOCUMENT_MISMATCH' })
const malformed = expect.objectContaining({ code: 'DOCUMENT_MALFORMED' })

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-document-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('the document of a key is the committed one, byte for byte', () => {
  expect(Buffer.from(bytes).toString()).toMatchInlineSnapshot(
    `"{"@context":["https://www.w3.org/ns/did/v1","https://w3id.org/security/suites/jws-2020/v1"],"id":"did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1","verificationMethod":[{"id":"did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1#key-1","type":"JsonWebKey2020","controller":"did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1","publicKeyJwk":{"kty":"EC","crv":"secp256k1","x":"G4TFVnsSZECZXT7VqroFZdceGDRgSBn_nBf16dXdB48","y":"cL6vj1iLVBUH_tamQsWrQt_fgSCn9jneUSLUemmo6NE"}}],"authentication":["did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1#key-1"],"assertionMethod":["did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1#key-1"],"keyAgreement":["did:io:0x1a642f0e3c3af545e7acbd38b07251b3990914f1#key-1"]}"`,
  )
  expect(documentHash(bytes)).toBe(keccak256(bytes))
})

test('a document names its key for signing, and an agreement key where there is one', () => {
  const agreement = { kty: 'OKP', crv: 'X25519', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo' }
  const document = createDocument(key, agreement)
  expect(document.authentication).toEqual([`${did}#key-1`])
  expect(document.assertionMethod).toEqual([`${did}#key-1`])
  expect(document.keyAgreement).toEqual([`${did}#key-2`])
  expect(document.verificationMethod.map(({ id, publicKeyJwk }) => [id, publicKeyJwk.crv])).toEqual([
    [`${did}#key-1`, 'secp256k1'],
    [`${did}#key-2`, 'X25519'],
  ])
})

test('a document is verified against its hash, its id and its key', () => {
  expect(verifyDocument(bytes, documentHash(bytes), did)).toEqual(createDocument(key))
})

test.each([
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey],
])('a %s device has a DID and a document by the same rule', (_, publicKey) => {
  const jwk = exportPublicJwk(publicKey)
  const document = createDocumentOfJwk(jwk)
  const point = Buffer.concat([jwk.x, jwk.y ?? ''].map((text) => Buffer.from(text, 'base64url')))
  expect(document.id).toBe(`did:io:0x${keccak256(point).slice(-40)}`)
  const stored = encodeDocument(document)
  expect(verifyDocument(stored, documentHash(stored), document.id)).toEqual(document)
  const forged = encodeDocument({ ...createDocument(key), id: document.id })
  expect(() => verifyDocument(forged, documentHash(forged), document.id)).toThrow(mismatch)
})

test('a document with any one byte changed is refused', () => {
  for (let i = 0; i < bytes.length; i += 7) {
    const changed = Uint8Array.from(bytes)
    changed[i]! ^= 1
    expect(() => verifyDocument(changed, documentHash(bytes), did)).toThrow(mismatch)
  }
})

test('a document of another device, or with the key of another device, is refused', () => {
  const foreign = encodeDocument(createDocument(other))
  expect(() => verifyDocument(foreign, documentHash(foreign), did)).toThrow(mismatch)
  const forged = encodeDocument({ ...createDocument(other), id: did })
  expect(() => verifyDocument(forged, documentHash(forged), did)).toThrow(mismatch)
  const document = createDocument(key)
  const swapped = encodeDocument({
    ...document,
    verificationMethod: [{ ...createDocument(other).verificationMethod[0]!, id: document.authentication[0]! }],
  })
  expect(() => verifyDocument(swapped, documentHash(swapped), did)).toThrow(mismatch)
})

test.each([
  '',
  'null',
  '[]',
  '{"id":"did:io:0x"}',
  '{"id":1,"@context":[],"authentication":[],"verificationMethod":[]}',
])('%s is no document', (text) => expect(() => parseDocument(Buffer.from(text))).toThrow(malformed))

test('bytes that are no UTF-8 are no document', () => {
  expect(() => parseDocument(Uint8Array.of(0x7b, 0xff, 0x7d))).toThrow(malformed)
})

test('the store returns what was put, under its hash, and leaves no draft behind', async () => {
  const store = new DocumentStore(directory, 'https://documents.example/')
  const stored = await store.put(bytes)
  expect(stored).toEqual({ hash: documentHash(bytes), uri: `https://documents.example/${documentHash(bytes)}.json` })
  expect(await store.put(bytes)).toEqual(stored)
  expect(await store.get(stored.hash)).toEqual(bytes)
  expect(await readdir(directory)).toEqual([`${stored.hash}.json`])
})

test('the store knows nothing of another hash, and refuses what is no hash', async () => {
  const store = new DocumentStore(directory)
  expect(await store.get(documentHash(Uint8Array.of(1)))).toBeUndefined()
  await expect(store.get('0x../../etc/passwd')).rejects.toThrow(malformed)
})

test('the store refuses a file that was changed', async () => {
  const store = new DocumentStore(directory)
  const { hash, uri } = await store.put(encodeDocument(createDocument(other)))
  await writeFile(new URL(uri), bytes)
  await expect(store.get(hash)).rejects.toThrow(mismatch)
})
