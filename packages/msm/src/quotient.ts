/**
 * The quotient polynomial of a Groth16 proof: from a witness to the scalars of the key's points H.
 *
 * With ⟨A_i, w⟩·⟨B_i, w⟩ = ⟨C_i, w⟩ on a domain of n rows, A·B − C vanishes on the domain. snarkjs's keys hold the Lagrange basis
 * of the odd coset, so the scalars are A·B − C there: each of A, B and C = A∘B is interpolated on the domain, shifted by a root
 * of unity of order 2n, and evaluated again. Runs in the engine's memory, in its threads.
 * @module
 */
import { inverse, mod, ORDER, power } from '../reference/curve.ts'
import { type Row, referenceQuotient } from '../reference/quotient.ts'
import { ADDRESS, CONSTANT, ELEMENT_BYTES, QUAD_BYTES } from '../wasm/layout.ts'
import { bytesToBigint, writeBigint } from './bytes.ts'
import { elementQuad } from './constants.ts'
import { type Engine, SCALAR_BYTES } from './engine.ts'

/** A sparse matrix by rows: row i has the entries rowStarts[i] to rowStarts[i + 1] − 1. */
export interface Rows {
  readonly rowStarts: Uint32Array<ArrayBuffer>
  /** Of each entry: the wire that it multiplies. */
  readonly wires: Uint32Array<ArrayBuffer>
  /** Of each entry: its number in the constants. */
  readonly constants: Uint32Array<ArrayBuffer>
}

export interface QuotientInput {
  a: Rows
  b: Rows
  /** Distinct coefficients v, 32 bytes each, as v·2^512 mod r. */
  constants: Uint8Array
  /** Rows: a power of two. */
  domainSize: number
  /** Length of a witness. */
  wires: number
}

/** The engine's transforms take vectors of at least two quads. */
const SMALLEST = 8
/** Rows, elements and quads that a thread takes at a time. */
const CHUNK = 4096

const TWO_ADICITY = 28n
/** Least non-residue of the scalar field, from which snarkjs takes its roots of unity. */
const NON_RESIDUE = 5n

/** Returns snarkjs's root of unity of order 2^log. */
export const rootOfUnity = (log: number): bigint =>
  power(power(NON_RESIDUE, (ORDER - 1n) >> TWO_ADICITY, ORDER), 1n << (TWO_ADICITY - BigInt(log)), ORDER)

interface MatrixAt {
  starts: number
  wires: number
  constants: number
}

export class Quotient {
  readonly #engine: Engine
  readonly #size: number
  readonly #wires: number
  readonly #ranges: { address: number; bytes: number }[] = []
  #small: Row[][] | undefined
  #matrices: MatrixAt[] = []
  #constants = 0
  /** Powers of ω and of 1/ω, n/2 each; and of the root of order 2n, over n. */
  #forward = 0
  #inverse = 0
  #shift = 0

  private constructor(engine: Engine, size: number, wires: number) {
    this.#engine = engine
    this.#size = size
    this.#wires = wires
  }

  /** Loads a circuit's matrices and the domain's roots. Throws MsmError MSM_OUT_OF_MEMORY. */
  static async load(engine: Engine, input: QuotientInput): Promise<Quotient> {
    const quotient = new Quotient(engine, input.domainSize, input.wires)
    if (input.domainSize < SMALLEST)
      quotient.#small = [input.a, input.b].map((matrix) => rowsOf(matrix, input.constants))
    else await engine.exclusive(() => quotient.#load(input))
    return quotient
  }

  free(): void {
    for (const { address, bytes } of this.#ranges.splice(0)) this.#engine.heap.release(address, bytes)
  }

  #keep(bytes: number): number {
    const address = this.#engine.heap.allocate(bytes)
    this.#ranges.push({ address, bytes })
    return address
  }

  async #load({ a, b, constants, domainSize }: QuotientInput): Promise<void> {
    const engine = this.#engine
    const keepWords = (words: Uint32Array): number => {
      const address = this.#keep(words.byteLength)
      engine.write(address, new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
      return address
    }
    this.#matrices = [a, b].map((matrix) => ({
      starts: keepWords(matrix.rowStarts),
      wires: keepWords(matrix.wires),
      constants: keepWords(matrix.constants),
    }))
    const count = constants.length / SCALAR_BYTES
    this.#constants = this.#keep((count + 3) * ELEMENT_BYTES)
    await engine.borrow([constants.length], async (source) => {
      engine.write(source, constants)
      const factor = ADDRESS.SCALAR_FIELD + 16 * CONSTANT.COEFFICIENT
      await engine.run(scalarJob('readElements', [[source, 0, count, this.#constants, factor]]))
    })
    const log = Math.log2(domainSize)
    const root = rootOfUnity(log)
    this.#forward = await this.#powers(this.#size / 2, root, 1n)
    this.#inverse = await this.#powers(this.#size / 2, inverse(root, ORDER), 1n)
    this.#shift = await this.#powers(this.#size, rootOfUnity(log + 1), inverse(BigInt(domainSize), ORDER))
  }

  /** Keeps c·base^0 … c·base^(count − 1). */
  async #powers(count: number, base: bigint, c: bigint): Promise<number> {
    const engine = this.#engine
    const address = this.#keep((count + 4) * ELEMENT_BYTES)
    await engine.borrow([QUAD_BYTES, QUAD_BYTES], async (first, step) => {
      const square = mod(base * base, ORDER)
      engine.write(
        first!,
        elementQuad(ORDER, [c, mod(c * base, ORDER), mod(c * square, ORDER), mod(c * square * base, ORDER)]),
      )
      const fourth = mod(square * square, ORDER)
      engine.write(step!, elementQuad(ORDER, [fourth, fourth, fourth, fourth]))
      await engine.run(scalarJob('powers', [[address, count, first!, step!]]))
    })
    return address
  }

  #computeSmall([a, b]: readonly Row[][], witness: number, target: number): void {
    const memory = new Uint8Array(this.#engine.memory.buffer)
    const values = Array.from({ length: this.#wires }, (_, i) => bytesToBigint(memory, witness + SCALAR_BYTES * i))
    const root = rootOfUnity(Math.log2(this.#size) + 1)
    for (const [i, scalar] of referenceQuotient(a!, b!, values, root).entries())
      writeBigint(memory, target + SCALAR_BYTES * i, scalar)
  }

  /**
   * Writes domainSize scalars of 32 bytes at `target` for the witness at `witness`: `wires` numbers of 32 bytes, below r.
   * Both are addresses in the engine's memory. Within {@link Engine.exclusive}.
   */
  async compute(witness: number, target: number): Promise<void> {
    const engine = this.#engine
    if (this.#small) return this.#computeSmall(this.#small, witness, target)
    const n = this.#size
    const m = n / 4
    const bytes = n * ELEMENT_BYTES
    await engine.borrow([bytes, bytes, bytes, bytes], async (a, b, c, rows) => {
      await engine.borrow([(this.#wires + 3) * ELEMENT_BYTES], async (values) => {
        await engine.run(
          scalarJob(
            'readElements',
            chunks(this.#wires).map(([from, to]) => [witness, from, to, values, 0]),
          ),
        )
        for (const [index, matrix] of this.#matrices.entries()) {
          const { starts, wires, constants } = matrix
          const units = chunks(n).map(([from, to]) => [
            ...[starts, from, to, wires, constants],
            ...[this.#constants, values, rows!],
          ])
          await engine.run(scalarJob('evaluateRows', units))
          await engine.run(scalarJob('toQuads', [[rows!, m, index === 0 ? a! : b!]]))
        }
      })
      await engine.run(scalarJob('multiplyQuads', [[c!, a!, b!, m]]))
      const all = [a!, b!, c!]
      await engine.run(
        scalarJob(
          'inverseTransform',
          all.map((data) => [data, m, this.#inverse]),
        ),
      )
      await engine.run(
        scalarJob(
          'scaleReversed',
          all.map((data) => [data, Math.log2(n), this.#shift]),
        ),
      )
      await engine.run(
        scalarJob(
          'forwardTransform',
          all.map((data) => [data, m, this.#forward]),
        ),
      )
      await engine.run(
        scalarJob(
          'quotientScalars',
          chunks(m).map(([from, to]) => [a!, b!, c!, from, to, m, target]),
        ),
      )
    })
  }
}

/** A coefficient v from v·2^512. */
const FROM_FILE = inverse(1n << 512n, ORDER)

function rowsOf(matrix: Rows, constants: Uint8Array): Row[] {
  return Array.from({ length: matrix.rowStarts.length - 1 }, (_, row) => {
    const [from, to] = [matrix.rowStarts[row]!, matrix.rowStarts[row + 1]!]
    return Array.from({ length: to - from }, (_, i) => ({
      wire: matrix.wires[from + i]!,
      coefficient: mod(bytesToBigint(constants, SCALAR_BYTES * matrix.constants[from + i]!) * FROM_FILE, ORDER),
    }))
  })
}

const scalarJob = (name: string, units: number[][]) => ({ field: 'scalar', g2: false, name, units }) as const

const chunks = (count: number): [number, number][] =>
  Array.from({ length: Math.ceil(count / CHUNK) }, (_, i) => [i * CHUNK, Math.min(count, (i + 1) * CHUNK)])
