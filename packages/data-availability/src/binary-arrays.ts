/**
 * PostgreSQL's binary form of one-dimensional arrays, as `array_recv` reads it: a bulk insert sends one array a column,
 * and the server copies bytes where it would otherwise parse text. https://www.postgresql.org/docs/18/protocol-overview.html
 * @module
 */

const HEADER_BYTES = 20
const BYTEA_OID = 17
const INT8_OID = 20
const TEXT_OID = 25

function allocate(oid: number, count: number, bodyBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + bodyBytes)
  buffer.writeInt32BE(1, 0) // dimensions
  buffer.writeInt32BE(0, 4) // has no nulls
  buffer.writeInt32BE(oid, 8)
  buffer.writeInt32BE(count, 12)
  buffer.writeInt32BE(1, 16) // first index
  return buffer
}

/** Returns `int8[]`. Values must fit into 64 bits, signed. */
export function int8Array(values: readonly bigint[]): Buffer {
  const buffer = allocate(INT8_OID, values.length, 12 * values.length)
  let offset = HEADER_BYTES
  for (const value of values) {
    offset = buffer.writeInt32BE(8, offset)
    offset = buffer.writeBigInt64BE(value, offset)
  }
  return buffer
}

/** Returns `bytea[]`. */
export function byteaArray(values: readonly Uint8Array[], oid = BYTEA_OID): Buffer {
  let bodyBytes = 0
  for (const value of values) bodyBytes += 4 + value.length
  const buffer = allocate(oid, values.length, bodyBytes)
  let offset = HEADER_BYTES
  for (const value of values) {
    offset = buffer.writeInt32BE(value.length, offset)
    buffer.set(value, offset)
    offset += value.length
  }
  return buffer
}

/** Returns `text[]` of strings, or of their UTF-8. Throws nothing, but the server refuses text with a NUL. */
export function textArray(values: readonly (string | Uint8Array)[]): Buffer {
  return byteaArray(
    values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value)),
    TEXT_OID,
  )
}
