/**
 * Witness programs: what is refused as none, and what a program refuses. The smallest circuit of circom's that is here
 * is compiled for it.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { compileCircuit } from '../../../scripts/circuits/build.ts'
import { parseWitness } from './r1cs.ts'
import { calculateWitness } from './witness.ts'

let wasm: Uint8Array
beforeAll(async () => {
  const instance = {
    template: 'InRange',
    source: 'in-range.circom',
    parameters: { BITS: 8 },
    public: ['value'],
  }
  wasm = (await compileCircuit('in-range-test', instance)).wasm
}, 60_000)

const honest = { enabled: 1n, value: 7n, minimum: 5n, maximum: 9n }

test('a program turns inputs into a witness, as often as asked', async () => {
  for (let i = 0; i < 2; i++)
    expect(parseWitness(await calculateWitness(wasm, honest)).slice(0, 3)).toEqual([1n, 2n, 7n])
})

describe('a program refuses', () => {
  test.each([
    ['a value out of range', { ...honest, value: 10n }],
    ['an input that is missing', { enabled: 1n, value: 7n, minimum: 5n }],
    ['an input that it does not know', { ...honest, other: 1n }],
    ['an array for a number', { ...honest, value: [1n, 2n] }],
  ])('%s', async (_, input) => {
    await expect(calculateWitness(wasm, input)).rejects.toMatchObject({ code: 'WITNESS_INVALID' })
    expect(await calculateWitness(wasm, honest)).toBeDefined()
  })
})

/** A module of one function, `() => 2`, under the given names. */
function moduleExporting(names: readonly string[]): Uint8Array {
  const bytes = (...parts: (number | readonly number[])[]): number[] => parts.flat()
  const section = (id: number, content: readonly number[]) => bytes(id, leb(content.length), content)
  const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)])
  const text = (name: string) => bytes(name.length, [...new TextEncoder().encode(name)])
  return Uint8Array.from(
    bytes(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, 0, 1, 0x7f]),
      section(3, [1, 0]),
      section(7, bytes(names.length, ...names.map((name) => bytes(text(name), 0, 0)))),
      section(10, [1, 4, 0, 0x41, 2, 0x0b]),
    ),
  )
}

const ABI =
  'getVersion getFieldNumLen32 getRawPrime init getMessageChar getInputSize getInputSignalSize setInputSignal getWitnessSize getWitness readSharedRWMemory writeSharedRWMemory'

describe('what is no program is refused', () => {
  test.each([
    ['nothing', () => new Uint8Array()],
    ['text', () => new TextEncoder().encode('circom')],
    ['a program cut off', () => wasm.slice(0, wasm.length >> 1)],
    ['WebAssembly that exports nothing', () => moduleExporting([])],
    ['WebAssembly that lacks one function', () => moduleExporting(ABI.split(' ').slice(1))],
  ])('%s', async (_, program) => {
    await expect(calculateWitness(program(), honest)).rejects.toMatchObject({
      code: 'CIRCUIT_FILE_INVALID',
      problem: 'program',
    })
  })

  test('WebAssembly of the ABI, but of no field of 8 words', async () => {
    await expect(calculateWitness(moduleExporting(ABI.split(' ')), honest)).rejects.toMatchObject({
      code: 'CIRCUIT_FILE_INVALID',
      problem: 'field',
    })
  })

  test('a program of another prime', async () => {
    // The program's data has the prime where it computes with it, and where it shows it.
    const start = [1, 0, 0, 0xf0, 0x93, 0xf5, 0xe1, 0x43]
    const other = wasm.map((byte, i) => (start.every((own, j) => wasm[i + j] === own) ? 3 : byte))
    await expect(calculateWitness(other, honest)).rejects.toMatchObject({
      code: 'CIRCUIT_FILE_INVALID',
      problem: 'field',
    })
  })
})
