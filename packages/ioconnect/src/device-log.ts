/**
 * What a device did, one JSON object a line: the device's own account, against which loss and duplication are measured.
 * @module
 */
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'

export type DeviceEvent =
  /** A reading was signed and is durable in the queue. */
  | { event: 'queued'; nonce: string }
  /** It goes out to a gateway, for the first time or again. */
  | { event: 'sent'; nonce: string; gateway: string }
  /** A gateway keeps it. */
  | { event: 'acknowledged'; nonce: string; taskID: Hex; status: number }
  /** A gateway refused it for good; it lies in dead-letters.jsonl. */
  | { event: 'refused'; nonce: string; status: number; code: string; message: string }
  /** No gateway could be reached, or none would take it now. */
  | { event: 'retrying'; code: string; message: string; failures: number; delayMs: number }
  /** A measurement could not be made or queued. */
  | { event: 'missed'; code: string; message: string }
  /** The queue's files had torn ends, which were discarded. */
  | { event: 'torn'; bytes: number }
  | { event: 'started'; device: Hex; waiting: number }
  /** The replayed recording ended. */
  | { event: 'ended' }

export type DeviceLogEntry = DeviceEvent & { time: string }

export class DeviceLog {
  readonly #file: FileHandle
  readonly #now: () => number
  #tail: Promise<unknown> = Promise.resolve()

  private constructor(file: FileHandle, now: () => number) {
    this.#file = file
    this.#now = now
  }

  /** Opens the log for appending; a last line that a crash had torn is ended, so that the next one stands alone. */
  static async open(path: string, now: () => number): Promise<DeviceLog> {
    const file = await open(path, 'a+', 0o644)
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await file.read(last, 0, 1, size - 1)
    const log = new DeviceLog(file, now)
    if (size > 0 && last[0] !== 0x0a) await file.appendFile('\n')
    return log
  }

  /** Resolves once the line is with the operating system: it outlives this process, not the machine. */
  append(event: DeviceEvent): Promise<void> {
    const line = `${JSON.stringify({ time: new Date(this.#now()).toISOString(), ...event })}\n`
    const written = this.#tail.then(() => this.#file.appendFile(line))
    this.#tail = written.catch(() => undefined)
    return written
  }

  async close(): Promise<void> {
    await this.#tail
    await this.#file.close()
  }
}

/** What a device's log adds up to. */
export interface DeviceAccount {
  /** Nonces of readings that were made durable. */
  queued: Set<string>
  /** Task id of each acknowledged nonce. */
  acknowledged: Map<string, Hex>
  /** Code with which each refused nonce was refused. */
  refused: Map<string, string>
}

/** Thrown when a nonce was acknowledged under two task ids: two messages bore it. Code NONCE_ACKNOWLEDGED_TWICE. */
export class DeviceLogError extends CodedError {
  constructor(nonce: string) {
    super('NONCE_ACKNOWLEDGED_TWICE', `Nonce ${nonce} was acknowledged under two task ids.`)
  }
}

/** Reads a device's log. Lines that a crash tore are passed over. Throws {@link DeviceLogError}. */
export async function readDeviceLog(path: string): Promise<DeviceAccount> {
  const account: DeviceAccount = { queued: new Set(), acknowledged: new Map(), refused: new Map() }
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const entry = parseLine(line)
    if (entry?.event === 'queued') account.queued.add(entry.nonce)
    else if (entry?.event === 'refused') account.refused.set(entry.nonce, entry.code)
    else if (entry?.event === 'acknowledged') {
      const { nonce, taskID } = entry
      if ((account.acknowledged.get(nonce) ?? taskID) !== taskID) throw new DeviceLogError(nonce)
      account.acknowledged.set(nonce, taskID)
    }
  }
  return account
}

function parseLine(line: string): DeviceLogEntry | undefined {
  try {
    return JSON.parse(line) as DeviceLogEntry
  } catch {
    return undefined
  }
}
