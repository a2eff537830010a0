/**
 * What must hold of any file, however spoilt: it is refused with a typed error, or what it yields is right.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { setupDevelopmentInsecure } from './development-setup.ts'
import { CircuitFileError } from './errors.ts'
import { mutated, pickFrom } from './mutation.fixture.ts'
import { open } from './prover.ts'
import { checkProvingKeyPoints, parseProvingKey, readCoefficients, readProvingKey } from './proving-key.ts'
import { findBrokenConstraint, parseR1cs, parseWitness } from './r1cs.ts'
import { tinyR1cs, tinyWitness } from './tiny-circuit.fixture.ts'
import { createVerifier } from './verifier.ts'

/** How often files were refused, and how often taken. */
export interface FuzzCount {
  refused: number
  taken: number
}

/** Runs `use` for mutations of `file`; anything but a typed error is thrown again, with the seed to repeat it. */
async function fuzz(
  file: Uint8Array,
  seed: number,
  rounds: number,
  use: (file: Uint8Array) => unknown,
): Promise<FuzzCount> {
  const count = { refused: 0, taken: 0 }
  for (let round = 0; round < rounds; round++) {
    try {
      await use(mutated(file, pickFrom(seed + round)))
      count.taken++
    } catch (error) {
      if (!(error instanceof CodedError)) throw new AggregateError([error], `seed ${seed + round}`)
      count.refused++
    }
  }
  return count
}

export const fuzzProvingKeys = async (seed: number, rounds: number): Promise<FuzzCount> =>
  fuzz(await setupDevelopmentInsecure(tinyR1cs()), seed, rounds, (file) => {
    const key = parseProvingKey(file)
    readCoefficients(key)
    checkProvingKeyPoints(key)
  })

/** Keys that are read from a file, part by part: they are refused, and for the same problem, where those in memory are. */
export const fuzzKeyFiles = async (seed: number, rounds: number): Promise<FuzzCount> =>
  fuzz(await setupDevelopmentInsecure(tinyR1cs()), seed, rounds, async (file) => {
    const problemOf = (error: unknown): unknown => (error instanceof CircuitFileError ? error.problem : error)
    const fromFile = await readProvingKey(new Blob([Uint8Array.from(file)])).then(() => 'none', problemOf)
    try {
      parseProvingKey(file)
    } catch (error) {
      if (problemOf(error) !== fromFile) throw new RangeError(`Refused in memory, and from a file: ${fromFile}.`)
      throw error
    }
    if (fromFile !== 'none') throw new RangeError(`Taken in memory, and from a file: ${fromFile}.`)
  })

export const fuzzCircuits = (seed: number, rounds: number): Promise<FuzzCount> => {
  const witness = parseWitness(tinyWitness(3n, 4n))
  return fuzz(tinyR1cs(), seed, rounds, (file) => findBrokenConstraint(parseR1cs(file), witness))
}

export const fuzzWitnesses = (seed: number, rounds: number): Promise<FuzzCount> =>
  fuzz(tinyWitness(3n, 4n), seed, rounds, parseWitness)

/** Keys and witnesses in turn; a proof that is made must hold for the key that it was made with. */
export async function fuzzProofs(seed: number, rounds: number): Promise<FuzzCount> {
  const [zkey, witness] = [await setupDevelopmentInsecure(tinyR1cs()), tinyWitness(3n, 4n)]
  const proveWith = async (key: Uint8Array, values: Uint8Array) => {
    const prover = await open(key, { threads: 1 })
    try {
      const { proof, publicSignals } = await prover.prove(values)
      const verifier = await createVerifier(prover.verificationKey)
      if (!(await verifier.verify(publicSignals, proof))) throw new RangeError('A wrong proof was returned.')
    } finally {
      await prover.dispose()
    }
  }
  const keys = await fuzz(zkey, seed, rounds, (file) => proveWith(file, witness))
  const witnesses = await fuzz(witness, seed, rounds, (file) => proveWith(zkey, file))
  return { refused: keys.refused + witnesses.refused, taken: keys.taken + witnesses.taken }
}
