/**
 * Where tables of a key's points stay between two runs of a prover. A store is of one key: {@link tableKey} names it.
 * @module
 */

export interface TableStore {
  /** Returns a table's bytes, or undefined where there is none of this name. */
  read(name: string): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Keeps a table's bytes: all of them or none. */
  write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
}

/** Returns the SHA-256 of a .zkey in hexadecimal. */
export async function tableKey(zkey: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', zkey as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
