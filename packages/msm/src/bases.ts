/**
 * Points that were loaded into the engine's memory, and their tables.
 * @module
 */
import { ELEMENT_BYTES } from '../wasm/layout.ts'
import { MsmError } from './errors.ts'
import type { TablePlan } from './plan.ts'

export type Group = 'g1' | 'g2'

/** Bytes of points: in memory, or in a file that is read a window at a time (Node: `fs.openAsBlob`). */
export type PointBytes = Uint8Array | Blob

/** Bytes of a point as snarkjs writes it: coordinates in Montgomery form with R = 2^256, 32 bytes each, little-endian. */
export const POINT_BYTES = { g1: 64, g2: 128 } as const

/** Points in the engine's memory. */
export interface Bases {
  readonly group: Group
  readonly count: number
  /** Gives their memory back. */
  free(): void
}

export interface Table {
  plan: TablePlan
  address: number
}

export class LoadedBases implements Bases {
  readonly group: Group
  readonly count: number
  #address: number
  #table: Table | undefined
  #release: (() => void) | undefined

  constructor(group: Group, count: number, address: number, release: () => void) {
    this.group = group
    this.count = count
    this.#address = address
    this.#release = release
  }

  get address(): number {
    if (!this.#release) throw new MsmError('MSM_DISPOSED', 'These points were freed.')
    return this.#address
  }

  get stride(): number {
    return this.#table?.plan.stride ?? strideOf(this.group)
  }

  get table(): Table | undefined {
    return this.#table
  }

  /** The points are the table's first row from now on. */
  useTable(table: Table, release: () => void): void {
    this.free()
    this.#table = table
    this.#address = table.address
    this.#release = release
  }

  free(): void {
    this.#release?.()
    this.#release = undefined
  }
}

export function loaded(bases: Bases): LoadedBases {
  if (bases instanceof LoadedBases) return bases
  throw new MsmError('MSM_DISPOSED', 'These points were not loaded by an engine.')
}

/** x, y and βx. */
export const strideOf = (group: Group): number => (group === 'g1' ? 3 : 6) * ELEMENT_BYTES

/** Bytes of points, however they are given. */
export const lengthOf = (part: PointBytes): number => (part instanceof Blob ? part.size : part.length)

/** Reads a window of them. */
export const windowOf = async (part: PointBytes, from: number, to: number): Promise<Uint8Array> =>
  part instanceof Blob ? new Uint8Array(await part.slice(from, to).arrayBuffer()) : part.subarray(from, to)

/** Frees what was read of a file, which may be collected much later, where the language can: Node 20 cannot. */
export const discard = ({ buffer }: Uint8Array): void => void (buffer as Partial<ArrayBuffer>).transfer?.(0)
