/**
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999): bytes without
 * zero, one longer for each 254 that are begun.
 * @module
 */

/** A block of this code holds 254 bytes and is followed by no zero. */
const FULL = 0xff

/** Returns `bytes` without zeros, and without a delimiter. */
export function cobsEncode(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(bytes.length + Math.floor(bytes.length / 254) + 1)
  let code = 1
  let codeAt = 0
  let length = 1
  for (const [i, byte] of bytes.entries()) {
    if (byte !== 0) {
      encoded[length++] = byte
      code++
    }
    // A full block at the very end needs no block after it.
    if (byte === 0 || (code === FULL && i < bytes.length - 1)) {
      encoded[codeAt] = code
      codeAt = length++
      code = 1
    }
  }
  encoded[codeAt] = code
  return encoded.subarray(0, length)
}

/** Returns what was encoded, or undefined where `encoded` is no encoding: a zero in it, or a block cut short. */
export function cobsDecode(encoded: Uint8Array): Uint8Array | undefined {
  if (encoded.length === 0 || encoded.includes(0)) return undefined
  const bytes = new Uint8Array(encoded.length)
  let length = 0
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at]!
    const end = at + code
    if (end > encoded.length) return undefined
    bytes.set(encoded.subarray(at + 1, end), length)
    length += code - 1
    if (code !== FULL && end < encoded.length) length++
    at = end
  }
  return bytes.subarray(0, length)
}
