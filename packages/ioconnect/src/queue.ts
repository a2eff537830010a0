/**
 * A store-and-forward queue on disk: append-only segment files that survive kill -9 and power cuts at any byte.
 *
 * `append` resolves once its record is durable. `remove` is durable at some later time: a message that comes back after
 * a crash is sent again, and acknowledged again. A process never appends to a segment of an earlier one, so that a torn
 * tail stays at the end of its file. Segments go oldest first, once all their messages have left; a record that a message
 * left is therefore never older than the segment that queued it.
 * @module
 */
import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { syncDirectory } from './durable-file.ts'
import { decodeSegment, encodeRecord } from './segment.ts'

export interface QueuedMessage {
  nonce: bigint
  body: string
}

export interface QueueOptions {
  /** Size at which a segment is closed and the next one begun. */
  segmentBytes?: number
  /** Messages that may wait, all of which are held in memory. */
  maximumMessages?: number
}

/** Thrown when as many messages wait as may. Code QUEUE_FULL. */
export class QueueFullError extends CodedError {
  constructor(maximum: number) {
    super('QUEUE_FULL', `${maximum} messages wait already: no gateway has taken any for too long.`)
  }
}

interface Segment {
  number: number
  /** Messages queued in it that have not left. */
  waiting: number
}

interface Write {
  bytes: Buffer
  done: () => void
  failed: (error: unknown) => void
}

const FILE_NAME = /^(\d{8,})\.segment$/

export class Queue {
  /** Bytes at the ends of segments that a crash had torn, as found on opening. */
  readonly tornBytes: number
  /** Highest nonce that was found on opening, 0 if none was. */
  readonly highestNonce: bigint
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #maximumMessages: number
  /** In the order in which they were queued. */
  readonly #messages: Map<bigint, { message: QueuedMessage; segment: Segment }>
  readonly #segments: Segment[]
  #file: FileHandle | undefined
  #fileBytes = 0
  #nextNumber: number
  #writes: Write[] = []
  #writing: Promise<void> | undefined

  private constructor(directory: string, loaded: Loaded, options: QueueOptions) {
    this.#directory = directory
    this.#segmentBytes = options.segmentBytes ?? 1 << 20
    this.#maximumMessages = options.maximumMessages ?? 100_000
    this.#messages = loaded.messages
    this.#segments = loaded.segments
    this.#nextNumber = (loaded.segments.at(-1)?.number ?? 0) + 1
    this.tornBytes = loaded.tornBytes
    this.highestNonce = loaded.highestNonce
  }

  /** Opens the queue in `directory`, which this process must hold alone (see `lockDirectory`). */
  static async open(directory: string, options: QueueOptions = {}): Promise<Queue> {
    await mkdir(directory, { recursive: true })
    await syncDirectory(dirname(directory))
    const queue = new Queue(directory, await load(directory), options)
    await queue.#dropEmptySegments()
    return queue
  }

  get size(): number {
    return this.#messages.size
  }

  /** Messages that wait, oldest first. */
  *messages(): Generator<QueuedMessage> {
    for (const { message } of this.#messages.values()) yield message
  }

  /** Resolves once the message is durable. Calls that overlap share one fsync. Throws {@link QueueFullError}. */
  async append(message: QueuedMessage): Promise<void> {
    if (this.#messages.size >= this.#maximumMessages) throw new QueueFullError(this.#maximumMessages)
    await this.#write(encodeRecord({ kind: 'queued', ...message }), () => {
      const segment = this.#segments.at(-1)!
      segment.waiting++
      this.#messages.set(message.nonce, { message, segment })
    })
  }

  /** Takes a message off the queue: it was acknowledged, or is kept elsewhere. */
  async remove(nonce: bigint): Promise<void> {
    const entry = this.#messages.get(nonce)
    if (!entry) return
    this.#messages.delete(nonce)
    entry.segment.waiting--
    await this.#write(encodeRecord({ kind: 'left', nonce }), () => {})
  }

  /** Resolves once everything written is durable and the files are closed. */
  async close(): Promise<void> {
    while (this.#writing) await this.#writing
    await this.#file?.close()
    this.#file = undefined
  }

  #write(bytes: Buffer, written: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        written()
        resolve()
      }
      this.#writes.push({ bytes, done, failed: reject })
      this.#writing ??= this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#writes.length > 0) {
      const writes = this.#writes
      this.#writes = []
      const bytes = Buffer.concat(writes.map((write) => write.bytes))
      try {
        const file = await this.#segmentFile()
        await file.appendFile(bytes)
        await file.datasync()
        this.#fileBytes += bytes.length
        for (const write of writes) write.done()
        await this.#dropEmptySegments()
      } catch (error) {
        // What part was written is unknown, so it may only ever be a tail: the next write begins a segment.
        await this.#file?.close().catch(() => undefined)
        this.#file = undefined
        for (const write of writes) write.failed(error)
      }
    }
    this.#writing = undefined
  }

  async #segmentFile(): Promise<FileHandle> {
    if (this.#file && this.#fileBytes < this.#segmentBytes) return this.#file
    await this.#file?.close()
    this.#file = undefined
    const number = this.#nextNumber++
    this.#file = await open(segmentPath(this.#directory, number), 'wx', 0o600)
    this.#fileBytes = 0
    this.#segments.push({ number, waiting: 0 })
    await syncDirectory(this.#directory)
    return this.#file
  }

  /** Deletes the oldest segments from which every message has left, the open one excepted. */
  async #dropEmptySegments(): Promise<void> {
    while (this.#segments[0]?.waiting === 0 && (this.#segments.length > 1 || !this.#file)) {
      await unlink(segmentPath(this.#directory, this.#segments[0].number))
      this.#segments.shift()
    }
  }
}

const segmentPath = (directory: string, number: number): string =>
  join(directory, `${String(number).padStart(8, '0')}.segment`)

interface Loaded {
  messages: Map<bigint, { message: QueuedMessage; segment: Segment }>
  segments: Segment[]
  tornBytes: number
  highestNonce: bigint
}

async function load(directory: string): Promise<Loaded> {
  const loaded: Loaded = { messages: new Map(), segments: [], tornBytes: 0, highestNonce: 0n }
  const numbers = (await readdir(directory))
    .flatMap((name) => FILE_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  for (const number of numbers) {
    const segment: Segment = { number, waiting: 0 }
    loaded.segments.push(segment)
    const bytes = await readFile(segmentPath(directory, number))
    const { records, validBytes } = decodeSegment(bytes)
    loaded.tornBytes += bytes.length - validBytes
    for (const record of records) {
      if (record.nonce > loaded.highestNonce) loaded.highestNonce = record.nonce
      const queued = loaded.messages.get(record.nonce)
      if (queued) {
        queued.segment.waiting--
        loaded.messages.delete(record.nonce)
      }
      if (record.kind === 'queued') {
        loaded.messages.set(record.nonce, { message: { nonce: record.nonce, body: record.body }, segment })
        segment.waiting++
      }
    }
  }
  return loaded
}
