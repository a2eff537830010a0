/**
 * Many devices in one process.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DeviceKey } from '@iotex2/identity/key'
import { readKeyFile } from '@iotex2/identity/key-file'
import type { Hex } from '@iotex2/protocol/hex'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import type { Clock } from './clock.ts'
import { ComputerSource } from './computer-source.ts'
import {
  knowsItsServer,
  parseSimulatorConfig,
  resolveDevice,
  type SimulatorConfig,
  SimulatorConfigError,
} from './config.ts'
import { Device, profileIntervalMs } from './device.ts'
import { parseMapping, ReplaySource } from './replay-source.ts'
import { openSerialLine, type SerialLine } from './serial/serial-line.ts'
import type { Source } from './source.ts'
import { type Synthetic, SyntheticSource } from './synthetic-source.ts'
import { DeviceCoreError } from './wasm/device-core.ts'
import type { RandomBytes } from './wasm/psa.ts'

export interface SimulatorOptions {
  config: SimulatorConfig
  /** What the configuration's paths are relative to. */
  directory: string
  clock: Clock
  randomBytes: RandomBytes
}

export interface Simulator {
  /** Of every device, in the configuration's order. */
  addresses: readonly Hex[]
  /** Those that know where their readings go. */
  readonly devices: readonly Device[]
  /** TCP ports of the serial lines, in the configuration's order. */
  serialPorts: readonly number[]
  /** Stops every device. What was not acknowledged waits on disk. */
  stop(): Promise<void>
}

/** Reads a configuration file. Throws {@link SimulatorConfigError}. */
export async function readSimulatorConfig(path: string): Promise<Pick<SimulatorOptions, 'config' | 'directory'>> {
  return { config: parseSimulatorConfig(await readJson(path)), directory: dirname(resolve(path)) }
}

/**
 * Opens every device, then starts them, each at its own moment of the interval. Where one cannot open, none starts. With
 * serial lines, a device that knows no server waits until it is told one.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { config } = options
  const places: DevicePlace[] = []
  const stop = async () => {
    await Promise.all(places.map((place) => place.stop()))
  }
  try {
    const addresses = new Set<Hex>()
    for (let index = 0; index < (config.fleet?.count ?? config.devices!.length); index++) {
      const key = await readKey(options, index)
      if (addresses.has(key.address))
        throw new SimulatorConfigError(`Simulator configuration: two devices have the key of ${key.address}.`)
      addresses.add(key.address)
      places.push(await DevicePlace.open(options, index, key))
    }
    for (const place of places) await place.openLine()
  } catch (error) {
    await stop()
    throw error
  }
  for (const place of places) place.start()
  return {
    addresses: places.map(({ device }) => device.address),
    get devices() {
      return places.flatMap(({ device }) => (device.serves ? device : []))
    },
    serialPorts: places.flatMap(({ serialPort }) => serialPort ?? []),
    stop,
  }
}

/** Returns the key of a fleet's device: anybody can make it, so that it is good for development chains alone. */
export function fleetKey(seed: string, index: number): DeviceKey {
  return new DeviceKey(createHash('sha256').update(`${seed} ${index}`).digest(), { development: true })
}

async function readKey({ config, directory }: SimulatorOptions, index: number): Promise<DeviceKey> {
  const { fleet, devices } = config
  if (fleet) return fleetKey(fleet.seed, index)
  const { keyFile, passwordFile } = devices![index]!
  const at = (path: string) => resolve(directory, path)
  return readKeyFile(at(keyFile), passwordFile === undefined ? undefined : () => readPassword(at(passwordFile)))
}

/** A device of the configuration, its serial line, and its clone where it has one. */
class DevicePlace {
  readonly device: Device
  readonly #clone: Device | undefined
  readonly #serialPort: number | undefined
  #line: SerialLine | undefined

  private constructor(device: Device, clone: Device | undefined, serialPort: number | undefined) {
    this.device = device
    this.#clone = clone
    this.#serialPort = serialPort
  }

  /** With a serial line, a device that knows no server waits until it is told one. */
  static async open(options: SimulatorOptions, index: number, key: DeviceKey): Promise<DevicePlace> {
    const { config, directory, clock, randomBytes } = options
    const at = (path: string) => resolve(directory, path)
    const waits = config.serialPort !== undefined && !knowsItsServer(config, index)
    const { server, ...settings } = resolveDevice(config, index, waits)
    const profile = parseProfile(await readJson(at(settings.profile)))
    const intervalMs = settings.intervalMs ?? profileIntervalMs(profile)
    // Where the device's clock is wrong, so are its readings' times.
    const skewMs = settings.attack?.kind === 'clock-skew' ? settings.attack.skewMs : 0
    const now = () => clock.now() + skewMs
    const deviceDirectory = join(at(config.dataDirectory), key.address)
    const open = async (directory: string) =>
      Device.open({
        key,
        ...(server ? { server } : {}),
        ...settings,
        profile,
        source: await openSource(config, at, profile, now, settings.synthetic, index),
        directory,
        intervalMs,
        delayMs: Math.floor((Buffer.from(randomBytes(4)).readUInt32BE() / 2 ** 32) * intervalMs),
        clock,
        randomBytes,
      })
    try {
      const device = await open(deviceDirectory)
      const clone = settings.attack?.kind === 'clone' ? await open(`${deviceDirectory}-clone`) : undefined
      return new DevicePlace(
        device,
        clone,
        config.serialPort === 0 ? 0 : config.serialPort && config.serialPort + index,
      )
    } catch (error) {
      if (error instanceof DeviceCoreError)
        throw new SimulatorConfigError(`${deviceDirectory} cannot be used: ${error.code}, ${error.message}`)
      throw error
    }
  }

  get serialPort(): number | undefined {
    return this.#line?.port
  }

  async openLine(): Promise<void> {
    if (this.#serialPort !== undefined) this.#line = await openSerialLine(this.device, this.#serialPort)
  }

  start(): void {
    this.device.start()
    this.#clone?.start()
  }

  async stop(): Promise<void> {
    await this.#line?.close()
    await this.device.stop()
    await this.#clone?.stop()
  }
}

async function openSource(
  { replay }: SimulatorConfig,
  at: (path: string) => string,
  profile: Profile,
  now: () => number,
  synthetic: Synthetic | undefined,
  index: number,
): Promise<Source> {
  if (synthetic) return new SyntheticSource(profile, { ...synthetic, seed: synthetic.seed + index }, now)
  if (replay) {
    const mapping = parseMapping(await readJson(at(replay.mapping)), profile)
    return ReplaySource.open(at(replay.file), { mapping, now, repeat: replay.repeat ?? false })
  }
  if (profile.name !== 'computer')
    throw new SimulatorConfigError(
      `Profile ${profile.name} has no sensor here: give a recording with --replay, or synthetic readings.`,
    )
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
