/**
 * Frames of the serial line (docs/serial-protocol.md): 00 COBS(message ‖ CRC-32 of it, little-endian) 00.
 *
 * A frame carries one JSON-RPC message in UTF-8. Whatever else is on the line, such as a boot log, is no frame.
 * @module
 */
import { CodedError } from '../errors.ts'
import { cobsDecode, cobsEncode } from './cobs.ts'
import { crc32 } from './crc32.ts'

/** Bytes of a message: what a small chip can hold twice. */
export const MAXIMUM_MESSAGE_BYTES = 2048

const CRC_BYTES = 4
/** Bytes between two delimiters: message and CRC, and one more for each 254 that are begun. */
export const MAXIMUM_ENCODED_BYTES =
  MAXIMUM_MESSAGE_BYTES + CRC_BYTES + Math.floor((MAXIMUM_MESSAGE_BYTES + CRC_BYTES) / 254) + 1

/** Thrown when a message does not fit into a frame. Code FRAME_TOO_LONG. */
export class FrameTooLongError extends CodedError {
  constructor(length: number) {
    super('FRAME_TOO_LONG', `A message on the serial line has ${MAXIMUM_MESSAGE_BYTES} bytes at most, not ${length}.`)
  }
}

/** What stood between two delimiters: a message, or why it is none. */
export type Frame = { message: Uint8Array } | { fault: FrameFault }

/** Not encoded, of another checksum, or longer than any frame. */
export type FrameFault = 'FRAME_MALFORMED' | 'FRAME_CORRUPTED' | 'FRAME_TOO_LONG'

/** Returns the bytes to send. Throws {@link FrameTooLongError}. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  if (message.length > MAXIMUM_MESSAGE_BYTES) throw new FrameTooLongError(message.length)
  const checked = new Uint8Array(message.length + CRC_BYTES)
  checked.set(message)
  new DataView(checked.buffer).setUint32(message.length, crc32(message), true)
  const encoded = cobsEncode(checked)
  const frame = new Uint8Array(encoded.length + 2)
  frame.set(encoded, 1)
  return frame
}

/** Finds frames in a stream of bytes, however it is cut. Holds no more than a frame. */
export class FrameDecoder {
  readonly #encoded = new Uint8Array(MAXIMUM_ENCODED_BYTES)
  #length = 0
  #overlong = false

  /** Returns what ended within `bytes`, in order. */
  push(bytes: Uint8Array): Frame[] {
    const frames: Frame[] = []
    for (const byte of bytes) {
      if (byte === 0) {
        const frame = this.#end()
        if (frame) frames.push(frame)
      } else if (this.#length === MAXIMUM_ENCODED_BYTES) this.#overlong = true
      else this.#encoded[this.#length++] = byte
    }
    return frames
  }

  /** Between two delimiters in a row there is nothing. */
  #end(): Frame | undefined {
    const encoded = this.#encoded.subarray(0, this.#length)
    const overlong = this.#overlong
    this.#length = 0
    this.#overlong = false
    if (encoded.length === 0) return undefined
    if (overlong) return { fault: 'FRAME_TOO_LONG' }
    const checked = cobsDecode(encoded)
    if (!checked || checked.length < CRC_BYTES) return { fault: 'FRAME_MALFORMED' }
    const message = checked.slice(0, -CRC_BYTES)
    const sum = new DataView(checked.buffer, checked.byteOffset + message.length, CRC_BYTES).getUint32(0, true)
    return crc32(message) === sum ? { message } : { fault: 'FRAME_CORRUPTED' }
  }
}
