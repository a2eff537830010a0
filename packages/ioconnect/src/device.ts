/**
 * One device: measures at an interval, signs, queues to disk, forwards to gateways. It only speaks the wire.
 *
 * Files in its directory: `nonce` (what was given out), `queue/` (what waits), `log.jsonl` (its own account of what it
 * did), `dead-letters.jsonl` (what gateways refused for good), `lock`.
 * @module
 */
import { join } from 'node:path'
import type { DeviceKey } from '@iotex2/identity/key'
import type { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { Profile } from '@iotex2/protocol/profile'
import { type BackoffOptions, DEFAULT_BACKOFF } from './backoff.ts'
import type { Clock, Random } from './clock.ts'
import { DeviceLog } from './device-log.ts'
import { Forwarder } from './forwarder.ts'
import { type DirectoryLock, lockDirectory } from './lock.ts'
import { NonceCounter } from './nonce-counter.ts'
import { Queue, type QueueOptions } from './queue.ts'
import { encodePayload, encodeRequest } from './request.ts'
import type { Source } from './source.ts'
import type { Transport } from './transport.ts'
import { HttpTransport } from './transport-http.ts'
import { MqttTransport } from './transport-mqtt.ts'

export interface DeviceOptions {
  key: DeviceKey
  projectId: bigint
  profile: Profile
  source: Source
  transport: 'mqtt' | 'http'
  /** mqtt:// or http:// URLs, in order of preference. */
  gateways: readonly string[]
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
  queue?: QueueOptions
  clock: Clock
  random: Random
}

/** Returns the shortest interval at which every reading can earn. */
export const profileIntervalMs = (profile: Profile): number => Math.ceil(60_000 / profile.maximumRatePerMinute)

export class Device {
  readonly address: Hex
  readonly #options: DeviceOptions
  readonly #lock: DirectoryLock
  readonly #log: DeviceLog
  readonly #queue: Queue
  readonly #nonces: NonceCounter
  readonly #transport: Transport
  readonly #forwarder: Forwarder
  readonly #stopping = new AbortController()
  #running: Promise<unknown> | undefined

  private constructor(
    options: DeviceOptions,
    parts: { lock: DirectoryLock; log: DeviceLog; queue: Queue; nonces: NonceCounter },
  ) {
    const { key, projectId, gateways, directory, clock, random } = options
    this.address = key.address
    this.#options = options
    this.#lock = parts.lock
    this.#log = parts.log
    this.#queue = parts.queue
    this.#nonces = parts.nonces
    const Transport = options.transport === 'mqtt' ? MqttTransport : HttpTransport
    this.#transport = new Transport({
      projectId,
      device: key.address,
      gateways,
      replyTimeoutMs: options.replyTimeoutMs ?? 10_000,
    })
    this.#forwarder = new Forwarder({
      queue: parts.queue,
      transport: this.#transport,
      log: parts.log,
      deadLetterPath: join(directory, 'dead-letters.jsonl'),
      clock,
      random,
      backoff: options.backoff ?? DEFAULT_BACKOFF,
      window: options.window ?? 16,
    })
  }

  /** Opens the device's directory and finds what still waits there. Sends nothing yet. */
  static async open(options: DeviceOptions): Promise<Device> {
    const { directory, clock } = options
    const lock = await lockDirectory(directory)
    try {
      const queue = await Queue.open(join(directory, 'queue'), options.queue)
      const nonces = await NonceCounter.open({
        path: join(directory, 'nonce'),
        nowMs: clock.now(),
        usedUpTo: queue.highestNonce,
      })
      const log = await DeviceLog.open(join(directory, 'log.jsonl'), () => clock.now())
      if (queue.tornBytes > 0) await log.append({ event: 'torn', bytes: queue.tornBytes })
      return new Device(options, { lock, log, queue, nonces })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** Messages that wait for a gateway. */
  get waiting(): number {
    return this.#queue.size
  }

  /** Measures and forwards until {@link stop}. */
  start(): void {
    const { signal } = this.#stopping
    this.#running ??= Promise.all([
      this.#log.append({ event: 'started', device: this.address, waiting: this.waiting }).catch(() => undefined),
      this.#measure(signal),
      this.#forwarder.run(signal),
    ])
  }

  /** Stops within the time of one write. What was not acknowledged waits in the queue for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#transport.close()
    await this.#running
    await this.#queue.close()
    await this.#log.close()
    await this.#lock.release()
  }

  /** Keeps an even pace by the clock: a reading that is late does not delay the next, and is not made up for. */
  async #measure(signal: AbortSignal): Promise<void> {
    const { clock, profile, intervalMs = profileIntervalMs(profile), delayMs = 0 } = this.#options
    let due = clock.now() + delayMs
    for (;;) {
      await clock.sleep(Math.max(0, due - clock.now()), signal)
      if (signal.aborted) return
      if (!(await this.#takeReading())) return
      due = Math.max(due + intervalMs, clock.now())
    }
  }

  /** Returns whether there may be more. */
  async #takeReading(): Promise<boolean> {
    const { key, profile, projectId, source } = this.#options
    try {
      const sample = await source.measure()
      if (!sample) {
        await this.#log.append({ event: 'ended' })
        return false
      }
      const payload = encodePayload(profile, sample)
      const nonce = await this.#nonces.next()
      await this.#queue.append({ nonce, body: encodeRequest(key, projectId, nonce, payload) })
      await this.#log.append({ event: 'queued', nonce: String(nonce) })
      this.#forwarder.notify()
    } catch (error) {
      // A full disk or a broken sensor must not end the device: the next reading may succeed.
      const { code = 'UNKNOWN', message } = error as CodedError
      await this.#log.append({ event: 'missed', code, message }).catch(() => undefined)
    }
    return true
  }
}
