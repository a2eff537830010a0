/**
 * The manifest of a profile: all that decides what a reading's bytes mean, and nothing else. Devices send its hash as the
 * `projectVersion` of each request, so that a server knows by which schema a message was signed, without a transaction for
 * each change. A gateway's address, a rate limit or a description change nothing of it.
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { type Hex, toHex } from './hex.ts'
import { type Profile, scaledRange } from './profile.ts'

export interface Manifest {
  /** Compact JSON, of which every byte is hashed. */
  text: string
  /** keccak256 of it. */
  hash: Hex
}

/** Returns the manifest of a profile. Ranges are the scaled integers, in decimal. */
export function profileManifest(profile: Profile): Manifest {
  const text = JSON.stringify({
    manifest: 1,
    name: profile.name,
    version: profile.version,
    fields: profile.fields.map((field) => {
      const { minimum, maximum } = scaledRange(field)
      const { name, unit, type = 'number', scale } = field
      return { name, unit, type, minimum: String(minimum), maximum: String(maximum), scale }
    }),
    signedKeys: profile.device?.signedKeys ?? [],
  })
  return { text, hash: toHex(keccak_256(Buffer.from(text))) }
}
