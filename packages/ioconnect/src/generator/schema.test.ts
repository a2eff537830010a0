/** What is generated for programs says what the gateway takes, and what the circuit proves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { batchCircuitInput } from '@iotex2/protocol/batch'
import { profileManifest } from '@iotex2/protocol/manifest'
import { type Profile, parseProfile, profileParameters } from '@iotex2/protocol/profile'
import { parsePayload } from '@iotex2/protocol/reading'
import { Compile } from 'typebox/schema'
import { describe, expect, test } from 'vitest'
import weather from '../../examples/weather.profile.json' with { type: 'json' }
import computer from '../../profiles/computer.json' with { type: 'json' }
import { formatScaled, layoutOf } from './layout.ts'
import { abiParameters, schemaFiles } from './schema.ts'

const profiles: Profile[] = [
  parseProfile(weather),
  parseProfile(computer),
  parseProfile({
    name: 'two-words',
    version: 3,
    maximumRatePerMinute: 1,
    fields: [
      { name: 'on', unit: '1', type: 'boolean', minimum: 0, maximum: 1, scale: 1, description: 'ends */ here' },
      { name: 'thirds', unit: "it's", minimum: -1.4, maximum: 1.2, scale: 3 },
    ],
  }),
]

describe.each(profiles)('$name', (profile) => {
  const files = schemaFiles(profile)
  const { fields } = layoutOf(profile)
  const json = (name: string) => JSON.parse(files[name]!)
  const payload = (values: readonly bigint[]) =>
    JSON.parse(
      `{"time":5${fields.map(({ field }, i) => `,"${field.name}":${formatScaled(values[i]!, field.scale)}`).join('')}}`,
    )
  const lowest = fields.map(({ minimum }) => minimum)
  const highest = fields.map(({ maximum }) => maximum)

  test('the schema takes the ends of all ranges, and what the gateway refuses it refuses', () => {
    const schema = Compile(json(`${profile.name}.schema.json`))
    for (const values of [lowest, highest]) {
      expect(schema.Check(payload(values))).toBe(true)
      expect(parsePayload(profile, payload(values), 10).values.slice(0, values.length)).toEqual(values)
    }
    const refused = [
      ...fields.flatMap((_, i) => [lowest.with(i, lowest[i]! - 1n), highest.with(i, highest[i]! + 1n)]).map(payload),
      { ...payload(lowest), more: 1 },
      { ...payload(lowest), time: undefined },
      { ...payload(lowest), [fields[0]!.field.name]: '1' },
    ]
    for (const each of refused) {
      const sent = JSON.parse(JSON.stringify(each))
      expect(schema.Check(sent), JSON.stringify(sent)).toBe(false)
      expect(() => parsePayload(profile, sent, 10)).toThrow(expect.objectContaining({ status: 422 }))
    }
  })

  test('the module of TypeScript loads, and says the same', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'iotex2-schema-'))
    try {
      const path = join(directory, 'module.ts')
      writeFileSync(path, files[`${profile.name}.ts`]!)
      const module = (await import(/* @vite-ignore */ path)) as Record<string, unknown>
      const upper = profile.name.toUpperCase().replaceAll('-', '_')
      expect(module[`${upper}_MANIFEST`]).toBe(profileManifest(profile).hash)
      expect(module[`${upper}_ABI`]).toEqual(abiParameters(profile))
      expect(module[`${upper}_SCALES`]).toEqual(
        Object.fromEntries(profile.fields.map(({ name, scale }) => [name, scale])),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test('the circuit’s parameters are its inputs, and the manifest the bytes that are hashed', () => {
    const reading = { chainId: 1n, projectId: 1n, device: `0x${'11'.repeat(20)}`, nonce: 1n, time: 1n } as const
    const values = [...lowest, 0n, 0n, 0n, 0n].slice(0, 5)
    const context = { chainId: 1n, projectId: 1n, router: '0x01', prover: '0x02', profile } as const
    const input = batchCircuitInput(context, [{ ...reading, values }])
    expect(json('circuit.json')).toEqual({
      circuit: 'reading-batch-16',
      minimum: (input.minimum as bigint[]).map(String),
      maximum: (input.maximum as bigint[]).map(String),
      parameters: String(profileParameters(profile)),
    })
    expect(files['manifest.json']).toBe(profileManifest(profile).text)
  })
})
