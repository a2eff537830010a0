import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseProfile } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { expect, test } from 'vitest'
import { payloadOf } from '../test/payloads.ts'
import { parseCsv, parseGpx } from './recording.ts'
import { type Mapping, parseMapping, ReplaySource, readSamples } from './replay-source.ts'

const example = (name: string) => resolve(import.meta.dirname, '../examples', name)
const readJson = async (name: string) => JSON.parse(await readFile(example(name), 'utf8')) as unknown
const invalid = expect.objectContaining({ code: 'RECORDING_INVALID' })
const NOW = Date.parse('2026-11-01T00:00:00Z')

test.each([
  ['track', 'track.gpx', 36, { time: 1777795200000n, values: [47395100n, 8537100n, 4082n, 104n, 0n] }],
  ['weather', 'weather.csv', 24, { time: 1777795200000n, values: [439n, 866n, 101560n, 0n, 0n] }],
])('the example %s replays within its profile', async (name, file, count, first) => {
  const profile = parseProfile(await readJson(`${name}.profile.json`))
  const mapping = parseMapping(await readJson(`${name}.mapping.json`), profile)
  const source = await ReplaySource.open(example(file), { mapping, now: () => NOW, repeat: false })
  const readings = []
  for (let sample = await source.measure(); sample; sample = await source.measure())
    readings.push(parsePayload(profile, payloadOf(profile, sample), NOW))
  expect(readings).toHaveLength(count)
  expect(readings[0]).toEqual(first)
  expect(readings.map(({ time }) => time)).toEqual(readings.map(({ time }) => time).sort())
  expect(await source.measure()).toBeUndefined()
})

test('a recording may be repeated, and stamped with the time of its replay', async () => {
  let now = 100
  const mapping: Mapping = { fields: { v: { column: 'a', factor: 2, offset: 1 } } }
  const source = new ReplaySource(parseCsv('a\n1\n2\n'), { mapping, now: () => now++, repeat: true })
  const samples = []
  for (let i = 0; i < 5; i++) samples.push(await source.measure())
  expect(samples.map((sample) => sample?.values.v)).toEqual([3, 5, 3, 5, 3])
  expect(samples.map((sample) => sample!.time)).toEqual([101, 102, 103, 104, 105])
})

test.each([
  ['plain', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
  ['no last line end', 'a,b\n1,2', [{ a: '1', b: '2' }]],
  ['an empty last cell', 'a,b\n1,', [{ a: '1', b: '' }]],
  [
    'CRLF, a byte order mark, an empty line',
    '\uFEFFa,b\r\n1,2\r\n\r\n3,4\r\n',
    [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ],
  ],
  ['quotes', 'a,"b ""x"""\n"1,5","two\nlines"\n', [{ a: '1,5', 'b "x"': 'two\nlines' }]],
  ['a header alone', 'a,b\n', []],
])('CSV: %s', (_name, text, rows) => {
  expect(parseCsv(text)).toEqual(rows)
})

test.each([
  ['empty', ''],
  ['a cell too few', 'a,b\n1\n'],
  ['a cell too many', 'a,b\n1,2,3\n'],
  ['a stray quote', 'a,b\n"1"x,2\n'],
  ['an open quote', 'a,b\n"1,2\n'],
])('CSV that is %s is refused', (_name, text) => {
  expect(() => parseCsv(text)).toThrow(invalid)
})

test('GPX: attributes in either order and quotes, prefixes, points without content, comments', () => {
  const text = `<gpx><!-- <trkpt lat="9" lon="9"/> --><trk><trkseg>
    <trkpt lon='2' lat="1"/><trkpt lat="3" lon="4"><x:ele a="b"> 5 </x:ele><ext><y:hr>6</y:hr></ext></trkpt>
  </trkseg></trk></gpx>`
  expect(parseGpx(text)).toEqual([
    { lat: '1', lon: '2' },
    { lat: '3', lon: '4', ele: '5', hr: '6' },
  ])
  expect(() => parseGpx('<gpx/>')).toThrow(invalid)
})

test('a mapping must give every field of the profile, and no other', async () => {
  const profile = parseProfile(await readJson('weather.profile.json'))
  const mapping = (await readJson('weather.mapping.json')) as Mapping
  const { pressure: _, ...fewer } = mapping.fields
  expect(() => parseMapping({ fields: fewer }, profile)).toThrow(invalid)
  expect(() => parseMapping({ fields: { ...mapping.fields, rain: { column: 'r' } } }, profile)).toThrow(invalid)
  expect(() => parseMapping({ fields: { temperature: 'temperature_f' } }, profile)).toThrow(invalid)
})

test.each([
  ['an unknown column', 'b,t\n1,0\n'],
  ['an empty cell', 'a,t\n,0\n'],
  ['a word', 'a,t\nwarm,0\n'],
  ['a bad time', 'a,t\n1,yesterday\n'],
])('a recording with %s is refused before the first reading', (_name, text) => {
  const mapping: Mapping = { time: { column: 't', unit: 'ms' }, fields: { v: { column: 'a' } } }
  expect(() => readSamples(parseCsv(text), mapping, 0)).toThrow(invalid)
})
