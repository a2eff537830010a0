/**
 * `pnpm demo [--once] [--json] [--port N] [--replay FILE [--mapping FILE] [--profile FILE]]`: the whole pipeline on this computer.
 * Progress goes to stderr. With --once a prover is killed on the way, to be slashed for the deadline that it misses, and all
 * stops after three settled batches; with --json the last line of stdout is one object.
 * @module
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import { main } from '@iotex2/service/service'
import { ROOT } from './chain.ts'
import { startDevices } from './devices.ts'
import { DEVNET_STEPS, type Devnet } from './devnet.ts'
import { keepDevnet } from './keep.ts'
import { missDeadline } from './missed-deadline.ts'
import { firstReward, gatewayCounters, networkStats, readLedger, until } from './observe.ts'
import { reportSteps } from './steps.ts'

/** Settled batches after which --once has seen enough. */
const ENOUGH_BATCHES = 3
const INTERVAL_MS = 2_000
/** With --once somebody waits for a deadline to be missed: ten times what a proof takes is enough. */
const TASK_TIMEOUT_S = 30

const sinceStart = (): number => performance.now() / 1000

/** Thrown when arguments make no sense. Code USAGE. */
class UsageError extends CodedError {
  constructor(detail: string) {
    super(
      'USAGE',
      `${detail}\nUsage: pnpm demo [--once] [--json] [--port N] [--replay FILE [--mapping FILE] [--profile FILE]] [--directory DIR]`,
    )
  }
}

/** A recording's mapping and profile stand beside it, unless named: track.gpx, track.mapping.json, track.profile.json. */
function replayFiles(given: { replay?: string; mapping?: string; profile?: string }) {
  if (given.replay === undefined) return {}
  const base = resolve(given.replay).replace(/\.[^.]+$/, '')
  const files = {
    replay: resolve(given.replay),
    mapping: resolve(given.mapping ?? `${base}.mapping.json`),
    profile: resolve(given.profile ?? `${base}.profile.json`),
  }
  for (const [option, file] of Object.entries(files))
    if (!existsSync(file)) throw new UsageError(`There is no ${file}: name one with --${option}.`)
  return files
}

function parseOptions() {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== '--'),
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        port: { type: 'string' },
        replay: { type: 'string' },
        mapping: { type: 'string' },
        profile: { type: 'string' },
        directory: { type: 'string', default: join(ROOT, '.devnet') },
      },
    })
    return { ...values, ...replayFiles(values) }
  } catch (error) {
    throw error instanceof CodedError ? error : new UsageError((error as Error).message)
  }
}

await main(async () => {
  const options = parseOptions()
  const steps = reportSteps(process.stderr, DEVNET_STEPS + 1 + (options.once ? 3 : 0))
  await keepDevnet(
    {
      directory: resolve(options.directory),
      steps,
      explorerPort: options.port === undefined ? (options.once ? 0 : 4690) : Number(options.port),
      profileFile: options.profile,
      databaseUrl: process.env.DATABASE_URL,
      mqttUrl: process.env.MQTT_URL,
      ...(options.once ? { taskTimeoutSeconds: TASK_TIMEOUT_S } : {}),
    },
    (devnet) => runDemo(devnet, steps, options),
  )
})

async function runDemo(
  devnet: Devnet,
  steps: ReturnType<typeof reportSteps>,
  options: ReturnType<typeof parseOptions>,
) {
  const replay = options.replay === undefined ? undefined : { file: options.replay, mapping: options.mapping! }
  const secondsToFirstReward = await steps.step('Run devices until the first reward', async (note) => {
    await startDevices(devnet, { intervalMs: INTERVAL_MS, ...(replay === undefined ? {} : { replay }) })
    note(`explorer: ${devnet.explorerUrl}`)
    await until('The first reward', 180_000, () => firstReward(devnet))
    return Math.round(sinceStart() * 10) / 10
  })
  steps.note(`first reward after ${secondsToFirstReward} s`)
  if (!options.once) {
    process.stderr.write(`\nRunning. Open ${devnet.explorerUrl}\nCtrl-C stops everything.\n`)
    await new Promise(() => {})
  }

  const missed = await steps.step('Kill a prover, and see its stake slashed for the deadline that it misses', () =>
    missDeadline(devnet),
  )
  await steps.step(`Wait for ${ENOUGH_BATCHES} settled batches`, () =>
    until(`Settlement of ${ENOUGH_BATCHES} batches`, 240_000, async () =>
      (await networkStats(devnet)).settled >= ENOUGH_BATCHES ? true : undefined,
    ),
  )
  const ledger = await steps.step(
    'Stop devices, settle what they sent, compare their logs with the chain',
    async () => {
      await devnet.process('devices').stop()
      return until('Settlement of every acknowledged reading', 180_000, async () => {
        const found = await readLedger(devnet)
        return found.lost === 0 ? found : undefined
      }).catch(() => readLedger(devnet))
    },
  )
  const [counters, stats] = await Promise.all([gatewayCounters(devnet), networkStats(devnet)])
  const result = {
    devices: devnet.devices.length,
    messagesAccepted: counters.accepted,
    messagesRejected: Object.values(counters.rejected).reduce((sum, count) => sum + count, 0),
    batches: stats.batches,
    proofs: stats.proofs,
    settled: ledger.settled,
    rewardsWei: String(ledger.rewardsWei),
    lost: ledger.lost,
    duplicated: ledger.duplicated,
    secondsToFirstReward,
    explorerUrl: devnet.explorerUrl,
    ...missed,
    proverLostWei: String(missed.proverLostWei),
    stakerLostWei: String(missed.stakerLostWei),
    collectableWei: String(missed.collectableWei),
  }
  if (ledger.lost > 0 || ledger.duplicated > 0) process.exitCode = 1
  process.stdout.write(
    options.json
      ? `${JSON.stringify(result)}\n`
      : Object.entries(result)
          .map(([name, value]) => `${name.padEnd(21)}${value}\n`)
          .join(''),
  )
}
