/**
 * Readings from a recording, by a mapping of its columns to a profile's fields.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Profile } from '@iotex2/protocol/profile'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { parseCsv, parseGpx, RecordingError, type Row } from './recording.ts'
import type { Sample, Source } from './source.ts'

export const Mapping = Type.Object(
  {
    time: Type.Optional(
      Type.Object(
        {
          column: Type.String(),
          unit: Type.Union([Type.Literal('iso8601'), Type.Literal('s'), Type.Literal('ms')], {
            description: 'How the column writes time: ISO 8601, or seconds or milliseconds since the epoch.',
          }),
        },
        { additionalProperties: false, description: 'Without it, a reading has the time of its replay.' },
      ),
    ),
    fields: Type.Record(
      Type.String(),
      Type.Object(
        {
          column: Type.String(),
          factor: Type.Optional(Type.Number({ description: 'Multiplies the column. 1 by default.' })),
          offset: Type.Optional(Type.Number({ description: 'Is added after the factor. 0 by default.' })),
        },
        { additionalProperties: false },
      ),
      { description: 'By field of the profile.' },
    ),
  },
  { additionalProperties: false },
)
export type Mapping = Static<typeof Mapping>

/** Returns the mapping in `json`, which must give every field of the profile. Throws {@link RecordingError}. */
export function parseMapping(json: unknown, profile: Profile): Mapping {
  const first = Value.Errors(Mapping, json)[0]
  if (first) throw new RecordingError(`Column mapping: ${first.instancePath || '/'} ${first.message}.`)
  const mapping = json as Mapping
  const names = new Set(profile.fields.map(({ name }) => name))
  for (const name of names)
    if (!mapping.fields[name]) throw new RecordingError(`Column mapping: no column for field ${name} of the profile.`)
  for (const name of Object.keys(mapping.fields))
    if (!names.has(name)) throw new RecordingError(`Column mapping: profile ${profile.name} has no field ${name}.`)
  return mapping
}

/** Returns a recording's samples, all checked. Throws {@link RecordingError} naming the first cell that is no number. */
export function readSamples(rows: readonly Row[], mapping: Mapping, nowMs: number): Sample[] {
  return rows.map((row, i) => {
    const cell = (column: string): string => {
      const text = row[column]
      if (text === undefined || text.trim() === '')
        throw new RecordingError(`Record ${i + 1} of the recording has nothing in column "${column}".`)
      return text.trim()
    }
    const values: Record<string, number> = {}
    for (const [name, { column, factor = 1, offset = 0 }] of Object.entries(mapping.fields)) {
      const value = Number(cell(column)) * factor + offset
      if (!Number.isFinite(value))
        throw new RecordingError(`Record ${i + 1} of the recording: "${cell(column)}" in ${column} is no number.`)
      values[name] = value
    }
    return { time: mapping.time ? parseTime(cell(mapping.time.column), mapping.time.unit) : nowMs, values }
  })
}

function parseTime(text: string, unit: 'iso8601' | 's' | 'ms'): number {
  const ms = unit === 'iso8601' ? Date.parse(text) : Math.round(Number(text) * (unit === 's' ? 1000 : 1))
  if (!Number.isSafeInteger(ms) || ms < 0) throw new RecordingError(`"${text}" in the recording is no time (${unit}).`)
  return ms
}

export interface ReplayOptions {
  mapping: Mapping
  now: () => number
  /** Begin again at the end. */
  repeat: boolean
}

/** Gives a recording's readings in order, one a measurement. */
export class ReplaySource implements Source {
  readonly #samples: readonly Sample[]
  readonly #options: ReplayOptions
  #next = 0

  constructor(rows: readonly Row[], options: ReplayOptions) {
    this.#samples = readSamples(rows, options.mapping, options.now())
    this.#options = options
  }

  /** Reads `path`: GPX by its extension, CSV otherwise. Throws {@link RecordingError}. */
  static async open(path: string, options: ReplayOptions): Promise<ReplaySource> {
    const text = await readFile(path, 'utf8')
    return new ReplaySource(extname(path).toLowerCase() === '.gpx' ? parseGpx(text) : parseCsv(text), options)
  }

  async measure(): Promise<Sample | undefined> {
    const { mapping, now, repeat } = this.#options
    if (repeat && this.#next === this.#samples.length) this.#next = 0
    const sample = this.#samples[this.#next++]
    return sample && !mapping.time ? { ...sample, time: now() } : sample
  }
}
