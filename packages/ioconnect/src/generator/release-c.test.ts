/** What the member ota of a profile makes: constants that the C core opens updates with, slots, and on Linux what starts and installs. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeMultikey } from '@iotex2/identity/multikey'
import { SecretKey } from '@iotex2/identity/secret-key'
import { profileManifest } from '@iotex2/protocol/manifest'
import { parseProfile } from '@iotex2/protocol/profile'
import { afterAll, expect, test } from 'vitest'
import { CORE, skipReason } from '../../c/test/toolchain.ts'
import { imageFacts, signFirmware } from '../firmware.ts'
import { parseProfileFile } from './profile-file.ts'
import { generateProject, TARGET_NAMES } from './project.ts'
import { writeProject } from './write.ts'

const directory = mkdtempSync(join(tmpdir(), 'iotex2-release-'))
afterAll(() => rmSync(directory, { recursive: true }))

const station = parseProfileFile(
  readFileSync(join(CORE, '../examples/station.profile.yaml'), 'utf8'),
  'station.profile.yaml',
)
const { publicJwk } = new SecretKey('P-256', new Uint8Array(32).fill(5))
const releaseKey = `did:key:${encodeMultikey(publicJwk)}`
const withOta = (ota: object) => parseProfile({ ...station, device: { ...station.device, ota } })
const profile = withOta({ releaseKey, sequence: 3 })

test.each(TARGET_NAMES)('%s: without ota nothing of it is made', (target) => {
  const paths = Object.keys(generateProject(station, target))
  expect(paths.filter((path) => /release\.h|slots/.test(path))).toEqual([])
})

test.each([
  [
    'linux',
    ['platform/ioc_slots_linux.c', 'platform/ioc_slots_linux.h', 'slots/launch.c', 'slots/update.c', 'src/release.h'],
  ],
  ['esp-idf', ['main/ioc_slots_esp32.c', 'main/ioc_slots_esp32.h', 'main/release.h']],
] as const)('%s: with it there are the key and the slots', (target, paths) => {
  const files = generateProject(profile, target)
  expect(Object.keys(files).filter((path) => /release\.h|slots/.test(path))).toEqual(paths)
  if (target === 'esp-idf') expect(files['main/CMakeLists.txt']).toContain('"ioc_slots_esp32.c"')
})

test('the manifest’s hash is the same with it and without', () => {
  expect(profileManifest(profile).hash).toBe(profileManifest(station).hash)
})

test.each([
  ['another curve', `did:key:${encodeMultikey(new SecretKey('secp256k1', new Uint8Array(32).fill(5)).publicJwk)}`],
  ['a text that is none', 'release'],
])('%s is refused as the profile is read', (_, key) => {
  expect(() => withOta({ releaseKey: key, sequence: 1 })).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }))
})

test('a key that is not on the curve is refused as firmware is made', () => {
  const wrong = withOta({ releaseKey: `${releaseKey.slice(0, -4)}1113`, sequence: 1 })
  expect(() => generateProject(wrong, 'linux')).toThrow(expect.objectContaining({ code: 'RELEASE_KEY_INVALID' }))
})

test.skipIf(skipReason('constants of a release in C'))('C has the very key, hash and number', async () => {
  await writeProject(directory, generateProject(profile, 'linux'))
  writeFileSync(
    join(directory, 'main.c'),
    `#include <release.h>
#include <stdio.h>
int main(void) {
    static uint8_t text[256];
    ioc_writer_t writer;
    ioc_writer_init(&writer, text, sizeof text);
    ioc_write_jwk(&writer, &IOC_RELEASE_KEY);
    printf("%.*s\\n", (int)writer.length, (const char *)text);
    for (int i = 0; i < 32; i++) printf("%02x", IOC_RELEASE_TARGET[i]);
    printf("\\n%llu\\n", (unsigned long long)IOC_RELEASE_SEQUENCE);
    return 0;
}
`,
  )
  const include = ['-Iioconnect/include', '-Isrc']
  execFileSync('sh', ['-c', `gcc ${include.join(' ')} main.c ioconnect/src/*.c -lmbedcrypto -o main`], {
    cwd: directory,
  })
  const [jwk, hash, sequence] = execFileSync(join(directory, 'main'), { encoding: 'utf8' }).trim().split('\n')
  expect(JSON.parse(jwk!)).toEqual(publicJwk)
  expect(`0x${hash}`).toBe(profileManifest(station).hash)
  expect(sequence).toBe('3')
})

test.skipIf(skipReason('updates of a generated project'))('launch starts what update installs', async () => {
  const project = join(directory, 'project')
  const data = join(project, 'data')
  await writeProject(project, generateProject(profile, 'linux'))
  execFileSync('make', ['-s', 'CFLAGS=-O0 -Werror', 'launch', 'update'], {
    cwd: project,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  mkdirSync(data)
  const program = (text: string) => Buffer.from(`#!/bin/sh\necho ${text}\n`)
  writeFileSync(join(data, 'slot0'), program('old'), { mode: 0o700 })
  const run = (name: 'launch' | 'update', ...words: string[]) => {
    const { stdout, stderr, status } = spawnSync(join(project, name), [data, ...words], {
      encoding: 'utf8',
      cwd: project,
    })
    return { said: `${stdout}${stderr}`.trim(), status }
  }
  /** Signed as `device ota sign` does. */
  const offer = async (sequence: number, image: Uint8Array) => {
    const now = Math.floor(Date.now() / 1000)
    const facts = {
      sequence,
      firmware: '1',
      target: profileManifest(profile).hash,
      issuedAt: now,
      expiresAt: now + 600,
    }
    const key = new SecretKey('P-256', new Uint8Array(32).fill(5)).keyObject()
    writeFileSync(join(project, 'manifest'), await signFirmware({ ...facts, ...imageFacts(image), precursor: 0 }, key))
    writeFileSync(join(project, 'image'), image)
    return run('update', 'manifest', 'image')
  }
  expect(run('launch').said).toBe('old')
  expect(run('update').said).toBe('number 3, slot 0')
  expect((await offer(3, program('new'))).said).toMatch(/^IOC_ERR_FIRMWARE_ROLLBACK: /)
  expect((await offer(4, program('new'))).said).toBe('number 3, slot 0, another one at the next start')
  // Before that start nothing else is installed, and nothing is forgotten.
  expect(run('update').said).toMatch(/^IOC_ERR_FIRMWARE_TRIAL: /)
  expect(run('launch').said).toBe('new')
  expect(run('update').said).toBe('number 3, slot 1, on trial')
  expect(run('update', 'confirm').said).toBe('number 4, slot 1')
  expect(run('launch').said).toBe('new')
  // One that nobody confirms.
  expect((await offer(5, program('bad'))).status).toBe(0)
  expect([run('launch').said, run('launch').said]).toEqual(['bad', 'new'])
  expect((await offer(5, program('bad'))).said).toMatch(/^IOC_ERR_FIRMWARE_FAILED: /)
  expect(run('update', 'neither').status).toBe(2)
})
