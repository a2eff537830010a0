/** docs/device-maker.md, "Release an update": its commands, one after the other, and the statuses that it lists. */
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { skipReason } from '../../packages/ioconnect/c/test/toolchain.ts'
import { blocks, readDocument } from './documents.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const guide = readDocument('docs/device-maker.md')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-update-'))
afterAll(() => rmSync(directory, { recursive: true }))

const section = (text: string, title: string): string => text.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!

const environment = { ...process.env, IOTEX2_PASSWORD: 'of the test' }

/** Runs a line of the guide; `pnpm iotex2` is this repository's. */
function run(line: string): string {
  const options: ExecFileSyncOptionsWithStringEncoding = {
    cwd: directory,
    encoding: 'utf8',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  }
  const [program, ...words] = line.split(' ') as [string, ...string[]]
  if (program === 'pnpm')
    return execFileSync(process.execPath, [join(ROOT, 'packages/cli/src/entry.ts'), ...words.slice(1)], options)
  return execFileSync(program.startsWith('station/') ? join(directory, program) : program, words, options)
}

/** Stands for what was built: a firmware that says which it is. */
const build = (text: string) =>
  writeFileSync(join(directory, 'station/station'), `#!/bin/sh\necho ${text}\n`, { mode: 0o755 })

test.skipIf(skipReason('the update of docs/device-maker.md'))(
  'from a key to a firmware that stays',
  () => {
    const lines = blocks(section(guide, 'Release an update'), 'sh').map((block) => block.trim().split('\n'))
    const [[keygen], [make, install, launch], [sign, verify], [update, again, confirm]] = lines as [
      [string],
      [string, string, string],
      [string, string],
      [string, string, string],
    ]
    const [, multikey] = /#(z\w+)/.exec(run(keygen))!
    const ota = blocks(section(guide, 'Release an update'), 'text')[0]!
    const member = ota.replace('did:key:zDn…', `did:key:${multikey}`).trim().replace(/^/gm, '  ')
    const profile = blocks(guide, 'yaml')[0]!.replace(/^device:\n/m, `device:\n${member}\n`)
    writeFileSync(join(directory, 'station.profile.yaml'), profile)
    run(
      blocks(guide, 'sh')
        .find((block) => block.startsWith('pnpm iotex2 device gen'))!
        .split('\n')[0]!,
    )
    run(make)
    build('one')
    run(install)
    expect(run(launch)).toBe('one\n')

    build('two')
    expect(run(sign)).toMatch(/^station-2\.jwt: firmware 1\.1\.0, number 2, 19 bytes\n/)
    const verified = verify.replace('RELEASE', `did:key:${multikey}`)
    expect(run(verified)).toMatch(/^firmware 1\.1\.0, number 2, 19 bytes, of manifest 0x[0-9a-f]{64}\n$/)
    expect(run(update)).toBe('number 1, slot 0, another one at the next start\n')
    expect(run(again)).toBe('two\n')
    expect(run(confirm)).toBe('number 2, slot 1\n')
    expect(run(launch)).toBe('two\n')

    build('altered')
    expect(() => run(verified)).toThrow('FIRMWARE_IMAGE_MISMATCH')
    expect(() => run(update)).toThrow('IOC_ERR_FIRMWARE_ROLLBACK')
    // Nothing is signed over.
    expect(() => run(sign)).toThrow('FILE_EXISTS')
  },
  60_000,
)

test('every status that is of firmware is listed, and no other that there is not', () => {
  const header = readFileSync(join(ROOT, 'packages/ioconnect/c/include/ioconnect/status.h'), 'utf8')
  const listed = [...section(guide, 'Release an update').matchAll(/^\| `(IOC_ERR_\w+)` /gm)].map(([, name]) => name!)
  const known = [...header.matchAll(/X\((IOC_ERR_\w+)/g)].map(([, name]) => name!)
  for (const name of listed) expect(known).toContain(name)
  expect(known.filter((name) => name.startsWith('IOC_ERR_FIRMWARE_') && !listed.includes(name))).toEqual([])
})
