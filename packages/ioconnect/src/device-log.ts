/**
 * What a device did, one JSON object a line: the account that its core gives of itself (c/src/device.c), against which loss
 * and duplication are measured.
 * @module
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'

export type DeviceEvent =
  /** A reading was signed and is durable in the queue. */
  | { event: 'queued'; nonce: string }
  /** It goes out to a gateway, for the first time or again. */
  | { event: 'sending'; nonce: string; gateway: string }
  /** A gateway keeps it. */
  | { event: 'acknowledged'; nonce: string; taskID: Hex; status: number }
  /** A gateway refused it for good; it lies in dead-letters.jsonl. */
  | { event: 'refused'; nonce: string; status: number; code: string; message: string }
  /** No gateway could be reached, or none would take it now. */
  | { event: 'retrying'; code: string; message: string; failures: number; delayMs: number }
  /** A measurement could not be made or queued. */
  | { event: 'missed'; code: string; message: string }
  | { event: 'started'; device: Hex; waiting: number }
  /** The replayed recording ended. */
  | { event: 'ended' }

export type DeviceLogEntry = DeviceEvent & { time: string }

/** A line outlives this process, not the machine. */
export class DeviceLog {
  readonly #file: number
  readonly #now: () => number

  private constructor(file: number, now: () => number) {
    this.#file = file
    this.#now = now
  }

  /** Opens the log for appending; a last line that a crash had torn is ended, so that the next one stands alone. */
  static open(path: string, now: () => number): DeviceLog {
    const file = openSync(path, 'a+', 0o644)
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(file, last, 0, 1, size - 1)
    if (size > 0 && last[0] !== 0x0a) writeSync(file, '\n')
    return new DeviceLog(file, now)
  }

  /** Appends a JSON object that has members, with the time. */
  append(line: string): void {
    writeSync(this.#file, `{"time":"${new Date(this.#now()).toISOString()}",${line.slice(1)}\n`)
  }

  close(): void {
    closeSync(this.#file)
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
