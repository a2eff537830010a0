/**
 * The PSA Certified Crypto API 1.1 (Arm IHI 0086), as far as the core uses it (c/wasm/include/psa/crypto.h), served to a
 * WebAssembly module by node:crypto and @noble/curves: what an accelerator and its key store are to a chip. The module sees
 * identifiers of keys; their bytes stay here, as in a secure element.
 *
 * ECDSA is @noble/curves', which signs a digest by RFC 6979 or, where the key's policy is not deterministic, with fresh
 * entropy beside it (section 3.6): hardened against timing on a best-effort basis only, as JavaScript allows.
 * @module
 */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  type Hash,
  type Hmac,
  timingSafeEqual,
} from 'node:crypto'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/** Returns `length` random bytes; node:crypto's `randomBytes` outside tests. */
export type RandomBytes = (length: number) => Uint8Array

/** psa_status_t. */
export const PSA_STATUS = {
  SUCCESS: 0,
  NOT_PERMITTED: -133,
  NOT_SUPPORTED: -134,
  INVALID_ARGUMENT: -135,
  INVALID_HANDLE: -136,
  BAD_STATE: -137,
  BUFFER_TOO_SMALL: -138,
  INSUFFICIENT_ENTROPY: -148,
  INVALID_SIGNATURE: -149,
  INVALID_PADDING: -150,
} as const

type Status = (typeof PSA_STATUS)[keyof typeof PSA_STATUS]

const { SUCCESS } = PSA_STATUS

/** psa_key_usage_t. */
export const PSA_USAGE = {
  ENCRYPT: 0x100,
  DECRYPT: 0x200,
  SIGN_MESSAGE: 0x400,
  VERIFY_MESSAGE: 0x800,
  SIGN_HASH: 0x1000,
  VERIFY_HASH: 0x2000,
  DERIVE: 0x4000,
} as const

/** psa_algorithm_t; those of hashes and signatures are put together by {@link ofHash}. */
export const PSA_ALGORITHM = {
  SHA_256: 0x02000009,
  SHA_512: 0x0200000b,
  ANY_HASH: 0x020000ff,
  ECB: 0x04404400,
  CBC_PKCS7: 0x04404100,
  GCM: 0x05500200,
  HMAC: 0x03800000,
  ECDSA: 0x06000600,
  DETERMINISTIC_ECDSA: 0x06000700,
  PURE_EDDSA: 0x06000800,
  ECDH: 0x09020000,
} as const

/** Returns the algorithm `base` with a hash. */
export const ofHash = (base: number, hash: number): number => base | (hash & 0xff)

const hashOf = (algorithm: number): number => 0x02000000 | (algorithm & 0xff)
const withoutHash = (algorithm: number): number => algorithm & ~0xff

const HASH_NAME: Record<number, string> = {
  [PSA_ALGORITHM.SHA_256]: 'sha256',
  [PSA_ALGORITHM.SHA_512]: 'sha512',
}

/** psa_key_type_t of what is no elliptic curve. */
export const PSA_TYPE = { HMAC: 0x1100, AES: 0x2400 } as const
/** Of a key pair; a public key's is without {@link PAIR_FLAG}. */
const TYPE_PAIR = 0x7100
const PAIR_FLAG = 0x3000

/** psa_ecc_family_t. */
export const PSA_FAMILY = { SECP_R1: 0x12, SECP_K1: 0x17, MONTGOMERY: 0x41, TWISTED_EDWARDS: 0x42 } as const

/** psa_key_type_t of a key pair. */
export const pairType = (family: number): number => TYPE_PAIR | family

interface Curve {
  bits: number
  /** Bytes of a public key as PSA exports it. */
  publicBytes: number
  isSecret: (secret: Uint8Array) => boolean
  publicKey: (secret: Uint8Array) => Uint8Array
  /** Throws where bytes are no public key. */
  checkPublic: (key: Uint8Array) => void
}

/** Every 32 bytes are a secret of the curves that hash or clamp them. */
const anySecret = (secret: Uint8Array) => secret.length === 32

const CURVES: Record<number, Curve> = {
  [PSA_FAMILY.SECP_R1]: {
    bits: 256,
    publicBytes: 65,
    isSecret: (secret) => p256.utils.isValidSecretKey(secret),
    publicKey: (secret) => p256.getPublicKey(secret, false),
    checkPublic: (key) => p256.Point.fromBytes(key).assertValidity(),
  },
  [PSA_FAMILY.SECP_K1]: {
    bits: 256,
    publicBytes: 65,
    isSecret: (secret) => secp256k1.utils.isValidSecretKey(secret),
    publicKey: (secret) => secp256k1.getPublicKey(secret, false),
    checkPublic: (key) => secp256k1.Point.fromBytes(key).assertValidity(),
  },
  [PSA_FAMILY.TWISTED_EDWARDS]: {
    bits: 255,
    publicBytes: 32,
    isSecret: anySecret,
    publicKey: (secret) => ed25519.getPublicKey(secret),
    checkPublic: (key) => ed25519.Point.fromBytes(key).assertValidity(),
  },
  [PSA_FAMILY.MONTGOMERY]: {
    bits: 255,
    publicBytes: 32,
    isSecret: anySecret,
    publicKey: (secret) => x25519.getPublicKey(secret),
    checkPublic: () => {},
  },
}

/** What psa_key_attributes_t holds. */
export interface KeyAttributes {
  type: number
  /** 0 to take the size of what is imported. */
  bits: number
  algorithm: number
  usage: number
}

interface Key extends KeyAttributes {
  bytes: Uint8Array
  /** Of a key pair, as PSA exports it. */
  publicKey?: Uint8Array
}

const familyOf = ({ type }: KeyAttributes): number => type & 0xff
const isPair = (type: number): boolean => (type & 0xff00) === TYPE_PAIR
const isPublic = (type: number): boolean => (type & 0xff00) === (TYPE_PAIR & ~PAIR_FLAG)

/** An operation in several calls. */
type Operation =
  | { kind: 'hash'; hash: Hash }
  | { kind: 'mac'; hmac: Hmac; length: number; verifies: boolean }
  | { kind: 'cipher'; key: Key; encrypts: boolean; cipher?: ReturnType<typeof createCipheriv> }

/** Thrown inside, to become what the function returns. */
class PsaFailure {
  readonly status: Status

  constructor(status: Status) {
    this.status = status
  }
}

const fail = (status: Status): never => {
  throw new PsaFailure(status)
}

/** A device's cryptography and its key store. */
export class Psa {
  readonly #randomBytes: RandomBytes
  readonly #keys = new Map<number, Key>()
  readonly #operations = new Map<number, Operation>()
  #nextKey = 1
  #nextOperation = 1

  constructor(randomBytes: RandomBytes) {
    this.#randomBytes = randomBytes
  }

  /** Keys and operations that are held: an idle device has no more than its own keys. */
  get held(): { keys: number; operations: number } {
    return { keys: this.#keys.size, operations: this.#operations.size }
  }

  /**
   * Takes a key in, as at the factory, and returns its identifier. Throws RangeError where PSA would not take it.
   */
  provision(attributes: KeyAttributes, bytes: Uint8Array): number {
    try {
      return this.#import(attributes, bytes)
    } catch (error) {
      if (error instanceof PsaFailure) throw new RangeError(`PSA does not take the key: ${error.status}.`)
      throw error
    }
  }

  /** Returns the functions that c/wasm/include/psa/crypto.h declares, over `memory`. */
  imports(memory: () => WebAssembly.Memory): Record<string, (...parameters: number[]) => number> {
    const bytesAt = (address: number, length: number) => new Uint8Array(memory().buffer, address >>> 0, length >>> 0)
    const words = () => new DataView(memory().buffer)
    const setWord = (address: number, value: number) => words().setUint32(address >>> 0, value, true)
    const word = (address: number) => words().getUint32(address >>> 0, true)
    /** Gives `output` to a buffer of `size` bytes. */
    const give = (output: Uint8Array, address: number, size: number, lengthAddress: number): Status => {
      if (output.length > size >>> 0) return PSA_STATUS.BUFFER_TOO_SMALL
      bytesAt(address, output.length).set(output)
      setWord(lengthAddress, output.length)
      return SUCCESS
    }
    /** Begins an operation, whose handle goes into the caller's structure. */
    const begin = (address: number, operation: () => Operation): Status => {
      if (word(address) !== 0) return PSA_STATUS.BAD_STATE
      const begun = operation()
      const handle = this.#nextOperation++
      this.#operations.set(handle, begun)
      setWord(address, handle)
      return SUCCESS
    }
    const running = <K extends Operation['kind']>(address: number, kind: K): Extract<Operation, { kind: K }> => {
      const operation = this.#operations.get(word(address))
      return operation?.kind === kind ? (operation as Extract<Operation, { kind: K }>) : fail(PSA_STATUS.BAD_STATE)
    }
    const end = (address: number): Status => {
      this.#operations.delete(word(address))
      setWord(address, 0)
      return SUCCESS
    }
    const aead =
      (encrypts: boolean) =>
      (
        ...[
          id,
          algorithm,
          nonceAt,
          nonceLength,
          aadAt,
          aadLength,
          inputAt,
          inputLength,
          outputAt,
          size,
          lengthAt,
        ]: number[]
      ): Status => {
        const key = this.#keyFor(id!, encrypts ? PSA_USAGE.ENCRYPT : PSA_USAGE.DECRYPT, algorithm!)
        if (algorithm !== PSA_ALGORITHM.GCM) return PSA_STATUS.NOT_SUPPORTED
        const nonce = bytesAt(nonceAt!, nonceLength!)
        const input = bytesAt(inputAt!, inputLength!)
        const output = runGcm(key.bytes, encrypts, nonce, bytesAt(aadAt!, aadLength!), input)
        return give(output, outputAt!, size!, lengthAt!)
      }
    const ecb =
      (encrypts: boolean) =>
      (...[id, algorithm, inputAt, inputLength, outputAt, size, lengthAt]: number[]): Status => {
        const key = this.#keyFor(id!, encrypts ? PSA_USAGE.ENCRYPT : PSA_USAGE.DECRYPT, algorithm!)
        // Of other ciphers this call makes up an IV, which nothing here asks for.
        if (algorithm !== PSA_ALGORITHM.ECB) return PSA_STATUS.NOT_SUPPORTED
        if (inputLength! % 16 !== 0) return PSA_STATUS.INVALID_ARGUMENT
        const cipher = makeCipher(key, encrypts, 'ecb', null).setAutoPadding(false)
        const output = Buffer.concat([cipher.update(bytesAt(inputAt!, inputLength!)), cipher.final()])
        return give(output, outputAt!, size!, lengthAt!)
      }
    const cipherSetup = (encrypts: boolean) => (operation: number, id: number, algorithm: number) =>
      begin(operation, () => {
        const key = this.#keyFor(id, encrypts ? PSA_USAGE.ENCRYPT : PSA_USAGE.DECRYPT, algorithm)
        return algorithm === PSA_ALGORITHM.CBC_PKCS7
          ? { kind: 'cipher', key, encrypts }
          : fail(PSA_STATUS.NOT_SUPPORTED)
      })
    const macSetup = (verifies: boolean) => (operation: number, id: number, algorithm: number) =>
      begin(operation, () => {
        const key = this.#keyFor(id, verifies ? PSA_USAGE.VERIFY_MESSAGE : PSA_USAGE.SIGN_MESSAGE, algorithm)
        const name = HASH_NAME[hashOf(algorithm)]
        if ((algorithm & ~0x003f80ff) !== PSA_ALGORITHM.HMAC || name === undefined) fail(PSA_STATUS.NOT_SUPPORTED)
        const hmac = createHmac(name!, key.bytes)
        const whole = name === 'sha512' ? 64 : 32
        const truncated = (algorithm >>> 16) & 0x3f
        if (truncated > whole) fail(PSA_STATUS.INVALID_ARGUMENT)
        return { kind: 'mac', hmac, length: truncated || whole, verifies }
      })

    const functions: Record<string, (...parameters: number[]) => Status> = {
      psa_crypto_init: () => SUCCESS,
      psa_generate_random: (address, length) => {
        bytesAt(address!, length!).set(this.#randomBytes(length! >>> 0))
        return SUCCESS
      },

      psa_get_key_attributes: (id, address) => {
        const { type, bits, algorithm, usage } = this.#key(id!)
        for (const [i, value] of [type, bits, algorithm, usage].entries()) setWord(address! + 4 * i, value)
        return SUCCESS
      },
      psa_import_key: (address, dataAt, dataLength, idAt) => {
        const [type, bits, algorithm, usage] = [0, 4, 8, 12].map((offset) => word(address! + offset))
        const attributes = { type: type!, bits: bits!, algorithm: algorithm!, usage: usage! }
        setWord(idAt!, this.#import(attributes, bytesAt(dataAt!, dataLength!)))
        return SUCCESS
      },
      psa_destroy_key: (id) => {
        this.#key(id!).bytes.fill(0)
        this.#keys.delete(id! >>> 0)
        return SUCCESS
      },
      psa_export_public_key: (id, address, size, lengthAt) => {
        const key = this.#key(id!)
        const exported = key.publicKey ?? (isPublic(key.type) ? key.bytes : fail(PSA_STATUS.INVALID_ARGUMENT))
        return give(exported, address!, size!, lengthAt!)
      },

      psa_hash_compute: (algorithm, inputAt, inputLength, address, size, lengthAt) =>
        give(makeHash(algorithm!).update(bytesAt(inputAt!, inputLength!)).digest(), address!, size!, lengthAt!),
      psa_hash_setup: (operation, algorithm) => begin(operation!, () => ({ kind: 'hash', hash: makeHash(algorithm!) })),
      psa_hash_update: (operation, address, length) => {
        running(operation!, 'hash').hash.update(bytesAt(address!, length!))
        return SUCCESS
      },
      psa_hash_finish: (operation, address, size, lengthAt) => {
        const status = give(running(operation!, 'hash').hash.digest(), address!, size!, lengthAt!)
        end(operation!)
        return status
      },
      psa_hash_abort: (operation) => end(operation!),

      psa_mac_sign_setup: macSetup(false),
      psa_mac_verify_setup: macSetup(true),
      psa_mac_update: (operation, address, length) => {
        running(operation!, 'mac').hmac.update(bytesAt(address!, length!))
        return SUCCESS
      },
      psa_mac_sign_finish: (operation, address, size, lengthAt) => {
        const { hmac, length, verifies } = running(operation!, 'mac')
        if (verifies) return PSA_STATUS.BAD_STATE
        const status = give(hmac.digest().subarray(0, length), address!, size!, lengthAt!)
        end(operation!)
        return status
      },
      psa_mac_verify_finish: (operation, address, given) => {
        const { hmac, length, verifies } = running(operation!, 'mac')
        if (!verifies) return PSA_STATUS.BAD_STATE
        const mac = bytesAt(address!, given!)
        const holds = mac.length === length && timingSafeEqual(hmac.digest().subarray(0, length), mac)
        end(operation!)
        return holds ? SUCCESS : PSA_STATUS.INVALID_SIGNATURE
      },
      psa_mac_abort: (operation) => end(operation!),

      psa_cipher_encrypt: ecb(true),
      psa_cipher_decrypt: ecb(false),
      psa_cipher_encrypt_setup: cipherSetup(true),
      psa_cipher_decrypt_setup: cipherSetup(false),
      psa_cipher_set_iv: (operation, address, length) => {
        const begun = running(operation!, 'cipher')
        if (begun.cipher) return PSA_STATUS.BAD_STATE
        if (length !== 16) return PSA_STATUS.INVALID_ARGUMENT
        begun.cipher = makeCipher(begun.key, begun.encrypts, 'cbc', bytesAt(address!, length))
        return SUCCESS
      },
      psa_cipher_update: (operation, inputAt, inputLength, address, size, lengthAt) => {
        const { cipher = fail(PSA_STATUS.BAD_STATE) } = running(operation!, 'cipher')
        return give(cipher.update(bytesAt(inputAt!, inputLength!)), address!, size!, lengthAt!)
      },
      psa_cipher_finish: (operation, address, size, lengthAt) => {
        const { cipher = fail(PSA_STATUS.BAD_STATE) } = running(operation!, 'cipher')
        let last: Buffer
        try {
          last = cipher.final()
        } catch {
          return PSA_STATUS.INVALID_PADDING
        }
        const status = give(last, address!, size!, lengthAt!)
        end(operation!)
        return status
      },
      psa_cipher_abort: (operation) => end(operation!),

      psa_aead_encrypt: aead(true),
      psa_aead_decrypt: aead(false),

      psa_sign_message: (id, algorithm, inputAt, inputLength, address, size, lengthAt) => {
        const key = this.#keyFor(id!, PSA_USAGE.SIGN_MESSAGE, algorithm!)
        const input = bytesAt(inputAt!, inputLength!)
        if (algorithm !== PSA_ALGORITHM.PURE_EDDSA)
          return give(this.#signDigest(key, algorithm!, digestOf(algorithm!, input)), address!, size!, lengthAt!)
        if (familyOf(key) !== PSA_FAMILY.TWISTED_EDWARDS) return PSA_STATUS.INVALID_ARGUMENT
        return give(ed25519.sign(input, key.bytes), address!, size!, lengthAt!)
      },
      psa_verify_message: (id, algorithm, inputAt, inputLength, signatureAt, signatureLength) => {
        const key = this.#keyFor(id!, PSA_USAGE.VERIFY_MESSAGE, algorithm!)
        const input = bytesAt(inputAt!, inputLength!)
        const signature = bytesAt(signatureAt!, signatureLength!)
        return verifyMessage(key, algorithm!, input, signature) ? SUCCESS : PSA_STATUS.INVALID_SIGNATURE
      },
      psa_sign_hash: (id, algorithm, hashAt, hashLength, address, size, lengthAt) => {
        const key = this.#keyFor(id!, PSA_USAGE.SIGN_HASH, algorithm!)
        const digest = bytesAt(hashAt!, hashLength!)
        return give(this.#signDigest(key, algorithm!, digest), address!, size!, lengthAt!)
      },
      psa_raw_key_agreement: (algorithm, id, peerAt, peerLength, address, size, lengthAt) => {
        const key = this.#keyFor(id!, PSA_USAGE.DERIVE, algorithm!)
        if (algorithm !== PSA_ALGORITHM.ECDH) return PSA_STATUS.NOT_SUPPORTED
        return give(agree(key, bytesAt(peerAt!, peerLength!)), address!, size!, lengthAt!)
      },
    }
    return Object.fromEntries(
      Object.entries(functions).map(([name, run]) => [
        name,
        (...parameters: number[]) => statusOf(() => run(...parameters)),
      ]),
    )
  }

  #key(id: number): Key {
    return this.#keys.get(id >>> 0) ?? fail(PSA_STATUS.INVALID_HANDLE)
  }

  /** Returns the key if its policy permits this use of it. */
  #keyFor(id: number, usage: number, algorithm: number): Key {
    const key = this.#key(id)
    const anyHash = (key.algorithm & 0xff) === 0xff && withoutHash(key.algorithm) === withoutHash(algorithm)
    if ((key.usage & usage) === 0 || (key.algorithm !== algorithm && !anyHash)) fail(PSA_STATUS.NOT_PERMITTED)
    return key
  }

  #import(attributes: KeyAttributes, bytes: Uint8Array): number {
    const key: Key = { ...attributes, bytes: Uint8Array.from(bytes), bits: checkKey(attributes, bytes) }
    // To sign or verify digests permits to do so with messages.
    key.usage |= (key.usage & (PSA_USAGE.SIGN_HASH | PSA_USAGE.VERIFY_HASH)) >>> 2
    if (isPair(key.type)) key.publicKey = CURVES[familyOf(key)]!.publicKey(key.bytes)
    const id = this.#nextKey++
    this.#keys.set(id, key)
    return id
  }

  #signDigest(key: Key, algorithm: number, digest: Uint8Array): Uint8Array {
    const family = withoutHash(algorithm)
    if (family !== PSA_ALGORITHM.ECDSA && family !== PSA_ALGORITHM.DETERMINISTIC_ECDSA) fail(PSA_STATUS.NOT_SUPPORTED)
    const curve = ecdsaCurve(key)
    if (!isPair(key.type) || digest.length !== hashBytes(algorithm)) fail(PSA_STATUS.INVALID_ARGUMENT)
    const extraEntropy = family === PSA_ALGORITHM.ECDSA ? this.#randomBytes(32) : false
    return curve.sign(digest, key.bytes, { prehash: false, lowS: false, extraEntropy })
  }
}

function statusOf(run: () => Status): Status {
  try {
    return run()
  } catch (error) {
    if (error instanceof PsaFailure) return error.status
    throw error
  }
}

/** Returns the bits of a key that may be imported. */
function checkKey(attributes: KeyAttributes, bytes: Uint8Array): number {
  const { type } = attributes
  const bits = 8 * bytes.length
  const curve = CURVES[familyOf(attributes)]
  let found: number
  if (type === PSA_TYPE.HMAC) found = bits
  else if (type === PSA_TYPE.AES) found = [128, 192, 256].includes(bits) ? bits : fail(PSA_STATUS.INVALID_ARGUMENT)
  else if (!curve || (!isPair(type) && !isPublic(type))) return fail(PSA_STATUS.NOT_SUPPORTED)
  else {
    found = curve.bits
    if (isPair(type) && !curve.isSecret(bytes)) fail(PSA_STATUS.INVALID_ARGUMENT)
    if (isPublic(type) && !isPublicKey(curve, bytes)) fail(PSA_STATUS.INVALID_ARGUMENT)
  }
  return attributes.bits === 0 || attributes.bits === found ? found : fail(PSA_STATUS.INVALID_ARGUMENT)
}

function isPublicKey({ publicBytes, checkPublic }: Curve, bytes: Uint8Array): boolean {
  if (bytes.length !== publicBytes) return false
  try {
    checkPublic(bytes)
    return true
  } catch {
    return false
  }
}

const makeHash = (algorithm: number): Hash => createHash(HASH_NAME[algorithm] ?? fail(PSA_STATUS.NOT_SUPPORTED))
const hashBytes = (algorithm: number): number => (hashOf(algorithm) === PSA_ALGORITHM.SHA_512 ? 64 : 32)
const digestOf = (algorithm: number, message: Uint8Array): Uint8Array =>
  makeHash(hashOf(algorithm)).update(message).digest()

function makeCipher(key: Key, encrypts: boolean, mode: 'ecb' | 'cbc', iv: Uint8Array | null) {
  return (encrypts ? createCipheriv : createDecipheriv)(`aes-${key.bits}-${mode}`, key.bytes, iv)
}

const GCM_TAG_BYTES = 16

/** Returns ciphertext ‖ tag, or the plaintext. */
function runGcm(key: Uint8Array, encrypts: boolean, nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array {
  const name = `aes-${8 * key.length}-gcm` as 'aes-256-gcm'
  if (nonce.length === 0) fail(PSA_STATUS.INVALID_ARGUMENT)
  if (encrypts) {
    const cipher = createCipheriv(name, key, nonce).setAAD(aad)
    return Buffer.concat([cipher.update(input), cipher.final(), cipher.getAuthTag()])
  }
  if (input.length < GCM_TAG_BYTES) fail(PSA_STATUS.INVALID_ARGUMENT)
  const cipher = createDecipheriv(name, key, nonce, { authTagLength: GCM_TAG_BYTES }).setAAD(aad)
  cipher.setAuthTag(input.subarray(-GCM_TAG_BYTES))
  const plaintext = cipher.update(input.subarray(0, -GCM_TAG_BYTES))
  try {
    cipher.final()
  } catch {
    fail(PSA_STATUS.INVALID_SIGNATURE)
  }
  return plaintext
}

function ecdsaCurve(key: Key): typeof p256 {
  if (familyOf(key) === PSA_FAMILY.SECP_R1) return p256
  return familyOf(key) === PSA_FAMILY.SECP_K1 ? secp256k1 : fail(PSA_STATUS.INVALID_ARGUMENT)
}

function verifyMessage(key: Key, algorithm: number, message: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = key.publicKey ?? key.bytes
  try {
    if (algorithm === PSA_ALGORITHM.PURE_EDDSA) return ed25519.verify(signature, message, publicKey, { zip215: false })
    const curve = ecdsaCurve(key)
    return curve.verify(signature, digestOf(algorithm, message), publicKey, { prehash: false, lowS: false })
  } catch (error) {
    if (error instanceof PsaFailure) throw error
    // Numbers that are no scalars.
    return false
  }
}

function agree(key: Key, peer: Uint8Array): Uint8Array {
  const family = familyOf(key)
  if (!isPair(key.type)) fail(PSA_STATUS.INVALID_ARGUMENT)
  try {
    if (family === PSA_FAMILY.MONTGOMERY) return x25519.getSharedSecret(key.bytes, peer)
    if (family === PSA_FAMILY.TWISTED_EDWARDS || peer.length !== 65) return fail(PSA_STATUS.INVALID_ARGUMENT)
    const ecdh = createECDH(family === PSA_FAMILY.SECP_R1 ? 'prime256v1' : 'secp256k1')
    ecdh.setPrivateKey(key.bytes)
    return ecdh.computeSecret(peer)
  } catch (error) {
    if (error instanceof PsaFailure) throw error
    // A point that is not on the curve, or of small order.
    return fail(PSA_STATUS.INVALID_ARGUMENT)
  }
}
