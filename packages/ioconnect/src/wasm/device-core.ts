/**
 * One device's core: the C of packages/ioconnect/c as WebAssembly, with its platform (c/wasm/platform.c). The module is
 * compiled once; each device is an instance with a memory of its own.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { DEVICE_WASM } from '../generated/device-wasm.ts'
import type { Flash } from './flash-file.ts'
import type { Psa, RandomBytes } from './psa.ts'

/** What a device's core asks of its platform. Calls that throw fail there as they would on a chip. */
export interface DevicePlatform {
  psa: Psa
  flash: Flash
  randomBytes: RandomBytes
  /** Milliseconds since the epoch. */
  now(): number
  /** Returns what was stored under `key`, if anything. */
  load(key: string): Uint8Array | undefined
  /** Stores durably. */
  store(key: string, value: Uint8Array): void
  /** Begins a measurement; {@link DeviceCore.take}, `miss` or `end` tells its end, later. */
  measure(): void
  /** Begins to send; {@link DeviceCore.reply} or `fail` tells what comes of it, later. */
  send(gateway: string, nonce: bigint, body: string): void
  /** Gives up what was sent and is not answered. */
  hangUp(): void
  /** Keeps what a gateway refused for good, durably. */
  bury(letter: DeadLetter): void
  /** Takes a line of the device's own account: a JSON object. */
  log(line: string): void
  /** Writes to the serial line. */
  write(bytes: Uint8Array): void
  /** Tells that the server was set over the serial line. */
  served(): void
}

export interface DeadLetter {
  nonce: string
  status: number
  code: string
  message: string
  body: string
}

export interface CoreSettings {
  /** PSA's identifier of the key that signs. */
  keyId: number
  /** A development key: consents to nothing on another chain than 31337. */
  development: boolean
  /** PSA's identifier of the seed of the key for circuits, and the chain of the leaves that it signs. */
  circuit?: { seedId: number; chainId: bigint }
  model: string
  firmware: string
  fields: readonly { name: string; scale: number }[]
  /** The project's signed keys in their order: `time`, or fields whose values are whole numbers. */
  signedKeys: readonly string[]
  /** What requests say of their schema. */
  projectVersion?: string
  /** Projects that each reading goes to beside the server's. */
  otherProjects?: readonly bigint[]
  /** Messages that wait before they are sent together. */
  batch?: number
  /** Where readings go; what was told over the serial line goes before it. */
  server?: { projectId: bigint; transport: 'mqtt' | 'http'; gateways: readonly string[] }
  /** Gateways that prove their answers, and their keys of P-256, x ‖ y. */
  gatewayKeys?: readonly { url: string; key: Uint8Array }[]
  intervalMs: number
  /** To the first reading. */
  delayMs: number
  /** Messages that may be in flight at once, at most 64. */
  window: number
  replyTimeoutMs: number
  backoff: { baseMs: number; capMs: number }
}

/** Thrown when the core refuses what it is told. Its code is the status's name (c/include/ioconnect/status.h). */
export class DeviceCoreError extends CodedError {
  constructor(status: string, cause: string) {
    super(status, `The device's core: ${cause}.`)
  }
}

interface Exports {
  memory: WebAssembly.Memory
  inbox(): number
  inbox_bytes(): number
  set_key(key: number, agreement: number, development: number): void
  add_gateway_key(urlLength: number): number
  set_circuit(seed: number, chainId: bigint): number
  set_pace(
    intervalMs: number,
    delayMs: number,
    window: number,
    replyTimeoutMs: number,
    baseMs: number,
    capMs: number,
  ): void
  set_flash(sectors: number, sectorBytes: number, unitBytes: number): void
  set_model(length: number): number
  set_firmware(length: number): number
  set_version(length: number): number
  set_batch(batch: number): void
  add_project(projectId: bigint): number
  add_field(nameLength: number, scale: number): number
  add_signed_key(key: number): number
  set_project(projectId: bigint, mqtt: number): void
  add_gateway(length: number): number
  open(): number
  run(): number
  waiting(): number
  serves(): number
  project_id(): bigint
  take(time: number): void
  miss(codeLength: number, messageLength: number): void
  end(): void
  reply(nonce: bigint, status: number, length: number): void
  fail(nonce: bigint, codeLength: number, messageLength: number): void
  read(length: number): void
  status_name(status: number): number
  status_cause(status: number): number
}

/** Of ioc_status_t: what a platform function that throws is to the core. */
const FLASH_FAILED = -28
const RANDOM_FAILED = -10
/** IOC_DEVICE_IDLE. */
const IDLE = 0xffff_ffff

const decoder = new TextDecoder()

let compiled: WebAssembly.Module | undefined
const deviceModule = (): WebAssembly.Module => {
  compiled ??= new WebAssembly.Module(Buffer.from(DEVICE_WASM, 'base64'))
  return compiled
}

export class DeviceCore {
  readonly #exports: Exports
  readonly #inbox: number
  readonly #inboxBytes: number

  private constructor(platform: DevicePlatform) {
    const memory = () => this.#exports.memory
    const { exports } = new WebAssembly.Instance(deviceModule(), {
      psa: platform.psa.imports(memory),
      platform: imports(platform, memory),
    })
    this.#exports = exports as unknown as Exports
    this.#inbox = this.#exports.inbox()
    this.#inboxBytes = this.#exports.inbox_bytes()
  }

  /** Throws {@link DeviceCoreError}. */
  static open(settings: CoreSettings, platform: DevicePlatform): DeviceCore {
    const core = new DeviceCore(platform)
    const { server, backoff, fields, signedKeys } = settings
    const { sectors, sectorBytes, unitBytes } = platform.flash
    core.#exports.set_key(settings.keyId, 0, Number(settings.development))
    const { circuit } = settings
    if (circuit) core.#check(core.#exports.set_circuit(circuit.seedId, circuit.chainId))
    core.#exports.set_pace(
      settings.intervalMs,
      settings.delayMs,
      settings.window,
      settings.replyTimeoutMs,
      backoff.baseMs,
      backoff.capMs,
    )
    core.#exports.set_flash(sectors, sectorBytes, unitBytes)
    core.#check(core.#exports.set_model(core.#give(settings.model)))
    core.#check(core.#exports.set_firmware(core.#give(settings.firmware)))
    if (settings.projectVersion) core.#check(core.#exports.set_version(core.#give(settings.projectVersion)))
    core.#exports.set_batch(settings.batch ?? 0)
    for (const projectId of settings.otherProjects ?? []) core.#check(core.#exports.add_project(projectId))
    for (const { name, scale } of fields) core.#check(core.#exports.add_field(core.#give(name), scale))
    const names = ['time', ...fields.map(({ name }) => name)]
    // One that the profile does not have is beyond all fields, and no reading is queued.
    for (const key of signedKeys) core.#check(core.#exports.add_signed_key(names.indexOf(key) & 0xff))
    if (server) {
      core.#exports.set_project(server.projectId, Number(server.transport === 'mqtt'))
      for (const gateway of server.gateways) core.#check(core.#exports.add_gateway(core.#give(gateway)))
    }
    for (const { url, key } of settings.gatewayKeys ?? []) {
      core.#memory(core.#inbox, key.length).set(key)
      core.#check(core.#exports.add_gateway_key(core.#give(url, key.length)))
    }
    core.#check(core.#exports.open())
    return core
  }

  /** Bytes of the instance's memory. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength
  }

  /** Messages that wait for a gateway. */
  get waiting(): number {
    return this.#exports.waiting()
  }

  /** Whether it knows where its readings go. */
  get serves(): boolean {
    return this.#exports.serves() !== 0
  }

  get projectId(): bigint {
    return this.#exports.project_id()
  }

  /** Does what is due, and returns the milliseconds until something is again; undefined where nothing is by itself. */
  run(): number | undefined {
    const waitMs = this.#exports.run() >>> 0
    return waitMs === IDLE ? undefined : waitMs
  }

  /** A measurement: milliseconds since the epoch, and the fields' values times their scales. */
  take(time: number, values: readonly bigint[]): void {
    const view = new DataView(this.#exports.memory.buffer, this.#inbox, this.#inboxBytes)
    for (const [i, value] of values.entries()) view.setBigInt64(8 * i, value, true)
    this.#exports.take(time)
  }

  /** A measurement that could not be made. */
  miss(code: string, message: string): void {
    this.#exports.miss(...this.#giveTwo(code, message))
  }

  /** There will be no more measurements. */
  end(): void {
    this.#exports.end()
  }

  /** What a gateway replied. `nonce` and `status` are 0 where the reply itself says them. */
  reply(nonce: bigint, status: number, text: string): void {
    this.#exports.reply(nonce, status, this.#give(text))
  }

  /** No reply will come to `nonce`, or, where it is 0, to anything that is in flight. */
  fail(nonce: bigint, code: string, message: string): void {
    this.#exports.fail(nonce, ...this.#giveTwo(code, message))
  }

  /** Bytes that came over the serial line. What it answers is written meanwhile. */
  read(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; offset += this.#inboxBytes) {
      const part = bytes.subarray(offset, offset + this.#inboxBytes)
      this.#memory(this.#inbox, part.length).set(part)
      this.#exports.read(part.length)
    }
  }

  #memory(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, address, length)
  }

  /** Writes a text into the inbox, cut where it is longer, and returns its length. */
  #give(text: string, offset = 0): number {
    const bytes = Buffer.from(text).subarray(0, this.#inboxBytes - offset)
    this.#memory(this.#inbox + offset, bytes.length).set(bytes)
    return bytes.length
  }

  #giveTwo(one: string, other: string): [number, number] {
    const length = this.#give(one)
    return [length, this.#give(other.slice(0, 500), length)]
  }

  #check(status: number): void {
    if (status === 0) return
    const text = (address: number) => {
      const bytes = this.#memory(address, this.#exports.memory.buffer.byteLength - address)
      return decoder.decode(bytes.subarray(0, bytes.indexOf(0)))
    }
    throw new DeviceCoreError(text(this.#exports.status_name(status)), text(this.#exports.status_cause(status)))
  }
}

function imports(
  platform: DevicePlatform,
  memory: () => WebAssembly.Memory,
): Record<string, (...parameters: never[]) => unknown> {
  const bytesAt = (address: number, length: number) => new Uint8Array(memory().buffer, address >>> 0, length >>> 0)
  const textAt = (address: number, length: number) => decoder.decode(bytesAt(address, length))
  /** Runs what may fail, as storage does. */
  const attempt = (run: () => void, failed = FLASH_FAILED): number => {
    try {
      run()
      return 0
    } catch {
      return failed
    }
  }
  return {
    random: (address: number, length: number) =>
      attempt(() => bytesAt(address, length).set(platform.randomBytes(length)), RANDOM_FAILED),
    milliseconds: () => platform.now(),
    load: (keyAt: number, keyLength: number, address: number, capacity: number) => {
      let length = FLASH_FAILED
      attempt(() => {
        const value = platform.load(textAt(keyAt, keyLength)) ?? new Uint8Array()
        bytesAt(address, capacity).set(value)
        length = value.length
      })
      return length
    },
    store: (keyAt: number, keyLength: number, address: number, length: number) =>
      attempt(() => platform.store(textAt(keyAt, keyLength), bytesAt(address, length).slice())),
    measure: () => platform.measure(),
    send: (gatewayAt: number, gatewayLength: number, nonce: bigint, address: number, length: number) =>
      platform.send(textAt(gatewayAt, gatewayLength), BigInt.asUintN(64, nonce), textAt(address, length)),
    hang_up: () => platform.hangUp(),
    bury: (
      nonce: bigint,
      status: number,
      ...[codeAt, codeLength, reasonAt, reasonLength, address, length]: [number, number, number, number, number, number]
    ) =>
      attempt(() =>
        platform.bury({
          nonce: String(BigInt.asUintN(64, nonce)),
          status,
          code: textAt(codeAt, codeLength),
          message: JSON.parse(textAt(reasonAt, reasonLength)) as string,
          body: textAt(address, length),
        }),
      ),
    log: (address: number, length: number) => platform.log(textAt(address, length)),
    write: (address: number, length: number) => platform.write(bytesAt(address, length).slice()),
    served: () => platform.served(),
    flash_read: (at: number, address: number, length: number) =>
      attempt(() => platform.flash.read(at >>> 0, bytesAt(address, length))),
    flash_program: (at: number, address: number, length: number) =>
      attempt(() => platform.flash.program(at >>> 0, bytesAt(address, length))),
    flash_erase: (at: number, length: number) => attempt(() => platform.flash.erase(at >>> 0, length >>> 0)),
  }
}
