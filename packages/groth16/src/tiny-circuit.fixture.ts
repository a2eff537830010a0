/**
 * A circuit small enough to write by hand: x_{i+1} = x_i · (x_i + i), with x_0 private, the last x public, and a public
 * input that no constraint uses.
 * @module
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { writeScalar, writeSections } from './section-file.ts'
import { encodeWitness } from './witness.ts'

const STEPS = 20
export const TINY_CONSTRAINTS = STEPS
/** Wires: the constant, the last x (output), the unused public input, then x_0 to x_{STEPS − 1}. */
const OUTPUT = 1
const WIRES = 3 + STEPS
const wireOf = (step: number): number => (step === STEPS ? OUTPUT : 3 + step)

type Term = [wire: number, coefficient: bigint]

/** Returns the .r1cs. With `steps`, a circuit of fewer constraints over the same wires. */
export function tinyR1cs(steps = STEPS): Uint8Array {
  const header = new Uint8Array(64)
  const view = new DataView(header.buffer)
  view.setUint32(0, 32, true)
  writeScalar(view, 4, FIELD_MODULUS)
  // Wires, outputs, public inputs, private inputs, labels (64 bits), constraints.
  for (const [offset, value] of [
    [36, WIRES],
    [40, 1],
    [44, 1],
    [48, 1],
    [52, WIRES],
    [60, steps],
  ] as const)
    view.setUint32(offset, value, true)
  const sides: Term[][] = Array.from({ length: steps }, (_, i): Term[][] => [
    [[wireOf(i), 1n]],
    [
      [0, BigInt(i)],
      [wireOf(i), 1n],
    ],
    [[wireOf(i + 1), 1n]],
  ]).flat()
  const terms = new Uint8Array(sides.reduce((sum, side) => sum + 4 + side.length * 36, 0))
  const termsView = new DataView(terms.buffer)
  let offset = 0
  for (const side of sides) {
    termsView.setUint32(offset, side.length, true)
    offset += 4
    for (const [wire, coefficient] of side) {
      termsView.setUint32(offset, wire, true)
      writeScalar(termsView, offset + 4, coefficient)
      offset += 36
    }
  }
  const labels = new Uint8Array(WIRES * 8)
  return writeSections('r1cs', 1, [
    [1, header],
    [2, terms],
    [3, labels],
  ])
}

/** Returns the .wtns for x_0 and the unused input; `change` may spoil the wires. */
export function tinyWitness(x: bigint, unused: bigint, change: (wires: bigint[]) => void = () => {}): Uint8Array {
  const wires = new Array<bigint>(WIRES).fill(0n)
  wires[0] = 1n
  wires[2] = unused
  for (let step = 0, value = x; step <= STEPS; step++) {
    wires[wireOf(step)] = value
    value = (value * (value + BigInt(step))) % FIELD_MODULUS
  }
  change(wires)
  const values = new Uint8Array(WIRES * 32)
  const view = new DataView(values.buffer)
  for (const [i, value] of wires.entries()) writeScalar(view, i * 32, value)
  return encodeWitness(values)
}
