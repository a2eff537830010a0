/** What is wrong with a profile is told by line and column, with what would be right. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ProfileFileError, parseProfileFile } from './profile-file.ts'

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../examples/station.profile.yaml'), 'utf8')

/** Returns the problems of the example after `from` became `to`. */
function problems(from: string | RegExp, to: string): readonly string[] {
  const text = EXAMPLE.replace(from, to)
  expect(text).not.toBe(EXAMPLE)
  try {
    parseProfileFile(text, 'p.yaml')
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'PROFILE_INVALID' })
    return (error as ProfileFileError).problems
  }
}

/** Returns line and column of `needle` in the example after `from` became `to`. */
function placeOf(needle: string, from: string | RegExp, to: string): string {
  const before = EXAMPLE.replace(from, to).split(needle)[0]!.split('\n')
  return `p.yaml:${before.length}:${before.at(-1)!.length + 1}`
}

test('the example is a profile, as YAML and as JSON', () => {
  const profile = parseProfileFile(EXAMPLE, 'p.yaml')
  expect(profile).toMatchObject({ name: 'station', device: { projects: ['1'] } })
  expect(parseProfileFile(JSON.stringify(profile, null, 2), 'p.json')).toEqual(profile)
})

test.each([
  // What becomes what; where it is told; what is said.
  ['name: station', 'name: Station', 'Station', /name must match pattern.*Lower-case letters, digits and hyphens/],
  ['version: 1', 'version: one', 'one', /version must be integer. A whole number from 1./],
  ['version: 1\n', '', 'name', /version is missing. A whole number from 1./],
  ['version: 1', 'version: 1\nversions: 2', 'versions: 2', /versions is no member here. Members are name, version/],
  ['unit: Cel', 'unit: ""', '""', /unit must not have fewer than 1 characters. UCUM unit/],
  ['unit: Cel', 'units: Cel', 'units', /units is no member here/],
  ['minimum: -40', 'minimum: 90', '90,', /minimum is above maximum. Exchange them./],
  ['scale: 100', 'scale: 0', '0, sampling', /scale must be >= 1. The committed integer is/],
  ['transport: mqtt', 'transport: coap', 'coap', /transport must be equal to one of the allowed values. mqtt or http./],
  ['projects: ["1"]', 'projects: [1]', '1]', /must be string. The number of a project, in quotes, as in "1"./],
  ['projects: ["1"]', 'projects: ["1", "1"]', '"1"]', /project 1 is listed twice/],
  ['mqtts://gateway.example', 'mqtt://gateway.example', '"mqtt://', /standard demands TLS. Write mqtts:\/\//],
  ['mqtts://gateway.example', 'https://gateway.example', '"https://', /is no gateway for mqtt/],
  ['security: standard', 'security: standard\n  signedKeys: [pressure]', 'pressure]', /pressure is no field/],
  ['security: standard', 'security: standard\n  signedKeys: [temperature]', 'temperature]', /cannot be signed apart/],
  ['name: humidity', 'name: temperature', 'temperature, unit: "%"', /temperature is taken/],
] as const)('%j as %j', (from, to, needle, said) => {
  const found = problems(from, to)
  const place = placeOf(needle, from, to)
  // An enclosing value may be at fault too; this one is told first where it stands.
  expect(
    found.some((line) => line.startsWith(`${place}: `) && said.test(line)),
    `${place} in\n${found.join('\n')}`,
  ).toBe(true)
})

test('what is no YAML is told where it ends to be', () => {
  expect(problems('version: 1', 'version: [1')[0]).toMatch(/^p\.yaml:\d+:\d+: /)
  expect(problems('version: 1', 'version: 1\nversion: 2')[0]).toBe('p.yaml:4:1: Map keys must be unique.')
  expect(problems('version: 1', 'version: &a 1\nmodel: *a')[0]).toContain('aliases')
})

test.each([
  ['', 'p:1:1: '],
  ['[]', 'p:1:1: '],
  ['{"name": 1', 'p:1:'],
  ['- a\n- b', 'p:1:1: '],
])('%j', (text, place) => {
  expect(() => parseProfileFile(text, 'p')).toThrow(ProfileFileError)
  expect(() => parseProfileFile(text, 'p')).toThrow(place)
})

test('one faulty profile tells all that is wrong with it, as far as it is read', () => {
  const text = 'name: A\nversion: 0\nmaximumRatePerMinute: 0\nfields: []\n'
  try {
    parseProfileFile(text, 'p')
    expect.unreachable()
  } catch (error) {
    expect((error as ProfileFileError).problems.map((line) => line.split(':')[1])).toEqual(['1', '2', '3', '4'])
  }
})
