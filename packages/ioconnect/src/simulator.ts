/**
 * Many devices in one process.
 * @module
 */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createDocument, encodeDocument } from '@iotex2/identity/document'
import type { DeviceKey } from '@iotex2/identity/key'
import { readKeyFile } from '@iotex2/identity/key-file'
import type { Hex } from '@iotex2/protocol/hex'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { SerialError, type ServerSettings } from '@iotex2/protocol/serial/messages'
import packageJson from '../package.json' with { type: 'json' }
import type { Clock, Random } from './clock.ts'
import { ComputerSource } from './computer-source.ts'
import {
  knowsItsServer,
  parseSimulatorConfig,
  resolveDevice,
  type SimulatorConfig,
  SimulatorConfigError,
} from './config.ts'
import { Device, type DeviceOptions, profileIntervalMs } from './device.ts'
import { parseMapping, ReplaySource } from './replay-source.ts'
import { SerialDevice } from './serial/serial-device.ts'
import { openSerialLine, type SerialLine } from './serial/serial-line.ts'
import { readServerSettings, writeServerSettings } from './serial/server-settings.ts'
import type { Source } from './source.ts'

export interface SimulatorOptions {
  config: SimulatorConfig
  /** What the configuration's paths are relative to. */
  directory: string
  clock: Clock
  random: Random
}

export interface Simulator {
  /** Of every device, in the configuration's order. */
  addresses: readonly Hex[]
  /** Those that run. */
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
    for (const index of config.devices.keys()) {
      const place = await DevicePlace.open(options, index)
      places.push(place)
      if (addresses.has(place.address))
        throw new SimulatorConfigError(`Simulator configuration: two devices have the key of ${place.address}.`)
      addresses.add(place.address)
      await place.openDevice()
    }
    for (const place of places) await place.openLine()
  } catch (error) {
    await stop()
    throw error
  }
  for (const place of places) place.start()
  return {
    addresses: places.map(({ address }) => address),
    get devices() {
      return places.flatMap(({ device }) => device ?? [])
    },
    serialPorts: places.flatMap(({ serialPort }) => serialPort ?? []),
    stop,
  }
}

/** A device of the configuration: its key, what it was told, its serial line, and the device while it runs. */
class DevicePlace {
  device: Device | undefined
  readonly #options: SimulatorOptions
  readonly #index: number
  readonly #key: DeviceKey
  #told: ServerSettings | undefined
  #line: SerialLine | undefined

  private constructor(options: SimulatorOptions, index: number, key: DeviceKey, told: ServerSettings | undefined) {
    this.#options = options
    this.#index = index
    this.#key = key
    this.#told = told
  }

  static async open(options: SimulatorOptions, index: number): Promise<DevicePlace> {
    const { config, directory } = options
    const at = (path: string) => resolve(directory, path)
    const { keyFile, passwordFile } = config.devices[index]!
    const key = await readKeyFile(
      at(keyFile),
      passwordFile === undefined ? undefined : () => readPassword(at(passwordFile)),
    )
    const told = await readServerSettings(join(at(config.dataDirectory), key.address))
    return new DevicePlace(options, index, key, told)
  }

  get address(): Hex {
    return this.#key.address
  }

  get serialPort(): number | undefined {
    return this.#line?.port
  }

  /** Leaves the device closed where it has a serial line and knows no server yet. */
  async openDevice(): Promise<void> {
    const { config } = this.#options
    if (config.serialPort !== undefined && !this.#told && !knowsItsServer(config, this.#index)) return
    this.device = await Device.open(await this.#deviceOptions(this.#told))
  }

  async openLine(): Promise<void> {
    const { serialPort } = this.#options.config
    if (serialPort === undefined) return
    const device = new SerialDevice({
      key: this.#key,
      model: 'ioConnect simulator',
      firmware: packageJson.version,
      document: encodeDocument(createDocument(this.#key)),
      setServer: (settings) => this.#setServer(settings),
    })
    this.#line = await openSerialLine(device, serialPort === 0 ? 0 : serialPort + this.#index)
  }

  start(): void {
    this.device?.start()
  }

  async stop(): Promise<void> {
    await this.#line?.close()
    await this.device?.stop()
  }

  /** Keeps the settings, and goes on with them. What waits in the queue goes to the new server. */
  async #setServer(settings: ServerSettings): Promise<void> {
    let options: DeviceOptions
    try {
      options = await this.#deviceOptions(settings)
    } catch (error) {
      if (error instanceof SimulatorConfigError) throw new SerialError('PARAMETERS_INVALID', error.message)
      throw error
    }
    await writeServerSettings(options.directory, settings)
    this.#told = settings
    await this.device?.stop()
    this.device = await Device.open(options)
    this.device.start()
  }

  async #deviceOptions(told: ServerSettings | undefined): Promise<DeviceOptions> {
    const { config, directory, clock, random } = this.#options
    const at = (path: string) => resolve(directory, path)
    const { keyFile, passwordFile, projectId, ...settings } = resolveDevice(config, this.#index, told)
    const profile = parseProfile(await readJson(at(settings.profile)))
    const intervalMs = settings.intervalMs ?? profileIntervalMs(profile)
    return {
      ...settings,
      key: this.#key,
      projectId: BigInt(projectId),
      profile,
      source: await openSource(config, at, profile, clock),
      directory: join(at(config.dataDirectory), this.address),
      intervalMs,
      delayMs: Math.floor(random() * intervalMs),
      clock,
      random,
    }
  }
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
