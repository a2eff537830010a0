/**
 * How a profile's readings lie in C, on the wire and in an ABI, and how long each can get at most. A size is tight:
 * some reading has it, where 10^18 is a multiple of each scale, as of powers of ten.
 * @module
 */
import { type Profile, type ProfileField, scaledRange } from '@iotex2/protocol/profile'
import { cName } from './names.ts'

/** Digits behind the point that the core writes at most (reading.h). */
const FRACTION_DIGITS = 18

/** A field as its scaled integer. */
export interface FieldLayout {
  field: ProfileField
  /** Its member of the struct. */
  member: string
  /** The narrowest type of C, and of Solidity, that holds the range. */
  cType: string
  abiType: string
  minimum: bigint
  maximum: bigint
  /** A value in the range whose decimal is the longest. */
  longest: bigint
  longestLength: number
}

export interface MessageLayout {
  fields: FieldLayout[]
  payloadBytes: number
  requestBytes: number
  abiBytes: number
}

/** The last time that a JSON number holds exactly, which servers take. */
export const MAXIMUM_TIME = BigInt(Number.MAX_SAFE_INTEGER)

/** Returns scaled / scale as the core writes it: exact where `scale` divides 10^18, else cut after 18 digits. */
export function formatScaled(scaled: bigint, scale: number): string {
  const units = 10n ** BigInt(FRACTION_DIGITS)
  const magnitude = ((scaled < 0n ? -scaled : scaled) * units) / BigInt(scale)
  const fraction = (magnitude % units).toString().padStart(FRACTION_DIGITS, '0').replace(/0+$/, '')
  return `${scaled < 0n ? '-' : ''}${magnitude / units}${fraction && `.${fraction}`}`
}

/** Returns how readings of a profile lie. */
export function layoutOf(profile: Profile): MessageLayout {
  const fields = profile.fields.map(fieldLayout)
  const payloadBytes = fields.reduce(
    (length, { field, longestLength }) => length + `,"${field.name}":`.length + longestLength,
    `{"time":${MAXIMUM_TIME}}`.length,
  )
  return {
    fields,
    payloadBytes,
    requestBytes: requestFrame().length + payloadBytes,
    abiBytes: 32 * (fields.length + 1),
  }
}

/** What is around a payload at most: the largest nonce and project, the manifest's hash, and the signature. */
const requestFrame = (): string =>
  `{"nonce":${(1n << 64n) - 1n},"projectID":"${(1n << 63n) - 1n}","projectVersion":"0x${'0'.repeat(64)}","payload":,"signature":"0x${'0'.repeat(128)}"}`

function fieldLayout(field: ProfileField): FieldLayout {
  const { minimum, maximum } = scaledRange(field)
  return {
    field,
    member: cName(field.name),
    ...typesOf(field, minimum, maximum),
    minimum,
    maximum,
    ...longestIn(minimum, maximum, field.scale),
  }
}

function typesOf({ type }: ProfileField, minimum: bigint, maximum: bigint): Pick<FieldLayout, 'cType' | 'abiType'> {
  if (type === 'boolean') return { cType: 'bool', abiType: 'bool' }
  for (const bits of [8n, 16n, 32n]) {
    if (minimum >= 0n && maximum < 1n << bits) return { cType: `uint${bits}_t`, abiType: `uint${bits}` }
    if (minimum >= -(1n << (bits - 1n)) && maximum < 1n << (bits - 1n))
      return { cType: `int${bits}_t`, abiType: `int${bits}` }
  }
  return { cType: 'int64_t', abiType: 'int64' }
}

/**
 * Returns a value of [minimum, maximum] with the longest decimal, and how long one is at most. Values of as many digits
 * before the point and of one sign differ in their fraction only, so each such stretch is asked for its longest fraction.
 */
function longestIn(minimum: bigint, maximum: bigint, scale: number): { longest: bigint; longestLength: number } {
  let [longest, longestLength] = [minimum, 0]
  const consider = (value: bigint, length: number) => {
    if (length > longestLength) [longest, longestLength] = [value, length]
  }
  for (const sign of [1n, -1n]) {
    const [low, high] = sign > 0n ? [minimum, maximum] : [-maximum, -minimum]
    let from = 0n
    for (let digits = 1n; digits <= 16n; digits++) {
      const next = 10n ** digits * BigInt(scale)
      const start = from > low ? from : low
      const end = next - 1n < high ? next - 1n : high
      from = next
      if (start > end) continue
      const value = longestFraction(start, end, scale)
      const length = formatScaled(sign * value, scale).length
      // Of a scale that 10^18 is no multiple of, a value that was not looked at may have all 18 digits.
      const missing = isExact(scale) || end - start < LOOKED_AT ? 0 : FRACTION_DIGITS - fractionDigits(value, scale)
      consider(sign * value, length + missing)
    }
  }
  return { longest, longestLength }
}

const isExact = (scale: number): boolean => 10n ** BigInt(FRACTION_DIGITS) % BigInt(scale) === 0n

const LOOKED_AT = 100n

/**
 * Returns a value of [start, end] with the longest fraction. A fraction has f digits or more unless the value is a multiple
 * of scale / gcd(scale, 10^(f−1)); of two neighbours at most one is, where that is not 1.
 */
function longestFraction(start: bigint, end: bigint, scale: number): bigint {
  let best = end
  for (let value = end; value >= start && value > end - LOOKED_AT; value--)
    if (fractionDigits(value, scale) > fractionDigits(best, scale)) best = value
  return best
}

const fractionDigits = (value: bigint, scale: number): number => formatScaled(value, scale).split('.')[1]?.length ?? 0
