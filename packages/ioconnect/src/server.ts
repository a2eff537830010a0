#!/usr/bin/env node
/**
 * Runs a simulator: `ioconnect --config FILE [--replay FILE --mapping FILE [--repeat]]`.
 *
 * Ends on SIGTERM, SIGINT or its parent's end; tells a parent process `{type: 'started', devices}`. Progress goes to
 * stderr. Exits with 1 and one line where it cannot start.
 * @module
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import { systemClock } from './clock.ts'
import { SimulatorConfigError } from './config.ts'
import { readSimulatorConfig, startSimulator } from './simulator.ts'

const USAGE = 'Usage: ioconnect --config FILE [--replay FILE --mapping FILE [--repeat]]'

async function main(): Promise<void> {
  const { config: configPath, replay, mapping, repeat } = parseOptions()
  if (configPath === undefined || (replay === undefined) !== (mapping === undefined))
    throw new SimulatorConfigError(USAGE)
  const { config, directory } = await readSimulatorConfig(configPath)
  if (replay !== undefined) config.replay = { file: resolve(replay), mapping: resolve(mapping!), repeat }
  const simulator = await startSimulator({ config, directory, clock: systemClock, random: Math.random })

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await simulator.stop()
    if (process.connected) process.disconnect()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
  process.once('disconnect', () => void stop())
  const devices = simulator.devices.map(({ address }) => address)
  process.stderr.write(`ioconnect: ${devices.length} devices run: ${devices.join(' ')}\n`)
  process.send?.({ type: 'started', devices })
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        replay: { type: 'string' },
        mapping: { type: 'string' },
        repeat: { type: 'boolean', default: false },
      },
    }).values
  } catch (cause) {
    throw new SimulatorConfigError(`${(cause as Error).message}\n${USAGE}`)
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(
    error instanceof CodedError ? `${error.code}: ${error.message}\n` : `${(error as Error).stack}\n`,
  )
  process.exit(1)
}
