/**
 * Numbers of 32 bytes, little-endian.
 * @module
 */

/** Returns the number at an offset. */
export const bytesToBigint = (bytes: Uint8Array, offset: number): bigint =>
  bytes.subarray(offset, offset + 32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/** Writes a number below 2^256. */
export function writeBigint(bytes: Uint8Array, offset: number, value: bigint): void {
  for (let i = 0; i < 32; i++) bytes[offset + i] = Number((value >> BigInt(8 * i)) & 255n)
}
