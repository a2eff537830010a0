/**
 * Follows docs/device-maker.md from a profile to a device whose readings are kept, by its commands.
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '@iotex2/devnet/chain'
import { profileManifest } from '@iotex2/protocol/manifest'
import { parseProfile } from '@iotex2/protocol/profile'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { afterAll, expect, test } from 'vitest'
import { skipLinux } from '../../packages/ioconnect/c/test/firmware.ts'
import { TARGET_NAMES } from '../../packages/ioconnect/src/generator/project.ts'
import { until } from '../../packages/ioconnect/test/deadline.ts'
import { Ledger, startMqttGateway } from '../../packages/ioconnect/test/gateway.ts'
import { blocks, readDocument } from './documents.ts'

const guide = readDocument('docs/device-maker.md')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-firmware-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('the profile is the example, and the table has every target', () => {
  const [profile] = blocks(guide, 'yaml')
  expect(profile).toBe(readFileSync(join(ROOT, 'packages/ioconnect/examples/station.profile.yaml'), 'utf8').trimEnd())
  const listed = [...guide.matchAll(/^\| `([a-z0-9-]+)` +\|.*\| (?:built|compiled|its)/gm)].map(([, name]) => name)
  expect(listed.toSorted()).toEqual(TARGET_NAMES.toSorted())
})

test.skipIf(skipLinux('the firmware of docs/device-maker.md'))(
  'from the profile to readings that are kept',
  async () => {
    const ledger = new Ledger()
    await using gateway = await startMqttGateway(ledger)
    // As the guide has it, but for the gateway and the pace.
    const text = blocks(guide, 'yaml')[0]!
      .replace('mqtts://gateway.example:8883', gateway.url)
      .replace('security: standard', 'security: development')
      .replace('intervalMs: 60000', 'intervalMs: 100')
    writeFileSync(join(directory, 'station.profile.yaml'), text)
    const [gen, make, run] = blocks(guide, 'sh')
      .find((block) => block.startsWith('pnpm iotex2 device gen'))!
      .split('\n') as [string, string, string]
    const words = gen.split(' ').slice(2)
    execFileSync(process.execPath, [join(ROOT, 'packages/cli/src/entry.ts'), ...words], { cwd: directory })
    execFileSync('sh', ['-c', `${make} -s CFLAGS=-O0`], { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] })
    const [program, ...rest] = run.split(' ')
    const child = spawn(join(directory, program!), rest, { cwd: directory })
    try {
      await until('readings are kept', () => ledger.kept.size >= 5)
    } finally {
      child.kill('SIGKILL')
    }
    const manifest = readFileSync(join(directory, 'station/schema/manifest.json'))
    const hash = `0x${Buffer.from(keccak_256(manifest)).toString('hex')}`
    for (const { projectVersion } of ledger.kept.values()) expect(projectVersion).toBe(hash)
    // What a gateway is given has the same manifest.
    const given = parseProfile(JSON.parse(readFileSync(join(directory, 'station/profile.json'), 'utf8')))
    expect(profileManifest(given).hash).toBe(hash)
    for (const name of ['ioc_station.h', 'ioc_station.c', 'sensors.c'])
      expect(readFileSync(join(directory, 'station/src', name), 'utf8')).not.toBe('')
  },
)
