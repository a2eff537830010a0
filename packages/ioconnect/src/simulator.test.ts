import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DeviceKey } from '@iotex2/identity/key'
import { writeDevelopmentKey } from '@iotex2/identity/key-file'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from '../test/deadline.ts'
import { Ledger, startHttpGateway, startMqttGateway } from '../test/gateway.ts'
import { seededBytes, seededRandom } from '../test/random.ts'
import { systemClock } from './clock.ts'
import type { SimulatorConfig } from './config.ts'
import { type DeviceAccount, readDeviceLog } from './device-log.ts'
import { readSimulatorConfig, startSimulator } from './simulator.ts'

const SERVER = resolve(import.meta.dirname, 'server.ts')
const PROFILE = resolve(import.meta.dirname, '../profiles/computer.json')
const example = (name: string) => resolve(import.meta.dirname, '../examples', name)

let root: string
let directories = 0
const children = new Set<ChildProcess>()
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'iotex2-simulator-'))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => rm(root, { recursive: true }))

/** Writes a configuration with two keys, and returns where. */
async function configure(config: Partial<SimulatorConfig>): Promise<{ directory: string; path: string }> {
  const directory = join(root, String(directories++))
  await mkdir(directory)
  for (const i of [1, 2])
    await writeDevelopmentKey(join(directory, `${i}.key`), new DeviceKey(new Uint8Array(32).fill(i)))
  const path = join(directory, 'simulator.json')
  const whole = { projectId: '1', profile: PROFILE, dataDirectory: 'data', intervalMs: 20, devices: [], ...config }
  await writeFile(path, JSON.stringify(whole))
  return { directory, path }
}

interface Running {
  child: ChildProcess
  devices: Hex[]
  exit: Promise<[number | null, NodeJS.Signals | null]>
}

async function run(...args: string[]): Promise<Running> {
  const child = fork(SERVER, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.add(child)
  const exit = once(child, 'exit') as Running['exit']
  const [message] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new CodedError('SIMULATOR_ENDED', `It exited with ${code}.`))),
  ])) as [{ devices: Hex[] }]
  return { child, devices: message.devices, exit }
}

/** Runs to the end and returns the exit code and stderr. */
async function runToEnd(...args: string[]): Promise<{ code: number; stderr: string }> {
  const child = fork(SERVER, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  children.add(child)
  let stderr = ''
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, stderr }
}

async function accounts(directory: string): Promise<DeviceAccount[]> {
  const data = join(directory, 'data')
  return Promise.all((await readdir(data)).map((device) => readDeviceLog(join(data, device, 'log.jsonl'))))
}

test("two devices over two transports deliver this computer's readings, and stop at once on SIGTERM", async () => {
  const ledger = new Ledger()
  await using mqtt = await startMqttGateway(ledger)
  await using http = await startHttpGateway(ledger)
  const { directory, path } = await configure({
    devices: [
      { keyFile: '1.key', transport: 'mqtt', gateways: [mqtt.url] },
      { keyFile: '2.key', transport: 'http', gateways: [http.url] },
    ],
  })
  const { child, devices, exit } = await run('--config', path)
  expect(devices).toHaveLength(2)
  await until('both have heard that readings are kept', async () =>
    (await accounts(directory)).every(({ acknowledged }) => acknowledged.size >= 5),
  )
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  const kept = new Set([...ledger.kept.values()].map(({ taskId }) => taskId))
  for (const { acknowledged } of await accounts(directory))
    for (const taskId of acknowledged.values()) expect(kept).toContain(taskId)
})

test('kill -9 at random moments loses nothing that was queued and uses no nonce twice', async () => {
  const ledger = new Ledger()
  await using mqtt = await startMqttGateway(ledger)
  await using http = await startHttpGateway(ledger)
  const { directory, path } = await configure({
    intervalMs: 2,
    devices: [
      { keyFile: '1.key', transport: 'mqtt', gateways: [mqtt.url] },
      { keyFile: '2.key', transport: 'http', gateways: [http.url] },
    ],
  })
  const random = seededRandom(7)
  for (let life = 0; life < 5; life++) {
    const { child, exit } = await run('--config', path)
    const end = ledger.kept.size + 1 + Math.floor(random() * 60)
    await until('some more are kept', () => ledger.kept.size >= end)
    child.kill('SIGKILL')
    await exit
  }
  const last = await run('--config', path)
  const queued = (await accounts(directory)).flatMap((account) => [...account.queued])
  const keptNonces = () => new Set([...ledger.kept.values()].map(({ nonce }) => String(nonce)))
  await until('everything queued before is kept', () => {
    const kept = keptNonces()
    return queued.every((nonce) => kept.has(nonce))
  })
  last.child.kill('SIGTERM')
  await last.exit
  for (const account of await accounts(directory)) {
    expect(account.refused.size).toBe(0)
    for (const [nonce, taskId] of account.acknowledged)
      expect([...ledger.kept.values()]).toContainEqual(expect.objectContaining({ nonce: BigInt(nonce), taskId }))
  }
}, 60_000)

test('ends with the process that started it', async () => {
  const { path } = await configure({
    devices: [{ keyFile: '1.key', transport: 'http', gateways: ['http://127.0.0.1:1'] }],
  })
  const { child, exit } = await run('--config', path)
  child.disconnect()
  expect(await exit).toEqual([0, null])
})

test.each([
  ['track.gpx', 'track', 36],
  ['weather.csv', 'weather', 24],
])('replays %s', async (file, name, count) => {
  const ledger = new Ledger()
  await using gateway = await startHttpGateway(ledger)
  const { path } = await configure({
    profile: example(`${name}.profile.json`),
    intervalMs: 1,
    devices: [{ keyFile: '1.key', transport: 'http', gateways: [gateway.url] }],
  })
  const { child, exit } = await run(
    '--config',
    path,
    '--replay',
    example(file),
    '--mapping',
    example(`${name}.mapping.json`),
  )
  await until('the whole recording is kept', () => ledger.kept.size === count)
  child.kill('SIGTERM')
  await exit
})

test.each([
  ['--replay without --mapping', ['--config', 'x.json', '--replay', 'x.csv']],
  ['a file that is not there', ['--config', '/nowhere/x.json']],
])('%s ends with one clear error', async (_name, args) => {
  const { code, stderr } = await runToEnd(...args)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^SIMULATOR_CONFIG_INVALID: /)
})

test.each<[string, Partial<SimulatorConfig>]>([
  ['the same key twice', { devices: [device('http'), device('http')] }],
  ['an MQTT gateway for HTTP', { devices: [{ ...device('http'), gateways: ['mqtt://127.0.0.1:1'] }] }],
  ['no transport', { devices: [{ keyFile: '1.key', gateways: ['http://127.0.0.1:1'] }] }],
  ['no device', { devices: [] }],
  ['a profile without a sensor', { profile: example('weather.profile.json'), devices: [device('http')] }],
])('a configuration with %s is refused', async (_name, config) => {
  const { path } = await configure(config)
  const starting = readSimulatorConfig(path).then((read) =>
    startSimulator({ ...read, clock: systemClock, randomBytes: seededBytes(1) }),
  )
  await expect(starting).rejects.toThrow(expect.objectContaining({ code: 'SIMULATOR_CONFIG_INVALID' }))
})

function device(transport: 'http' | 'mqtt') {
  return { keyFile: '1.key', transport, gateways: [`${transport}://127.0.0.1:1`] }
}
