/**
 * A device profile: what a kind of device measures, in which units and ranges, and how often at most; and, where
 * firmware is generated from it, what the devices are. Profiles are JSON or YAML files; `parseProfile` checks one against
 * {@link Profile} and against what the circuit can hold.
 * @module
 */

import { poseidon10 } from 'poseidon-lite'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { DeviceSettings, Sampling } from './device-settings.ts'
import { CodedError } from './errors.ts'
import { toField } from './field.ts'

/** Fields of a reading that a leaf and the circuit hold. */
export const PROFILE_FIELDS = 5

/** Bits of `maximum − minimum` after scaling, so that packed sums cannot overflow (circuits/src/reading-batch.circom). */
export const RANGE_BITS = 44

export const ProfileField = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][A-Za-z0-9]{0,31}$',
      description: 'Key of the value in a payload: letters and digits, a small letter first.',
    }),
    unit: Type.String({ minLength: 1, maxLength: 32, description: 'UCUM unit, or a plain word: %, Cel, KiBy, s.' }),
    type: Type.Optional(
      Type.Enum(['number', 'integer', 'boolean'], {
        description: 'number; or integer, of scale 1; or boolean, of scale 1 from 0 to 1.',
      }),
    ),
    minimum: Type.Number({ description: 'Smallest value that the device can measure, in units.' }),
    maximum: Type.Number({ description: 'Largest value that the device can measure, in units.' }),
    scale: Type.Integer({ minimum: 1, maximum: 1e9, description: 'The committed integer is round(value × scale).' }),
    sampling: Type.Optional(Sampling),
    description: Type.Optional(Type.String({ maxLength: 200, description: 'At most 200 characters.' })),
  },
  { additionalProperties: false, description: 'An object of name, unit, minimum, maximum and scale.' },
)
export type ProfileField = Static<typeof ProfileField>

export const Profile = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,63}$',
      description: 'Lower-case letters, digits and hyphens, a letter first.',
    }),
    version: Type.Integer({ minimum: 1, description: 'A whole number from 1.' }),
    description: Type.Optional(Type.String({ maxLength: 500, description: 'At most 500 characters.' })),
    maximumRatePerMinute: Type.Integer({
      minimum: 1,
      maximum: 6000,
      description: 'Readings a minute that can earn. More are kept, and earn nothing.',
    }),
    fields: Type.Array(ProfileField, {
      minItems: 1,
      maxItems: PROFILE_FIELDS,
      description: `What is measured: 1 to ${PROFILE_FIELDS} fields.`,
    }),
    device: Type.Optional(DeviceSettings),
  },
  {
    additionalProperties: false,
    $id: 'https://iotex.io/schemas/device-profile-1.json',
    description: 'An object of name, version, maximumRatePerMinute and fields.',
  },
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

/** Something wrong with a profile. */
export interface ProfileProblem {
  /** Where: members and indices from the root on. */
  path: (string | number)[]
  /** Whether it is the name of that member, not its value. */
  ofName?: true
  /** What, and what would be right. */
  message: string
}

/** Returns the profile in `json`. Throws {@link ProfileError}. */
export function parseProfile(json: unknown): Profile {
  const [first] = profileProblems(json)
  if (first) throw new ProfileError(`Device profile: /${first.path.join('/')}: ${first.message}`)
  return json as Profile
}

/** Returns what is wrong with a profile; nothing where it is one. At most a few of many problems. */
export function profileProblems(json: unknown): ProfileProblem[] {
  const found = schemaProblems(json)
  if (found.length > 0) return found
  const profile = json as Profile
  return [...fieldProblems(profile), ...deviceProblems(profile)]
}

/** A schema, as far as messages look at it. */
interface Described {
  description?: string
  properties?: Record<string, Described>
  items?: Described
}

const describedAt = (path: readonly (string | number)[]): Described | undefined =>
  path.reduce<Described | undefined>(
    (schema, step) => (typeof step === 'number' ? schema?.items : schema?.properties?.[step]),
    Profile as unknown as Described,
  )

function schemaProblems(json: unknown): ProfileProblem[] {
  return Value.Errors(Profile, json).flatMap(({ keyword, instancePath, params, message }): ProfileProblem[] => {
    const path = instancePath
      .split('/')
      .slice(1)
      .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
    const schema = describedAt(path)
    const what = schema?.description ?? ''
    const { requiredProperties, additionalProperties } = params as Record<string, string[] | undefined>
    if (requiredProperties)
      return requiredProperties.map((name) => ({
        path,
        message: `${name} is missing. ${schema?.properties?.[name]?.description ?? ''}`.trim(),
      }))
    if (additionalProperties)
      return additionalProperties.map((name) => ({
        path: [...path, name],
        ofName: true,
        message: `${name} is no member here. Members are ${Object.keys(schema?.properties ?? {}).join(', ')}.`,
      }))
    // The same, told of the member: additionalProperties says it.
    if (keyword === 'boolean') return []
    return [{ path, message: `${path.at(-1) ?? 'A profile'} ${message}. ${what}`.trim() }]
  })
}

function fieldProblems({ fields }: Profile): ProfileProblem[] {
  const names = new Set<string>(['time'])
  return fields.flatMap((field, index) => {
    const { name, scale, type } = field
    const at = (member: keyof ProfileField, message: string) => ({ path: ['fields', index, member], message })
    const taken = names.has(name)
    names.add(name)
    if (taken) return [at('name', `${name} is taken. Give each field a name of its own; time is the reading's.`)]
    for (const end of ['minimum', 'maximum'] as const)
      if (!Number.isSafeInteger(Math.round(field[end] * scale)))
        return [at(end, `${end} × scale exceeds 2^53. Take a smaller scale or range.`)]
    const { minimum, maximum } = scaledRange(field)
    if (minimum > maximum) return [at('minimum', 'minimum is above maximum. Exchange them.')]
    if (maximum - minimum >= 1n << BigInt(RANGE_BITS))
      return [at('maximum', `range × scale needs more than ${RANGE_BITS} bits. Take a smaller scale or range.`)]
    if (type !== undefined && type !== 'number' && scale !== 1)
      return [at('scale', `scale of ${article(type)} is 1. Write 1, or the type number.`)]
    if (type === 'boolean' && (field.minimum !== 0 || field.maximum !== 1))
      return [at('type', 'a boolean has minimum 0 and maximum 1.')]
    return []
  })
}

const article = (type: string): string => (type === 'integer' ? 'an integer' : `a ${type}`)

function deviceProblems({ fields, device }: Profile): ProfileProblem[] {
  if (!device) return []
  const problems: ProfileProblem[] = []
  const say = (path: (string | number)[], message: string) => problems.push({ path: ['device', ...path], message })
  for (const [i, url] of device.gateways.entries()) {
    const { transport, security } = device
    if (url.startsWith('http') !== (transport === 'http'))
      say(['gateways', i], `${url} is no gateway for ${transport}. Write ${transport}s://…, or change transport.`)
    else if (security === 'standard' && !/^(mqtt|http)s:/.test(url))
      say(['gateways', i], `security standard demands TLS. Write ${url.replace(':', 's:')}, or security: development.`)
  }
  if (device.gatewayDids && device.gatewayDids.length !== device.gateways.length)
    say(['gatewayDids'], `there is one for each of the ${device.gateways.length} gateways, in their order.`)
  for (const [i, id] of device.projects.entries()) {
    if (device.projects.indexOf(id) !== i) say(['projects', i], `project ${id} is listed twice.`)
    if (BigInt(id) > (1n << 63n) - 1n) say(['projects', i], 'the number of a project is below 2^63.')
  }
  for (const [i, key] of device.signedKeys?.entries() ?? []) {
    const field = fields.find(({ name }) => name === key)
    if (device.signedKeys!.indexOf(key) !== i) say(['signedKeys', i], `${key} is listed twice.`)
    else if (key !== 'time' && !field) say(['signedKeys', i], `${key} is no field, and not time.`)
    else if (field && (field.scale !== 1 || field.minimum < 0))
      say(['signedKeys', i], `${key} cannot be signed apart: only time, and fields of scale 1 from 0 on, can.`)
  }
  const { did, keyAgreement } = device.server ?? {}
  if (keyAgreement && !keyAgreement.kid.startsWith(`${did}#`))
    say(['server', 'keyAgreement', 'kid'], `kid is not of ${did}. It begins with ${did}#.`)
  return problems
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
