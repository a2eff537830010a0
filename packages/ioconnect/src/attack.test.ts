/** Attacks on a gateway that checks what it gets, as ../test/gateway.ts does. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../test/deadline.ts'
import { Ledger, startHttpGateway, startMqttGateway } from '../test/gateway.ts'
import { seededBytes } from '../test/random.ts'
import type { Attack } from './attack.ts'
import { systemClock } from './clock.ts'
import { readDeviceLog } from './device-log.ts'
import { type Simulator, startSimulator } from './simulator.ts'

const PROFILE = join(import.meta.dirname, '../examples/weather.profile.json')
const start = { mqtt: startMqttGateway, http: startHttpGateway }

let root: string
let directories = 0
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'iotex2-attack-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Refusals by their code, beside what is kept. */
class WatchfulLedger extends Ledger {
  readonly refusals = new Map<string, number>()

  override accept(...message: Parameters<Ledger['accept']>): ReturnType<Ledger['accept']> {
    const answer = super.accept(...message)
    if (answer !== 'silence' && answer.code !== undefined)
      this.refusals.set(answer.code, (this.refusals.get(answer.code) ?? 0) + 1)
    return answer
  }
}

async function attack(transport: 'mqtt' | 'http', url: string, given: Attack): Promise<[Simulator, string]> {
  const dataDirectory = join(root, String(directories++))
  const simulator = await startSimulator({
    config: {
      projectId: '1',
      profile: PROFILE,
      dataDirectory,
      fleet: { count: 1, seed: 'attacker' },
      synthetic: { seed: 1 },
      attack: given,
      intervalMs: 3,
      transport,
      gateways: [url],
    },
    directory: root,
    clock: systemClock,
    randomBytes: seededBytes(1),
  })
  return [simulator, join(dataDirectory, simulator.addresses[0]!)]
}

test.each(['mqtt', 'http'] as const)('a replay over %s is taken once', async (transport) => {
  const ledger = new WatchfulLedger()
  await using gateway = await start[transport](ledger)
  const [simulator, directory] = await attack(transport, gateway.url, { kind: 'replay', rate: 0.5, seed: 1 })
  await until('some came again', () => ledger.duplicates > 10)
  await simulator.stop()
  const { acknowledged, refused } = await readDeviceLog(join(directory, 'log.jsonl'))
  expect(refused.size).toBe(0)
  expect(ledger.kept.size).toBeGreaterThanOrEqual(acknowledged.size)
})

test.each(['mqtt', 'http'] as const)(
  'a forgery over %s is refused, and costs the device nothing',
  async (transport) => {
    const ledger = new WatchfulLedger()
    await using gateway = await start[transport](ledger)
    const [simulator, directory] = await attack(transport, gateway.url, { kind: 'tamper', rate: 0.5, seed: 1 })
    await until('some were refused, and some kept', async () => {
      const { acknowledged } = await readDeviceLog(join(directory, 'log.jsonl'))
      return (ledger.refusals.get('SIGNATURE_INVALID') ?? 0) > 10 && acknowledged.size > 10
    })
    await simulator.stop()
    const { refused } = await readDeviceLog(join(directory, 'log.jsonl'))
    expect(refused.size).toBe(0)
    expect(ledger.duplicates).toBe(0)
  },
)

test('a clone gets no nonce that its original used', async () => {
  const ledger = new WatchfulLedger()
  await using gateway = await startHttpGateway(ledger)
  const [simulator, directory] = await attack('http', gateway.url, { kind: 'clone' })
  await until('both were heard', async () => {
    const logs = [directory, `${directory}-clone`].map((path) => readDeviceLog(join(path, 'log.jsonl')))
    return (await Promise.all(logs)).every(({ acknowledged, refused }) => acknowledged.size + refused.size > 20)
  })
  await simulator.stop()
  const [own, clone] = await Promise.all(
    [directory, `${directory}-clone`].map((path) => readDeviceLog(join(path, 'log.jsonl'))),
  )
  // Of a nonce that both used, one message is kept.
  for (const [nonce, taskId] of own!.acknowledged)
    if (clone!.acknowledged.has(nonce)) expect(clone!.acknowledged.get(nonce)).toBe(taskId)
  expect(ledger.refusals.get('NONCE_REUSED') ?? 0).toBeGreaterThanOrEqual(own!.refused.size + clone!.refused.size)
})

test.each([-600_000, 600_000])('a clock that is off by %i ms signs times that are', async (skewMs) => {
  const ledger = new WatchfulLedger()
  await using gateway = await startHttpGateway(ledger)
  const before = Date.now()
  const [simulator] = await attack('http', gateway.url, { kind: 'clock-skew', skewMs })
  await until('some are kept', () => ledger.kept.size > 3)
  await simulator.stop()
  for (const { payload, nonce } of ledger.kept.values()) {
    expect(Math.abs(payload.time! - before - skewMs)).toBeLessThan(60_000)
    expect(Math.abs(Number(nonce) - before - skewMs)).toBeLessThan(60_000)
  }
})
