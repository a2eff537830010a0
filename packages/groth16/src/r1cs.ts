/**
 * circom's .r1cs and .wtns files on BN254: constraints ⟨a, w⟩ · ⟨b, w⟩ = ⟨c, w⟩ over the witness w.
 * Format: https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { CircuitFileError, WitnessError } from './errors.ts'
import { findUnreduced, readScalar, readSections, section, viewOf } from './section-file.ts'

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

/**
 * Returns what a .r1cs file says, after a walk through all terms: their wires exist, their coefficients are reduced, and
 * they fill the section exactly. Throws {@link CircuitFileError}.
 */
export function parseR1cs(bytes: Uint8Array): R1cs {
  const sections = readSections(bytes, 'r1cs')
  const header = section(sections, 1)
  const view = viewOf(header)
  if (header.length >= 36 && (view.getUint32(0, true) !== 32 || readScalar(view, 4) !== FIELD_MODULUS))
    throw new CircuitFileError('The circuit is not over BN254.', { problem: 'field' })
  section(sections, 1, 64)
  const wires = view.getUint32(36, true)
  const publicSignals = view.getUint32(40, true) + view.getUint32(44, true)
  if (publicSignals >= wires)
    throw new CircuitFileError(`The circuit has ${publicSignals} public signals of ${wires} wires.`, {
      problem: 'range',
    })
  const r1cs = { wires, publicSignals, constraintCount: view.getUint32(60, true), constraints: section(sections, 2) }
  checkTerms(r1cs)
  return r1cs
}

function checkTerms({ constraints, constraintCount, wires }: R1cs): void {
  const view = viewOf(constraints)
  let offset = 0
  for (let sums = 3 * constraintCount; sums > 0; sums--) {
    const count = offset + 4 <= constraints.length ? view.getUint32(offset, true) : 0
    if (offset + 4 + count * TERM_BYTES > constraints.length)
      throw new CircuitFileError('The constraints are cut off.', { problem: 'size' })
    offset += 4
    for (let term = 0; term < count; term++)
      if (view.getUint32(offset + term * TERM_BYTES, true) >= wires)
        throw new CircuitFileError('A constraint reads a wire that is none.', { problem: 'range' })
    if (findUnreduced(view, FIELD_MODULUS, { offset: offset + 4, stride: TERM_BYTES, count }) >= 0)
      throw new CircuitFileError('A coefficient is no element of the scalar field.', { problem: 'element' })
    offset += count * TERM_BYTES
  }
  if (offset !== constraints.length)
    throw new CircuitFileError('There are bytes behind the constraints.', { problem: 'size' })
}

/** Calls `visit` for every term of a parsed .r1cs, constraint by constraint, side by side, in the file's order. */
export function forEachTerm(
  r1cs: R1cs,
  visit: (constraint: number, side: Side, wire: number, coefficient: bigint) => void,
): void {
  const view = viewOf(r1cs.constraints)
  let offset = 0
  for (let constraint = 0; constraint < r1cs.constraintCount; constraint++)
    for (const side of [0, 1, 2] as const) {
      const terms = view.getUint32(offset, true)
      offset += 4
      for (let term = 0; term < terms; term++, offset += TERM_BYTES)
        visit(constraint, side, view.getUint32(offset, true), readScalar(view, offset + 4))
    }
}

/**
 * Returns the values of a .wtns file as a view on it: 32 little-endian bytes each, below r, the constant 1 first.
 * Throws {@link CircuitFileError}.
 */
export function readWitness(bytes: Uint8Array): Uint8Array {
  const sections = readSections(bytes, 'wtns')
  const header = section(sections, 1)
  const view = viewOf(header)
  if (header.length >= 36 && (view.getUint32(0, true) !== 32 || readScalar(view, 4) !== FIELD_MODULUS))
    throw new CircuitFileError('The witness is not over BN254.', { problem: 'field' })
  section(sections, 1, 40)
  const values = section(sections, 2, view.getUint32(36, true) * 32)
  const valuesView = viewOf(values)
  if (values.length === 0 || readScalar(valuesView, 0) !== 1n)
    throw new CircuitFileError('The first value of a witness is 1, the constant.', { problem: 'range' })
  if (findUnreduced(valuesView, FIELD_MODULUS) >= 0)
    throw new CircuitFileError('A value of the witness is no element of the scalar field.', { problem: 'element' })
  return values
}

/** Returns the values of a .wtns file as integers, the constant 1 first. Throws {@link CircuitFileError}. */
export function parseWitness(bytes: Uint8Array): bigint[] {
  const values = readWitness(bytes)
  const view = viewOf(values)
  return Array.from({ length: values.length / 32 }, (_, i) => readScalar(view, i * 32))
}

/**
 * Returns the first constraint that `witness` breaks, or undefined where it satisfies all. Throws {@link WitnessError}
 * where it is another circuit's.
 */
export function findBrokenConstraint(r1cs: R1cs, witness: readonly bigint[]): number | undefined {
  if (witness.length !== r1cs.wires)
    throw new WitnessError(`The witness has ${witness.length} wires, the circuit ${r1cs.wires}.`)
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
