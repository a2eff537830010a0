/**
 * The Groth16 prover: a key opened once, proofs from witnesses. Over snarkjs.
 * @module
 */

import { isMainThread } from 'node:worker_threads'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'
import { groth16 } from 'snarkjs'
import { ProofError, ProverDisposedError } from './errors.ts'
import { joinPool } from './pool.ts'
import { parseWitness } from './r1cs.ts'
import { exportVerificationKey, parseProvingKey, type VerificationKey } from './verification-key.ts'
import { createVerifier } from './verifier.ts'

export interface ProverOptions {
  /**
   * 1 proves on the calling thread, as does any number within a worker thread. Otherwise a pool of one worker a core
   * serves all provers of the process.
   */
  threads?: number
}

export interface Prover {
  readonly verificationKey: VerificationKey
  /**
   * Returns a proof for a .wtns file, verified before it is returned, and the public signals in decimal.
   * Throws CircuitFileError for a malformed witness, {@link ProofError} for one of another circuit or one that
   * breaks a constraint.
   */
  prove(witness: Uint8Array): Promise<{ proof: Groth16Proof; publicSignals: string[] }>
  /** Ends the pool with its last prover, so that the process can exit by itself. */
  dispose(): Promise<void>
}

/** Opens a .zkey and keeps it in memory. Throws CircuitFileError. */
export async function open(zkey: Uint8Array, options: ProverOptions = {}): Promise<Prover> {
  const { wires } = parseProvingKey(zkey)
  const verificationKey = await exportVerificationKey(zkey)
  const verifier = await createVerifier(verificationKey)
  // ffjavascript's workers (npm web-worker) cannot be started from a worker thread.
  const singleThread = options.threads === 1 || !isMainThread
  let disposed = false
  const leavePool = singleThread ? async () => {} : joinPool()

  return {
    verificationKey,
    async prove(witness) {
      if (disposed) throw new ProverDisposedError()
      const values = parseWitness(witness)
      if (values.length !== wires)
        throw new ProofError(`The witness has ${values.length} wires, the circuit ${wires}: it is another circuit's.`)
      const { proof, publicSignals } = await groth16.prove(zkey, witness, undefined, { singleThread })
      if (!(await verifier.verify(publicSignals, proof)))
        throw new ProofError('The witness does not satisfy the circuit.')
      return { proof, publicSignals }
    },
    async dispose() {
      disposed = true
      await leavePool()
    },
  }
}
