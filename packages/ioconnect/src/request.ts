/**
 * What a device sends: a reading in its profile's exact decimals, signed.
 * @module
 */
import type { DeviceKey } from '@iotex2/identity/key'
import { CodedError } from '@iotex2/protocol/errors'
import { toHex } from '@iotex2/protocol/hex'
import { type Profile, scaleValue } from '@iotex2/protocol/profile'
import { signingHash, signingText } from '@iotex2/protocol/wire'

/** One measurement, in the profile's units. */
export interface Sample {
  /** Milliseconds since the epoch. */
  time: number
  values: Readonly<Record<string, number>>
}

/** Thrown when a sample lacks a field of the profile, or it is no number. Code SAMPLE_INVALID. */
export class SampleError extends CodedError {
  constructor(field: string, value: unknown) {
    super('SAMPLE_INVALID', `The source gave ${String(value)} for ${field}, which is no number.`)
  }
}

const FRACTION_DIGITS = 18

/**
 * Returns scaled / scale in plain decimal digits, without exponent. Exact where `scale` divides 10^18, as powers of ten
 * do; else cut after 18 digits, which `scaleValue` rounds back to `scaled`.
 */
export function formatScaled(scaled: bigint, scale: number): string {
  const units = 10n ** BigInt(FRACTION_DIGITS)
  const magnitude = ((scaled < 0n ? -scaled : scaled) * units) / BigInt(scale)
  const fraction = (magnitude % units).toString().padStart(FRACTION_DIGITS, '0').replace(/0+$/, '')
  return `${scaled < 0n ? '-' : ''}${magnitude / units}${fraction && `.${fraction}`}`
}

/** Returns `{"time":…,"<field>":…}` as compact JSON, fields in the profile's order. Throws {@link SampleError}. */
export function encodePayload(profile: Profile, { time, values }: Sample): string {
  const members = profile.fields.map((field) => {
    const value = values[field.name]
    if (value === undefined || !Number.isFinite(value)) throw new SampleError(field.name, value)
    return `,"${field.name}":${formatScaled(scaleValue(field, value), field.scale)}`
  })
  return `{"time":${time}${members.join('')}}`
}

/** Returns the body of `POST /v1/task`, signed. The same arguments give the same bytes. */
export function encodeRequest(key: DeviceKey, projectId: bigint, nonce: bigint, payloadText: string): string {
  const text = signingText(nonce, String(projectId), undefined, payloadText)
  const signature = toHex(key.sign(signingHash(text, undefined)))
  return `${text.slice(0, -1)},"signature":"${signature}"}`
}
