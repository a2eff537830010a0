#!/usr/bin/env node
/**
 * Runs a simulator: `ioconnect --config FILE [--replay FILE --mapping FILE [--repeat]] [--serial PORT]`.
 *
 * With --serial each device has a serial line on a TCP port of the loopback interface, from PORT on; 0 takes free ones.
 *
 * Ends on SIGTERM, SIGINT or its parent's end; tells a parent process `{type: 'started', devices, serialPorts}`. Progress goes to
 * stderr. Exits with 1 and one line where it cannot start.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CodedError } from '@iotex2/protocol/errors'
import { systemClock } from './clock.ts'
import { SimulatorConfigError } from './config.ts'
import { readSimulatorConfig, startSimulator } from './simulator.ts'

const USAGE = 'Usage: ioconnect --config FILE [--replay FILE --mapping FILE [--repeat]] [--serial PORT]'

async function main(): Promise<void> {
  const { config: configPath, replay, mapping, repeat, serial } = parseOptions()
  if (
    configPath === undefined ||
    (replay === undefined) !== (mapping === undefined) ||
    (serial !== undefined && !/^\d{1,5}$/.test(serial))
  )
    throw new SimulatorConfigError(USAGE)
  const { config, directory } = await readSimulatorConfig(configPath)
  if (replay !== undefined) config.replay = { file: resolve(replay), mapping: resolve(mapping!), repeat }
  if (serial !== undefined) config.serialPort = Number(serial)
  const simulator = await startSimulator({ config, directory, clock: systemClock, randomBytes })

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await simulator.stop()
    if (process.connected) process.disconnect()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
  process.once('disconnect', () => void stop())
  const { addresses: devices, serialPorts } = simulator
  process.stderr.write(`ioconnect: ${devices.length} devices run: ${devices.join(' ')}\n`)
  if (serialPorts.length > 0) process.stderr.write(`ioconnect: serial lines on 127.0.0.1: ${serialPorts.join(' ')}\n`)
  process.send?.({ type: 'started', devices, serialPorts })
}

function parseOptions() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        replay: { type: 'string' },
        mapping: { type: 'string' },
        repeat: { type: 'boolean', default: false },
        serial: { type: 'string' },
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
