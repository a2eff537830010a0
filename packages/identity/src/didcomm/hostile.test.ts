/**
 * Messages that somebody made in order to do harm. Each is refused by its code, and none does anything else.
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Seeded } from '../../../protocol/src/seeded.fixture.ts'
import { exportPublicJwk } from '../jose/jwk.ts'
import { keysOf } from '../verification-method.ts'
import { type AgreementPublicKey, type EncryptOptions, encrypt } from './encryption.ts'
import { DidcommError, type DidcommErrorCode } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Message } from './message.ts'
import { mutate } from './mutation.fixture.ts'
import { packEncrypted, packPlaintext, packSigned } from './pack.ts'
import {
  ALICE,
  aliceKeys,
  BOB,
  bobKeys,
  documents,
  keysOfParty,
  resolver,
  resolverOf,
  vectors,
} from './parties.fixture.ts'
import { sign } from './signing.ts'
import { unpack } from './unpack.ts'

const asBob = { resolver, keys: bobKeys }
const asAlice = { resolver, keys: aliceKeys }
const message = vectors.plaintext

const authcrypt = await packEncrypted(message, { to: BOB, from: `${ALICE}#key-p256-1` }, asAlice)
const anoncrypt = await packEncrypted(message, { to: `${BOB}#key-p256-1` }, asAlice)
const signed = await packSigned(message, `${ALICE}#key-1`, asAlice)

const refused = async (packed: string | Uint8Array | JsonObject, code: DidcommErrorCode) => {
  const text = typeof packed === 'string' || packed instanceof Uint8Array ? packed : JSON.stringify(packed)
  await expect(unpack(text, asBob)).rejects.toMatchObject({ code, name: 'DidcommError' })
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Returns `packed` with members of its protected header replaced; undefined takes one away. */
function withHeader(packed: string, changes: JsonObject): JsonObject {
  const json = JSON.parse(packed) as { protected: string }
  const header = JSON.parse(Buffer.from(json.protected, 'base64url').toString()) as JsonObject
  return { ...json, protected: base64url({ ...header, ...changes }) }
}
const withMembers = (packed: string, changes: JsonObject): JsonObject => ({ ...JSON.parse(packed), ...changes })

/** Bob's keys on a curve, and an envelope around anything for them. */
const bobOn = (curve: string): AgreementPublicKey[] =>
  keysOf(documents[BOB]!, 'keyAgreement').filter((key) => key.curve === curve)
const envelope = (content: string | Uint8Array | object, options: Partial<EncryptOptions> = {}): string =>
  encrypt(
    typeof content === 'string'
      ? Buffer.from(content)
      : content instanceof Uint8Array
        ? content
        : Buffer.from(JSON.stringify(content)),
    { enc: 'A256CBC-HS512', recipients: bobOn('P-256'), ...options },
  )
const byAlice = { sender: aliceKeys.agreementKey(`${ALICE}#key-p256-1`)! }
const aliceSigner = aliceKeys.signer(`${ALICE}#key-1`)!

test('what is changed below would be taken as it is', async () => {
  for (const packed of [authcrypt, anoncrypt, signed, envelope(message, byAlice)])
    expect((await unpack(packed, asBob)).message).toMatchObject(message)
})

describe('size and shape', () => {
  test('longer than is taken', async () => {
    await refused('x'.repeat((1 << 20) + 1), 'DIDCOMM_TOO_LARGE')
    await expect(unpack(authcrypt, { ...asBob, maximumBytes: authcrypt.length - 1 })).rejects.toMatchObject({
      code: 'DIDCOMM_TOO_LARGE',
    })
  })

  test('cut off anywhere', async () => {
    for (const packed of [authcrypt, signed])
      for (let length = 0; length < packed.length; length += 13)
        await refused(packed.slice(0, length), 'DIDCOMM_MALFORMED')
  })

  test('a hundred thousand brackets', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    await refused(deep, 'DIDCOMM_MALFORMED')
    await refused(`{"ciphertext":${deep},"protected":${deep},"recipients":${deep}}`, 'DIDCOMM_MALFORMED')
    const header = Buffer.from(`{"alg":${deep},"enc":${deep}}`).toString('base64url')
    const json = JSON.parse(anoncrypt) as JsonObject
    await refused({ ...json, protected: header }, 'DIDCOMM_ALGORITHM')
    await refused(`{"id":"1","type":"t","body":${deep}}`, 'DIDCOMM_MALFORMED')
  })

  test.each(['', 'null', '[]', '"text"', '{}', '{"payload":1}', '{"ciphertext":1}', '{"recipients":[]}'])(
    '%s',
    (text) => refused(text, 'DIDCOMM_MALFORMED'),
  )

  test('bytes that are no UTF-8', async () => {
    await refused(Uint8Array.of(0x7b, 0xff, 0x7d), 'DIDCOMM_MALFORMED')
    await refused(envelope(Uint8Array.of(0x7b, 0xff, 0x7d)), 'DIDCOMM_MALFORMED')
  })

  test.each(['id', 'type'])('a message without %s', async (name) => {
    const { [name]: _, ...rest } = message
    await refused(envelope(rest), 'DIDCOMM_MALFORMED')
  })

  test.each<[string, unknown]>([
    ['id', 'x'.repeat(257)],
    ['typ', 'JWT'],
    ['from', 'alice'],
    ['to', BOB],
    ['to', [1]],
    ['created_time', 1.5],
    ['created_time', '1516269022'],
    ['expires_time', -1],
    ['body', []],
    ['attachments', [{}]],
    ['thid', ''],
  ])('a message whose %s is %j', (name, value) => refused(envelope({ ...message, [name]: value }), 'DIDCOMM_MALFORMED'))

  test('members of a prototype are members and nothing else', async () => {
    const { message: taken } = await unpack(envelope('{"id":"1","type":"t","__proto__":{"polluted":true}}'), asBob)
    expect(({} as JsonObject).polluted).toBeUndefined()
    expect(Object.getPrototypeOf(taken)).toBe(Object.prototype)
  })
})

describe('base64url', () => {
  test.each(['protected', 'ciphertext', 'iv', 'tag'])('with padding, or bits to spare, in %s', async (name) => {
    const text = (JSON.parse(anoncrypt) as Record<string, string>)[name]!
    await refused(withMembers(anoncrypt, { [name]: `${text}=` }), 'DIDCOMM_MALFORMED')
    await refused(withMembers(anoncrypt, { [name]: `${text} ` }), 'DIDCOMM_MALFORMED')
  })

  test('a second spelling of the same signature', async () => {
    const json = JSON.parse(signed) as { signatures: { signature: string }[] }
    const { signature } = json.signatures[0]!
    // 64 bytes leave four bits of the last character unused.
    const other = `${signature.slice(0, -1)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[signature.at(-1)!]}`
    expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(signature, 'base64url'))
    json.signatures[0]!.signature = other
    await refused(json, 'DIDCOMM_MALFORMED')
  })
})

describe('nesting', () => {
  test('anoncrypt in anoncrypt, in any depth', async () => {
    await refused(envelope(anoncrypt), 'DIDCOMM_NESTING')
    await refused(envelope(envelope(anoncrypt)), 'DIDCOMM_NESTING')
  })
  test('anoncrypt in authcrypt', () => refused(envelope(anoncrypt, byAlice), 'DIDCOMM_NESTING'))
  test('authcrypt in authcrypt', () => refused(envelope(authcrypt, byAlice), 'DIDCOMM_NESTING'))
  test('authcrypt in signed', async () => refused(await sign(Buffer.from(authcrypt), aliceSigner), 'DIDCOMM_NESTING'))
  test('signed in signed', async () => refused(await sign(Buffer.from(signed), aliceSigner), 'DIDCOMM_NESTING'))
  test('an envelope that is both', async () => {
    await refused({ ...JSON.parse(signed), ...JSON.parse(withoutProtected(anoncrypt)) }, 'DIDCOMM_MALFORMED')
  })
})

const withoutProtected = (packed: string): string => {
  const { protected: _, ...rest } = JSON.parse(packed)
  return JSON.stringify(rest)
}

describe('algorithms', () => {
  test.each(['none', 'dir', 'RSA1_5', 'RSA-OAEP', 'A256KW', 'ECDH-ES', 'ECDH-1PU', 'PBES2-HS256+A128KW', 7, null])(
    'alg %j of an encrypted message',
    (alg) => refused(withHeader(anoncrypt, { alg }), 'DIDCOMM_ALGORITHM'),
  )
  test.each(['none', 'A128GCM', 'A128CBC-HS256', 'C20P', {}, null])('enc %j', (enc) =>
    refused(withHeader(anoncrypt, { enc }), 'DIDCOMM_ALGORITHM'),
  )
  test.each(['A256GCM', 'XC20P'])('authcrypt with %s, whose tag does not commit to the key', async (enc) => {
    await refused(withHeader(authcrypt, { enc }), 'DIDCOMM_ALGORITHM')
    expect(() => envelope(message, { ...byAlice, enc: enc as 'A256GCM' })).toThrow(
      expect.objectContaining({ code: 'DIDCOMM_ALGORITHM' }),
    )
  })
  test.each(['none', 'HS256', 'RS256', 'ES256', 'ES256K', 'ES384', undefined])(
    'alg %s claimed for an Ed25519 key',
    async (alg) => {
      const json = JSON.parse(signed) as { signatures: { protected: string }[] }
      json.signatures[0]!.protected = base64url({ typ: 'application/didcomm-signed+json', alg })
      await refused(json, 'DIDCOMM_ALGORITHM')
    },
  )
  test('authcrypt turned into anoncrypt, and back', async () => {
    await refused(withHeader(authcrypt, { alg: 'ECDH-ES+A256KW' }), 'DIDCOMM_DECRYPTION')
    await refused(withHeader(anoncrypt, { alg: 'ECDH-1PU+A256KW' }), 'DIDCOMM_MALFORMED')
    const apu = Buffer.from(`${ALICE}#key-p256-1`).toString('base64url')
    await refused(withHeader(anoncrypt, { alg: 'ECDH-1PU+A256KW', apu }), 'DIDCOMM_DECRYPTION')
  })
  test('HMAC with the public key as its secret', async () => {
    const header = base64url({ typ: 'application/didcomm-signed+json', alg: 'HS256' })
    const payload = Buffer.from(packPlaintext(message)).toString('base64url')
    await refused(
      {
        payload,
        signatures: [{ protected: header, signature: payload.slice(0, 40), header: { kid: `${ALICE}#key-1` } }],
      },
      'DIDCOMM_ALGORITHM',
    )
  })
  test('a typ of something else that the same key signs', async () => {
    const json = JSON.parse(signed) as { signatures: { protected: string }[] }
    for (const typ of ['JWT', 'vc+jwt', undefined]) {
      json.signatures[0]!.protected = base64url({ typ, alg: 'EdDSA' })
      await refused(json, 'DIDCOMM_MALFORMED')
    }
    await refused(withHeader(anoncrypt, { typ: 'application/didcomm-signed+json' }), 'DIDCOMM_MALFORMED')
  })
})

describe('headers', () => {
  test.each(['crit', 'zip', 'b64'])('%s', async (name) => {
    await refused(withHeader(anoncrypt, { [name]: ['exp'] }), 'DIDCOMM_CRITICAL_HEADER')
    const json = JSON.parse(signed) as { signatures: { protected: string }[] }
    json.signatures[0]!.protected = base64url({
      typ: 'application/didcomm-signed+json',
      alg: 'EdDSA',
      [name]: false,
    })
    await refused(json, 'DIDCOMM_CRITICAL_HEADER')
  })
  test.each(['header', 'encrypted_key', 'unprotected', 'aad'])('%s beside the protected header', (name) =>
    refused(withMembers(anoncrypt, { [name]: 'AAAA' }), 'DIDCOMM_MALFORMED'),
  )
  test('apv of other recipients', () => refused(withHeader(anoncrypt, { apv: 'AAAA' }), 'DIDCOMM_MALFORMED'))
  test('no apv', () => refused(withHeader(anoncrypt, { apv: undefined }), 'DIDCOMM_MALFORMED'))
  test('apu of another than skid', () =>
    refused(withHeader(authcrypt, { skid: `${ALICE}#key-x25519-1` }), 'DIDCOMM_MALFORMED'))
  test('no apu', () => refused(withHeader(authcrypt, { apu: undefined }), 'DIDCOMM_MALFORMED'))
  test('skid is found in apu where it is left out', async () => {
    const { encryptedFrom } = await unpack(await withoutSkid(), asBob)
    expect(encryptedFrom).toBe(`${ALICE}#key-p256-1`)
  })
})

/** Authcrypt as of an implementation that leaves `skid` out, by decrypting ours and encrypting under another header. */
async function withoutSkid(): Promise<string> {
  const { AgreementKey, deriveWrappingKey, generateEphemeral, wrapKey } = await import('./key-agreement.ts')
  const { sealContent } = await import('./content-encryption.ts')
  const { partyV } = await import('./encryption.ts')
  const { kid, ...secret } = vectors.secrets.alice.find((key) => key.kid === `${ALICE}#key-p256-1`)!
  const sender = new AgreementKey(kid, secret)
  const [recipient] = bobOn('P-256') as [AgreementPublicKey]
  const ephemeral = generateEphemeral('P-256')
  const [apu, apv] = [Buffer.from(kid), partyV([recipient.id])]
  const alg = 'ECDH-1PU+A256KW'
  const header = base64url({
    epk: ephemeral.jwk,
    apu: apu.toString('base64url'),
    apv: apv.toString('base64url'),
    enc: 'A256CBC-HS512',
    alg,
  })
  const [key, iv] = [Buffer.alloc(64, 1), Buffer.alloc(16, 2)]
  const { ciphertext, tag } = sealContent(
    'A256CBC-HS512',
    key,
    iv,
    Buffer.from(packPlaintext(message)),
    Buffer.from(header),
  )
  const secrets = [ephemeral.agree(recipient.key), sender.agreeStatic(recipient.key, recipient.jwk)]
  const wrapped = wrapKey(deriveWrappingKey(secrets, { alg, apu, apv, tag }), key)
  return JSON.stringify({
    protected: header,
    recipients: [{ header: { kid: recipient.id }, encrypted_key: wrapped.toString('base64url') }],
    ciphertext: Buffer.from(ciphertext).toString('base64url'),
    tag: Buffer.from(tag).toString('base64url'),
    iv: iv.toString('base64url'),
  })
}

describe('recipients', () => {
  const { recipients } = JSON.parse(anoncrypt) as { recipients: JsonObject[] }

  test('none', () => refused(withMembers(anoncrypt, { recipients: [] }), 'DIDCOMM_MALFORMED'))
  test('the same one twice', () =>
    refused(withMembers(anoncrypt, { recipients: [...recipients, ...recipients] }), 'DIDCOMM_MALFORMED'))
  test('a thousand', () =>
    refused(
      withMembers(anoncrypt, {
        recipients: Array.from({ length: 1000 }, (_, i) => ({ ...recipients[0], header: { kid: `${BOB}#${i}` } })),
      }),
      'DIDCOMM_TOO_LARGE',
    ))
  test('with an algorithm of its own', () =>
    refused(
      withMembers(anoncrypt, { recipients: [{ ...recipients[0], header: { kid: `${BOB}#key-p256-1`, alg: 'dir' } }] }),
      'DIDCOMM_MALFORMED',
    ))
  test('somebody else only', async () => {
    await expect(unpack(anoncrypt, asAlice)).rejects.toMatchObject({ code: 'DIDCOMM_NOT_FOR_US' })
  })
  test('with the key of another recipient', async () => {
    const both = JSON.parse(envelope(message)) as { recipients: { encrypted_key: string }[] }
    const [first, second] = both.recipients as [{ encrypted_key: string }, { encrypted_key: string }]
    ;[first.encrypted_key, second.encrypted_key] = [second.encrypted_key, first.encrypted_key]
    await refused(both as unknown as JsonObject, 'DIDCOMM_DECRYPTION')
  })
})

describe('points', () => {
  const epk = (jwk: JsonObject): JsonObject => withHeader(anoncrypt, { epk: jwk })
  const p256 = exportPublicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
  const zero = Buffer.alloc(32).toString('base64url')

  test('off the curve', () => refused(epk({ ...p256, y: p256.x }), 'DIDCOMM_KEY_INVALID'))
  test('at infinity, as zeros', () => refused(epk({ ...p256, x: zero, y: zero }), 'DIDCOMM_KEY_INVALID'))
  test('with coordinates beyond the field', async () => {
    const beyond = Buffer.alloc(32, 0xff).toString('base64url')
    await refused(epk({ ...p256, x: beyond }), 'DIDCOMM_KEY_INVALID')
  })
  test('with a coordinate too short, too long, missing or no text', async () => {
    for (const x of ['AAAA', `${p256.x}AAAA`, undefined, 5]) await refused(epk({ ...p256, x }), 'DIDCOMM_KEY_INVALID')
  })
  test('on a curve of another kind', async () => {
    const secp256k1 = exportPublicJwk(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey)
    await refused(epk({ ...secp256k1 }), 'DIDCOMM_ALGORITHM')
    await refused(epk({ ...p256, crv: 'Ed25519' }), 'DIDCOMM_ALGORITHM')
    await refused(epk({ ...p256, kty: 'OKP' }), 'DIDCOMM_KEY_INVALID')
    const p384 = exportPublicJwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)
    await refused(epk({ ...p384 }), 'DIDCOMM_ALGORITHM')
  })
  test('with a private part', async () => {
    // The tag no longer fits; the secret is not read.
    await refused(epk({ ...p256, d: zero }), 'DIDCOMM_DECRYPTION')
  })
  test.each([
    ['0', '00'.repeat(32)],
    ['1', `01${'00'.repeat(31)}`],
    ['of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['of order 8, the other', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
    ['p - 1', `ec${'ff'.repeat(30)}7f`],
    ['p', `ed${'ff'.repeat(30)}7f`],
  ])('of small order on Curve25519: %s', async (_, hex) => {
    const packed = await packEncrypted(message, { to: `${BOB}#key-x25519-1` }, asAlice)
    const x = Buffer.from(hex, 'hex').toString('base64url')
    await refused(withHeader(packed, { epk: { kty: 'OKP', crv: 'X25519', x } }), 'DIDCOMM_KEY_INVALID')
  })
})

describe('sender', () => {
  test('a key that its document has for signatures only', async () => {
    const { kid: _, ...secret } = vectors.secrets.alice.find(({ kid }) => kid === `${ALICE}#key-2`)!
    const keys = keysOfParty([]).addAgreementKey(`${ALICE}#key-2`, secret)
    await refused(envelope(message, { sender: keys.agreementKey(`${ALICE}#key-2`)! }), 'DIDCOMM_KEY_UNKNOWN')
  })
  test('a signature by a key that its document has for encryption only', async () => {
    const { kid: _, ...secret } = vectors.secrets.alice.find(({ kid }) => kid === `${ALICE}#key-p256-1`)!
    const keys = keysOfParty([]).addSigner(`${ALICE}#key-p256-1`, secret)
    await refused(await packSigned(message, `${ALICE}#key-p256-1`, { keys }), 'DIDCOMM_KEY_UNKNOWN')
  })
  test('another key under the name of hers', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = keysOfParty([]).addAgreementKey(`${ALICE}#key-p256-1`, privateKey)
    await refused(envelope(message, { sender: keys.agreementKey(`${ALICE}#key-p256-1`)! }), 'DIDCOMM_DECRYPTION')
  })
  test('says that it is another', async () => {
    await refused(envelope({ ...message, from: BOB }, byAlice), 'DIDCOMM_ADDRESSING')
    await refused(envelope({ ...message, from: undefined }, byAlice), 'DIDCOMM_ADDRESSING')
    await refused(await sign(Buffer.from(JSON.stringify({ ...message, from: BOB })), aliceSigner), 'DIDCOMM_ADDRESSING')
  })
  test('signed by one, encrypted by another', async () => {
    const foreign = await sign(Buffer.from(JSON.stringify({ ...message, from: 'did:example:mallory' })), aliceSigner)
    await refused(envelope(foreign, byAlice), 'DIDCOMM_ADDRESSING')
  })
  test('cannot be resolved, or resolves to the document of another', async () => {
    const nobody = { resolver: resolverOf({}), keys: bobKeys }
    await expect(unpack(authcrypt, nobody)).rejects.toMatchObject({ code: 'DIDCOMM_DID_UNRESOLVED' })
    const swapped = { resolver: resolverOf({ [ALICE]: documents[BOB]! }), keys: bobKeys }
    await expect(unpack(authcrypt, swapped)).rejects.toMatchObject({ code: 'DIDCOMM_DID_UNRESOLVED' })
  })
  test('rotated the key: what was encrypted with the old one is refused, though its secret is remembered', async () => {
    await unpack(authcrypt, asBob)
    const publicKeyJwk = exportPublicJwk(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
    const alice = documents[ALICE]!
    const verificationMethod = alice.verificationMethod!.map((method) =>
      method.id === `${ALICE}#key-p256-1` ? { ...method, publicKeyJwk } : method,
    )
    const rotated = { resolver: resolverOf({ [ALICE]: { ...alice, verificationMethod } }), keys: bobKeys }
    await expect(unpack(authcrypt, rotated)).rejects.toMatchObject({ code: 'DIDCOMM_DECRYPTION' })
  })
})

describe('surreptitious forwarding', () => {
  test('what was signed for another is encrypted to us', async () => {
    const forAnother = await packSigned({ ...message, to: ['did:example:carol'] }, ALICE, asAlice)
    await refused(envelope(forAnother), 'DIDCOMM_ADDRESSING')
  })
  test('what was signed for nobody is encrypted to us', async () => {
    const { to: _, ...forNobody } = message
    await refused(envelope(await packSigned(forNobody as Message, ALICE, asAlice)), 'DIDCOMM_ADDRESSING')
  })
})

describe('signatures', () => {
  test('none, too many, or one twice', async () => {
    const { payload, signatures } = JSON.parse(signed) as { payload: string; signatures: JsonObject[] }
    await refused({ payload, signatures: [] }, 'DIDCOMM_MALFORMED')
    await refused({ payload, signatures: [...signatures, ...signatures] }, 'DIDCOMM_MALFORMED')
    await refused({ payload, signatures: Array.from({ length: 5 }, () => signatures[0]) }, 'DIDCOMM_TOO_LARGE')
  })
  test('a good one beside a bad one', async () => {
    const { payload, signatures } = JSON.parse(signed) as { payload: string; signatures: JsonObject[] }
    const bad = { ...signatures[0], header: { kid: `${ALICE}#key-2` } }
    await refused({ payload, signatures: [...signatures, bad] }, 'DIDCOMM_ALGORITHM')
  })
  test('of another message', async () => {
    const other = JSON.parse(await packSigned({ ...message, id: '2' }, ALICE, asAlice)) as { payload: string }
    await refused(withMembers(signed, { payload: other.payload }), 'DIDCOMM_SIGNATURE')
  })
})

describe('ciphertext', () => {
  test.each(['A256CBC-HS512', 'A256GCM', 'XC20P'] as const)('%s: no bit can be changed', async (enc) => {
    const packed = JSON.parse(envelope(message, { enc })) as Record<string, string>
    for (const name of ['ciphertext', 'iv', 'tag']) {
      const bytes = Buffer.from(packed[name]!, 'base64url')
      for (let i = 0; i < bytes.length; i += 7) {
        const changed = Buffer.from(bytes)
        changed[i]! ^= 1 << (i % 8)
        await refused({ ...packed, [name]: changed.toString('base64url') }, 'DIDCOMM_DECRYPTION')
      }
      for (const length of [0, 4, bytes.length - 1])
        await refused({ ...packed, [name]: bytes.subarray(0, length).toString('base64url') }, 'DIDCOMM_DECRYPTION')
    }
  })
  test('the protected header is covered', async () => {
    await refused(withHeader(anoncrypt, { extra: 1 }), 'DIDCOMM_DECRYPTION')
  })
})

test('2,000 damaged messages (seed 1) are refused with a code, or mean the same', async () => {
  const random = new Seeded(1)
  const hidden = await packEncrypted(message, { to: BOB, from: ALICE, signBy: ALICE, protectSender: true }, asAlice)
  let refusals = 0
  for (let i = 0; i < 2_000; i++) {
    const packed = mutate(random, random.pick([authcrypt, anoncrypt, signed, hidden]))
    try {
      expect((await unpack(packed, asBob)).message, `seed 1, case ${i}: ${packed}`).toMatchObject(message)
    } catch (error) {
      if (!(error instanceof DidcommError)) throw error
      refusals++
    }
  }
  expect(refusals).toBeGreaterThan(1_500)
})
