/** iotex2 device: what it writes, what it leaves alone, and what it says of a faulty profile. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseProfileFile } from '@iotex2/ioconnect/profile-file'
import { Compile } from 'typebox/schema'
import { afterAll, expect, test } from 'vitest'
import { runnerIn } from '../test/run.ts'

const directory = mkdtempSync(join(tmpdir(), 'iotex2-device-'))
const run = runnerIn(directory)
const EXAMPLE = readFileSync(resolve(import.meta.dirname, '../../ioconnect/examples/station.profile.yaml'), 'utf8')
const gen = (...words: string[]) =>
  run(['device', 'gen', 'profile.yaml', '--target', 'linux', '--out', 'station', ...words])
afterAll(() => rmSync(directory, { recursive: true }))

test('gen writes a project once, and what the maker wrote never again', async () => {
  writeFileSync(join(directory, 'profile.yaml'), EXAMPLE)
  const first = await gen('--json')
  expect(first.code).toBe(0)
  const { files, written, manifest } = JSON.parse(first.stdout)
  expect(written).toEqual(files)
  expect(readFileSync(join(directory, 'station/src/ioc_station.h'), 'utf8')).toContain(manifest)
  expect(JSON.parse((await gen('--json')).stdout).written).toEqual([])

  const sensors = join(directory, 'station/src/sensors.c')
  writeFileSync(sensors, '/* mine */\n')
  writeFileSync(join(directory, 'profile.yaml'), EXAMPLE.replace('intervalMs: 60000', 'intervalMs: 30000'))
  expect(JSON.parse((await gen('--json')).stdout).written).toEqual(['profile.json', 'src/ioc_station.c'])
  expect(readFileSync(sensors, 'utf8')).toBe('/* mine */\n')
})

test('gen tells all that is wrong, by line and column as the user named the file, and writes nothing', async () => {
  writeFileSync(
    join(directory, 'profile.yaml'),
    EXAMPLE.replace('version: 1', 'version: one').replace('mqtt\n', 'coap\n'),
  )
  const { code, stdout, stderr } = await run(['device', 'gen', 'profile.yaml', '--target', 'linux', '--out', 'other'])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^PROFILE_INVALID: profile\.yaml:3:10: version .*\nprofile\.yaml:\d+:14: transport .*\n$/)
  expect(() => readFileSync(join(directory, 'other/profile.json'))).toThrow('ENOENT')
})

test('schema is a JSON Schema, by which profiles are checked', async () => {
  // pnpm iotex2 device schema
  const { code, stdout } = await run(['device', 'schema'])
  expect(code).toBe(0)
  const schema = JSON.parse(stdout)
  expect(schema).toMatchObject({
    $schema: expect.stringContaining('2020-12'),
    required: expect.arrayContaining(['fields']),
  })
  const validator = Compile(schema)
  expect(validator.Check(parseProfileFile(EXAMPLE, 'p'))).toBe(true)
  expect(validator.Check({ ...parseProfileFile(EXAMPLE, 'p'), version: 0 })).toBe(false)
  expect(JSON.parse((await run(['device', 'schema', '--json'])).stdout)).toEqual(schema)
})

test.each([
  [['device', 'gen', 'nothing.yaml', '--target', 'linux', '--out', 'x'], 1, 'FILE_NOT_FOUND'],
  [['device', 'gen', 'profile.yaml', '--target', 'toaster', '--out', 'x'], 2, 'OPTION_INVALID'],
  [['device', 'gen', 'plain.json', '--target', 'linux', '--out', 'x'], 1, 'DEVICE_MISSING'],
])('%j', async (words, code, name) => {
  writeFileSync(
    join(directory, 'plain.json'),
    readFileSync(resolve(import.meta.dirname, '../../ioconnect/examples/weather.profile.json')),
  )
  const outcome = await run(words)
  expect(outcome.code).toBe(code)
  expect(outcome.stderr.startsWith(`${name}: `)).toBe(true)
})
