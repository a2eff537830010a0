/**
 * Manifests of firmware: what a maker signs, and a device verifies (ota.h) before it writes a byte. The information is
 * RFC 9124's (SUIT), in a JWT of type firmware+jwt, signed with ES256.
 * @module
 */
import { createHash, type KeyObject } from 'node:crypto'
import { exportPublicJwk, importPublicKey, type PublicKeyJwk, publicJwk } from '@iotex2/identity/jose/jwk'
import { readJws, signJws, verifyJws } from '@iotex2/identity/jose/jws'
import { createSigner } from '@iotex2/identity/jose/signature'
import { encodeMultikey } from '@iotex2/identity/multikey'
import { CodedError } from '@iotex2/protocol/errors'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

const TYPE = 'firmware+jwt'
const DIGEST = { pattern: '^0x[0-9a-f]{64}$' }

/** Sizes are of 32 bits on the device, and numbers no larger than JSON keeps. */
const count = (minimum: number, maximum = Number.MAX_SAFE_INTEGER) => Type.Integer({ minimum, maximum })

/** What a manifest says, as ota.h has it. */
export const FirmwareManifest = Type.Object(
  {
    /** Higher than that of whatever is installed: the rollback counter. */
    sequence: count(1),
    /** For people. */
    firmware: Type.String({ pattern: '^[!-~]{1,32}$' }),
    /** The hash of the profile's manifest that the firmware was made of. */
    target: Type.String(DIGEST),
    size: count(1, 2 ** 32 - 1),
    /** SHA-256 of the image. */
    digest: Type.String(DIGEST),
    /** Seconds since the epoch. */
    issuedAt: count(0),
    expiresAt: count(0),
    /** The least sequence that is installed before. */
    precursor: count(0),
  },
  { additionalProperties: false },
)
export type FirmwareManifest = Type.Static<typeof FirmwareManifest>

/**
 * Thrown when a manifest is not what a device takes. Codes FIRMWARE_MANIFEST_INVALID, FIRMWARE_KEY_UNSUPPORTED where the
 * release key is not on P-256, FIRMWARE_IMAGE_MISMATCH where an image is not the manifest's, FIRMWARE_EXPIRED.
 */
export class FirmwareError extends CodedError {
  constructor(
    code: 'FIRMWARE_MANIFEST_INVALID' | 'FIRMWARE_KEY_UNSUPPORTED' | 'FIRMWARE_IMAGE_MISMATCH' | 'FIRMWARE_EXPIRED',
    message: string,
  ) {
    super(code, message)
  }
}

/** Returns the manifest's facts of an image. */
export const imageFacts = (image: Uint8Array): Pick<FirmwareManifest, 'size' | 'digest'> => ({
  size: image.length,
  digest: `0x${createHash('sha256').update(image).digest('hex')}`,
})

/** Returns `manifest` signed. `key` is the release key, on P-256. Throws {@link FirmwareError}. */
export async function signFirmware(manifest: FirmwareManifest, key: KeyObject): Promise<string> {
  const jwk = exportPublicJwk(key)
  expectCurve(jwk)
  const checked = parseManifest(manifest)
  return signJws(checked, createSigner(`did:key:${encodeMultikey(jwk)}`, key), { typ: TYPE })
}

/**
 * Returns what a manifest says that `release` signed. Throws {@link FirmwareError}, and JwsError where it is not signed so.
 * Whether it is still valid, and which image it is of, is compared where `now` (seconds) and `image` are given.
 */
export function verifyFirmware(
  text: string,
  release: Partial<PublicKeyJwk>,
  { now, image }: { now?: number; image?: Uint8Array } = {},
): FirmwareManifest {
  const jwk = publicJwk(release)
  expectCurve(jwk)
  const jws = readJws(text)
  verifyJws(jws, { curve: jwk.crv, key: importPublicKey(jwk) })
  if (jws.header.typ !== TYPE) throw new FirmwareError('FIRMWARE_MANIFEST_INVALID', `A manifest is of type ${TYPE}.`)
  const manifest = parseManifest(jws.payload)
  if (now !== undefined && now >= manifest.expiresAt)
    throw new FirmwareError('FIRMWARE_EXPIRED', `The manifest expired at ${manifest.expiresAt}.`)
  if (image) {
    const { size, digest } = imageFacts(image)
    if (size !== manifest.size || digest !== manifest.digest)
      throw new FirmwareError('FIRMWARE_IMAGE_MISMATCH', 'The image is not the one that was signed.')
  }
  return manifest
}

function parseManifest(value: unknown): FirmwareManifest {
  if (Value.Check(FirmwareManifest, value)) {
    if (value.expiresAt > value.issuedAt && value.precursor < value.sequence) return value
    throw new FirmwareError('FIRMWARE_MANIFEST_INVALID', 'It expires before it is issued, or needs what is not older.')
  }
  const [error] = Value.Errors(FirmwareManifest, value)
  throw new FirmwareError('FIRMWARE_MANIFEST_INVALID', `${error?.instancePath || 'manifest'}: ${error?.message}`)
}

function expectCurve(jwk: PublicKeyJwk): void {
  if (jwk.crv !== 'P-256')
    throw new FirmwareError(
      'FIRMWARE_KEY_UNSUPPORTED',
      `A release key is on P-256, which every device has; not ${jwk.crv}.`,
    )
}
