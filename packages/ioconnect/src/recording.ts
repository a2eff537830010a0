/**
 * Recordings as tables: CSV (RFC 4180, first line the header) and GPX 1.1 track points.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

/** One line of a recording, by column. */
export type Row = Readonly<Record<string, string>>

/** Thrown when a recording or its mapping cannot be read. Code RECORDING_INVALID. */
export class RecordingError extends CodedError {
  constructor(message: string) {
    super('RECORDING_INVALID', message)
  }
}

/** Returns the rows of a CSV. Throws {@link RecordingError} where a row has more or fewer cells than the header. */
export function parseCsv(text: string): Row[] {
  const [header, ...lines] = parseCells(text.replace(/^\uFEFF/, ''))
  if (!header) throw new RecordingError('The CSV is empty: its first line must name the columns.')
  return lines.map((cells, i) => {
    if (cells.length !== header.length)
      throw new RecordingError(`The CSV's record ${i + 2} has ${cells.length} cells, its header ${header.length}.`)
    return Object.fromEntries(cells.map((cell, column) => [header[column]!.trim(), cell]))
  })
}

/** Returns the cells of each record; empty lines are none. */
function parseCells(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  // A cell is quoted, with quotes doubled in it, or runs to the next comma or line end.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const match = cell.exec(text)
    if (!match) throw new RecordingError(`The CSV has a stray quote near "${text.slice(at, at + 20)}".`)
    record.push(match[1]?.replaceAll('""', '"') ?? match[2]!)
    if (match[3] === ',') continue
    if (record.length > 1 || record[0] !== '') records.push(record)
    record = []
  }
  if (record.length > 0) records.push([...record, ''])
  return records
}

/**
 * Returns the track points of a GPX file. Columns: lat and lon, and each element inside a point that holds text, by its
 * name without prefix (ele, time, hr, …). Not a general XML parser: no CDATA, comments are skipped.
 */
export function parseGpx(text: string): Row[] {
  const rows: Row[] = []
  for (const [, attributes, content] of text
    .replace(/<!--[\s\S]*?-->/g, '')
    .matchAll(/<trkpt\b([^>]*?)(?:\/>|>([\s\S]*?)<\/trkpt>)/g)) {
    const row: Record<string, string> = {}
    for (const [, name, , value] of attributes!.matchAll(/(\w+)\s*=\s*(["'])(.*?)\2/g)) row[name!] = value!
    for (const [, name, value] of (content ?? '').matchAll(/<(?:\w+:)?(\w+)[^<>]*>([^<]*)<\/(?:\w+:)?\1>/g))
      row[name!] = value!.trim()
    rows.push(row)
  }
  if (rows.length === 0) throw new RecordingError('The GPX file has no track points (trkpt).')
  return rows
}
