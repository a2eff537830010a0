/** Keys, signatures, key wrap, DIDs and documents, by published vectors and against packages/identity. */
import {
  createDocument,
  createDocumentOfJwk,
  documentHash,
  encodeDocument,
  parseDocument,
  verifyDocument,
} from '@iotex2/identity/document'
import { DeviceKey } from '@iotex2/identity/key'
import { encodeMultikey } from '@iotex2/identity/multikey'
import { SecretKey } from '@iotex2/identity/secret-key'
import { parseTaskRequest, signingHash, signingText } from '@iotex2/protocol/wire'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { recoveryIdOf } from '../../test/signature.ts'
import { backends, Core, hasEdDsa, strideOf } from './harness.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const SEED = 20_261_125
const ORDERS = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
}
const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

// RFC 8032 section 7.1, tests 1 to 3; RFC 8037 appendix A.4 has the first one's key.
const RFC_8032: [secret: string, message: string, signature: string][] = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
]

describe.each(backends('keys and DIDs of the C core'))('keys and DIDs with %s', (backend) => {
  const stride = strideOf(backend)
  let core: Core
  beforeAll(async () => {
    core = await Core.start(backend)
  })
  afterAll(() => core.stop())

  // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
  test('AES-256-GCM of PSA is the published one', async () => {
    const [key, iv, aad, plaintext, sealed] = [
      'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      'cafebabefacedbaddecaf888',
      'feedfacedeadbeeffeedfacedeadbeefabaddad2',
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
    ].map((digits) => Buffer.from(digits, 'hex')) as [Buffer, Buffer, Buffer, Buffer, Buffer]
    expect(await core.bytes('gcm', key, iv, aad, plaintext)).toEqual(sealed)
  })

  // RFC 3394 section 4.
  test.each([
    [
      '000102030405060708090a0b0c0d0e0f',
      '00112233445566778899aabbccddeeff',
      '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
    ],
    [
      '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
      '00112233445566778899aabbccddeeff',
      '64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7',
    ],
    [
      '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
      '00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f',
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
    ],
  ])('AES key wrap under %s', async (kek, key, wrapped) => {
    expect((await core.bytes('wrap', hex(kek), hex(key))).toString('hex')).toBe(wrapped)
    expect((await core.bytes('unwrap', hex(kek), hex(wrapped))).toString('hex')).toBe(key)
    const altered = hex(wrapped)
    altered[9]! ^= 1
    expect(await core.status('unwrap', hex(kek), altered)).toBe('IOC_ERR_DECRYPTION')
  })
  test('lengths that are none of a wrapped key are refused', async () => {
    for (const length of [0, 8, 16, 23, 25, 353])
      expect(await core.status('unwrap', new Uint8Array(32), new Uint8Array(length))).toMatch(/DECRYPTION|ARGUMENT/)
    for (const length of [8, 20, 344]) {
      expect(await core.status('wrap', new Uint8Array(32), new Uint8Array(length))).toBe('IOC_ERR_ARGUMENT')
      expect(await core.status('unwrap', new Uint8Array(32), new Uint8Array(length + 8))).toMatch(/DECRYPTION|ARGUMENT/)
    }
    expect(await core.status('kdf', new Uint8Array(32), 'A256KW', 'a', 'b', null, 65)).toBe('IOC_ERR_ARGUMENT')
  })

  // RFC 7518 appendix C, and draft-madden-jose-ecdh-1pu-04 appendix A.
  test.each([
    [
      '9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4',
      'A128GCM',
      16,
      '56aa8deaf8236d205c2228cd71a7101a',
    ],
    [
      '9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4e3ca3474384c9f62b30bfd4c688b3e7d4110a1b4badc3cc54ef7b81241efd50d',
      'A256GCM',
      32,
      '6caf13723d14850ad4b42cd6dde935bffd2fff00a9ba70de05c203a5e1722ca7',
    ],
  ])('Concat KDF of %s', async (secret, algorithm, length, key) => {
    expect((await core.bytes('kdf', hex(secret), algorithm, 'Alice', 'Bob', null, length)).toString('hex')).toBe(key)
  })

  // RFC 6979 appendix A.2.5, SHA-256: s of the second is low as it is.
  test.each([
    [
      'sample',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      0xf7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8n,
    ],
    [
      'test',
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
      0x019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083n,
    ],
  ])('P-256 signs "%s" as RFC 6979, s lowered', async (message, r, s) => {
    const key = await core.key('P-256', 'sign', hex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721'))
    const signature = await core.bytes('sign', key, message)
    expect(signature.subarray(0, 32).toString('hex')).toBe(r)
    const other = ORDERS['P-256'] - s
    expect(numberOf(signature.subarray(32))).toBe(s < other ? s : other)
    const jwk = await core.text('jwk', key)
    expect(await core.status('verify', jwk, message, signature)).toBe('IOC_OK')
    // RFC 7518 takes either half.
    const high = Buffer.concat([hex(r), hex((s < other ? other : s).toString(16).padStart(64, '0'))])
    expect(await core.status('verify', jwk, message, high)).toBe('IOC_OK')
    expect(await core.status('verify', jwk, `${message}.`, signature)).toBe('IOC_ERR_SIGNATURE')
    expect(await core.status('verify', jwk, message, signature.subarray(1))).toBe('IOC_ERR_SIGNATURE')
    expect(await core.status('verify', jwk, message, new Uint8Array(64))).toBe('IOC_ERR_SIGNATURE')
  })

  test(`secp256k1 signs as noble does, low s (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    const secret = random.bytes(32)
    const [key, device] = [await core.key('secp256k1', 'sign', secret), new DeviceKey(secret)]
    for (let i = 0; i < 40; i += stride) {
      const digest = random.bytes(32)
      expect(await core.bytes('sign.digest', key, digest)).toEqual(Buffer.from(device.sign(digest)))
    }
  })

  test('a key whose policy leaves the hash open, and draws its nonces, signs with a low s too', async () => {
    const key = await core.key('P-256', 'any', new Uint8Array(32).fill(4))
    const signatures = await Promise.all(Array.from({ length: 20 }, () => core.bytes('sign', key, 'message')))
    expect(new Set(signatures.map(String)).size).toBe(20)
    for (const signature of signatures) {
      expect(numberOf(signature.subarray(32))).toBeLessThanOrEqual(ORDERS['P-256'] / 2n)
      expect(await core.status('verify', await core.text('jwk', key), 'message', signature)).toBe('IOC_OK')
    }
  })

  test('keys that do not sign are refused, and algorithms that the backend lacks are named', async () => {
    const secret = new Uint8Array(32).fill(3)
    const x25519 = await core.key('X25519', 'agree', secret)
    expect(await core.status('sign.digest', x25519, new Uint8Array(32))).toBe('IOC_ERR_KEY')
    expect(await core.status('verify', await core.text('jwk', x25519), 'm', new Uint8Array(64))).toBe(
      'IOC_ERR_ALGORITHM',
    )
    const ed25519 = JSON.stringify(new SecretKey('Ed25519', secret).publicJwk)
    expect(await core.status('verify', ed25519, 'm', new Uint8Array(64))).toBe(
      hasEdDsa(backend) ? 'IOC_ERR_SIGNATURE' : 'IOC_ERR_UNSUPPORTED',
    )
    expect(await core.status('sign', 77, 'm')).toBe('IOC_ERR_KEY')
  })

  test.each(hasEdDsa(backend) ? RFC_8032 : [])('EdDSA signs as RFC 8032 (%#)', async (secret, message, signature) => {
    const key = await core.key('Ed25519', 'sign', hex(secret))
    const jwk = await core.text('jwk', key)
    expect((await core.bytes('sign', key, hex(message))).toString('hex')).toBe(signature)
    expect(await core.status('verify', jwk, hex(message), hex(signature))).toBe('IOC_OK')
    expect(await core.status('verify', jwk, hex(`${message}00`), hex(signature))).toBe('IOC_ERR_SIGNATURE')
  })

  test('JWKs come back; what is none is refused', async () => {
    const { publicJwk } = new SecretKey('P-256', new Uint8Array(32).fill(9))
    const text = JSON.stringify(publicJwk)
    expect(await core.text('jwk.read', text)).toBe(text)
    expect(await core.text('jwk.read', JSON.stringify({ ...publicJwk, kid: 'a', use: 'sig' }))).toBe(text)
    const wrong: [object, string][] = [
      [{ ...publicJwk, kty: 'OKP' }, 'IOC_ERR_KEY'],
      [{ ...publicJwk, crv: 'P-384' }, 'IOC_ERR_KEY'],
      [{ ...publicJwk, x: publicJwk.x.slice(1) }, 'IOC_ERR_KEY'],
      [{ ...publicJwk, x: `${publicJwk.x}AA` }, 'IOC_ERR_KEY'],
      [{ ...publicJwk, y: undefined }, 'IOC_ERR_MEMBER'],
      [{ ...publicJwk, x: 1 }, 'IOC_ERR_MEMBER'],
    ]
    for (const [jwk, status] of wrong) expect(await core.status('jwk.read', JSON.stringify(jwk))).toBe(status)
    // Of the right length, and on no curve: PSA says so as it is used.
    const off = JSON.stringify({ ...publicJwk, y: publicJwk.x })
    expect(await core.status('verify', off, 'm', new Uint8Array(64).fill(1))).toBe('IOC_ERR_KEY')
  })

  // did:key method v0.7, section 6.
  test.each([
    [
      'zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI',
        y: 'hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU',
      },
    ],
    [
      'zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
      {
        kty: 'EC',
        crv: 'secp256k1',
        x: 'h0wVx_2iDlOcblulc8E5iEw1EYh5n1RYtLQfeSTyNc0',
        y: 'O2EATIGbu6DezKFptj5scAIRntgfecanVNXxat1rnwE',
      },
    ],
    [
      'z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
      { kty: 'OKP', crv: 'Ed25519', x: 'Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY' },
    ],
  ])('did:key:%s', async (multikey, jwk) => {
    expect(encodeMultikey(jwk)).toBe(multikey)
    expect(await core.text('did.key.jwk', JSON.stringify(jwk))).toBe(`did:key:${multikey}`)
  })

  test(`DIDs and documents are packages/identity's, byte for byte, and it verifies them (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    for (const signing of ['P-256', 'secp256k1'] as const)
      for (const agreement of ['P-256', 'X25519', undefined] as const)
        for (let i = 0; i < 4; i += stride) {
          const secrets = [random.bytes(32), random.bytes(32)] as const
          const key = await core.key(signing, 'sign', secrets[0])
          const other = agreement && (await core.key(agreement, 'agree', secrets[1]))
          const own = new SecretKey(signing, secrets[0])
          const theirs = agreement && new SecretKey(agreement, secrets[1]).publicJwk
          const expected =
            signing === 'secp256k1'
              ? createDocument(new DeviceKey(secrets[0]), theirs)
              : createDocumentOfJwk(own.publicJwk, theirs)
          const document = await core.bytes('document', key, ...(other ? [other] : []))
          expect(document).toEqual(Buffer.from(encodeDocument(expected)))
          expect(await core.text('did.io', key)).toBe(expected.id)
          expect(await core.text('did.key', key)).toBe(`did:key:${own.multikey}`)
          const hash = await core.bytes('keccak', document)
          expect(`0x${hash.toString('hex')}`).toBe(documentHash(document))
          verifyDocument(document, documentHash(document), expected.id)
          expect(await core.status('document.verify', document, hash, expected.id)).toBe('IOC_OK')
          expect(JSON.parse(await core.text('document.key', document, 2, expected.keyAgreement[0]!))).toEqual(
            theirs ?? own.publicJwk,
          )
          for (const id of other ? [key, other] : [key]) await core.call('key.destroy', id)
        }
  })

  test('a document that is another’s is refused', async () => {
    const key = await core.key('P-256', 'sign', new Uint8Array(32).fill(5))
    const document = await core.bytes('document', key)
    const { id } = parseDocument(document)
    const hash = await core.bytes('keccak', document)
    const stranger = `did:io:0x${'11'.repeat(20)}`
    expect(await core.status('document.verify', document, hash.fill(0, 0, 1), id)).toBe('IOC_ERR_DOCUMENT')
    const forged = Buffer.from(document.toString().replaceAll(id, stranger))
    const forgedHash = await core.bytes('keccak', forged)
    expect(await core.status('document.verify', forged, forgedHash, id)).toBe('IOC_ERR_DOCUMENT')
    expect(await core.status('document.verify', forged, forgedHash, stranger)).toBe('IOC_ERR_DOCUMENT')
    expect(() => verifyDocument(forged, documentHash(forged), stranger as `did:io:0x${string}`)).toThrow(
      expect.objectContaining({ code: 'DOCUMENT_MISMATCH' }),
    )
    for (const text of ['', '{}', '[]', '{"id":1}', `{"id":"${id}"}`, `{"id":"${id}","authentication":[]}`])
      expect(await core.status('document.verify', text, await core.bytes('keccak', text), id)).not.toBe('IOC_OK')
  })

  test('a document whose first key stands in the relationship itself is verified too', async () => {
    const { publicJwk, address } = new SecretKey('P-256', new Uint8Array(32).fill(8))
    const id = `did:io:${address}`
    const method = { id: `${id}#key-1`, type: 'JsonWebKey2020', controller: id, publicKeyJwk: publicJwk }
    const verify = async (document: object, did = id) => {
      const text = JSON.stringify(document)
      return core.status('document.verify', text, await core.bytes('keccak', text), did)
    }
    expect(await verify({ id, authentication: [method] })).toBe('IOC_OK')
    expect(await verify({ id, authentication: [{ ...method, id: '#key-1' }] })).toBe('IOC_OK')
    expect(await verify({ id, authentication: [{ ...method, id: undefined }] })).toBe('IOC_ERR_MEMBER')
    expect(await verify({ id, authentication: [1] })).toBe('IOC_ERR_MEMBER')
    expect(await verify({ id, authentication: 1 })).toBe('IOC_ERR_JSON')
    expect(await verify({ id, authentication: [`${id}#key-1`] })).toBe('IOC_ERR_KEY_UNKNOWN')
    expect(await verify({ id, authentication: [`${id}#key-1`], verificationMethod: [1, 'a', method] })).toBe('IOC_OK')
    // A member that is there twice could be read as either.
    const twice = `{"id":"${id}","id":"${id}","authentication":[]}`
    expect(await core.status('document.verify', twice, await core.bytes('keccak', twice), id)).toBe('IOC_ERR_JSON')
    const inner = `{"id":"${id}","authentication":[{"id":"#key-1","id":"#key-1"}]}`
    expect(await core.status('document.verify', inner, await core.bytes('keccak', inner), id)).toBe('IOC_ERR_JSON')
    for (const other of ['did:web:a', 'did:io:0x', `did:io:0x${'zz'.repeat(20)}`])
      expect(await verify({ id: other, authentication: [method] }, other)).toBe('IOC_ERR_DOCUMENT')
  })

  test('keys of a document are found by whatever it may call them, and for their purpose only', async () => {
    const { publicJwk } = new SecretKey('P-256', new Uint8Array(32).fill(6))
    const did = 'did:web:example.com'
    const method = { id: '#a', type: 'JsonWebKey2020', controller: did, publicKeyJwk: publicJwk }
    const document = JSON.stringify({
      id: did,
      verificationMethod: [{ ...method, id: `${did}#b` }, method],
      authentication: ['#a', { ...method, id: '#c' }],
      keyAgreement: [`${did}#b`, '#missing', { id: '#multibase', publicKeyMultibase: 'z1' }],
    })
    const find = (purpose: number, name: string) => core.status('document.key', document, purpose, `${did}${name}`)
    expect(await find(0, '#a')).toBe('IOC_OK')
    expect(await find(0, '#c')).toBe('IOC_OK')
    expect(await find(2, '#b')).toBe('IOC_OK')
    expect(await find(0, '#b')).toBe('IOC_ERR_KEY_UNKNOWN')
    expect(await find(1, '#a')).toBe('IOC_ERR_KEY_UNKNOWN')
    expect(await find(2, '#missing')).toBe('IOC_ERR_KEY_UNKNOWN')
    expect(await find(2, '#multibase')).toBe('IOC_ERR_KEY')
    // Of another DID, a name has no fragment in this document; paths and queries are no part of a DID.
    for (const name of ['did:web:example.org#a', 'did:w#a', 'did:web:example.com', '#a', ''])
      expect(await core.status('document.key', document, 0, name)).toBe(
        name === '#a' ? 'IOC_OK' : 'IOC_ERR_KEY_UNKNOWN',
      )
    for (const keyAgreement of [{}, 'a', [{ id: '#a', publicKeyJwk: 1 }]])
      expect(await core.status('document.key', JSON.stringify({ id: did, keyAgreement }), 2, `${did}#a`)).toMatch(
        /^IOC_ERR_(JSON|MEMBER)$/,
      )
    for (const id of ['', 1, null])
      expect(
        await core.status(
          'document.key',
          JSON.stringify({ id: did, keyAgreement: [{ ...method, id }] }),
          2,
          `${did}#a`,
        ),
      ).toBe('IOC_ERR_KEY_UNKNOWN')
  })
})

describe.each(backends('task requests of the C core'))('POST /v1/task with %s', (backend) => {
  const stride = strideOf(backend)
  let core: Core
  let key: number
  const device = new DeviceKey(new Uint8Array(32).fill(1))
  beforeAll(async () => {
    core = await Core.start(backend)
    key = await core.key('secp256k1', 'sign', new Uint8Array(32).fill(1))
  })
  afterAll(() => core.stop())

  test('is the committed one, byte for byte, and signs what the protocol says', async () => {
    const payload = '{"time":1764000000000,"temperature":-7,"rain":0.0000001}'
    const committed =
      '{"nonce":7,"projectID":"1","payload":{"time":1764000000000,"temperature":-7,"rain":0.0000001},"signature":"0x1e6cdeda47d684ac4850c6dc33c90f9940e1446edebe4e2870ef45519eb774a17aead277a686aebc9e9c370eef39e9221f8056d03b43c10ce4f237b4fa72ab48"}'
    expect(await core.text('request', key, 7, 1, null, payload)).toBe(committed)
    const [nonce, projectId] = [(1n << 64n) - 1n, (1n << 63n) - 1n]
    const text = signingText(nonce, String(projectId), undefined, payload)
    const signature = Buffer.from(device.sign(signingHash(text, undefined))).toString('hex')
    expect(await core.text('request', key, nonce, projectId, null, payload)).toBe(
      `${text.slice(0, -1)},"signature":"0x${signature}"}`,
    )
  })

  test(`is parsed and its signer found, whatever it says (seed ${SEED})`, async () => {
    const random = new Seeded(SEED)
    let taken = 0
    for (let i = 0; i < 200; i += stride) {
      const payload = JSON.stringify(random.object())
      const version = i % 2 ? random.text() : undefined
      const values = [random.below(1000), random.below(1 << 30)]
      const status = await core.status('request', key, i + 1, i, version ?? null, payload)
      const isCanonical = !/[<>&\u2028\u2029]/.test(payload + (version ?? ''))
      expect(status, payload).toBe(isCanonical ? 'IOC_OK' : 'IOC_ERR_JSON')
      if (!isCanonical) continue
      taken++
      const request = parseTaskRequest(await core.text('request', key, i + 1, i, version ?? null, payload))
      expect(request.projectVersion).toBe(version)
      expect(request.payload).toEqual(JSON.parse(payload))
      expect(recoveryIdOf(request, device.address)).toBeDefined()
      const keyed = `${payload.slice(0, -1)}${payload === '{}' ? '' : ','}"a":${values[0]},"b":${values[1]}}`
      const signed = await core.text('request', key, i + 1, i, version ?? null, keyed, ...values)
      expect(
        recoveryIdOf(
          parseTaskRequest(signed, () => ['a', 'b']),
          device.address,
        ),
      ).toBeDefined()
      expect(
        recoveryIdOf(
          parseTaskRequest(signed, () => ['b', 'a']),
          device.address,
        ),
      ).toBeUndefined()
    }
    expect(taken).toBeGreaterThan(50 / stride)
  })

  test('what a server would sign otherwise is refused', async () => {
    const status = (nonce: number | bigint, project: number | bigint, version: string | null, payload: string) =>
      core.status('request', key, nonce, project, version, payload)
    expect(await status(0, 1, null, '{}')).toBe('IOC_ERR_ARGUMENT')
    expect(await status(1, 1n << 63n, null, '{}')).toBe('IOC_ERR_ARGUMENT')
    for (const payload of ['[]', '1', '{ }', '{"a": 1}', '{"a":"<"}', '{"a":"\u2028"}', '{"a":"\\"" }', '{}{}', ''])
      expect(await status(1, 1, null, payload)).toBe('IOC_ERR_JSON')
    expect(await status(1, 1, '1<2', '{}')).toBe('IOC_ERR_JSON')
    // Only the two separators: what begins as they do is a text as any other.
    for (const text of ['\u2027', '\u202a', '\u2128', '\u2000', 'à'])
      expect(await status(1, 1, null, JSON.stringify({ a: text }))).toBe('IOC_OK')
    expect(await status(1, 1, null, '{"a b":"c\\" d"}')).toBe('IOC_OK')
  })

  test('tells which project it is for', async () => {
    const request = await core.text('request', key, 5, 77, null, '{"a":1}')
    expect(await core.text('request.project', request)).toBe('77')
    for (const text of ['', '{}', '[]', '{"projectID":77}', '{"projectID":"7","projectID":"8"}'])
      expect(await core.call('request.project', text), text).toEqual([null])
  })

  test('P-256 signs the same text', async () => {
    const p256 = await core.key('P-256', 'sign', new Uint8Array(32).fill(2))
    const body = await core.text('request', p256, 5, 6, '1.0.0', '{"a":1}')
    const signature = Buffer.from(body.slice(-130, -2), 'hex')
    const text = signingText(5n, '6', '1.0.0', '{"a":1}')
    expect(await core.status('verify', await core.text('jwk', p256), text, signature)).toBe('IOC_OK')
  })
})
