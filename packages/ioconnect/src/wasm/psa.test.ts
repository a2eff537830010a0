/**
 * PSA as the module calls it. Signatures, key agreement and what is made of them are tried by the C core's own tests, which
 * run on this backend too (c/test): RFC 3394, 6979, 8032 and the appendices of DIDComm and JOSE.
 */
import { expect, test } from 'vitest'
import { seededBytes } from '../../test/random.ts'
import { ofHash, PSA_ALGORITHM, PSA_FAMILY, PSA_STATUS, PSA_USAGE, Psa, pairType } from './psa.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const ECDSA = ofHash(PSA_ALGORITHM.DETERMINISTIC_ECDSA, PSA_ALGORITHM.SHA_256)
const AES = 0x2400
const HMAC = 0x1100
const HMAC_SHA_512_256 = (ofHash(PSA_ALGORITHM.HMAC, PSA_ALGORITHM.SHA_512) & ~0x3f0000) | (32 << 16)
const { SUCCESS } = PSA_STATUS

/** Calls PSA as a module does: what goes in and comes out lies in a memory. */
class Caller {
  readonly psa = new Psa(seededBytes(1))
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  readonly #functions = this.psa.imports(() => this.#memory)
  #end = 1024

  /** Puts bytes into memory and returns where. */
  put(bytes: Uint8Array): [number, number] {
    const address = this.#end
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes)
    this.#end += bytes.length + 16
    return [address, bytes.length]
  }

  call(name: string, ...parameters: number[]): number {
    return this.#functions[name]!(...parameters)
  }

  /** Calls a function whose last three parameters are an output, its size and its length. */
  output(size: number, name: string, ...parameters: number[]): Buffer | number {
    const [address] = this.put(new Uint8Array(size))
    const [lengthAt] = this.put(new Uint8Array(4))
    const status = this.call(name, ...parameters, address, size, lengthAt)
    if (status !== SUCCESS) return status
    const length = new DataView(this.#memory.buffer).getUint32(lengthAt, true)
    return Buffer.from(this.#memory.buffer.slice(address, address + length))
  }

  key(type: number, algorithm: number, usage: number, bytes: Uint8Array): number {
    return this.psa.provision({ type, bits: 0, algorithm, usage }, bytes)
  }

  /** A structure of an operation. */
  operation(): number {
    return this.put(new Uint8Array(4))[0]
  }
}

// FIPS 180-4, by NIST's examples.
test.each([
  [PSA_ALGORITHM.SHA_256, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    PSA_ALGORITHM.SHA_512,
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
])('hash %i of abc', (algorithm, digest) => {
  const caller = new Caller()
  const text = Buffer.from('abc')
  expect(caller.output(64, 'psa_hash_compute', algorithm, ...caller.put(text))).toEqual(hex(digest))
  const operation = caller.operation()
  expect(caller.call('psa_hash_setup', operation, algorithm)).toBe(SUCCESS)
  for (const byte of text) caller.call('psa_hash_update', operation, ...caller.put(Uint8Array.of(byte)))
  expect(caller.output(64, 'psa_hash_finish', operation)).toEqual(hex(digest))
  expect(caller.psa.held.operations).toBe(0)
})

// RFC 4231 section 4.3, truncated as PSA_ALG_TRUNCATED_MAC(…, 32).
test('HMAC', () => {
  const caller = new Caller()
  const mac = hex('164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554')
  const usage = PSA_USAGE.SIGN_MESSAGE | PSA_USAGE.VERIFY_MESSAGE
  const key = caller.key(HMAC, HMAC_SHA_512_256, usage, Buffer.from('Jefe'))
  const begin = (setup: string) => {
    const operation = caller.operation()
    expect(caller.call(setup, operation, key, HMAC_SHA_512_256)).toBe(SUCCESS)
    caller.call('psa_mac_update', operation, ...caller.put(Buffer.from('what do ya want for nothing?')))
    return operation
  }
  expect(caller.output(64, 'psa_mac_sign_finish', begin('psa_mac_sign_setup'))).toEqual(mac)
  const verify = (given: Uint8Array) =>
    caller.call('psa_mac_verify_finish', begin('psa_mac_verify_setup'), ...caller.put(given))
  expect(verify(mac)).toBe(SUCCESS)
  expect(verify(mac.map((byte, i) => (i === 31 ? byte ^ 1 : byte)))).toBe(PSA_STATUS.INVALID_SIGNATURE)
  expect(verify(mac.subarray(0, 31))).toBe(PSA_STATUS.INVALID_SIGNATURE)
})

// FIPS 197 appendix C.3.
test('AES in ECB', () => {
  const caller = new Caller()
  const plaintext = hex('00112233445566778899aabbccddeeff')
  const key = caller.key(
    AES,
    PSA_ALGORITHM.ECB,
    PSA_USAGE.ENCRYPT | PSA_USAGE.DECRYPT,
    hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'),
  )
  const ciphertext = hex('8ea2b7ca516745bfeafc49904b496089')
  const run = (name: string, input: Buffer) => caller.output(16, name, key, PSA_ALGORITHM.ECB, ...caller.put(input))
  expect(run('psa_cipher_encrypt', plaintext)).toEqual(ciphertext)
  expect(run('psa_cipher_decrypt', ciphertext)).toEqual(plaintext)
})

// SP 800-38A section F.2.5: what comes after the first block is the padding's.
test('AES in CBC', () => {
  const caller = new Caller()
  const plaintext = hex('6bc1bee22e409f96e93d7e117393172a')
  const key = caller.key(
    AES,
    PSA_ALGORITHM.CBC_PKCS7,
    PSA_USAGE.ENCRYPT | PSA_USAGE.DECRYPT,
    hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'),
  )
  const run = (setup: string, input: Buffer) => {
    const operation = caller.operation()
    expect(caller.call(setup, operation, key, PSA_ALGORITHM.CBC_PKCS7)).toBe(SUCCESS)
    caller.call('psa_cipher_set_iv', operation, ...caller.put(hex('000102030405060708090a0b0c0d0e0f')))
    const begun = caller.output(64, 'psa_cipher_update', operation, ...caller.put(input)) as Buffer
    const rest = caller.output(64, 'psa_cipher_finish', operation)
    caller.call('psa_cipher_abort', operation)
    return typeof rest === 'number' ? rest : Buffer.concat([begun, rest])
  }
  const ciphertext = run('psa_cipher_encrypt_setup', plaintext) as Buffer
  expect(ciphertext).toHaveLength(32)
  expect(ciphertext.subarray(0, 16)).toEqual(hex('f58c4c04d6e5f1ba779eabfb5f7bfbd6'))
  expect(run('psa_cipher_decrypt_setup', ciphertext)).toEqual(plaintext)
  expect(run('psa_cipher_decrypt_setup', ciphertext.subarray(0, 16))).toBe(PSA_STATUS.INVALID_PADDING)
  expect(caller.psa.held.operations).toBe(0)
})

// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
test('AES in GCM', () => {
  const caller = new Caller()
  const [nonce, aad, plaintext, sealed] = [
    'cafebabefacedbaddecaf888',
    'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  ].map(hex) as [Buffer, Buffer, Buffer, Buffer]
  const key = caller.key(
    AES,
    PSA_ALGORITHM.GCM,
    PSA_USAGE.ENCRYPT | PSA_USAGE.DECRYPT,
    hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
  )
  const run = (name: string, input: Buffer, size = 100) => {
    const parameters = [...caller.put(nonce), ...caller.put(aad), ...caller.put(input)]
    return caller.output(size, name, key, PSA_ALGORITHM.GCM, ...parameters)
  }
  expect(run('psa_aead_encrypt', plaintext)).toEqual(sealed)
  expect(run('psa_aead_decrypt', sealed)).toEqual(plaintext)
  for (const at of [0, 59, 60, 75]) {
    const altered = Buffer.from(sealed)
    altered[at]! ^= 1
    expect(run('psa_aead_decrypt', altered)).toBe(PSA_STATUS.INVALID_SIGNATURE)
  }
  expect(run('psa_aead_decrypt', sealed.subarray(0, 15))).toBe(PSA_STATUS.INVALID_ARGUMENT)
  expect(run('psa_aead_encrypt', plaintext, 75)).toBe(PSA_STATUS.BUFFER_TOO_SMALL)
})

test('a key does what its policy permits, and nothing else', () => {
  const caller = new Caller()
  const secret = Buffer.alloc(32, 1)
  const signing = caller.key(pairType(PSA_FAMILY.SECP_R1), ECDSA, PSA_USAGE.SIGN_HASH, secret)
  const digest = () => caller.put(Buffer.alloc(32, 2))
  const sign = (key: number, algorithm: number) => caller.output(64, 'psa_sign_hash', key, algorithm, ...digest())
  expect(sign(signing, ECDSA)).toHaveLength(64)
  expect(sign(signing, ofHash(PSA_ALGORITHM.ECDSA, PSA_ALGORITHM.SHA_256))).toBe(PSA_STATUS.NOT_PERMITTED)
  expect(sign(signing + 1, ECDSA)).toBe(PSA_STATUS.INVALID_HANDLE)
  const agreement = caller.key(pairType(PSA_FAMILY.SECP_R1), PSA_ALGORITHM.ECDH, PSA_USAGE.DERIVE, secret)
  expect(sign(agreement, ECDSA)).toBe(PSA_STATUS.NOT_PERMITTED)
  const peer = caller.output(65, 'psa_export_public_key', agreement) as Buffer
  const agree = (key: number, other: Uint8Array) =>
    caller.output(32, 'psa_raw_key_agreement', PSA_ALGORITHM.ECDH, key, ...caller.put(other))
  expect(agree(agreement, peer)).toHaveLength(32)
  expect(agree(signing, peer)).toBe(PSA_STATUS.NOT_PERMITTED)
  // A point that is not on the curve: the answer would tell of the key.
  peer[64]! ^= 1
  expect(agree(agreement, peer)).toBe(PSA_STATUS.INVALID_ARGUMENT)
  expect(caller.call('psa_destroy_key', signing)).toBe(SUCCESS)
  expect(sign(signing, ECDSA)).toBe(PSA_STATUS.INVALID_HANDLE)
  expect(caller.psa.held.keys).toBe(1)
})

test('keys that are none are not taken', () => {
  const caller = new Caller()
  const order = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  for (const secret of [Buffer.alloc(32), order, Buffer.alloc(31, 1), Buffer.alloc(33, 1)])
    expect(() => caller.key(pairType(PSA_FAMILY.SECP_R1), ECDSA, PSA_USAGE.SIGN_HASH, secret)).toThrow(RangeError)
  expect(() => caller.key(AES, PSA_ALGORITHM.ECB, PSA_USAGE.ENCRYPT, Buffer.alloc(15))).toThrow(RangeError)
  expect(() => caller.key(0x1234, PSA_ALGORITHM.ECB, PSA_USAGE.ENCRYPT, Buffer.alloc(16))).toThrow(RangeError)
  expect(caller.psa.held.keys).toBe(0)
})

test('operations out of order are refused', () => {
  const caller = new Caller()
  const operation = caller.operation()
  expect(caller.call('psa_hash_update', operation, ...caller.put(Buffer.from('a')))).toBe(PSA_STATUS.BAD_STATE)
  expect(caller.call('psa_hash_setup', operation, 0x02000001)).toBe(PSA_STATUS.NOT_SUPPORTED)
  expect(caller.call('psa_hash_setup', operation, PSA_ALGORITHM.SHA_256)).toBe(SUCCESS)
  expect(caller.call('psa_hash_setup', operation, PSA_ALGORITHM.SHA_256)).toBe(PSA_STATUS.BAD_STATE)
  expect(caller.output(64, 'psa_mac_sign_finish', operation)).toBe(PSA_STATUS.BAD_STATE)
  expect(caller.call('psa_hash_abort', operation)).toBe(SUCCESS)
  expect(caller.call('psa_hash_abort', operation)).toBe(SUCCESS)
  expect(caller.psa.held.operations).toBe(0)
})
