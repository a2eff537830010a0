/**
 * What a firmware has to know to be updated: the release key, which manifest it was made of, and its number.
 * @module
 */
import { decodeMultikey, MultikeyError } from '@iotex2/identity/multikey'
import { CodedError } from '@iotex2/protocol/errors'
import { profileManifest } from '@iotex2/protocol/manifest'
import type { DeviceProfile } from './app-c.ts'
import { generatedBy } from './message-c.ts'

/** Thrown when a profile's release key is no point of P-256. Code RELEASE_KEY_INVALID. */
export class ReleaseKeyError extends CodedError {
  constructor(message: string) {
    super('RELEASE_KEY_INVALID', `device.ota.releaseKey: ${message}`)
  }
}

/** Returns `release.h`: what ioc_ota_open takes; undefined where the profile has no member ota. Throws {@link ReleaseKeyError}. */
export function releaseHeader(profile: DeviceProfile): string | undefined {
  const { ota } = profile.device
  if (!ota) return undefined
  const target = Buffer.from(profileManifest(profile).hash.slice(2), 'hex')
  return `/* ${generatedBy(profile)} */
#ifndef RELEASE_H
#define RELEASE_H

#include <ioconnect/ota.h>

/* Firmware that this key signed is installed, and no other: ${ota.releaseKey}. */
static const ioc_public_key_t IOC_RELEASE_KEY = {IOC_P256, {
${rows(coordinates(ota.releaseKey))}
}};

/* The hash of the profile's manifest. */
static const uint8_t IOC_RELEASE_TARGET[32] = {
${rows(target)}
};

/* The number that \`device ota sign --sequence\` signs this firmware under. */
#define IOC_RELEASE_SEQUENCE UINT64_C(${ota.sequence})

#endif
`
}

function coordinates(did: string): Uint8Array {
  try {
    const { crv, x, y } = decodeMultikey(did.slice('did:key:'.length))
    if (crv === 'P-256') return Buffer.concat([x, y ?? ''].map((text) => Buffer.from(text, 'base64url')))
  } catch (error) {
    if (error instanceof MultikeyError) throw new ReleaseKeyError(error.message)
    throw error
  }
  throw new ReleaseKeyError('the key is not on P-256.')
}

const rows = (bytes: Uint8Array): string =>
  Array.from({ length: bytes.length / 16 }, (_, i) => [...bytes.subarray(16 * i, 16 * i + 16)])
    .map((row) => `    ${row.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')},`)
    .join('\n')
