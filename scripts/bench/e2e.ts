/**
 * `pnpm bench e2e [--json]`: how long a reading takes from its device to the reward on the owner's account, and how many
 * readings a network of two provers settles in a minute. Everything runs on this machine: chain, database, provers, devices.
 *
 * Latency is measured at an easy rate, from the time that the device's own log gives to the first sight of the settlement on
 * chain (looked for every 50 ms). Throughput is measured with more readings than can be proven.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type W3bstreamTaskManagerEvents,
  w3bstreamTaskManagerInterface,
} from '@iotex2/chain/contracts/W3bstreamTaskManager'
import { readEvents } from '@iotex2/chain/events'
import { startDevices } from '@iotex2/devnet/devices'
import { DEVNET_STEPS, type Devnet, startDevnet } from '@iotex2/devnet/devnet'
import { readingsOf } from '@iotex2/devnet/observe'
import { reportSteps } from '@iotex2/devnet/steps'

const DEVICES = 4
const LATENCY = { intervalMs: 2_000, seconds: 60 }
const THROUGHPUT = { intervalMs: 250, warmUpSeconds: 20, seconds: 60 }

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Tasks as they settle, with the time at which each was first seen. */
class Settlements {
  readonly seen = new Map<string, number>()
  readonly #devnet: Devnet
  #nextBlock = 0

  constructor(devnet: Devnet) {
    this.#devnet = devnet
  }

  async watch(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) {
      await this.#look()
      await sleep(50)
    }
  }

  async #look(): Promise<void> {
    const { provider, deployment } = this.#devnet
    const head = await provider.getBlockNumber()
    if (head < this.#nextBlock) return
    const events = await readEvents<{ tasks: W3bstreamTaskManagerEvents }>(
      {
        provider,
        contracts: { tasks: { address: deployment.address('taskManager'), interface: w3bstreamTaskManagerInterface } },
      },
      this.#nextBlock,
      head,
    )
    this.#nextBlock = head + 1
    for (const event of events) if (event.name === 'TaskSettled') this.seen.set(event.args.taskId, Date.now())
  }
}

/** When each reading was queued, by device and nonce: milliseconds since the epoch. */
function queuedTimes(devnet: Devnet): Map<string, number> {
  const times = new Map<string, number>()
  for (const { device } of devnet.devices)
    for (const line of readFileSync(join(devnet.directory, 'devices', device, 'log.jsonl'), 'utf8').split('\n')) {
      if (!line.includes('"queued"')) continue
      const { time, nonce } = JSON.parse(line) as { time: string; nonce: string }
      times.set(`${device}:${nonce}`, Date.parse(time))
    }
  return times
}

async function latencies(devnet: Devnet, settlements: Settlements): Promise<number[]> {
  const queued = queuedTimes(devnet)
  const found: number[] = []
  for (const [taskId, settledAt] of settlements.seen)
    for (const { device, nonce } of (await readingsOf(devnet, taskId)) ?? []) {
      const began = queued.get(`${device}:${nonce}`)
      if (began !== undefined) found.push(settledAt - began)
    }
  return found.sort((a, b) => a - b)
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN

const directory = mkdtempSync(join(tmpdir(), 'iotex2-bench-'))
const steps = reportSteps(process.stderr, DEVNET_STEPS + 2)
let devnet: Devnet | undefined
try {
  devnet = await startDevnet({ directory, steps, devices: DEVICES })
  const running = devnet
  const settlements = new Settlements(running)
  await startDevices(running, LATENCY)
  await steps.step(`Latency: ${DEVICES} devices, a reading each ${LATENCY.intervalMs} ms, ${LATENCY.seconds} s`, () =>
    settlements.watch(LATENCY.seconds),
  )
  const sorted = await latencies(running, settlements)
  await running.process('devices').stop()

  await startDevices(running, THROUGHPUT)
  const readings = await steps.step(
    `Throughput: a reading each ${THROUGHPUT.intervalMs} ms, ${THROUGHPUT.seconds} s`,
    async () => {
      await settlements.watch(THROUGHPUT.warmUpSeconds)
      const before = new Set(settlements.seen.keys())
      await settlements.watch(THROUGHPUT.seconds)
      const tasks = [...settlements.seen.keys()].filter((taskId) => !before.has(taskId))
      const counts = await Promise.all(tasks.map(async (taskId) => (await readingsOf(running, taskId))?.length ?? 0))
      return counts.reduce((sum, count) => sum + count, 0)
    },
  )
  const result = {
    node: process.version,
    cpus: availableParallelism(),
    devices: DEVICES,
    provers: running.provers.length,
    latencyReadings: sorted.length,
    latencyMs: { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) },
    readingsSettledPerMinute: Math.round((readings * 60) / THROUGHPUT.seconds),
  }
  process.stdout.write(
    `${process.argv.includes('--json') ? JSON.stringify(result) : JSON.stringify(result, null, 2)}\n`,
  )
} finally {
  await devnet?.stop()
  rmSync(directory, { recursive: true, force: true })
}
