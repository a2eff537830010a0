/**
 * secp256k1 signatures as devices send them: r ‖ s without a recovery id. libsecp256k1 does the arithmetic, through the
 * prebuilt binding of npm `secp256k1`, or libauth's WASM build where there is none (docs/adr/0007).
 * @module
 */
import { createRequire } from 'node:module'
import { instantiateSecp256k1 } from '@bitauth/libauth'
import { type Hex, toHex } from '@iotex2/protocol/hex'
import { keccak_256 } from '@noble/hashes/sha3.js'

export interface Verifier {
  /** Who computes, for reports. */
  readonly name: string
  /** Returns the uncompressed key of 65 bytes, or undefined when no key signs so. */
  recover(hash: Uint8Array, signature: Uint8Array, recoveryId: number): Uint8Array | undefined
  verify(hash: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean
}

/** What is used of the binding. The package's own entry would fall back to slow JavaScript, so it is loaded past it. */
interface NativeBinding {
  ecdsaRecover(signature: Uint8Array, recoveryId: number, hash: Uint8Array, compressed: false): Uint8Array
  ecdsaVerify(signature: Uint8Array, hash: Uint8Array, publicKey: Uint8Array): boolean
}

/** Returns the native verifier, or undefined where the package has no binary. */
export function loadNativeVerifier(): Verifier | undefined {
  let binding: NativeBinding
  try {
    binding = createRequire(import.meta.url)('secp256k1/bindings.js') as NativeBinding
  } catch {
    return undefined
  }
  return {
    name: 'libsecp256k1 (native binding of npm secp256k1)',
    recover(hash, signature, recoveryId) {
      try {
        return binding.ecdsaRecover(signature, recoveryId, hash, false)
      } catch {
        return undefined
      }
    },
    verify(hash, signature, publicKey) {
      try {
        return binding.ecdsaVerify(signature, hash, publicKey)
      } catch {
        return false
      }
    },
  }
}

export async function loadWasmVerifier(): Promise<Verifier> {
  const secp256k1 = await instantiateSecp256k1()
  return {
    name: 'libsecp256k1 (WASM of @bitauth/libauth)',
    recover(hash, signature, recoveryId) {
      const key = secp256k1.recoverPublicKeyUncompressed(signature, recoveryId as 0 | 1, hash)
      return typeof key === 'string' ? undefined : key
    },
    verify: (hash, signature, publicKey) => secp256k1.verifySignatureCompactLowS(signature, publicKey, hash),
  }
}

/** Returns the fastest verifier that this machine has. */
export const loadVerifier = async (): Promise<Verifier> => loadNativeVerifier() ?? (await loadWasmVerifier())

/** Returns the address of an uncompressed key of 65 bytes. */
export const addressOf = (publicKey: Uint8Array): Hex => toHex(keccak_256(publicKey.subarray(1)).subarray(12))

export interface Signer {
  device: Hex
  recoveryId: number
  /** Uncompressed, 65 bytes. */
  key: Uint8Array
}

/** Who is said to have signed what. */
export interface Claim {
  device: Hex
  /** 32 bytes. */
  hash: Uint8Array
  /** r ‖ s, 64 bytes. */
  signature: Uint8Array
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
/** Keys that are kept: with a map's entry some 250 bytes each. */
const MAXIMUM_KEYS = 100_000

/** A key that signed before, as the nonce point of a made-up signature. */
interface KnownKey {
  /** x, below the order. */
  x: bigint
  xBytes: Uint8Array
  /** 0 when y is even. */
  parity: number
}

/**
 * Finds who signed, and under which recovery id. It remembers the keys of devices by address: with the key Q known, one
 * operation tells both, where a recovery for each id would take one and a half.
 *
 * That operation is a recovery of a made-up signature. Recovering (r', s') over z' gives r'⁻¹(s'R' − z'G), where R' has
 * x-coordinate r'. With Q for R', s' = r·s⁻¹·r' and z' = −z·s⁻¹·r' it gives r·s⁻¹·Q + z·s⁻¹·G: the point that ECDSA's
 * verification computes. The signature is Q's when its x-coordinate is r, and y's parity is the recovery id.
 */
export class Authenticator {
  readonly #verifier: Verifier
  readonly #keys = new Map<Hex, KnownKey>()

  constructor(verifier: Verifier) {
    this.#verifier = verifier
  }

  /** Returns for each claim the recovery id under which its device signed, or undefined when it did not. */
  verify(claims: readonly Claim[]): (number | undefined)[] {
    const keys = claims.map(({ device }) => this.#keys.get(device))
    const inverses = invertAll(claims.map(({ signature }, i) => (keys[i] ? toScalar(signature.subarray(32)) : 1n)))
    return claims.map((claim, i) => {
      const key = keys[i]
      return key ? this.#verifyKnown(claim, key, inverses[i]!) : this.#verifyUnknown(claim)
    })
  }

  /** Returns who may have signed: both recovery ids may give a key, and only a registry tells whose it is. */
  recover(hash: Uint8Array, signature: Uint8Array): Signer[] {
    return [0, 1].flatMap((recoveryId) => {
      const key = this.#verifier.recover(hash, signature, recoveryId)
      return key ? [{ device: addressOf(key), recoveryId, key }] : []
    })
  }

  #verifyUnknown({ device, hash, signature }: Claim): number | undefined {
    const signer = this.recover(hash, signature).find((candidate) => candidate.device === device)
    if (signer) this.#remember(signer)
    return signer?.recoveryId
  }

  #verifyKnown({ hash, signature }: Claim, key: KnownKey, sInverse: bigint | undefined): number | undefined {
    const r = toScalar(signature.subarray(0, 32))
    if (r === 0n || r >= ORDER || sInverse === undefined) return undefined
    const factor = (sInverse * key.x) % ORDER
    const madeUp = Buffer.allocUnsafe(64)
    madeUp.set(key.xBytes)
    writeScalar((r * factor) % ORDER, madeUp, 32)
    const madeUpHash = Buffer.allocUnsafe(32)
    writeScalar(ORDER - ((toScalar(hash) * factor) % ORDER), madeUpHash, 0)
    const point = this.#verifier.recover(madeUpHash, madeUp, key.parity)
    if (!point || Buffer.compare(point.subarray(1, 33), signature.subarray(0, 32)) !== 0) return undefined
    return point[64]! & 1
  }

  #remember({ device, key }: Signer): void {
    const xBytes = key.slice(1, 33)
    const x = toScalar(xBytes)
    // Of 2^128 keys one; it is recovered each time.
    if (x >= ORDER) return
    if (this.#keys.size >= MAXIMUM_KEYS) this.#keys.delete(this.#keys.keys().next().value!)
    this.#keys.set(device, { x, xBytes, parity: key[64]! & 1 })
  }
}

function toScalar(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32)
  return (
    (view.getBigUint64(0) << 192n) |
    (view.getBigUint64(8) << 128n) |
    (view.getBigUint64(16) << 64n) |
    view.getBigUint64(24)
  )
}

function writeScalar(scalar: bigint, bytes: Buffer, offset: number): void {
  for (let i = 0; i < 4; i++) bytes.writeBigUInt64BE(BigInt.asUintN(64, scalar >> BigInt(192 - 64 * i)), offset + 8 * i)
}

/**
 * Returns the inverse of each scalar modulo the order; undefined for those that have none or are no scalars. One inversion
 * for all, by Montgomery's trick.
 */
function invertAll(scalars: readonly bigint[]): (bigint | undefined)[] {
  const products: bigint[] = []
  let product = 1n
  for (const scalar of scalars) {
    products.push(product)
    if (isScalar(scalar)) product = (product * scalar) % ORDER
  }
  let inverse = invert(product)
  const inverses: (bigint | undefined)[] = Array(scalars.length)
  for (let i = scalars.length - 1; i >= 0; i--) {
    const scalar = scalars[i]!
    if (!isScalar(scalar)) continue
    inverses[i] = (inverse * products[i]!) % ORDER
    inverse = (inverse * scalar) % ORDER
  }
  return inverses
}

const isScalar = (scalar: bigint): boolean => scalar > 0n && scalar < ORDER

/** Euclid's extended algorithm. `scalar` is in [1, order). */
function invert(scalar: bigint): bigint {
  let [t, nextT, remainder, next] = [0n, 1n, ORDER, scalar]
  while (next !== 0n) {
    const quotient = remainder / next
    ;[t, nextT] = [nextT, t - quotient * nextT]
    ;[remainder, next] = [next, remainder - quotient * next]
  }
  return t < 0n ? t + ORDER : t
}
