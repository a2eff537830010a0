/**
 * `pnpm devnet [--json] [--port N] [--block-interval MS] [--directory DIR] [--profile FILE]`: a network without devices,
 * kept until Ctrl-C. Where everything is goes to stdout once it runs: a table, or with --json one line. Progress goes to
 * stderr. Two networks run side by side from two directories.
 * @module
 */
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import { main } from '@iotex2/service/service'
import { ROOT } from './chain.ts'
import { writeSimulatorConfig } from './devices.ts'
import { DEVNET_STEPS, type Devnet } from './devnet.ts'
import { keepDevnet } from './keep.ts'
import { reportSteps } from './steps.ts'

const USAGE = 'Usage: pnpm devnet [--json] [--port N] [--block-interval MS] [--directory DIR] [--profile FILE]'

/** Thrown when arguments make no sense. Code USAGE. */
class UsageError extends CodedError {
  constructor(detail: string) {
    super('USAGE', `${detail}\n${USAGE}`)
  }
}

function parseOptions() {
  try {
    return parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== '--'),
      options: {
        json: { type: 'boolean', default: false },
        port: { type: 'string', default: '4690' },
        'block-interval': { type: 'string', default: '1000' },
        directory: { type: 'string', default: join(ROOT, '.devnet') },
        profile: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** Returns the integer in `text`. Throws {@link UsageError} naming the option where it is none in [minimum, maximum]. */
function integer(option: string, text: string, minimum: number, maximum: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= minimum && value <= maximum) return value
  throw new UsageError(`--${option} must be a whole number from ${minimum} to ${maximum}.`)
}

/** A path as one types it at the project's root. */
function typed(path: string): string {
  const within = relative(ROOT, path)
  return within.startsWith('..') ? path : within
}

/** What one needs to use the network. The keys are the JSON's. */
const describe = (devnet: Devnet) => ({
  explorerUrl: devnet.explorerUrl,
  gatewayUrl: devnet.gatewayUrl,
  mqttUrl: devnet.mqttUrl,
  dataAvailabilityUrl: devnet.dataAvailabilityUrl,
  rpcUrl: devnet.rpcUrl,
  databaseUrl: devnet.databaseUrl,
  chainId: String(devnet.chainId),
  projectId: String(devnet.projectId),
  profile: devnet.profileFile,
  profilesFile: devnet.profilesFile,
  deploymentFile: devnet.deploymentFile,
  logs: join(devnet.directory, 'logs'),
  startDevices: `pnpm node packages/ioconnect/src/server.ts --config ${typed(writeSimulatorConfig(devnet))}`,
})

await main(async () => {
  const options = parseOptions()
  const settings = {
    directory: resolve(options.directory),
    steps: reportSteps(process.stderr, DEVNET_STEPS),
    explorerPort: integer('port', options.port, 0, 65_535),
    blockIntervalMs: integer('block-interval', options['block-interval'], 50, 60_000),
    profileFile: options.profile === undefined ? undefined : resolve(options.profile),
    databaseUrl: process.env.DATABASE_URL,
    mqttUrl: process.env.MQTT_URL,
  }
  await keepDevnet(settings, async (devnet) => {
    const description = describe(devnet)
    process.stdout.write(
      options.json
        ? `${JSON.stringify(description)}\n`
        : Object.entries(description)
            .map(([name, value]) => `${name.padEnd(20)}${value}\n`)
            .join(''),
    )
    process.stderr.write('\nRunning, without devices. Ctrl-C stops everything.\n')
    await new Promise(() => {})
  })
})
