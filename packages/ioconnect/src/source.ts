/**
 * Where a device's readings come from.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { type Profile, scaleValue } from '@iotex2/protocol/profile'

/** One measurement, in the profile's units. */
export interface Sample {
  /** Milliseconds since the epoch. */
  time: number
  values: Readonly<Record<string, number>>
}

export interface Source {
  /** Measures. Returns undefined when there will be no more, as at a recording's end. */
  measure(): Promise<Sample | undefined>
}

/** Thrown when a sample lacks a field of the profile, or it is no number. Code SAMPLE_INVALID. */
export class SampleError extends CodedError {
  constructor(field: string, value: unknown) {
    super('SAMPLE_INVALID', `The source gave ${String(value)} for ${field}, which is no number.`)
  }
}

/** Returns a sample's values as the integers that the device signs, as a converter gives them. Throws {@link SampleError}. */
export function scaleSample({ fields }: Profile, { values }: Sample): bigint[] {
  return fields.map((field) => {
    const value = values[field.name]
    if (value === undefined || !Number.isFinite(value)) throw new SampleError(field.name, value)
    return scaleValue(field, value)
  })
}
