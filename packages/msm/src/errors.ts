/**
 * What a caller can do wrong, or a machine lack. `code` is stable.
 * @module
 */
export type MsmErrorCode =
  /** Bytes are not a whole number of points or scalars, or there are more scalars than points. */
  | 'MSM_LENGTH_MISMATCH'
  /** A scalar is not below the groups' order. */
  | 'MSM_SCALAR_NOT_REDUCED'
  /** A coordinate is not below the modulus, or the point is not on the curve. */
  | 'MSM_POINT_NOT_ON_CURVE'
  /** A point of G2 is on the curve but not in the subgroup of order r. */
  | 'MSM_POINT_NOT_IN_SUBGROUP'
  /** A table's bytes are damaged, of another version, or of other points: build it again. */
  | 'MSM_TABLE_REFUSED'
  /** There is no table to export. */
  | 'MSM_NO_TABLE'
  /** The engine was disposed of, or the points were freed. */
  | 'MSM_DISPOSED'
  /** WebAssembly's 4 GiB, or the machine's memory, do not suffice. */
  | 'MSM_OUT_OF_MEMORY'
  /** More than one thread needs SharedArrayBuffer; a page must be cross-origin isolated to have it. */
  | 'MSM_THREADS_UNAVAILABLE'
  /** A thread ended before its work did. */
  | 'MSM_THREAD_FAILED'

/** Thrown by every function of this package. */
export class MsmError extends Error {
  readonly code: MsmErrorCode
  /** Of the point or scalar that a check refused: the first. */
  readonly index: number | undefined

  constructor(code: MsmErrorCode, message: string, options: ErrorOptions & { index?: number } = {}) {
    super(message, options)
    this.code = code
    this.index = options.index
    this.name = 'MsmError'
  }
}
