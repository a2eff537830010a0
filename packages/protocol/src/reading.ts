/**
 * A reading: what one device measured at one time, as integers after its profile's scale.
 * @module
 */
import { RequestError } from './errors.ts'
import type { Hex } from './hex.ts'
import { PROFILE_FIELDS, type Profile, scaledRange, scaleValue } from './profile.ts'

export interface Reading {
  chainId: bigint
  projectId: bigint
  /** The device's address, lower case. */
  device: Hex
  nonce: bigint
  /** Milliseconds since the epoch, by the device's clock. */
  time: bigint
  /** {@link PROFILE_FIELDS} scaled integers; unused ones are 0. */
  values: bigint[]
  /** R8 and S of the reading's leaf, 32 bytes each of R8's coordinates and S, where the device signs for circuits. */
  circuitSignature?: Hex
}

/** How far a device's clock may run ahead of the gateway's. */
export const MAXIMUM_CLOCK_SKEW_MS = 300_000

const invalid = (message: string): never => {
  throw new RequestError(422, 'READING_INVALID', message)
}

/**
 * Returns time and scaled values of a payload `{time, <field>: number…}`.
 * Throws {@link RequestError} READING_INVALID (a field is missing, unknown or no number) or READING_OUT_OF_RANGE, both 422.
 */
export function parsePayload(profile: Profile, payload: unknown, nowMs: number): { time: bigint; values: bigint[] } {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    return invalid('The payload must be an object {time, …fields of the profile}.')
  const record = payload as Record<string, unknown>
  const time = record.time
  if (typeof time !== 'number' || !Number.isSafeInteger(time) || time < 0)
    return invalid('payload.time must be milliseconds since the epoch, an integer.')
  if (time > nowMs + MAXIMUM_CLOCK_SKEW_MS)
    throw new RequestError(422, 'READING_OUT_OF_RANGE', 'payload.time is in the future: set the device clock.')

  const values = profile.fields.map((field) => {
    const value = record[field.name]
    if (typeof value !== 'number' || !Number.isFinite(value))
      return invalid(`payload.${field.name} must be a number of ${field.unit}.`)
    if (Math.abs(value * field.scale) > Number.MAX_SAFE_INTEGER || !inRange(field, value))
      throw new RequestError(
        422,
        'READING_OUT_OF_RANGE',
        `payload.${field.name} must lie in [${field.minimum}, ${field.maximum}] ${field.unit}.`,
      )
    return scaleValue(field, value)
  })
  const known = profile.fields.length + 1
  if (Object.keys(record).length > known) {
    const names = new Set(['time', ...profile.fields.map((field) => field.name)])
    const extra = Object.keys(record).find((key) => !names.has(key))
    return invalid(`payload.${extra} is no field of profile ${profile.name} ${profile.version}.`)
  }
  while (values.length < PROFILE_FIELDS) values.push(0n)
  return { time: BigInt(time), values }
}

function inRange(field: Profile['fields'][number], value: number): boolean {
  const { minimum, maximum } = scaledRange(field)
  const scaled = scaleValue(field, value)
  return scaled >= minimum && scaled <= maximum
}
