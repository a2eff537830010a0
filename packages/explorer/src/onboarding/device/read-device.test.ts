import {
  createDocument,
  createDocumentOfJwk,
  type DidDocument,
  documentHash,
  encodeDocument,
  verifyDocument,
} from '@iotex2/identity/document'
import { DeviceKey } from '@iotex2/identity/key'
import { MemoryDevice } from '@iotex2/ioconnect/memory-device'
import {
  DOCUMENT_PART_BYTES,
  encodeSerialRequest,
  parseSerialReply,
  possessionHash,
  type SerialMethod,
  type SerialParameters,
  type SerialResult,
} from '@iotex2/protocol/serial/messages'
import { p256 } from '@noble/curves/nist.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { expect, test } from 'vitest'
import { hexOf } from '../bytes.ts'
import { checkDocument, contractSignature, isSignedBy, readDevice } from './read-device.ts'

const key = new DeviceKey(new Uint8Array(32).fill(1))
const other = new DeviceKey(new Uint8Array(32).fill(2))
const document = encodeDocument(createDocument(key))
const did = `did:io:${key.address}`
const identity = { did, keyType: 'secp256k1', publicKey: hexOf(key.publicKey) } as const
const coded = (code: string) => expect.objectContaining({ code })
const options = { audience: 'https://portal.example', challenge: new Uint8Array(32).fill(7) }

/** The simulator's device, whose results, and whose document, a test may change. */
function deviceWith(
  change: (method: SerialMethod, result: Record<string, unknown>) => Record<string, unknown> = (_, result) => result,
  bytes?: Uint8Array,
) {
  const device = new MemoryDevice({ key })
  return {
    call: async <M extends SerialMethod>(method: M, params: SerialParameters<M>) => {
      if (method === 'did.document' && bytes) {
        const { offset } = params as SerialParameters<'did.document'>
        const part = Buffer.from(bytes.subarray(offset, offset + DOCUMENT_PART_BYTES)).toString('base64')
        return { hash: documentHash(bytes), length: bytes.length, offset, part } as unknown as SerialResult<M>
      }
      const reply = parseSerialReply(device.answer(encodeSerialRequest(1, method, params)))
      const { result } = reply as { result: Record<string, unknown> }
      return change(method, result) as unknown as SerialResult<M>
    },
  }
}

test('a device is read: DID, document, and the proof that it has its key', async () => {
  const progress: string[] = []
  const found = await readDevice(deviceWith(), { ...options, onProgress: ({ step }) => progress.push(step) })
  expect(found).toMatchObject({ did, address: key.address, keyType: 'secp256k1', documentHash: documentHash(document) })
  expect(hexOf(found.document)).toBe(hexOf(document))
  expect(progress).toEqual(['did', 'document', 'proof'])
})

test('a document of many parts', async () => {
  const long = Buffer.from(JSON.stringify({ ...createDocument(key), service: 'é'.repeat(2_000) }))
  const found = await readDevice(deviceWith(undefined, long), options)
  expect(Buffer.from(found.document).equals(long)).toBe(true)
})

test.each<[string, string, Parameters<typeof deviceWith>]>([
  [
    'another version',
    'SERIAL_VERSION',
    [(method, result) => (method === 'device.info' ? { ...result, protocol: 2 } : result)],
  ],
  [
    'an Ed25519 key',
    'KEY_UNSUPPORTED',
    [(method, result) => (method === 'did.get' ? { ...result, keyType: 'ed25519' } : result)],
  ],
  [
    'another hash',
    'DOCUMENT_MISMATCH',
    [(method, result) => (method === 'did.document' ? { ...result, hash: hexOf(new Uint8Array(32)) } : result)],
  ],
  [
    'parts that stand still',
    'DOCUMENT_MALFORMED',
    [(method, result) => (method === 'did.document' ? { ...result, part: '' } : result)],
  ],
  [
    'parts that jump',
    'DOCUMENT_MALFORMED',
    [(method, result) => (method === 'did.document' ? { ...result, offset: 7 } : result)],
  ],
  ['another’s document', 'DOCUMENT_MISMATCH', [undefined, encodeDocument(createDocument(other))]],
  [
    'a signature of another key',
    'POSSESSION_UNPROVEN',
    [(method, result) => (method === 'did.prove' ? sign(other) : result)],
  ],
  [
    'a signature of another challenge',
    'POSSESSION_UNPROVEN',
    [(method, result) => (method === 'did.prove' ? sign(key, '0x00') : result)],
  ],
  [
    'no DID of ours',
    'DOCUMENT_MALFORMED',
    [(method, result) => (method === 'did.get' ? { ...result, did: 'did:web:a.example' } : result)],
  ],
])('a device with %s is not believed', async (_, code, device) => {
  await expect(readDevice(deviceWith(...device), options)).rejects.toThrow(coded(code))
})

function sign(signer: DeviceKey, challenge = hexOf(options.challenge)): Record<string, unknown> {
  const { r, s, v } = signer.signRecoverable(
    possessionHash(did, { audience: options.audience, challenge: challenge as `0x${string}` }),
  )
  return { signature: `${r}${s.slice(2)}${v.toString(16)}` }
}

/** Changes one member somewhere in the document. */
const mutations: [string, (json: DidDocument & Record<string, unknown>) => unknown][] = [
  ['nothing', (json) => json],
  ['id', (json) => ({ ...json, id: `did:io:${other.address}` })],
  ['no @context', ({ '@context': _context, ...json }) => json],
  ['@context as text', (json) => ({ ...json, '@context': 'https://www.w3.org/ns/did/v1' })],
  ['no authentication', ({ authentication: _authentication, ...json }) => json],
  ['an empty authentication', (json) => ({ ...json, authentication: [] })],
  ['another authentication', (json) => ({ ...json, authentication: [`${did}#key-9`] })],
  ['no methods', (json) => ({ ...json, verificationMethod: [] })],
  ['methods as an object', (json) => ({ ...json, verificationMethod: {} })],
  [
    'another key',
    (json) => ({
      ...json,
      verificationMethod: createDocument(other).verificationMethod.map((method) => ({ ...method, id: `${did}#key-1` })),
    }),
  ],
  [
    'no coordinate',
    (json) => ({
      ...json,
      verificationMethod: [{ ...json.verificationMethod[0], publicKeyJwk: { kty: 'EC', crv: 'secp256k1', x: 'AA' } }],
    }),
  ],
  ['a list', () => []],
  ['null', () => null],
]

test.each(mutations)('this page and the resolver think alike of a document with %s changed', (_, mutate) => {
  const bytes = new Uint8Array(Buffer.from(JSON.stringify(mutate(JSON.parse(Buffer.from(document).toString())))))
  const holds = (check: () => unknown): boolean => {
    try {
      check()
      return true
    } catch (error) {
      expect(error).toHaveProperty('code')
      return false
    }
  }
  expect(holds(() => checkDocument(identity, bytes))).toBe(
    holds(() => verifyDocument(bytes, documentHash(bytes), did as `did:io:0x${string}`)),
  )
})

test('a device with a P-256 key, as secure elements make them', () => {
  const secret = new Uint8Array(32).fill(3)
  const publicKey = p256.getPublicKey(secret, false).slice(1)
  const [x, y] = [publicKey.subarray(0, 32), publicKey.subarray(32)].map((part) =>
    Buffer.from(part).toString('base64url'),
  )
  const own = createDocumentOfJwk({ kty: 'EC', crv: 'P-256', x: x!, y: y! })
  const p256Identity = { did: own.id, keyType: 'p256', publicKey: hexOf(publicKey) } as const
  expect(checkDocument(p256Identity, encodeDocument(own))).toBe(own.id.slice(7))
  // The curve is the device's word: the document says which it is.
  expect(() => checkDocument({ ...p256Identity, keyType: 'secp256k1' }, encodeDocument(own))).toThrow(
    coded('DOCUMENT_MISMATCH'),
  )
  const digest = keccak_256(new Uint8Array(5))
  const signature = hexOf(p256.sign(digest, secret, { prehash: false, lowS: true }))
  expect(isSignedBy(p256Identity, digest, signature)).toBe(true)
  expect(isSignedBy(p256Identity, keccak_256(new Uint8Array(6)), signature)).toBe(false)
  expect(isSignedBy({ ...p256Identity, publicKey: hexOf(new Uint8Array(64)) }, digest, signature)).toBe(false)
  expect(isSignedBy({ ...p256Identity, keyType: 'ed25519' }, digest, signature)).toBe(false)
})

test('a consent that PSA signed gets the v that its contract recovers the key by', () => {
  for (let i = 0; i < 8; i++) {
    const digest = keccak_256(Uint8Array.of(i))
    const { r, s, v } = key.signRecoverable(digest)
    const whole = `${r}${s.slice(2)}${v.toString(16)}` as const
    expect(contractSignature(identity, digest, `${r}${s.slice(2)}` as `0x${string}`)).toBe(whole)
    expect(contractSignature(identity, digest, whole)).toBe(whole)
    expect(() => contractSignature(identity, keccak_256(Uint8Array.of(99)), whole)).toThrow(
      coded('POSSESSION_UNPROVEN'),
    )
  }
})
