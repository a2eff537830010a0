/**
 * Readings that nobody measured, the same for the same seed: a daily course around the middle of each field's range, with
 * drift, noise, and the faults of real sensors.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Profile, ProfileField } from '@iotex2/protocol/profile'
import { type Static, Type } from 'typebox'
import type { Sample, Source } from './source.ts'

const share = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1, description }))

export const Synthetic = Type.Object(
  {
    seed: Type.Integer({ minimum: 0, maximum: 0xffff_ffff, description: 'Each device has its own, from this one on.' }),
    noise: share("Standard deviation, of the field's range. 0.01 by default."),
    drift: share("Of the field's range in a day, up or down by the seed. 0 by default."),
    faults: share(
      'Of readings at which a fault begins: a value that sticks, one out of range, or none at all. 0 by default.',
    ),
  },
  { additionalProperties: false, description: "Made-up readings in place of the computer's own." },
)
export type Synthetic = Static<typeof Synthetic>

/** Thrown when a sensor gives no value, as a loose wire does. Code SENSOR_SILENT. */
export class SensorSilentError extends CodedError {
  constructor() {
    super('SENSOR_SILENT', 'The sensor gave no value.')
  }
}

const DAY_MS = 86_400_000
const STUCK_READINGS = 10

/** Mulberry32: numbers in [0, 1), the same for the same seed. */
export function seededNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Course {
  field: ProfileField
  phase: number
  /** In a day. */
  drift: number
}

export class SyntheticSource implements Source {
  readonly #now: () => number
  readonly #random: () => number
  readonly #noise: number
  readonly #faults: number
  readonly #courses: readonly Course[]
  #began: number | undefined
  #stuck: { values: Sample['values']; readings: number } | undefined

  constructor({ fields }: Profile, { seed, noise = 0.01, drift = 0, faults = 0 }: Synthetic, now: () => number) {
    const random = seededNumbers(seed)
    this.#now = now
    this.#random = random
    this.#noise = noise
    this.#faults = faults
    this.#courses = fields.map((field) => ({
      field,
      phase: 2 * Math.PI * random(),
      drift: drift * (field.maximum - field.minimum) * (2 * random() - 1),
    }))
  }

  /** Throws {@link SensorSilentError} where the fault of the moment is silence. */
  async measure(): Promise<Sample> {
    const time = this.#now()
    this.#began ??= time
    const values = Object.fromEntries(this.#courses.map((course) => [course.field.name, this.#valueAt(time, course)]))
    if (this.#stuck && this.#stuck.readings-- > 0) return { time, values: this.#stuck.values }
    this.#stuck = undefined
    if (this.#random() >= this.#faults) return { time, values }
    return { time, values: this.#fault(values) }
  }

  /** A value of the profile, unless it is at fault. */
  #valueAt(time: number, { field: { minimum, maximum }, phase, drift }: Course): number {
    const range = maximum - minimum
    const course = minimum + range * (0.5 + 0.25 * Math.sin((2 * Math.PI * time) / DAY_MS + phase))
    const drifted = course + (drift * (time - this.#began!)) / DAY_MS
    return Math.min(maximum, Math.max(minimum, drifted + range * this.#noise * this.#gaussian()))
  }

  #fault(values: Record<string, number>): Sample['values'] {
    const kind = Math.floor(3 * this.#random())
    if (kind === 0) throw new SensorSilentError()
    if (kind === 1) this.#stuck = { values, readings: STUCK_READINGS }
    else {
      const { field } = this.#courses[Math.floor(this.#random() * this.#courses.length)]!
      return { ...values, [field.name]: field.maximum + (field.maximum - field.minimum) }
    }
    return values
  }

  /** Box and Muller's transform. */
  #gaussian(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
  }
}
