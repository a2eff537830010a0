/** The simulator's project: the profile's projects, pace and manifest, by the very core that a chip runs. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { profileManifest } from '@iotex2/protocol/manifest'
import { parseProfile } from '@iotex2/protocol/profile'
import { expect, test } from 'vitest'
import { until } from '../../test/deadline.ts'
import { Ledger, startHttpGateway, startMqttGateway } from '../../test/gateway.ts'
import { seededBytes } from '../../test/random.ts'
import { systemClock } from '../clock.ts'
import { readSimulatorConfig, startSimulator } from '../simulator.ts'
import { generateProject } from './project.ts'
import { writeProject } from './write.ts'

test.each([
  ['http', startHttpGateway],
  ['mqtt', startMqttGateway],
] as const)('over %s each reading goes to each project, by the manifest', async (transport, startGateway) => {
  const ledger = new Ledger()
  await using gateway = await startGateway(ledger)
  const profile = parseProfile({
    name: 'simulated',
    version: 1,
    maximumRatePerMinute: 6000,
    fields: [{ name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100 }],
    device: {
      model: 'Simulated',
      firmware: '1',
      projects: ['1', '2'],
      intervalMs: 50,
      transport,
      gateways: [gateway.url],
      security: 'development',
    },
  })
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-sim-'))
  await writeProject(directory, generateProject(profile, 'sim'))
  const settings = await readSimulatorConfig(join(directory, 'simulator.json'))
  const simulator = await startSimulator({ ...settings, clock: systemClock, randomBytes: seededBytes(1) })
  try {
    await until('readings are kept', () => ledger.kept.size >= 8)
  } finally {
    await simulator.stop()
    await rm(directory, { recursive: true })
  }
  const kept = [...ledger.kept.values()]
  expect(new Set(kept.map(({ projectVersion }) => projectVersion))).toEqual(new Set([profileManifest(profile).hash]))
  for (const { payload } of kept) {
    const projects = kept.filter((other) => other.payload.time === payload.time).map(({ projectId }) => projectId)
    // The last may be under way.
    expect(projects.length === 2 || payload.time === kept.at(-1)!.payload.time).toBe(true)
  }
  expect(new Set(kept.map(({ projectId }) => projectId))).toEqual(new Set([1n, 2n]))
})
