/**
 * One device: the C core, and the platform that this process is to it: sensors, clients of gateways, files, a serial line.
 *
 * Files in its directory: `flash` (the queue: what waits, and which nonces are used), `server.json` (what it was told over
 * its serial line), `log.jsonl` (its own account of what it did), `dead-letters.jsonl` (what gateways refused for good),
 * `circuit-seed` (what its key for circuits is made of), `lock`.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeviceKey } from '@iotex2/identity/key'
import type { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { profileManifest } from '@iotex2/protocol/manifest'
import type { Profile } from '@iotex2/protocol/profile'
import packageJson from '../package.json' with { type: 'json' }
import { type Attack, Meddler } from './attack.ts'
import type { Clock } from './clock.ts'
import { DeviceLog } from './device-log.ts'
import { appendDurably, replaceFile } from './durable-file.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'
import { provingGateways } from './proving-gateways.ts'
import { type Source, scaleSample } from './source.ts'
import type { Transport, TransportListener } from './transport.ts'
import { HttpTransport } from './transport-http.ts'
import { MqttTransport } from './transport-mqtt.ts'
import { type CoreSettings, DeviceCore, type DevicePlatform } from './wasm/device-core.ts'
import { DEFAULT_FLASH, FlashFile, type FlashSize } from './wasm/flash-file.ts'
import { ofHash, PSA_ALGORITHM, PSA_FAMILY, PSA_TYPE, PSA_USAGE, Psa, pairType, type RandomBytes } from './wasm/psa.ts'

export interface BackoffOptions {
  /** Upper end of the first delay. */
  baseMs: number
  /** Upper end of any delay. */
  capMs: number
}

export const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 500, capMs: 60_000 }

/** Where readings go. */
export interface DeviceServer {
  projectId: bigint
  transport: 'mqtt' | 'http'
  /** mqtt:// or http:// URLs, in order of preference. */
  gateways: readonly string[]
  /** By which did:key of P-256 each proves its answers, in their order; without them its word is taken. */
  gatewayDids?: readonly string[]
}

export interface DeviceOptions {
  key: DeviceKey
  /** Without it, the device measures nothing until it is told over its serial line. */
  server?: DeviceServer
  profile: Profile
  /** With it, each reading is signed for circuits too, as one of this chain. The profile's by default. */
  circuitChainId?: bigint
  /** Names in a payload that the project's signature covers apart. */
  signedKeys?: readonly string[]
  source: Source
  /** The device's own directory. */
  directory: string
  /** {@link profileIntervalMs} by default. */
  intervalMs?: number
  /** Time to the first reading. 0 by default. */
  delayMs?: number
  /** Messages that may be in flight at once. */
  window?: number
  replyTimeoutMs?: number
  backoff?: BackoffOptions
  flash?: FlashSize
  /** Of an attack that is not the device's own doing, such as a clone, nothing is done here. */
  attack?: Attack
  clock: Clock
  randomBytes: RandomBytes
}

/** Returns what the profile says, else the shortest interval at which every reading can earn. */
export const profileIntervalMs = ({ device, maximumRatePerMinute }: Profile): number =>
  device?.intervalMs ?? Math.ceil(60_000 / maximumRatePerMinute)

const chainIdOf = ({ device }: Profile): bigint | undefined =>
  device?.circuitChainId === undefined ? undefined : BigInt(device.circuitChainId)

/** Returns the profile's projects but the one that the server is set to. */
const otherProjects = ({ profile, server }: Pick<DeviceOptions, 'profile' | 'server'>): bigint[] =>
  (profile.device?.projects ?? []).map(BigInt).filter((id) => id !== server?.projectId)

/** Returns a device's key store with its key, which signs deterministically, and the key's identifier. */
export function provisionKey(key: DeviceKey, randomBytes: RandomBytes): { psa: Psa; keyId: number } {
  const psa = new Psa(randomBytes)
  const secret = key.exportSecret()
  const algorithm = ofHash(PSA_ALGORITHM.DETERMINISTIC_ECDSA, PSA_ALGORITHM.SHA_256)
  const attributes = { type: pairType(PSA_FAMILY.SECP_K1), bits: 256, algorithm, usage: PSA_USAGE.SIGN_HASH }
  const keyId = psa.provision(attributes, secret)
  secret.fill(0)
  return { psa, keyId }
}

/** Puts the seed of the device's key for circuits into its key store: that of its directory, made at the first start. */
function provisionCircuit(
  psa: Psa,
  chainId: bigint,
  { directory, randomBytes }: DeviceOptions,
): { seedId: number; chainId: bigint } {
  const path = join(directory, 'circuit-seed')
  if (!existsSync(path)) replaceFile(path, randomBytes(32))
  const algorithm = ofHash(PSA_ALGORITHM.HMAC, PSA_ALGORITHM.SHA_512)
  const seed = readFileSync(path)
  const seedId = psa.provision({ type: PSA_TYPE.HMAC, bits: 256, algorithm, usage: PSA_USAGE.SIGN_MESSAGE }, seed)
  seed.fill(0)
  return { seedId, chainId }
}

/** What every simulated device says of itself. */
export const SIMULATED = { model: 'ioConnect simulator', firmware: packageJson.version }

export class Device {
  readonly address: Hex
  readonly #options: DeviceOptions
  readonly #lock: DirectoryLock
  readonly #log: DeviceLog
  readonly #flash: FlashFile
  readonly #core: DeviceCore
  readonly #stopping = new AbortController()
  readonly #meddler: Meddler | undefined
  #transport: Transport | undefined
  #wake = () => {}
  #written: Uint8Array[] = []
  #running: Promise<void> | undefined
  #measuring: Promise<void> | undefined

  private constructor(options: DeviceOptions, parts: { lock: DirectoryLock; log: DeviceLog; flash: FlashFile }) {
    this.address = options.key.address
    this.#options = options
    this.#lock = parts.lock
    this.#log = parts.log
    this.#flash = parts.flash
    if (options.attack && 'rate' in options.attack) this.#meddler = new Meddler(options.attack)
    const { psa, keyId } = provisionKey(options.key, options.randomBytes)
    const circuitChainId = options.circuitChainId ?? chainIdOf(options.profile)
    const circuit = circuitChainId === undefined ? {} : { circuit: provisionCircuit(psa, circuitChainId, options) }
    this.#core = DeviceCore.open({ ...settingsOf(options, keyId), ...circuit }, this.#platform(psa))
  }

  /** Opens the device's directory and finds what still waits there. Sends nothing yet. Throws DeviceCoreError. */
  static async open(given: DeviceOptions): Promise<Device> {
    const options = { ...given, clock: skewed(given) }
    const { directory, clock, flash = DEFAULT_FLASH } = options
    const lock = await lockDirectory(directory)
    const opened: (() => unknown)[] = [() => lock.release()]
    try {
      const log = DeviceLog.open(join(directory, 'log.jsonl'), () => clock.now())
      opened.push(() => log.close())
      const file = FlashFile.open(join(directory, 'flash'), flash)
      opened.push(() => file.close())
      return new Device(options, { lock, log, flash: file })
    } catch (error) {
      for (const close of opened.reverse()) await close()
      throw error
    }
  }

  /** Messages that wait for a gateway. */
  get waiting(): number {
    return this.#core.waiting
  }

  /** Whether it knows where its readings go. */
  get serves(): boolean {
    return this.#core.serves
  }

  /** Bytes of its core's memory. */
  get memoryBytes(): number {
    return this.#core.memoryBytes
  }

  /** Measures and forwards until {@link stop}. */
  start(): void {
    this.#running ??= this.#run(this.#stopping.signal)
  }

  /** Stops within the time of one write. What was not acknowledged waits on flash for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake()
    await this.#running
    await this.#measuring
    this.#transport?.hangUp()
    await this.#flash.close()
    this.#log.close()
    await this.#lock.release()
  }

  /** Takes bytes of the serial line, and returns what the device answers. */
  read(bytes: Uint8Array): Uint8Array {
    this.#written = []
    this.#core.read(bytes)
    return Buffer.concat(this.#written)
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      const woken = Promise.withResolvers<void>()
      this.#wake = woken.resolve
      const waitMs = this.#core.run()
      if (waitMs === undefined) await woken.promise
      else {
        const nap = new AbortController()
        await Promise.race([woken.promise, clock.sleep(waitMs, nap.signal)])
        nap.abort()
      }
    }
  }

  #platform(psa: Psa): DevicePlatform {
    const { directory, clock, randomBytes } = this.#options
    const pathOf = (key: string) => join(directory, `${key}.json`)
    return {
      psa,
      flash: this.#flash,
      randomBytes,
      now: () => clock.now(),
      load: (key) => {
        try {
          return readFileSync(pathOf(key))
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
          throw error
        }
      },
      store: (key, value) => replaceFile(pathOf(key), value),
      measure: () => {
        this.#measuring = this.#measure()
      },
      send: (gateway, nonce, body) => void this.#send(gateway, nonce, body),
      hangUp: () => this.#transport?.hangUp(),
      bury: (letter) => {
        const time = new Date(clock.now()).toISOString()
        appendDurably(join(directory, 'dead-letters.jsonl'), `${JSON.stringify({ time, ...letter })}\n`)
      },
      log: (line) => {
        const kept = this.#meddler && /^\{"event":"acknowledged","nonce":"(\d+)"/.exec(line)?.[1]
        if (kept) this.#meddler?.onKept(BigInt(kept))
        try {
          this.#log.append(line)
        } catch {
          // A full disk: the device goes on without its account.
        }
      },
      write: (bytes) => this.#written.push(bytes),
      served: () => {
        this.#transport?.hangUp()
        this.#transport = undefined
        this.#wake()
      },
    }
  }

  async #measure(): Promise<void> {
    const { profile, source } = this.#options
    let tell: () => void
    try {
      const sample = await source.measure()
      const values = sample && scaleSample(profile, sample)
      tell = () => (sample ? this.#core.take(sample.time, values!) : this.#core.end())
    } catch (error) {
      const { code = 'UNKNOWN', message } = error as CodedError
      tell = () => this.#core.miss(code, message)
    }
    this.#tell(tell)
  }

  /** Sends what is durable: a nonce that a gateway has seen must not be given out again after a power cut. */
  async #send(gateway: string, nonce: bigint, body: string): Promise<void> {
    const transport = this.#transportTo(gateway)
    try {
      await this.#flash.synced()
    } catch (error) {
      this.#tell(() => this.#core.fail(nonce, 'STORAGE_FAILED', (error as Error).message))
      return
    }
    if (this.#stopping.signal.aborted || this.#transport !== transport) return
    transport.send(gateway, nonce, body)
    const forgery = this.#meddler?.onSent({ nonce, body })
    if (forgery) transport.send(gateway, forgery.nonce, forgery.body)
  }

  #transportTo(gateway: string): Transport {
    if (this.#transport) return this.#transport
    const { replyTimeoutMs = DEFAULT_REPLY_TIMEOUT_MS } = this.#options
    const listener: TransportListener = {
      reply: (...reply) => this.#tell(() => this.#core.reply(...reply)),
      fail: (...failure) => this.#tell(() => this.#core.fail(...failure)),
    }
    const Client = /^https?:/.test(gateway) ? HttpTransport : MqttTransport
    this.#transport = new Client({
      projectId: this.#core.projectId,
      otherProjects: otherProjects(this.#options),
      device: this.address,
      connectTimeoutMs: replyTimeoutMs,
      listener,
    })
    return this.#transport
  }

  /** Tells the core what happened, unless the device was stopped meanwhile. */
  #tell(event: () => void): void {
    if (this.#stopping.signal.aborted) return
    event()
    this.#wake()
  }
}

function skewed({ attack, clock }: DeviceOptions): Clock {
  if (attack?.kind !== 'clock-skew') return clock
  return { now: () => clock.now() + attack.skewMs, sleep: (ms, signal) => clock.sleep(ms, signal) }
}

const DEFAULT_REPLY_TIMEOUT_MS = 10_000

/** What the profile says of its devices goes for those that are told nothing else. */
function settingsOf(options: DeviceOptions, keyId: number): CoreSettings {
  const { key, profile, server } = options
  const { device } = profile
  const others = otherProjects(options)
  return {
    ...SIMULATED,
    keyId,
    development: key.development,
    fields: profile.fields,
    signedKeys: options.signedKeys ?? device?.signedKeys ?? [],
    ...(device ? { projectVersion: profileManifest(profile).hash } : {}),
    otherProjects: others,
    batch: (device?.batching?.readings ?? 1) * (1 + others.length),
    ...(server ? { server, gatewayKeys: provingGateways(server) } : {}),
    intervalMs: options.intervalMs ?? profileIntervalMs(profile),
    delayMs: options.delayMs ?? 0,
    window: options.window ?? device?.batching?.window ?? 16,
    replyTimeoutMs: options.replyTimeoutMs ?? DEFAULT_REPLY_TIMEOUT_MS,
    backoff: options.backoff ?? DEFAULT_BACKOFF,
  }
}
