/**
 * The quotient polynomial as its definition has it: what the engine's transforms must equal, and what serves domains that are
 * too small for them.
 * @module
 */
import { inverse, mod, ORDER, power } from './curve.ts'

/** Entries of a sparse matrix's row: wire and coefficient. */
export type Row = readonly { wire: number; coefficient: bigint }[]

/** Returns Σ coefficient·witness[wire]. */
const evaluateRow = (row: Row, witness: readonly bigint[]): bigint =>
  mod(
    row.reduce((sum, { wire, coefficient }) => sum + coefficient * witness[wire]!, 0n),
    ORDER,
  )

/** Returns the values on the odd coset of the polynomial that has `values` on the domain of the powers of `root`². */
function oddCoset(values: readonly bigint[], root: bigint): bigint[] {
  const size = BigInt(values.length)
  const omega = mod(root * root, ORDER)
  const coefficients = values.map((_, k) =>
    mod(
      values.reduce((sum, value, i) => sum + value * power(inverse(omega, ORDER), BigInt(i * k), ORDER), 0n) *
        inverse(size, ORDER),
      ORDER,
    ),
  )
  return values.map((_, i) =>
    mod(
      coefficients.reduce((sum, c, k) => sum + c * power(root, BigInt((2 * i + 1) * k), ORDER), 0n),
      ORDER,
    ),
  )
}

/** Returns A·B − C on the odd coset, `root` being of order twice the rows. In quadratic time. */
export function referenceQuotient(
  a: readonly Row[],
  b: readonly Row[],
  witness: readonly bigint[],
  root: bigint,
): bigint[] {
  const left = a.map((row) => evaluateRow(row, witness))
  const right = b.map((row) => evaluateRow(row, witness))
  const product = left.map((value, i) => mod(value * right[i]!, ORDER))
  const [A, B, C] = [left, right, product].map((values) => oddCoset(values, root)) as [bigint[], bigint[], bigint[]]
  return A.map((value, i) => mod(value * B[i]! - C[i]!, ORDER))
}
