/**
 * A device that lives in memory, with nothing around it: its core as in {@link Device}, whose platform is at hand. Hosts of
 * the serial line are tried against it, and what it signs is looked at.
 * @module
 */
import { DeviceKey } from '@iotex2/identity/key'
import type { Profile } from '@iotex2/protocol/profile'
import { encodeFrame, FrameDecoder } from '@iotex2/protocol/serial/frame'
import { DEFAULT_BACKOFF, provisionKey, SIMULATED } from '../device.ts'
import { type Sample, scaleSample } from '../source.ts'
import { type CoreSettings, type DeadLetter, DeviceCore } from './device-core.ts'
import { type Flash, MemoryFlash } from './flash-file.ts'
import type { RandomBytes } from './psa.ts'

export interface MemoryDeviceOptions extends Partial<Omit<CoreSettings, 'keyId' | 'fields' | 'development'>> {
  key?: DeviceKey
  profile?: Profile
  /** Whether the settings of `server.set` can be kept. */
  keeps?: boolean
  flash?: Flash
  /** What was stored before. */
  stored?: ReadonlyMap<string, Uint8Array>
  now?: () => number
  randomBytes?: RandomBytes
}

/** What a device handed to its network. */
export interface Sent {
  gateway: string
  nonce: bigint
  body: string
}

export class MemoryDevice {
  readonly key: DeviceKey
  readonly core: DeviceCore
  readonly stored: Map<string, Uint8Array>
  readonly sent: Sent[] = []
  readonly letters: DeadLetter[] = []
  readonly log: Record<string, unknown>[] = []
  /** Measurements that it asked for, and times that it hung up. */
  measurements = 0
  hangUps = 0
  readonly #profile: Profile | undefined
  #written: Uint8Array[] = []

  constructor(options: MemoryDeviceOptions = {}) {
    const {
      key = new DeviceKey(new Uint8Array(32).fill(1)),
      profile,
      keeps = true,
      now = () => 1_764_000_000_000,
    } = options
    const { randomBytes = (length: number) => new Uint8Array(length) } = options
    const { psa, keyId } = provisionKey(key, randomBytes)
    this.key = key
    this.stored = new Map(options.stored)
    this.#profile = profile
    this.core = DeviceCore.open(
      {
        ...SIMULATED,
        signedKeys: [],
        intervalMs: 1000,
        delayMs: 0,
        window: 16,
        replyTimeoutMs: 10_000,
        backoff: DEFAULT_BACKOFF,
        ...options,
        keyId,
        development: key.development,
        fields: profile?.fields ?? [],
      },
      {
        psa,
        flash: options.flash ?? new MemoryFlash({ sectorBytes: 4096, sectors: 16 }),
        randomBytes,
        now,
        load: (name) => this.stored.get(name),
        store: (name, value) => {
          if (!keeps) throw new RangeError('no space')
          this.stored.set(name, value)
        },
        measure: () => {
          this.measurements++
        },
        send: (gateway, nonce, body) => this.sent.push({ gateway, nonce, body }),
        hangUp: () => {
          this.hangUps++
        },
        bury: (letter) => this.letters.push(letter),
        log: (line) => this.log.push(JSON.parse(line) as Record<string, unknown>),
        write: (bytes) => this.#written.push(bytes),
        served: () => {},
      },
    )
  }

  /** Takes a sample of the profile. */
  take(sample: Sample): void {
    this.core.take(sample.time, scaleSample(this.#profile!, sample))
  }

  /** Takes bytes of the serial line, and returns what the device answers. */
  read(bytes: Uint8Array): Uint8Array {
    this.#written = []
    this.core.read(bytes)
    return Buffer.concat(this.#written)
  }

  /** Answers one message of the serial line. */
  answer(message: Uint8Array): Uint8Array {
    const [reply] = new FrameDecoder().push(this.read(encodeFrame(message)))
    return reply && 'message' in reply ? reply.message : new Uint8Array()
  }
}
