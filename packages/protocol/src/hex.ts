/** Hexadecimal text with 0x, as Ethereum's JSON writes bytes. */
export type Hex = `0x${string}`

export const isHex = (text: unknown, byteLength?: number): text is Hex =>
  typeof text === 'string' &&
  /^0x([0-9a-fA-F]{2})*$/.test(text) &&
  (byteLength === undefined || text.length === 2 + 2 * byteLength)

export const toHex = (bytes: Uint8Array): Hex =>
  `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/^0x/, ''), 'hex'))

/** Returns `value` as big-endian bytes. `value` must fit. */
export function bigintToBytes(value: bigint, byteLength: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * byteLength, '0'))
}

/** Returns `value` as 32 bytes in hexadecimal. */
export const toHex32 = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`
