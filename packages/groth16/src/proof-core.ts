/**
 * A proof's three points from a witness and two blinding scalars (Groth, "On the size of pairing-based non-interactive
 * arguments", EUROCRYPT 2016), over the engine:
 *
 *   A = α + Σ w_i A_i + rδ      B = β + Σ w_i B_i + sδ      C = Σ w_i C_i + Σ h_i H_i + sA + rB − rsδ
 *
 * The single points are loaded beside the key's own, so that each sum is one multi-scalar multiplication.
 * @module
 */
import type { Point } from '@iotex2/msm/curve'
import { type Bases, type Engine, type LoadOptions, pointBytes } from '@iotex2/msm/engine'
import { MsmError } from '@iotex2/msm/errors'
import { Quotient } from '@iotex2/msm/quotient'
import { FIELD_MODULUS } from '@iotex2/protocol/field'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'
import { type ProvingKey, readCoefficients } from './proving-key.ts'
import { viewOf, writeScalar } from './section-file.ts'
import type { TableStore } from './table-store.ts'

/** Scalars that stand before the witness: those of a constant point and of delta. */
const HEAD = 2
const SCALAR = 32

export interface TableOptions {
  store?: TableStore
  /** Is told the part done, up to 1. */
  onProgress?: (part: number) => void
}

export interface BuiltTables {
  memoryMiB: number
  /** How many of the four came from the store. */
  read: number
  /** Why the last table that could not be read or written was not, though tables are in use; null if none. */
  storeError: unknown
}

export class ProofCore {
  readonly #engine: Engine
  readonly #key: Pick<ProvingKey, 'wires' | 'publicSignals' | 'domainSize'>
  readonly #quotient: Quotient
  readonly #a: Bases
  readonly #b1: Bases
  readonly #b2: Bases
  readonly #c: Bases

  private constructor(
    engine: Engine,
    key: Pick<ProvingKey, 'wires' | 'publicSignals' | 'domainSize'>,
    quotient: Quotient,
    bases: readonly [a: Bases, b1: Bases, b2: Bases, c: Bases],
  ) {
    this.#engine = engine
    this.#key = { wires: key.wires, publicSignals: key.publicSignals, domainSize: key.domainSize }
    this.#quotient = quotient
    ;[this.#a, this.#b1, this.#b2, this.#c] = bases
  }

  /**
   * Loads a parsed key, with every point checked where `check` says so. Throws MsmError MSM_OUT_OF_MEMORY and, where checked,
   * MSM_POINT_NOT_ON_CURVE and MSM_POINT_NOT_IN_SUBGROUP.
   */
  static async load(engine: Engine, key: ProvingKey<Uint8Array | Blob>, options: LoadOptions = {}): Promise<ProofCore> {
    const { wires, domainSize, alpha1, beta1, beta2, delta1, delta2 } = key
    const { a, b, constants } = readCoefficients(key)
    const quotient = await Quotient.load(engine, { a, b, constants, domainSize, wires })
    const bases = [
      await engine.loadBases('g1', [alpha1, delta1, key.a], options),
      await engine.loadBases('g1', [beta1, delta1, key.b1], options),
      await engine.loadBases('g2', [beta2, delta2, key.b2], options),
      await engine.loadBases('g1', [key.c, key.h, delta1], options),
    ] as const
    return new ProofCore(engine, key, quotient, bases)
  }

  /**
   * Builds tables of the key's points in at most `memoryMiB`, shared out by the points' own size, or reads them from `store`
   * and writes what it lacks there. Returns null where the memory is too little for any. Throws MsmError MSM_OUT_OF_MEMORY.
   */
  async buildTables(
    memoryMiB: number,
    { store, onProgress = () => {} }: TableOptions = {},
  ): Promise<BuiltTables | null> {
    const all = Object.entries({ a: this.#a, b1: this.#b1, b2: this.#b2, c: this.#c })
    const weight = ({ group, count }: Bases): number => count * (group === 'g1' ? 1 : 2)
    const total = all.reduce((sum, [, bases]) => sum + weight(bases), 0)
    const built: BuiltTables = { memoryMiB: 0, read: 0, storeError: null }
    let [any, done] = [false, 0]
    for (const [name, bases] of all) {
      const share = weight(bases) / total
      const plan = this.#engine.planTable(bases, memoryMiB * share)
      if (plan) {
        any = true
        const file = `${name}-${plan.kind}-${plan.bits}-${plan.rows}`
        const before = done
        const kept = await this.#readTable(bases, store, file, built)
        const table =
          kept ?? (await this.#engine.buildPlanned(bases, plan, (part) => onProgress(before + part * share)))
        if (kept) built.read++
        else
          await store?.write(file, this.#engine.exportTable(bases)).catch((error: unknown) => {
            built.storeError = error
          })
        built.memoryMiB += table.memoryMiB
      }
      done += share
      onProgress(done)
    }
    return any ? built : null
  }

  /** Returns a table from the store, or null where it has none that can be used. */
  async #readTable(bases: Bases, store: TableStore | undefined, file: string, built: BuiltTables) {
    try {
      const bytes = await store?.read(file)
      return bytes ? await this.#engine.importTable(bases, bytes) : null
    } catch (error) {
      if (error instanceof MsmError && error.code !== 'MSM_TABLE_REFUSED') throw error
      built.storeError = error
      return null
    }
  }

  /** Returns the proof; `witness` holds the values of all wires, 32 bytes each. */
  prove(witness: Uint8Array, r: bigint, s: bigint): Promise<Groth16Proof> {
    const { wires, publicSignals, domainSize } = this.#key
    const engine = this.#engine
    const count = HEAD + wires + domainSize + 1
    return engine.exclusive(() =>
      engine.borrow([count * SCALAR], async (scalars) => {
        const writeAt = (index: number, value: bigint): void => {
          const bytes = new Uint8Array(SCALAR)
          writeScalar(viewOf(bytes), 0, value)
          engine.write(scalars + index * SCALAR, bytes)
        }
        const values = scalars + HEAD * SCALAR
        engine.write(values, witness)
        await this.#quotient.compute(values, values + wires * SCALAR)
        writeAt(count - 1, (FIELD_MODULUS - ((r * s) % FIELD_MODULUS)) % FIELD_MODULUS)
        writeAt(0, 1n)
        writeAt(1, r)
        const a = await engine.msmAt(this.#a, scalars, HEAD + wires)
        writeAt(1, s)
        const b1 = await engine.msmAt(this.#b1, scalars, HEAD + wires)
        const b2 = await engine.msmAt(this.#b2, scalars, HEAD + wires)
        const hidden = 1 + publicSignals
        const c = await engine.msmAt(this.#c, values + hidden * SCALAR, wires - hidden + domainSize + 1)
        // C = c + s·A + r·B; s stands where it is wanted already.
        writeAt(0, 1n)
        writeAt(2, r)
        const sum = await this.#sum([c, a, b1], scalars)
        return { pi_a: g1(a), pi_b: g2(b2), pi_c: g1(sum), protocol: 'groth16', curve: 'bn128' }
      }),
    )
  }

  async #sum(points: readonly Point[], scalars: number): Promise<Point> {
    const bases = await this.#engine.loadBasesWithin('g1', [points.map((point) => pointBytes('g1', point))].flat())
    try {
      return await this.#engine.msmAt(bases, scalars, points.length)
    } finally {
      bases.free()
    }
  }
}

/** snarkjs writes infinity as (0, 1, 0). */
const g1 = (point: Point): string[] => (point ? [`${point.x[0]}`, `${point.y[0]}`, '1'] : ['0', '1', '0'])

const g2 = (point: Point): string[][] =>
  point
    ? [point.x.map(String), point.y.map(String), ['1', '0']]
    : [
        ['0', '0'],
        ['1', '0'],
        ['0', '0'],
      ]
