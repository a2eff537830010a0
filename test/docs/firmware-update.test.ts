/** docs/device-maker.md, "Release an update": its commands, one after the other, and the statuses that it lists. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { blocks, readDocument } from './documents.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const guide = readDocument('docs/device-maker.md')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-update-'))
afterAll(() => rmSync(directory, { recursive: true }))

const section = (text: string, title: string): string => text.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!

const run = (line: string): string =>
  execFileSync(process.execPath, [join(ROOT, 'packages/cli/src/entry.ts'), ...line.split(' ').slice(2)], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, IOTEX2_PASSWORD: 'of the test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

test('a key, a manifest, and what verifies', () => {
  const text = section(guide, 'Release an update')
  const [keygen, sign, verify] = blocks(text, 'sh').flatMap((block) => block.trim().split('\n')) as [
    string,
    string,
    string,
  ]
  writeFileSync(join(directory, 'station.profile.yaml'), blocks(guide, 'yaml')[0]!)
  mkdirSync(join(directory, 'station'))
  writeFileSync(join(directory, 'station/station'), 'a program')
  const [, multikey] = /#(z\w+)/.exec(run(keygen))!
  expect(run(sign)).toBe(`station-2.jwt: firmware 1.1.0, number 2, 9 bytes\nrelease key did:key:${multikey}\n`)
  const verified = verify.replace('RELEASE', `did:key:${multikey}`)
  expect(run(verified)).toMatch(/^firmware 1\.1\.0, number 2, 9 bytes, of manifest 0x[0-9a-f]{64}\n$/)

  writeFileSync(join(directory, 'station/station'), 'another one')
  expect(() => run(verified)).toThrow('FIRMWARE_IMAGE_MISMATCH')
  // Nothing is signed over.
  expect(() => run(sign)).toThrow('FILE_EXISTS')
}, 60_000)

test('every status that is of firmware is listed, and no other that there is not', () => {
  const header = readFileSync(join(ROOT, 'packages/ioconnect/c/include/ioconnect/status.h'), 'utf8')
  const listed = [...section(guide, 'Release an update').matchAll(/^\| `(IOC_ERR_\w+)` /gm)].map(([, name]) => name!)
  const known = [...header.matchAll(/X\((IOC_ERR_\w+)/g)].map(([, name]) => name!)
  for (const name of listed) expect(known).toContain(name)
  expect(known.filter((name) => name.startsWith('IOC_ERR_FIRMWARE_') && !listed.includes(name))).toEqual([])
})
