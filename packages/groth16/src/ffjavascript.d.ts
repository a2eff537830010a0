/** The part of ffjavascript that this package uses. Points are affine or Jacobian, little-endian Montgomery. */
declare module 'ffjavascript' {
  export type G1Coordinates = [bigint, bigint]
  export type G2Coordinates = [[bigint, bigint], [bigint, bigint]]

  export interface Group<Coordinates> {
    /** Generator. */
    g: Uint8Array
    /** Writes a point as affine coordinates. */
    toRprLEM(out: Uint8Array, offset: number, point: Uint8Array): void
    /** Coordinates as integers; a third one is 1, or 0 at infinity. */
    toObject(point: Uint8Array): [...Coordinates, unknown]
    fromObject(coordinates: Coordinates): Uint8Array
    add(a: Uint8Array, b: Uint8Array): Uint8Array
    neg(a: Uint8Array): Uint8Array
    timesScalar(a: Uint8Array, scalar: bigint): Uint8Array
    isZero(a: Uint8Array): boolean
    toAffine(point: Uint8Array): Uint8Array
    /** Returns the sum of the points, affine and side by side, times scalars of 32 bytes. */
    multiExpAffine(points: Uint8Array, scalars: Uint8Array): Promise<Uint8Array>
    /** Returns whether the point is on the curve, in whatever subgroup. */
    isValid(a: Uint8Array): boolean
  }

  export interface Curve {
    G1: Group<G1Coordinates>
    G2: Group<G2Coordinates>
    /** `code` is the WASM of field and curve operations; set on single-threaded curves only. */
    tm: { code: Uint8Array<ArrayBuffer>; concurrency: number }
    /** Returns whether the product of the pairings of each (G1, G2) is 1. */
    pairingEq(...points: Uint8Array[]): Promise<boolean>
    terminate(): Promise<void>
  }

  /** With `singleThread`, a fresh curve that starts no worker; otherwise one shared by the process. */
  export function buildBn128(singleThread?: boolean): Promise<Curve>
}
