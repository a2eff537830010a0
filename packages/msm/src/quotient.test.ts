import { afterAll, beforeAll, expect, test } from 'vitest'
import { mod, ORDER } from '../reference/curve.ts'
import { type Row, referenceQuotient } from '../reference/quotient.ts'
import { bytesToBigint } from './bytes.ts'
import { type Engine, openEngine } from './engine.ts'
import { encodeScalars, scalarsFrom } from './points.fixture.ts'
import { Quotient, type Rows, rootOfUnity } from './quotient.ts'

const SEED = BigInt(process.env.MSM_SEED ?? Math.floor(Math.random() * 2 ** 32))
const random = scalarsFrom(SEED)

let engines: Engine[]
beforeAll(async () => {
  process.stdout.write(`MSM_SEED=${SEED}\n`)
  engines = [await openEngine(), await openEngine({ threads: 2 })]
})
afterAll(() => Promise.all(engines.map((engine) => engine.dispose())))

const rowsOf = (matrix: readonly Row[], constants: readonly bigint[]): Rows => {
  const entries = matrix.flat()
  const starts = [0]
  for (const row of matrix) starts.push(starts.at(-1)! + row.length)
  return {
    rowStarts: Uint32Array.from(starts),
    wires: Uint32Array.from(entries, ({ wire }) => wire),
    constants: Uint32Array.from(entries, ({ coefficient }) => constants.indexOf(coefficient)),
  }
}

test.each([
  ['1 row', 1, 2],
  ['2 rows', 2, 2],
  ['4 rows', 4, 3],
  ['8 rows', 8, 3],
  ['16 rows, some empty', 16, 3],
  ['64 rows, one of 700 terms', 64, 700],
])('%s: equals the reference', async (_, rows, longest) => {
  const wires = 40
  const witness = Array.from({ length: wires }, (_, i) => (i === 0 ? 1n : i % 5 === 0 ? ORDER - 1n : random()))
  const constants = [1n, ORDER - 1n, ...Array.from({ length: 5 }, random)]
  const matrix = (): Row[] =>
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: row === rows - 1 ? longest : Number(random() % 4n) }, () => ({
        wire: Number(random() % BigInt(wires)),
        coefficient: constants[Number(random() % BigInt(constants.length))]!,
      })),
    )
  const [a, b] = [matrix(), matrix()]
  const expected = referenceQuotient(a, b, witness, rootOfUnity(Math.log2(rows) + 1))
  for (const engine of engines) {
    const quotient = await Quotient.load(engine, {
      a: rowsOf(a, constants),
      b: rowsOf(b, constants),
      constants: encodeScalars(constants.map((constant) => mod(constant << 512n, ORDER))),
      domainSize: rows,
      wires,
    })
    const scalars = await engine.exclusive(() =>
      engine.borrow([wires * 32, rows * 32], async (source, target) => {
        engine.write(source!, encodeScalars(witness))
        await quotient.compute(source!, target!)
        return new Uint8Array(engine.memory.buffer, target!, rows * 32).slice()
      }),
    )
    quotient.free()
    expect(Array.from({ length: rows }, (_, i) => bytesToBigint(scalars, 32 * i))).toEqual(expected)
  }
})
