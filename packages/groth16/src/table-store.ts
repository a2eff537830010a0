/**
 * Where tables of a key's points stay between two runs of a prover. A store is of one key.
 * @module
 */

export interface TableStore {
  /** Returns a table's bytes, or undefined where there is none of this name. */
  read(name: string): Promise<AsyncIterable<Uint8Array> | undefined>
  /** Keeps a table's bytes: all of them or none. */
  write(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
}
