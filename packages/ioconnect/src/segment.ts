/**
 * The queue's records as they lie in a segment file.
 *
 *   length  4 bytes, big endian: of what follows the checksum
 *   crc32   4 bytes: over length, kind, nonce and body
 *   kind    1 byte: 1 a message was queued, 2 it left the queue
 *   nonce   8 bytes, big endian
 *   body    the request's bytes; none when it left
 * @module
 */
import { crc32 } from 'node:zlib'
import { MAXIMUM_BODY_BYTES } from '@iotex2/protocol/wire'

export type QueueRecord = { kind: 'queued'; nonce: bigint; body: string } | { kind: 'left'; nonce: bigint }

const HEADER_BYTES = 8
const FIXED_BYTES = 9
const KIND = { queued: 1, left: 2 } as const

export function encodeRecord(record: QueueRecord): Buffer {
  const body = Buffer.from(record.kind === 'queued' ? record.body : '')
  const bytes = Buffer.alloc(HEADER_BYTES + FIXED_BYTES + body.length)
  bytes.writeUInt32BE(FIXED_BYTES + body.length, 0)
  bytes.writeUInt8(KIND[record.kind], HEADER_BYTES)
  bytes.writeBigUInt64BE(record.nonce, HEADER_BYTES + 1)
  body.copy(bytes, HEADER_BYTES + FIXED_BYTES)
  bytes.writeUInt32BE(checksum(bytes), 4)
  return bytes
}

/** Over everything but the checksum itself. */
const checksum = (record: Buffer): number => crc32(record.subarray(HEADER_BYTES), crc32(record.subarray(0, 4)))

/** Returns the records of a segment, and how many bytes they fill: what follows was torn by a crash. */
export function decodeSegment(segment: Buffer): { records: QueueRecord[]; validBytes: number } {
  const records: QueueRecord[] = []
  let offset = 0
  while (offset + HEADER_BYTES + FIXED_BYTES <= segment.length) {
    const length = segment.readUInt32BE(offset)
    const end = offset + HEADER_BYTES + length
    if (length < FIXED_BYTES || length > FIXED_BYTES + MAXIMUM_BODY_BYTES || end > segment.length) break
    const bytes = segment.subarray(offset, end)
    if (checksum(bytes) !== bytes.readUInt32BE(4)) break
    const nonce = bytes.readBigUInt64BE(HEADER_BYTES + 1)
    const kind = bytes[HEADER_BYTES]
    if (kind === KIND.queued)
      records.push({ kind: 'queued', nonce, body: bytes.toString('utf8', HEADER_BYTES + FIXED_BYTES) })
    else if (kind === KIND.left) records.push({ kind: 'left', nonce })
    else break
    offset = end
  }
  return { records, validBytes: offset }
}
