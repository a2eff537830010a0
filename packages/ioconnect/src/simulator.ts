/**
 * Many devices in one process.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readKeyFile } from '@iotex2/identity/key-file'
import type { Hex } from '@iotex2/protocol/hex'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import type { Clock, Random } from './clock.ts'
import { ComputerSource } from './computer-source.ts'
import { parseSimulatorConfig, resolveDevice, type SimulatorConfig, SimulatorConfigError } from './config.ts'
import { Device, type DeviceOptions, profileIntervalMs } from './device.ts'
import { parseMapping, ReplaySource } from './replay-source.ts'
import type { Source } from './source.ts'

export interface SimulatorOptions {
  config: SimulatorConfig
  /** What the configuration's paths are relative to. */
  directory: string
  clock: Clock
  random: Random
}

export interface Simulator {
  devices: readonly Device[]
  /** Stops every device. What was not acknowledged waits on disk. */
  stop(): Promise<void>
}

/** Reads a configuration file. Throws {@link SimulatorConfigError}. */
export async function readSimulatorConfig(path: string): Promise<Pick<SimulatorOptions, 'config' | 'directory'>> {
  return { config: parseSimulatorConfig(await readJson(path)), directory: dirname(resolve(path)) }
}

/** Opens every device, then starts them, each at its own moment of the interval. Where one cannot open, none starts. */
export async function startSimulator({ config, directory, clock, random }: SimulatorOptions): Promise<Simulator> {
  const at = (path: string) => resolve(directory, path)
  const devices: Device[] = []
  const stop = async () => {
    await Promise.all(devices.map((device) => device.stop()))
  }
  try {
    const addresses = new Set<Hex>()
    for (const index of config.devices.keys()) {
      const { keyFile, passwordFile, projectId, ...settings } = resolveDevice(config, index)
      const key = await readKeyFile(
        at(keyFile),
        passwordFile === undefined ? undefined : () => readPassword(at(passwordFile)),
      )
      if (addresses.has(key.address))
        throw new SimulatorConfigError(`Simulator configuration: two devices have the key of ${key.address}.`)
      addresses.add(key.address)
      const profile = parseProfile(await readJson(at(settings.profile)))
      const intervalMs = settings.intervalMs ?? profileIntervalMs(profile)
      const options: DeviceOptions = {
        ...settings,
        key,
        projectId: BigInt(projectId),
        profile,
        source: await openSource(config, at, profile, clock),
        directory: join(at(config.dataDirectory), key.address),
        intervalMs,
        delayMs: Math.floor(random() * intervalMs),
        clock,
        random,
      }
      devices.push(await Device.open(options))
    }
  } catch (error) {
    await stop()
    throw error
  }
  for (const device of devices) device.start()
  return { devices, stop }
}

async function openSource(
  { replay }: SimulatorConfig,
  at: (path: string) => string,
  profile: Profile,
  clock: Clock,
): Promise<Source> {
  const now = () => clock.now()
  if (replay) {
    const mapping = parseMapping(await readJson(at(replay.mapping)), profile)
    return ReplaySource.open(at(replay.file), { mapping, now, repeat: replay.repeat ?? false })
  }
  if (profile.name !== 'computer')
    throw new SimulatorConfigError(`Profile ${profile.name} has no sensor here: give a recording with --replay.`)
  return new ComputerSource(now)
}

const readPassword = async (path: string): Promise<string> => (await readFile(path, 'utf8')).split('\n')[0]!

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new SimulatorConfigError(`${path} cannot be read as JSON: ${(cause as Error).message}`)
  }
}
