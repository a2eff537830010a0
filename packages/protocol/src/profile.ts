/**
 * A device profile: what a kind of device measures, in which units and ranges, and how often at most.
 * Profiles are JSON files; `parseProfile` checks one against {@link Profile} and against what the circuit can hold.
 * @module
 */

import { poseidon10 } from 'poseidon-lite'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { CodedError } from './errors.ts'
import { toField } from './field.ts'

/** Fields of a reading that a leaf and the circuit hold. */
export const PROFILE_FIELDS = 5

/** Bits of `maximum − minimum` after scaling, so that packed sums cannot overflow (circuits/src/reading-batch.circom). */
export const RANGE_BITS = 44

export const ProfileField = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,31}$', description: 'Key of the value in a payload.' }),
    unit: Type.String({ minLength: 1, maxLength: 32, description: 'UCUM unit, or a plain word: %, Cel, KiBy, s.' }),
    minimum: Type.Number({ description: 'Smallest value that the device can measure, in units.' }),
    maximum: Type.Number({ description: 'Largest value that the device can measure, in units.' }),
    scale: Type.Integer({ minimum: 1, maximum: 1e9, description: 'The committed integer is round(value × scale).' }),
    description: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
)
export type ProfileField = Static<typeof ProfileField>

export const Profile = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }),
    version: Type.Integer({ minimum: 1 }),
    description: Type.Optional(Type.String({ maxLength: 500 })),
    maximumRatePerMinute: Type.Integer({
      minimum: 1,
      maximum: 6000,
      description: 'Readings a minute that can earn. More are kept, and earn nothing.',
    }),
    fields: Type.Array(ProfileField, { minItems: 1, maxItems: PROFILE_FIELDS }),
  },
  { additionalProperties: false, $id: 'https://iotex.io/schemas/device-profile-1.json' },
)
export type Profile = Static<typeof Profile>

/** Thrown when a profile breaks the schema or cannot be proven. Code PROFILE_INVALID. */
export class ProfileError extends CodedError {
  constructor(message: string) {
    super('PROFILE_INVALID', message)
  }
}

/** Returns the committed integer of `value`. Throws nothing: range is checked by `parsePayload`. */
export const scaleValue = (field: ProfileField, value: number): bigint => BigInt(Math.round(value * field.scale))

/** Range of a field after scaling, both ends included. */
export const scaledRange = (field: ProfileField): { minimum: bigint; maximum: bigint } => ({
  minimum: scaleValue(field, field.minimum),
  maximum: scaleValue(field, field.maximum),
})

/** Returns the profile in `json`. Throws {@link ProfileError}. */
export function parseProfile(json: unknown): Profile {
  const first = Value.Errors(Profile, json)[0]
  if (first) throw new ProfileError(`Device profile: ${first.instancePath || '/'} ${first.message}.`)
  const profile = json as Profile
  const names = new Set<string>(['time'])
  for (const field of profile.fields) {
    if (names.has(field.name)) throw new ProfileError(`Device profile: field name "${field.name}" is taken.`)
    names.add(field.name)
    if (!Number.isSafeInteger(Math.round(field.minimum * field.scale)))
      throw new ProfileError(`Device profile: minimum of ${field.name} × scale exceeds 2^53.`)
    if (!Number.isSafeInteger(Math.round(field.maximum * field.scale)))
      throw new ProfileError(`Device profile: maximum of ${field.name} × scale exceeds 2^53.`)
    const { minimum, maximum } = scaledRange(field)
    if (minimum > maximum) throw new ProfileError(`Device profile: ${field.name} has minimum above maximum.`)
    if (maximum - minimum >= 1n << BigInt(RANGE_BITS))
      throw new ProfileError(`Device profile: range of ${field.name} × scale needs more than ${RANGE_BITS} bits.`)
  }
  return profile
}

/** Scaled ranges padded to {@link PROFILE_FIELDS} with zeros, as the circuit takes them. */
export function circuitRanges(profile: Profile): { minimum: bigint[]; maximum: bigint[] } {
  const ranges = Array.from({ length: PROFILE_FIELDS }, (_, i) => {
    const field = profile.fields[i]
    return field ? scaledRange(field) : { minimum: 0n, maximum: 0n }
  })
  return { minimum: ranges.map((r) => r.minimum), maximum: ranges.map((r) => r.maximum) }
}

/** Commitment to a profile's ranges: the circuit's `parameters`, and the project's attribute of that name on chain. */
export function profileParameters(profile: Profile): bigint {
  const { minimum, maximum } = circuitRanges(profile)
  return poseidon10([...minimum, ...maximum].map(toField))
}
