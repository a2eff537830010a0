/**
 * What a device costs, and how many there can be: bytes and instructions of the C core on an emulated rv32imc, DIDComm
 * messages per second that a server unpacks (didcomm-node beside it), and the simulator's devices against a gateway as it
 * runs. What cannot be measured here is null, and stderr says why. Prints one JSON object on the last line of stdout.
 * @module
 */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '@iotex2/devnet/chain'
import { fleetKey } from '@iotex2/ioconnect/simulator'
import { parseProfile } from '@iotex2/protocol/profile'
import { missingChip } from '../../packages/ioconnect/c/test/chips.ts'
import weather from '../../packages/ioconnect/examples/weather.profile.json' with { type: 'json' }
import { BARS, measureRv32, verdict } from '../snapshots/chip.ts'
import { measureCore } from '../snapshots/core.ts'
import { BenchFailedError, openBenchGateway } from './ingest-gateway.ts'

const FLEET = { count: 1_000, seed: 'bench' }
/** Each device's: more than the gateway is asked to stand. */
const INTERVAL_MS = 1_500
const WINDOW_MS = 30_000
const CHAIN = 31337n
const PROJECT = 1n

interface Figures {
  rv32TextBytes: number | null
  rv32OwnTextBytes: number | null
  rv32StaticRamBytes: number | null
  signInstructions: number | null
  authcryptInstructions: number | null
  unpackPerSecond: number
  didcommNodeUnpackPerSecond: number
  simulatedDevices: number
  endToEndPerSecond: number
}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

async function measureUnpacking(): Promise<Pick<Figures, 'unpackPerSecond' | 'didcommNodeUnpackPerSecond'>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/bench.ts', 'identity', '--json'], {
    cwd: ROOT,
  })
  const { unpackPerSecond, didcommNodeUnpackPerSecond } = JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
  return { unpackPerSecond, didcommNodeUnpackPerSecond }
}

/** A fleet in one process, each message signed by its device, kept durably, and acknowledged. */
async function measureFleet(): Promise<Pick<Figures, 'simulatedDevices' | 'endToEndPerSecond'>> {
  const devices = Array.from({ length: FLEET.count }, (_, i) => fleetKey(FLEET.seed, i).address)
  const gateway = await openBenchGateway({
    profile: parseProfile(weather),
    devices,
    chainId: CHAIN,
    projectId: PROJECT,
  })
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-bench-'))
  const config = join(directory, 'fleet.json')
  await writeFile(
    config,
    JSON.stringify({
      projectId: String(PROJECT),
      profile: fileURLToPath(import.meta.resolve('@iotex2/ioconnect/examples/weather.profile.json')),
      dataDirectory: 'data',
      fleet: FLEET,
      synthetic: { seed: 1 },
      intervalMs: INTERVAL_MS,
      transport: 'mqtt',
      gateways: [gateway.url],
    }),
  )
  const simulator = fork(fileURLToPath(import.meta.resolve('@iotex2/ioconnect/server')), ['--config', config], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const ended = once(simulator, 'exit')
  try {
    await Promise.race([once(simulator, 'message'), ended])
    const deadline = performance.now() + 120_000
    while ((await gateway.stored()).devices < FLEET.count) {
      if (simulator.exitCode !== null) throw new BenchFailedError(`The simulator ended with ${simulator.exitCode}.`)
      if (performance.now() > deadline)
        throw new BenchFailedError(`Of ${FLEET.count} devices ${(await gateway.stored()).devices} were heard.`)
      await delay(500)
    }
    const before = await gateway.stored()
    const began = performance.now()
    await delay(WINDOW_MS)
    const after = await gateway.stored()
    const seconds = (performance.now() - began) / 1000
    return {
      simulatedDevices: after.devices,
      endToEndPerSecond: Math.round((after.messages - before.messages) / seconds),
    }
  } finally {
    simulator.kill()
    await ended
    await gateway.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const missing = missingChip('rv32imc')
if (missing !== undefined) note(`Nothing is measured on rv32imc: ${missing}`)
const chip = missing === undefined ? await measureRv32() : null
const figures: Figures = {
  rv32TextBytes: chip?.textBytes ?? null,
  rv32OwnTextBytes: chip ? measureCore().all.textBytes : null,
  rv32StaticRamBytes: chip?.staticRamBytes ?? null,
  signInstructions: chip?.signInstructions ?? null,
  authcryptInstructions: chip?.authcryptInstructions ?? null,
  ...(await measureUnpacking()),
  ...(await measureFleet()),
}
for (const [name, bar] of Object.entries(BARS)) {
  const figure = figures[name as keyof typeof BARS]
  if (figure !== null) note(`${name}: ${figure}, at most ${bar}: ${verdict(figure, bar)}`)
}
process.stdout.write(`${JSON.stringify(figures, null, process.argv.includes('--json') ? 0 : 2)}\n`)
