/**
 * The Groth16 prover: a key opened once, proofs from witnesses. Over snarkjs. Runs in Node and in browsers.
 * @module
 */
import type { Groth16Proof } from '@iotex2/protocol/prover-task'
import { groth16 } from 'snarkjs'
import { ProofError, ProverDisposedError, ProverOptionsError } from './errors.ts'
import { joinPool } from './pool.ts'
import { checkProvingKeyPoints, parseProvingKey } from './proving-key.ts'
import { readWitness } from './r1cs.ts'
import { type VerificationKey, verificationKeyOf } from './verification-key.ts'
import { createVerifier } from './verifier.ts'

export interface ProverOptions {
  /**
   * 1 proves on the calling thread, as does any number within one of Node's worker threads. Otherwise a pool of one
   * worker a core serves all provers of the process.
   */
  threads?: number
  /** How much memory tables of the key's points may take, at most. snarkjs uses none. */
  tableMemoryMiB?: number
  /** Whether every point of the key is checked to be on its curve: 0.3 s for 2^16 rows. */
  checkPoints?: boolean
}

/** Multiples of the key's points, computed on opening so that each proof takes less. */
export interface Tables {
  memoryMiB: number
  buildMs: number
}

export interface Prover {
  readonly verificationKey: VerificationKey
  /** Null where proofs use none. */
  readonly tables: Tables | null
  /**
   * Returns a proof for a .wtns file, verified before it is returned, and the public signals in decimal.
   * Throws CircuitFileError for a malformed witness, {@link ProofError} for one of another circuit or one that
   * breaks a constraint, {@link ProverDisposedError}.
   */
  prove(witness: Uint8Array): Promise<{ proof: Groth16Proof; publicSignals: string[] }>
  /** Waits for proofs under way, then ends the pool with its last prover, so that the process can exit by itself. */
  dispose(): Promise<void>
}

/** ffjavascript's workers (npm web-worker) cannot be started from a worker thread of Node. */
const isNodeWorker = (): boolean =>
  globalThis.process?.getBuiltinModule?.('node:worker_threads')?.isMainThread === false

const countOf = (name: string, value: number, least: number): number => {
  if (!Number.isSafeInteger(value) || value < least)
    throw new ProverOptionsError(`${name} is a whole number of at least ${least}, not ${value}.`)
  return value
}

/**
 * Opens a .zkey and keeps it in memory, as it is given: the bytes must not change while the prover lives.
 * Throws CircuitFileError, {@link ProverOptionsError}.
 */
export async function open(zkey: Uint8Array, options: ProverOptions = {}): Promise<Prover> {
  const threads = options.threads === undefined ? undefined : countOf('threads', options.threads, 1)
  if (options.tableMemoryMiB !== undefined) countOf('tableMemoryMiB', options.tableMemoryMiB, 0)
  const key = parseProvingKey(zkey)
  if (options.checkPoints) checkProvingKeyPoints(key)
  const verificationKey = verificationKeyOf(key)
  const verifier = await createVerifier(verificationKey)
  const singleThread = threads === 1 || isNodeWorker()
  const underWay = new Set<Promise<unknown>>()
  let disposed = false
  const leavePool = singleThread ? async () => {} : joinPool()

  const prove: Prover['prove'] = async (witness) => {
    const wires = readWitness(witness).length / 32
    if (wires !== key.wires)
      throw new ProofError(`The witness has ${wires} wires, the circuit ${key.wires}: it is another circuit's.`)
    const { proof, publicSignals } = await groth16.prove(zkey, witness, undefined, { singleThread })
    if (!(await verifier.verify(publicSignals, proof)))
      throw new ProofError('The witness does not satisfy the circuit.')
    return { proof, publicSignals }
  }

  return {
    verificationKey,
    tables: null,
    async prove(witness) {
      if (disposed) throw new ProverDisposedError()
      const proving = prove(witness)
      underWay.add(proving)
      try {
        return await proving
      } finally {
        underWay.delete(proving)
      }
    },
    async dispose() {
      disposed = true
      await Promise.allSettled(underWay)
      await leavePool()
    },
  }
}
