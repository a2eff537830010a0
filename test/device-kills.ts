/**
 * kill -9 of the gateway with its broker, and of devices, at random moments: firmware for Linux over MQTT and over HTTP,
 * and the simulator. What devices queued is compared with what PostgreSQL has in the end.
 * @module
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { ROOT } from '@iotex2/devnet/chain'
import { freePort } from '@iotex2/devnet/ports'
import { toHex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import { buildFirmware } from '../packages/ioconnect/c/test/firmware.ts'
import { until } from '../packages/ioconnect/test/deadline.ts'
import { Seeded } from '../packages/protocol/src/seeded.fixture.ts'
import { createTestDatabase } from './database.ts'

const PROJECT = '7'
const FLEET = 2
/** Of the firmware (ioc_app.c) and of the simulator. */
export const BACKOFF_CAP_MS = 60_000

const profile = {
  name: 'soak',
  version: 1,
  maximumRatePerMinute: 6000,
  fields: [{ name: 'temperature', unit: 'Cel', minimum: -40, maximum: 85, scale: 100 }],
}

export interface KillOptions {
  seed: number
  /** Kills go on until so many have been, and for so long. */
  kills: number
  milliseconds: number
}

export interface KillResult {
  gatewayKills: number
  deviceKills: number
  /** Messages that devices said they queued. */
  queued: number
  /** Rows that PostgreSQL has. */
  stored: number
  /** Queued and not stored. */
  lost: number
  /** Rows with a device and number, or a task, that another row has. */
  duplicated: number
  /** From when the gateway, or the device, was back until the device was told again that a message is kept. */
  longestReconnectMs: number
}

/** A device process, and the account of it, of all its lives. */
interface DeviceProcess {
  start(): ChildProcess
  /** The events of each device in it, by its address. */
  events(): Map<string, { event: string; nonce?: string }[]>
}

function parseLines(text: string): { event: string; nonce?: string; device?: string }[] {
  // kill -9 may tear the last line.
  return text.split('\n').flatMap((line) => (/^\{.*\}$/.test(line) ? [JSON.parse(line)] : []))
}

function firmwareProcess(program: string, directory: string): DeviceProcess {
  let account = ''
  return {
    start: () => {
      const child = spawn(program, [directory], { stdio: ['ignore', 'pipe', 'inherit'] })
      account += '\n'
      child.stdout.on('data', (chunk: Buffer) => {
        account += chunk
      })
      return child
    },
    events: () => {
      const events = parseLines(account)
      const address = events.find(({ device }) => device !== undefined)?.device
      return new Map(address ? [[address.toLowerCase(), events]] : [])
    },
  }
}

function simulatorProcess(directory: string, mqttUrl: string): DeviceProcess {
  const [profileFile, config, data] = ['profile.json', 'simulator.json', 'devices'].map((name) => join(directory, name))
  writeFileSync(
    config!,
    JSON.stringify({
      dataDirectory: data,
      projectId: PROJECT,
      profile: profileFile,
      transport: 'mqtt',
      gateways: [mqttUrl],
      intervalMs: 100,
      synthetic: { seed: 1 },
      fleet: { count: FLEET, seed: 'soak' },
    }),
  )
  return {
    start: () =>
      spawn(process.execPath, [join(ROOT, 'packages/ioconnect/src/server.ts'), '--config', config!], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    events: () =>
      new Map(
        globSync(join(data!, '*/log.jsonl')).map((path) => [
          path.split('/').at(-2)!.toLowerCase(),
          parseLines(readFileSync(path, 'utf8')),
        ]),
      ),
  }
}

/** A process that is killed and started again. */
class Victim {
  #child: ChildProcess | undefined
  readonly device: DeviceProcess | undefined
  readonly #start: () => Promise<ChildProcess> | ChildProcess
  kills = 0

  constructor(start: () => Promise<ChildProcess> | ChildProcess, device?: DeviceProcess) {
    this.#start = start
    this.device = device
  }

  async start(): Promise<void> {
    this.#child = await this.#start()
  }

  async kill(): Promise<void> {
    const child = this.#child!
    const closed = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
    child.kill('SIGKILL')
    await closed
    this.kills++
  }
}

const acknowledgements = (device: DeviceProcess): number[] =>
  [...device.events().values()].map((events) => events.filter(({ event }) => event === 'acknowledged').length)

/** Kills at random moments; everything is told by `seed`, but for how fast the computer is. */
export async function killAtRandom({ seed, kills, milliseconds }: KillOptions): Promise<KillResult> {
  const random = new Seeded(seed)
  const directory = mkdtempSync(join(tmpdir(), 'iotex2-kills-'))
  await using database = await createTestDatabase()
  await using store = openStore({ url: database.url })
  await migrate(store)
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  writeFileSync(join(directory, 'profile.json'), JSON.stringify(profile))
  const devices: DeviceProcess[] = [simulatorProcess(directory, `mqtt://127.0.0.1:${mqttPort}`)]
  for (const [transport, url] of [
    ['mqtt', `mqtt://127.0.0.1:${mqttPort}`],
    ['http', `http://127.0.0.1:${httpPort}`],
  ] as const) {
    const device = {
      ...{ model: 'Soak', firmware: '1', projects: [PROJECT], intervalMs: 100 },
      ...{ transport, gateways: [url], signedKeys: [], security: 'development' },
    }
    const program = await buildFirmware(join(directory, `project-${transport}`), parseProfile({ ...profile, device }))
    devices.push(firmwareProcess(program, join(directory, transport)))
  }
  const gateway = new Victim(async () => {
    const words = [database.url, join(directory, 'profile.json'), PROJECT, String(httpPort), String(mqttPort)]
    const child = fork(
      fileURLToPath(new URL('../packages/connectivity/src/any-device-gateway.fixture.ts', import.meta.url)),
      words,
      {
        execArgv: [],
      },
    )
    await once(child, 'message')
    return child
  })
  const others = devices.map((device) => new Victim(() => device.start(), device))
  let longestReconnectMs = 0
  /** Waits until every device of `watched` is told more than it was. */
  const reconnect = async (watched: readonly DeviceProcess[]) => {
    const began = performance.now()
    const before = watched.map(acknowledgements)
    await until(
      'every device is told that a message is kept',
      () =>
        watched.every((device, i) => {
          const counts = acknowledgements(device)
          return counts.length > 0 && counts.every((count, j) => count > (before[i]![j] ?? 0))
        }),
      4 * BACKOFF_CAP_MS,
    )
    longestReconnectMs = Math.max(longestReconnectMs, performance.now() - began)
  }
  try {
    await gateway.start()
    for (const other of others) await other.start()
    await reconnect(devices)
    // The first connection is none again.
    longestReconnectMs = 0
    const began = performance.now()
    for (let i = 0; i < kills || performance.now() - began < milliseconds; i++) {
      await new Promise((resolve) => setTimeout(resolve, random.below(1_000)))
      const victim = i % 2 === 0 ? gateway : random.pick(others)
      await victim.kill()
      await new Promise((resolve) => setTimeout(resolve, random.below(1_500)))
      await victim.start()
      await reconnect(victim.device ? [victim.device] : devices)
    }
    const told = () =>
      devices.flatMap((device) =>
        [...device.events()].flatMap(([address, events]) =>
          events.flatMap(({ event, nonce }) => (event === 'queued' ? [`${address} ${nonce}`] : [])),
        ),
      )
    const rows = async () =>
      (await store.db.selectFrom('messages').select(['device', 'nonce', 'task_id']).execute()).map((row) => ({
        message: `${toHex(row.device)} ${row.nonce}`,
        taskId: toHex(row.task_id),
      }))
    // All that was queued when the killing ended must be stored, though devices go on.
    const queued = [...new Set(told())]
    const missing = async () => {
      const stored = new Set((await rows()).map(({ message }) => message))
      return queued.filter((message) => !stored.has(message))
    }
    await until('all that was queued is stored', async () => (await missing()).length === 0, 2 * BACKOFF_CAP_MS).catch(
      () => {},
    )
    const lost = (await missing()).length
    const stored = await rows()
    const distinct = (part: 'message' | 'taskId') => new Set(stored.map((row) => row[part])).size
    return {
      gatewayKills: gateway.kills,
      deviceKills: others.reduce((sum, other) => sum + other.kills, 0),
      queued: queued.length,
      stored: stored.length,
      lost,
      duplicated: 2 * stored.length - distinct('message') - distinct('taskId'),
      longestReconnectMs: Math.round(longestReconnectMs),
    }
  } finally {
    for (const victim of [...others, gateway]) await victim.kill()
    if (existsSync(directory)) rmSync(directory, { recursive: true, force: true })
  }
}
