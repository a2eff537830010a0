/**
 * circom's .r1cs and .wtns files on BN254: constraints ⟨a, w⟩ · ⟨b, w⟩ = ⟨c, w⟩ over the witness w.
 * Format: https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { CircuitFileError } from './errors.ts'
import { readScalar, readSections, section } from './section-file.ts'

export interface R1cs {
  /** Wires, the constant 1 included. */
  wires: number
  /** Public signals: outputs, then public inputs. They are wires 1 to `publicSignals`. */
  publicSignals: number
  constraintCount: number
  constraints: Uint8Array
}

/** Which of a constraint's three sums a term belongs to. */
export type Side = 0 | 1 | 2

const TERM_BYTES = 36

/** Returns what a .r1cs file says. Throws {@link CircuitFileError}. */
export function parseR1cs(bytes: Uint8Array): R1cs {
  const sections = readSections(bytes, 'r1cs')
  const header = section(sections, 1)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (header.length !== 64 || view.getUint32(0, true) !== 32 || readScalar(view, 4) !== FIELD_MODULUS)
    throw new CircuitFileError('The circuit is not over BN254.')
  return {
    wires: view.getUint32(36, true),
    publicSignals: view.getUint32(40, true) + view.getUint32(44, true),
    constraintCount: view.getUint32(60, true),
    constraints: section(sections, 2),
  }
}

/** Calls `visit` for every term, constraint by constraint, side by side, in the file's order. */
export function forEachTerm(
  r1cs: R1cs,
  visit: (constraint: number, side: Side, wire: number, coefficient: bigint) => void,
): void {
  const { constraints } = r1cs
  const view = new DataView(constraints.buffer, constraints.byteOffset, constraints.byteLength)
  let offset = 0
  for (let constraint = 0; constraint < r1cs.constraintCount; constraint++)
    for (const side of [0, 1, 2] as const) {
      const terms = view.getUint32(offset, true)
      offset += 4
      for (let term = 0; term < terms; term++, offset += TERM_BYTES)
        visit(constraint, side, view.getUint32(offset, true), readScalar(view, offset + 4))
    }
}

/** Returns the values of a .wtns file, the constant 1 first. Throws {@link CircuitFileError}. */
export function parseWitness(bytes: Uint8Array): bigint[] {
  const sections = readSections(bytes, 'wtns')
  const header = section(sections, 1)
  const headerView = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (header.length !== 40 || headerView.getUint32(0, true) !== 32 || readScalar(headerView, 4) !== FIELD_MODULUS)
    throw new CircuitFileError('The witness is not over BN254.')
  const values = section(sections, 2)
  const count = headerView.getUint32(36, true)
  if (values.length !== count * 32) throw new CircuitFileError('The witness is cut off.')
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  return Array.from({ length: count }, (_, i) => readScalar(view, i * 32))
}

/** Returns the first constraint that `witness` breaks, or undefined where it satisfies all. */
export function findBrokenConstraint(r1cs: R1cs, witness: readonly bigint[]): number | undefined {
  const sums = [new Map<number, bigint>(), new Map<number, bigint>(), new Map<number, bigint>()] as const
  forEachTerm(r1cs, (constraint, side, wire, coefficient) => {
    sums[side].set(constraint, (sums[side].get(constraint) ?? 0n) + coefficient * witness[wire]!)
  })
  for (let i = 0; i < r1cs.constraintCount; i++) {
    const [a, b, c] = sums.map((side) => (side.get(i) ?? 0n) % FIELD_MODULUS) as [bigint, bigint, bigint]
    if ((a * b - c) % FIELD_MODULUS !== 0n) return i
  }
  return undefined
}
