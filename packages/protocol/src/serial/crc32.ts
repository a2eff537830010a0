/**
 * CRC-32 as IEEE 802.3, zip and PNG have it (CRC-32/ISO-HDLC): polynomial 0x04C11DB7, reflected, initial value and final
 * XOR all ones. Of "123456789" it is 0xCBF43926.
 * @module
 */

/** The polynomial, its bits in reverse. */
const POLYNOMIAL = 0xedb88320

/** Sixteen entries, as a small chip would have them: four bits a step. */
const TABLE = Uint32Array.from({ length: 16 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 4; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

/** Returns the checksum of `bytes`, unsigned. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc = TABLE[(crc ^ byte) & 15]! ^ (crc >>> 4)
    crc = TABLE[(crc ^ (byte >>> 4)) & 15]! ^ (crc >>> 4)
  }
  return ~crc >>> 0
}
