/**
 * What is read of a .zkey, and each way in which one can be wrong, by the check that refuses it.
 */
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import { beforeAll, describe, expect, test } from 'vitest'
import { BASE_MODULUS, bn254 } from './bn254.ts'
import { setupDevelopmentInsecure } from './development-setup.ts'
import type { CircuitFileProblem } from './errors.ts'
import {
  CONSTANT_MINUS_ONE,
  CONSTANT_ONE,
  checkProvingKeyPoints,
  type ProvingKey,
  parseProvingKey,
  readCoefficients,
  readProvingKey,
  type SparseMatrix,
} from './proving-key.ts'
import { forEachTerm, parseR1cs, parseWitness } from './r1cs.ts'
import { readScalar, readSections, viewOf, writeScalar, writeSections } from './section-file.ts'
import { TINY_CONSTRAINTS, tinyR1cs, tinyWitness } from './tiny-circuit.fixture.ts'

/** Extended Euclid. */
function modularInverse(value: bigint, modulus: bigint): bigint {
  let [r0, r1, t0, t1] = [modulus, value % modulus, 0n, 1n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1]
  }
  return ((t0 % modulus) + modulus) % modulus
}

const R_SQUARED_INVERSE = modularInverse(1n << 512n, FIELD_MODULUS)

let zkey: Uint8Array
let key: ProvingKey

beforeAll(async () => {
  zkey = await setupDevelopmentInsecure(tinyR1cs())
  key = parseProvingKey(zkey)
})

/** Writes the file again with sections changed, removed (null) or added. */
function rewritten(changes: Record<number, Uint8Array | null>): Uint8Array {
  const sections = new Map(readSections(zkey, 'zkey'))
  for (const [id, bytes] of Object.entries(changes))
    if (bytes === null) sections.delete(Number(id))
    else sections.set(Number(id), bytes)
  return writeSections('zkey', 1, [...sections])
}

const sectionOf = (id: number): Uint8Array => readSections(zkey, 'zkey').get(id)!.slice()

/** Returns section `id` with a change. */
function changed(id: number, change: (view: DataView) => void): Record<number, Uint8Array> {
  const bytes = sectionOf(id)
  change(viewOf(bytes))
  return { [id]: bytes }
}

const blobOf = (bytes: Uint8Array): Blob => new Blob([Uint8Array.from(bytes)])

test('a key from a file has what one in memory has', async () => {
  const read = await readProvingKey(blobOf(zkey))
  for (const [name, value] of Object.entries(key) as [keyof ProvingKey, ProvingKey[keyof ProvingKey]][]) {
    const own = read[name]
    expect(own instanceof Blob ? new Uint8Array(await own.arrayBuffer()) : own, name).toEqual(
      value instanceof Uint8Array && !(own instanceof Uint8Array) ? Uint8Array.from(value) : value,
    )
  }
})

describe('a key', () => {
  test('is read as views on its file', () => {
    expect(key).toMatchObject({ wires: 23, publicSignals: 2, domainSize: 32 })
    for (const view of [key.alpha1, key.ic, key.coefficients, key.a, key.b1, key.b2, key.c, key.h, key.contributions])
      expect(view.buffer).toBe(zkey.buffer)
    expect(key.c.length).toBe(20 * 64)
  })

  test('within a larger buffer is read all the same', () => {
    const larger = new Uint8Array(zkey.length + 10)
    larger.set(zkey, 3)
    expect(parseProvingKey(larger.subarray(3, 3 + zkey.length)).a).toEqual(key.a)
  })

  test('has points on their curves', () => {
    expect(() => checkProvingKeyPoints(key)).not.toThrow()
  })

  test('may have sections that snarkjs does not know', () => {
    expect(parseProvingKey(rewritten({ 100: Uint8Array.of(1, 2, 3) })).wires).toBe(23)
  })

  test('may lie beyond 2^31 bytes', () => {
    // Pages that nobody touches take no memory.
    const length = 2 ** 31 + 1
    const whole = new Uint8Array(zkey.length + 12 + length)
    const view = viewOf(whole)
    whole.set(zkey.subarray(0, 12))
    view.setUint32(8, view.getUint32(8, true) + 1, true)
    view.setUint32(12, 100, true)
    view.setBigUint64(16, BigInt(length), true)
    whole.set(zkey.subarray(12), 24 + length)
    const parsed = parseProvingKey(whole)
    expect(parsed.a.byteOffset).toBeGreaterThan(2 ** 31)
    expect(parsed.a).toEqual(key.a)
    expect(readCoefficients(parsed)).toEqual(readCoefficients(key))
  })
})

describe('coefficients', () => {
  /** Returns the matrix's rows as maps from wire to plain coefficient. */
  function rowsOf({ rowStarts, wires, constants }: SparseMatrix, values: Uint8Array): Map<number, bigint>[] {
    const view = viewOf(values)
    return Array.from({ length: rowStarts.length - 1 }, (_, row) => {
      const sums = new Map<number, bigint>()
      for (let entry = rowStarts[row]!; entry < rowStarts[row + 1]!; entry++) {
        const value = (readScalar(view, 32 * constants[entry]!) * R_SQUARED_INVERSE) % FIELD_MODULUS
        sums.set(wires[entry]!, ((sums.get(wires[entry]!) ?? 0n) + value) % FIELD_MODULUS)
      }
      return sums
    })
  }

  test('are the matrices A and B of the circuit, with a row for each public signal and the constant', () => {
    const { a, b, constants } = readCoefficients(key)
    const expected = [a, b].map(() => Array.from({ length: key.domainSize }, () => new Map<number, bigint>()))
    forEachTerm(parseR1cs(tinyR1cs()), (row, side, wire, coefficient) => {
      if (side < 2) expected[side]![row]!.set(wire, coefficient)
    })
    for (let wire = 0; wire <= key.publicSignals; wire++) expected[0]![TINY_CONSTRAINTS + wire]!.set(wire, 1n)
    expect([rowsOf(a, constants), rowsOf(b, constants)]).toEqual(expected)
  })

  test('name each constant once, 1 and −1 first', () => {
    const { a, b, constants } = readCoefficients(key)
    const view = viewOf(constants)
    const values = Array.from({ length: constants.length / 32 }, (_, i) => readScalar(view, 32 * i))
    expect(new Set(values).size).toBe(values.length)
    expect((values[CONSTANT_ONE]! * R_SQUARED_INVERSE) % FIELD_MODULUS).toBe(1n)
    expect((values[CONSTANT_MINUS_ONE]! * R_SQUARED_INVERSE) % FIELD_MODULUS).toBe(FIELD_MODULUS - 1n)
    expect(Math.max(...a.constants, ...b.constants)).toBe(values.length - 1)
  })

  test('in another order of the file, are the same by row', () => {
    const entries = Array.from({ length: key.coefficientCount }, (_, i) =>
      sectionOf(4).subarray(4 + 44 * i, 48 + 44 * i),
    )
    const reversed = Uint8Array.from([
      ...sectionOf(4).subarray(0, 4),
      ...entries.reverse().flatMap((entry) => [...entry]),
    ])
    const other = readCoefficients(parseProvingKey(rewritten({ 4: reversed })))
    const own = readCoefficients(key)
    for (const side of ['a', 'b'] as const)
      expect(rowsOf(other[side], other.constants)).toEqual(rowsOf(own[side], own.constants))
  })

  test('of many constants are all found, in few steps also where their hashes are crafted to be equal', () => {
    const [count, distinct] = [2000, 1000]
    const bytes = new Uint8Array(44 * count)
    const view = viewOf(bytes)
    const inverse = Number(modularInverse(0x9e37_79b1n, 1n << 32n))
    for (let i = 0; i < count; i++) {
      view.setUint32(44 * i + 4, i % 23, true)
      view.setUint32(44 * i + 8, i % 23, true)
      // The second word leads the hash back to where it is for all, whatever the first.
      const state = Math.imul(i % distinct, 0x9e37_79b1)
      view.setUint32(44 * i + 12, i % distinct, true)
      view.setUint32(44 * i + 16, state ^ Math.imul(12_345 ^ (state >>> 15), inverse), true)
    }
    const { a, constants } = readCoefficients({ ...key, coefficients: bytes, coefficientCount: count })
    for (let row = 0, entry = 0; row < 23; row++)
      for (let i = row; i < count; i += 23, entry++)
        expect(viewOf(constants).getUint32(32 * a.constants[entry]!, true)).toBe(i % distinct)
    // What finds no place within 32 steps is numbered again.
    expect(constants.length / 32).toBeGreaterThan(distinct + 500)
  })

  test('times a witness satisfy A·w ∘ B·w = C·w', () => {
    const { a, b, constants } = readCoefficients(key)
    const witness = parseWitness(tinyWitness(3n, 4n))
    const [left, right] = [a, b].map((matrix) =>
      rowsOf(matrix, constants).map((row) => [...row].reduce((sum, [wire, value]) => sum + value * witness[wire]!, 0n)),
    )
    const expected = new Array<bigint>(TINY_CONSTRAINTS).fill(0n)
    forEachTerm(parseR1cs(tinyR1cs()), (row, side, wire, coefficient) => {
      if (side === 2) expected[row]! += coefficient * witness[wire]!
    })
    for (let row = 0; row < TINY_CONSTRAINTS; row++)
      expect((left![row]! * right![row]! - expected[row]!) % FIELD_MODULUS, `row ${row}`).toBe(0n)
  })
})

const appended = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, 0])
const withWord = (id: number, offset: number, value: number) => () =>
  rewritten(changed(id, (view) => view.setUint32(offset, value, true)))
const withScalar = (id: number, offset: number, value: bigint) => () =>
  rewritten(changed(id, (view) => writeScalar(view, offset, value)))

const refusals: [what: string, problem: CircuitFileProblem, file: () => Uint8Array][] = [
  ['nothing', 'format', () => new Uint8Array()],
  ['another file', 'format', tinyR1cs],
  ['version 0', 'format', () => zkey.with(4, 0)],
  ['version 3', 'format', () => zkey.with(4, 3)],
  ['PLONK', 'format', withWord(1, 0, 2)],
  ['a byte too few', 'truncated', () => zkey.slice(0, -1)],
  ['a byte too many', 'truncated', () => appended(zkey)],
  ['a header alone', 'truncated', () => zkey.slice(0, 12)],
  [
    'a section count of 2^32 − 1',
    'truncated',
    () => new Uint8Array([...zkey.subarray(0, 8), 255, 255, 255, 255, ...zkey.subarray(12)]),
  ],
  ['a section of 2^63 bytes', 'truncated', () => zkey.with(12 + 11, 0x80)],
  ['a section that reaches into the next', 'truncated', () => zkey.with(16, 5)],
  ['a section twice', 'sections', () => writeSections('zkey', 1, [...readSections(zkey, 'zkey'), [5, sectionOf(5)]])],
  ...Array.from({ length: 10 }, (_, i): (typeof refusals)[number] => [
    `no section ${i + 1}`,
    'sections',
    () => rewritten({ [i + 1]: null }),
  ]),
  ...Array.from({ length: 9 }, (_, i): (typeof refusals)[number] => [
    `a section ${i + 1} with a byte more`,
    'size',
    () => rewritten({ [i + 1]: appended(sectionOf(i + 1)) }),
  ]),
  ['a section 2 without content', 'size', () => rewritten({ 2: new Uint8Array() })],
  ['a section 4 without content', 'size', () => rewritten({ 4: new Uint8Array() })],
  ['a section 10 without the hash', 'size', () => rewritten({ 10: new Uint8Array(67) })],
  ['another base field', 'field', withScalar(2, 4, BASE_MODULUS + 2n)],
  ['another scalar field', 'field', withScalar(2, 40, FIELD_MODULUS + 2n)],
  ['elements of 48 bytes', 'field', withWord(2, 0, 48)],
  ['scalars of 48 bytes', 'field', withWord(2, 36, 48)],
  ['one wire more', 'size', withWord(2, 72, 24)],
  ['one wire less', 'range', withWord(2, 72, 22)],
  ['one public signal less', 'size', withWord(2, 76, 1)],
  ['2^32 − 1 wires', 'size', withWord(2, 72, 0xffff_ffff)],
  ['as many public signals as wires', 'range', withWord(2, 76, 23)],
  ['more public signals than wires', 'range', withWord(2, 76, 0xffff_ffff)],
  ['an empty domain', 'range', withWord(2, 80, 0)],
  ['a domain of 33', 'range', withWord(2, 80, 33)],
  ['a domain of 2^31', 'range', withWord(2, 80, 2 ** 31)],
  [
    'a domain smaller than its rows',
    'range',
    () => rewritten({ ...changed(2, (view) => view.setUint32(80, 16, true)), 9: sectionOf(9).subarray(0, 16 * 64) }),
  ],
  [
    'a domain twice what its rows ask for',
    'range',
    () => rewritten({ ...changed(2, (view) => view.setUint32(80, 64, true)), 9: new Uint8Array(64 * 64) }),
  ],
  ['no coefficients', 'range', () => rewritten({ 4: new Uint8Array(4) })],
  ['a coefficient of matrix 2', 'range', withWord(4, 4, 2)],
  ['a coefficient outside the domain', 'range', withWord(4, 8, 32)],
  ['a coefficient of a wire that is none', 'range', withWord(4, 12, 23)],
  ['a coefficient of r', 'element', withScalar(4, 16, FIELD_MODULUS)],
  ['a coefficient of 2^256 − 1', 'element', withScalar(4, 16, (1n << 256n) - 1n)],
  ...[84, 84 + 128, 84 + 256].map((offset): (typeof refusals)[number] => [
    `an unreduced coordinate at ${offset} of the header`,
    'element',
    withScalar(2, offset, BASE_MODULUS),
  ]),
  ...[3, 5, 6, 7, 8, 9].map((id): (typeof refusals)[number] => [
    `an unreduced coordinate in section ${id}`,
    'element',
    () => {
      const bytes = sectionOf(id)
      writeScalar(viewOf(bytes), bytes.length - 32, BASE_MODULUS)
      return rewritten({ [id]: bytes })
    },
  ]),
  ...[84, 148, 212, 340, 468, 532].map((offset): (typeof refusals)[number] => [
    `a point of the header off its curve at ${offset}`,
    'point',
    withScalar(2, offset, 5n),
  ]),
  ['an IC off its curve', 'point', withScalar(3, 64, 5n)],
  [
    'a delta of infinity',
    'point',
    () =>
      rewritten(
        changed(2, (view) => {
          for (let i = 0; i < 16; i++) view.setBigUint64(532 + 8 * i, 0n, true)
        }),
      ),
  ],
]

describe('a key is refused', () => {
  test.each(refusals)('with %s: %s, in memory and from a file', async (_, problem, file) => {
    expect(() => parseProvingKey(file())).toThrow(expect.objectContaining({ code: 'CIRCUIT_FILE_INVALID', problem }))
    await expect(readProvingKey(blobOf(file()))).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID', problem })
  })

  test('at whatever byte it is cut off', async () => {
    for (let length = 0; length < zkey.length; length += length < 1000 ? 1 : 61) {
      const cut = zkey.subarray(0, length)
      expect(() => parseProvingKey(cut), `${length}`).toThrow(expect.objectContaining({ code: 'CIRCUIT_FILE_INVALID' }))
      await expect(readProvingKey(blobOf(cut)), `${length}`).rejects.toMatchObject({ code: 'CIRCUIT_FILE_INVALID' })
    }
  })

  test.each([5, 6, 7, 8, 9])('with a point of section %i off its curve, where that is asked for', (id) => {
    const spoilt = parseProvingKey(rewritten(changed(id, (view) => writeScalar(view, view.byteLength - 32, 5n))))
    expect(() => checkProvingKeyPoints(spoilt)).toThrow(
      expect.objectContaining({ code: 'CIRCUIT_FILE_INVALID', problem: 'point' }),
    )
  })
})

test('the curve checks agree with ffjavascript', async () => {
  const { G1, G2 } = await bn254()
  for (const [group, points, bytes] of [
    [G1, key.a, 64],
    [G2, key.b2, 128],
  ] as const)
    for (let offset = 0; offset < points.length; offset += bytes)
      expect(group.isValid(points.slice(offset, offset + bytes) as Uint8Array<ArrayBuffer>)).toBe(true)
})
