/**
 * BN254 on the calling thread: one curve for the whole process, started on first use, that leaves no worker behind.
 * @module
 */
import { buildBn128, type Curve } from 'ffjavascript'

export const BASE_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583n

let curve: Promise<Curve> | undefined

export const bn254 = (): Promise<Curve> => {
  curve ??= buildBn128(true)
  return curve
}
