/**
 * The Groth16 prover: a key opened once, proofs from witnesses, in the engine of @iotex2/msm. Runs in Node and in browsers.
 * @module
 */
import { type Engine, openEngine } from '@iotex2/msm/engine'
import { MsmError } from '@iotex2/msm/errors'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'
import { randomScalar } from './blinding.ts'
import { CircuitFileError, ProofError, ProverDisposedError, ProverOptionsError } from './errors.ts'
import { type BuiltTables, ProofCore } from './proof-core.ts'
import { type ProvingKey, parseProvingKey, readProvingKey } from './proving-key.ts'
import { readWitness } from './r1cs.ts'
import { readScalar, viewOf } from './section-file.ts'
import type { TableStore } from './table-store.ts'
import { type VerificationKey, verificationKeyOf } from './verification-key.ts'
import { createVerifier } from './verifier.ts'

export interface ProverOptions {
  /** 1, the default, proves on the calling thread and blocks it. More start that many workers, for this prover alone. */
  threads?: number
  /** How much memory tables of the key's points may take, at most. */
  tableMemoryMiB?: number
  /** Where tables are read from, and written to once built (table-directory.ts). Without it each opening builds them. */
  tableStore?: TableStore
  /** Is told which part of the tables is done, up to 1. */
  onTableProgress?: (part: number) => void
  /**
   * Whether every point of the key is checked to be on its curve and in the subgroup of order r: 4 s for 2^16 wires on one
   * thread.
   */
  checkPoints?: boolean
}

/** Multiples of the key's points, computed on opening or read, so that each proof takes less. */
export interface Tables extends BuiltTables {
  buildMs: number
}

export interface Prover {
  readonly verificationKey: VerificationKey
  /** Threads that prove. */
  readonly threads: number
  /** Null where proofs use none. */
  readonly tables: Tables | null
  /**
   * Returns a proof for a .wtns file, verified before it is returned, and the public signals in decimal.
   * Throws CircuitFileError for a malformed witness, {@link ProofError} for one of another circuit or one that
   * breaks a constraint, {@link ProverDisposedError}.
   */
  prove(witness: Uint8Array): Promise<{ proof: Groth16Proof; publicSignals: string[] }>
  /** Waits for proofs under way, then ends its threads, so that the process can exit by itself. */
  dispose(): Promise<void>
}

const countOf = (name: string, value: number, least: number): number => {
  if (!Number.isSafeInteger(value) || value < least)
    throw new ProverOptionsError(`${name} is a whole number of at least ${least}, not ${value}.`)
  return value
}

/**
 * Opens a .zkey: reads what proofs need of it into the engine, so that the file's bytes may be let go. A Blob (Node:
 * `fs.openAsBlob`; a browser's chosen file) is read in parts and never whole in memory.
 * Throws CircuitFileError, {@link ProverOptionsError}, and MsmError where memory or threads are lacking.
 */
export async function open(zkey: Uint8Array | Blob, options: ProverOptions = {}): Promise<Prover> {
  const threads = countOf('threads', options.threads ?? 1, 1)
  if (options.tableMemoryMiB !== undefined) countOf('tableMemoryMiB', options.tableMemoryMiB, 0)
  const key = zkey instanceof Blob ? await readProvingKey(zkey) : parseProvingKey(zkey)
  const verificationKey = verificationKeyOf(key)
  const verifier = await createVerifier(verificationKey)
  const { wires, publicSignals: publicCount } = key
  const engine = await openEngine({ threads })
  const { core, tables } = await load(engine, key, options).catch(async (error: unknown) => {
    await engine.dispose()
    throw asKeyError(error)
  })
  const underWay = new Set<Promise<unknown>>()
  let disposed = false

  const prove: Prover['prove'] = async (witness) => {
    const values = readWitness(witness)
    if (values.length / 32 !== wires)
      throw new ProofError(
        `The witness has ${values.length / 32} wires, the circuit ${wires}: it is another circuit's.`,
      )
    const proof = await core.prove(values, randomScalar(), randomScalar())
    const view = viewOf(values)
    const publicSignals = Array.from({ length: publicCount }, (_, i) => readScalar(view, 32 * (i + 1)).toString())
    if (!(await verifier.verify(publicSignals, proof)))
      throw new ProofError('The witness does not satisfy the circuit.')
    return { proof, publicSignals }
  }

  return {
    verificationKey,
    threads: engine.threads,
    tables,
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
      await engine.dispose()
    },
  }
}

/** What the engine, or the file, says of the key while it is loaded. */
function asKeyError(cause: unknown): unknown {
  if (cause instanceof MsmError && cause.index !== undefined)
    return new CircuitFileError(`The proving key: ${cause.message}`, { problem: 'point', cause })
  if (cause instanceof DOMException)
    return new CircuitFileError('The file cannot be read any more.', { problem: 'truncated', cause })
  return cause
}

async function load(engine: Engine, key: ProvingKey<Uint8Array | Blob>, options: ProverOptions) {
  const { tableMemoryMiB = 0, tableStore, onTableProgress, checkPoints = false } = options
  const core = await ProofCore.load(engine, key, { check: checkPoints })
  const began = performance.now()
  const built = await core.buildTables(tableMemoryMiB, { store: tableStore, onProgress: onTableProgress })
  const tables: Tables | null = built && { ...built, buildMs: performance.now() - began }
  return { core, tables }
}
