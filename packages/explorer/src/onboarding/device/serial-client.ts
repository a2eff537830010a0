/**
 * The host's end of the serial line (docs/serial-protocol.md): one request at a time, asked again where the line garbled
 * it or its reply.
 * @module
 */
import { encodeFrame, type Frame, FrameDecoder } from '@iotex2/protocol/serial/frame'
import {
  checkSerialResult,
  encodeSerialRequest,
  parseSerialReply,
  SerialError,
  type SerialMethod,
  type SerialParameters,
  type SerialReply,
  type SerialResult,
  serialErrorName,
} from '@iotex2/protocol/serial/messages'
import { PortalError } from '../errors.ts'

/** Both directions of a line, as Web Serial has them: after a break or a framing error there is another `readable`. */
export interface SerialStreams {
  readonly readable: ReadableStream<Uint8Array> | null
  readonly writable: WritableStream<Uint8Array>
}

export interface SerialClientOptions {
  /** How long a reply may take before it is asked for again. */
  timeoutMs?: number
  /** As {@link timeoutMs}, where a person may have to confirm on the device, or flash is written. */
  patientTimeoutMs?: number
  /** How often a request is sent before the line is given up. */
  attempts?: number
}

const PATIENT: ReadonlySet<SerialMethod> = new Set(['did.prove', 'did.permit', 'network.set', 'server.set'])

/** What came of waiting for a reply: one, none in time, the word that the device understood nothing, or the line's end. */
type Outcome = { reply: SerialReply } | 'silence' | 'garbled' | 'unplugged'

export class SerialClient {
  readonly #streams: SerialStreams
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #options: Required<SerialClientOptions>
  readonly #decoder = new FrameDecoder()
  readonly #reading: Promise<void>
  #waiting: ((heard: Outcome | 'noise') => void) | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #lastId = 0
  #open = true

  constructor(streams: SerialStreams, options: SerialClientOptions = {}) {
    this.#options = { timeoutMs: 1_500, patientTimeoutMs: 30_000, attempts: 4, ...options }
    this.#streams = streams
    this.#writer = streams.writable.getWriter()
    this.#reading = this.#read()
  }

  get isOpen(): boolean {
    return this.#open
  }

  /**
   * Asks the device. Throws {@link SerialError} where it refuses, {@link PortalError} SERIAL_SILENT where nothing that is a
   * reply comes, SERIAL_UNPLUGGED where the line ends.
   */
  call<M extends SerialMethod>(method: M, params: SerialParameters<M>): Promise<SerialResult<M>> {
    const result = this.#turn.then(() => this.#call(method, params))
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Gives the streams back, so that the port can be closed. */
  async close(): Promise<void> {
    this.#end()
    await this.#reader?.cancel().catch(() => undefined)
    await this.#reading
    await this.#writer.close().catch(() => undefined)
    this.#writer.releaseLock()
  }

  async #call<M extends SerialMethod>(method: M, params: SerialParameters<M>): Promise<SerialResult<M>> {
    const id = ++this.#lastId
    const frame = encodeFrame(encodeSerialRequest(id, method, params))
    const timeoutMs = PATIENT.has(method) ? this.#options.patientTimeoutMs : this.#options.timeoutMs
    for (let attempt = 0; attempt < this.#options.attempts; attempt++) {
      const outcome = await this.#exchange(id, frame, timeoutMs)
      if (outcome === 'unplugged') throw new PortalError('SERIAL_UNPLUGGED', 'The device was unplugged.')
      if (typeof outcome === 'string') continue
      const { reply } = outcome
      if ('error' in reply) throw new SerialError(serialErrorName(reply.error.code), reply.error.message.slice(0, 200))
      return checkSerialResult(method, reply.result)
    }
    throw new PortalError('SERIAL_SILENT', 'The device gives no answer that can be read.')
  }

  async #exchange(id: number, frame: Uint8Array, timeoutMs: number): Promise<Outcome> {
    if (!this.#open) return 'unplugged'
    let timer: ReturnType<typeof setTimeout> | undefined
    const outcome = new Promise<Outcome>((settle) => {
      const waitFor = (ms: number) => {
        clearTimeout(timer)
        timer = setTimeout(() => settle('silence'), ms)
      }
      waitFor(timeoutMs)
      this.#waiting = (heard) => {
        // Noise may have been the reply, or a log: there is no use in waiting for a person any more.
        if (heard === 'noise') waitFor(this.#options.timeoutMs)
        // A late reply to a request that was asked again answers the earlier one.
        else if (typeof heard === 'string' || heard.reply.id === id) settle(heard)
      }
    })
    this.#writer.write(frame).catch(() => this.#end())
    return outcome.finally(() => {
      clearTimeout(timer)
      this.#waiting = undefined
    })
  }

  async #read(): Promise<void> {
    let stream: ReadableStream<Uint8Array> | null = null
    while (this.#streams.readable && this.#streams.readable !== stream) {
      stream = this.#streams.readable
      this.#reader = stream.getReader()
      try {
        for (;;) {
          const { done, value } = await this.#reader.read()
          if (done) break
          for (const frame of this.#decoder.push(value)) this.#hear(frame)
        }
      } catch {
        // The device went, and nothing is left to read; or the line had a break, and there is another stream.
      }
      this.#reader.releaseLock()
    }
    this.#end()
  }

  #hear(frame: Frame): void {
    const reply = 'message' in frame ? readReply(frame.message) : undefined
    if (!reply) this.#waiting?.('noise')
    else this.#waiting?.(reply.id === null ? 'garbled' : { reply })
  }

  #end(): void {
    this.#open = false
    this.#waiting?.('unplugged')
  }
}

function readReply(message: Uint8Array): SerialReply | undefined {
  try {
    return parseSerialReply(message)
  } catch (error) {
    if (error instanceof SerialError) return undefined
    throw error
  }
}
