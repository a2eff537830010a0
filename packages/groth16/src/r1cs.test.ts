/**
 * What is read of .r1cs and .wtns files, and each way in which they can be wrong.
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { describe, expect, test } from 'vitest'
import type { CircuitFileProblem } from './errors.ts'
import { findBrokenConstraint, parseR1cs, parseWitness, readWitness } from './r1cs.ts'
import { readSections, viewOf, writeScalar, writeSections } from './section-file.ts'
import { TINY_CONSTRAINTS, tinyR1cs, tinyWitness } from './tiny-circuit.fixture.ts'

type Refusal = [what: string, problem: CircuitFileProblem, file: () => Uint8Array]

/** Returns `file` with a change to one section. */
function changed(
  file: Uint8Array,
  magic: string,
  id: number,
  change: (bytes: Uint8Array, view: DataView) => Uint8Array | undefined,
) {
  const sections = new Map(readSections(file, magic))
  const bytes = sections.get(id)!.slice()
  sections.set(id, change(bytes, viewOf(bytes)) ?? bytes)
  return writeSections(magic, magic === 'wtns' ? 2 : 1, [...sections])
}
const without = (file: Uint8Array, magic: string, id: number): Uint8Array =>
  writeSections(
    magic,
    1,
    [...readSections(file, magic)].filter(([own]) => own !== id),
  )

describe('a .r1cs file', () => {
  const r1cs = tinyR1cs()
  const header = (offset: number, value: number) => () =>
    changed(r1cs, 'r1cs', 1, (_, view) => void view.setUint32(offset, value, true))
  const terms = (offset: number, value: number) => () =>
    changed(r1cs, 'r1cs', 2, (_, view) => void view.setUint32(offset, value, true))

  test('is read', () => {
    expect(parseR1cs(r1cs)).toMatchObject({ wires: 23, publicSignals: 2, constraintCount: TINY_CONSTRAINTS })
  })

  test('is satisfied by a witness of its length only', () => {
    const witness = parseWitness(tinyWitness(3n, 4n))
    expect(findBrokenConstraint(parseR1cs(r1cs), witness)).toBeUndefined()
    expect(() => findBrokenConstraint(parseR1cs(r1cs), witness.slice(1))).toThrow(
      expect.objectContaining({ code: 'WITNESS_INVALID' }),
    )
  })

  const refusals: Refusal[] = [
    ['nothing', 'format', () => new Uint8Array()],
    ['version 2', 'format', () => r1cs.with(4, 2)],
    ['a witness', 'format', () => tinyWitness(3n, 4n)],
    ['no header', 'sections', () => without(r1cs, 'r1cs', 1)],
    ['no constraints', 'sections', () => without(r1cs, 'r1cs', 2)],
    ['a header cut off', 'size', () => changed(r1cs, 'r1cs', 1, (bytes) => bytes.slice(0, 63))],
    ['a header of nothing', 'size', () => changed(r1cs, 'r1cs', 1, () => new Uint8Array())],
    [
      'another field',
      'field',
      () => changed(r1cs, 'r1cs', 1, (_, view) => writeScalar(view, 4, FIELD_MODULUS - 2n) as undefined),
    ],
    ['coefficients of 4 bytes', 'field', header(0, 4)],
    ['as many outputs as wires', 'range', header(40, 22)],
    [
      '2^32 − 1 outputs and inputs',
      'range',
      () =>
        changed(r1cs, 'r1cs', 1, (_, view) => {
          view.setUint32(40, 0xffff_ffff, true)
          view.setUint32(44, 0xffff_ffff, true)
          return undefined
        }),
    ],
    ['one constraint more', 'size', header(60, TINY_CONSTRAINTS + 1)],
    ['one constraint less', 'size', header(60, TINY_CONSTRAINTS - 1)],
    ['2^32 − 1 constraints', 'size', header(60, 0xffff_ffff)],
    ['2^32 − 1 terms', 'size', terms(0, 0xffff_ffff)],
    ['a term of a wire that is none', 'range', terms(4, 23)],
    [
      'an unreduced coefficient',
      'element',
      () => changed(r1cs, 'r1cs', 2, (_, view) => writeScalar(view, 8, FIELD_MODULUS) as undefined),
    ],
    ['constraints cut off', 'size', () => changed(r1cs, 'r1cs', 2, (bytes) => bytes.slice(0, -1))],
  ]
  test.each(refusals)('of %s is refused: %s', (_, problem, file) => {
    expect(() => parseR1cs(file())).toThrow(expect.objectContaining({ code: 'CIRCUIT_FILE_INVALID', problem }))
  })
})

describe('a .wtns file', () => {
  const wtns = tinyWitness(3n, 4n)
  const value = (index: number, scalar: bigint) => () =>
    changed(wtns, 'wtns', 2, (_, view) => writeScalar(view, 32 * index, scalar) as undefined)

  test('is read as a view on it', () => {
    const values = readWitness(wtns)
    expect(values.buffer).toBe(wtns.buffer)
    expect(values.length).toBe(23 * 32)
    expect(parseWitness(wtns).slice(0, 4)).toEqual([1n, expect.anything(), 4n, 3n])
  })

  test('takes the largest element of the field', () => {
    expect(parseWitness(value(5, FIELD_MODULUS - 1n)())[5]).toBe(FIELD_MODULUS - 1n)
  })

  const refusals: Refusal[] = [
    ['nothing', 'format', () => new Uint8Array()],
    ['version 3', 'format', () => wtns.with(4, 3)],
    ['a circuit', 'format', tinyR1cs],
    ['no header', 'sections', () => without(wtns, 'wtns', 1)],
    ['no values', 'sections', () => without(wtns, 'wtns', 2)],
    ['a header cut off', 'size', () => changed(wtns, 'wtns', 1, (bytes) => bytes.slice(0, 39))],
    [
      'another field',
      'field',
      () => changed(wtns, 'wtns', 1, (_, view) => writeScalar(view, 4, FIELD_MODULUS - 2n) as undefined),
    ],
    ['values of 8 bytes', 'field', () => changed(wtns, 'wtns', 1, (_, view) => void view.setUint32(0, 8, true))],
    ['one value less than it says', 'size', () => changed(wtns, 'wtns', 2, (bytes) => bytes.slice(32))],
    [
      '2^32 − 1 values',
      'size',
      () => changed(wtns, 'wtns', 1, (_, view) => void view.setUint32(36, 0xffff_ffff, true)),
    ],
    [
      'no value',
      'range',
      () =>
        changed(
          changed(wtns, 'wtns', 2, () => new Uint8Array()),
          'wtns',
          1,
          (_, view) => void view.setUint32(36, 0, true),
        ),
    ],
    ['a first value of 0', 'range', value(0, 0n)],
    ['a first value of 2', 'range', value(0, 2n)],
    ['a first value of r + 1', 'range', value(0, FIELD_MODULUS + 1n)],
    ['a value of r', 'element', value(5, FIELD_MODULUS)],
    ['a last value of 2^256 − 1', 'element', value(22, (1n << 256n) - 1n)],
    ['a byte behind it', 'truncated', () => Uint8Array.from([...wtns, 0])],
  ]
  test.each(refusals)('of %s is refused: %s', (_, problem, file) => {
    expect(() => readWitness(file())).toThrow(expect.objectContaining({ code: 'CIRCUIT_FILE_INVALID', problem }))
  })
})
