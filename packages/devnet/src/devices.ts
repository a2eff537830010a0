/**
 * The network's devices: one simulator process, half of them over MQTT, half over HTTP.
 * @module
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDeviceLog } from '@iotex2/ioconnect/device-log'
import type { Hex } from '@iotex2/protocol/hex'
import { ROOT } from './chain.ts'
import type { Devnet } from './devnet.ts'
import type { RunningProcess } from './processes.ts'

export interface SimulatorOptions {
  /** Between readings of one device; the profile's maximum rate where it is left out. */
  intervalMs?: number
  /** Recorded readings in place of the computer's own. */
  replay?: { file: string; mapping: string }
  /** Gateways to use in place of the network's own, of each transport. */
  gateways?: { mqtt: string; http: string }
}

const dataDirectory = (devnet: Devnet): string => join(devnet.directory, 'devices')

/** Writes the configuration of a simulator of all devices of the network. Returns its path. */
export function writeSimulatorConfig(devnet: Devnet, options: SimulatorOptions = {}): string {
  const gateways = options.gateways ?? { mqtt: devnet.mqttUrl, http: devnet.gatewayUrl }
  const config = {
    dataDirectory: dataDirectory(devnet),
    projectId: String(devnet.projectId),
    profile: devnet.profileFile,
    ...(options.intervalMs === undefined ? {} : { intervalMs: options.intervalMs }),
    ...(options.replay === undefined ? {} : { replay: { ...options.replay, repeat: true } }),
    devices: devnet.devices.map(({ keyFile }, i) => {
      const transport = i % 2 === 0 ? 'mqtt' : 'http'
      return { keyFile, transport, gateways: [gateways[transport]] }
    }),
  }
  const file = join(devnet.directory, 'simulator.json')
  writeFileSync(file, JSON.stringify(config, null, 2))
  return file
}

/** Starts all devices of the network in one process. */
export function startDevices(devnet: Devnet, options: SimulatorOptions): Promise<RunningProcess> {
  const file = writeSimulatorConfig(devnet, options)
  return devnet.start({ name: 'devices', args: [join(ROOT, 'packages/ioconnect/src/server.ts'), '--config', file] })
}

/** Returns the nonces that each device was told are kept, from the devices' own logs. */
export async function acknowledgedNonces(devnet: Devnet): Promise<Map<Hex, Set<string>>> {
  const acknowledged = new Map<Hex, Set<string>>()
  for (const { device } of devnet.devices) {
    const log = join(dataDirectory(devnet), device, 'log.jsonl')
    if (existsSync(log)) acknowledged.set(device, new Set((await readDeviceLog(log)).acknowledged.keys()))
  }
  return acknowledged
}
