/**
 * Proves in a thread of its own, so that the page stays alive. It gets the chosen files, not their bytes: it reads them
 * itself. The page ends this worker with what it replies, and the prover's threads end with it: were they disposed of in the same
 * moment, Chromium would wait for them and keep the worker.
 * @module
 */
import { parseCircuitInput } from '@iotex2/groth16/circuit-input'
import { open } from '@iotex2/groth16/prover'
import { createVerifier } from '@iotex2/groth16/verifier'
import { calculateWitness } from '@iotex2/groth16/witness'
import { CodedError } from '@iotex2/protocol/errors'
import type { Groth16Proof } from '@iotex2/protocol/prover-task'

export interface ProveOrder {
  zkey: Blob
  program: Blob
  /** JSON: signals by name. */
  input: string
}

export type ProveStep = 'reading' | 'witness' | 'proof' | 'verification'

export interface Proven {
  proof: Groth16Proof
  publicSignals: string[]
  verified: boolean
  /** Threads of the prover. */
  threads: number
  /** How long each step took. */
  ms: Record<ProveStep, number>
}

export type ProveReply =
  | { kind: 'step'; step: ProveStep }
  | { kind: 'proven'; proven: Proven }
  | { kind: 'failed'; code: string; message: string }

/** What a worker is, to this file: the page's types are loaded, not a worker's. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: ProveOrder }) => void
  postMessage(reply: ProveReply): void
}

/** More threads than these have too little to share in a circuit that a page would prove. */
const MOST_THREADS = 8

/** As many threads as there are processors; one where threads cannot share memory: a page that is not cross-origin isolated. */
const threadsHere = (): number =>
  globalThis.crossOriginIsolated ? Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency)) : 1

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer())

async function prove({ zkey, program, input }: ProveOrder): Promise<Proven> {
  const ms = {} as Record<ProveStep, number>
  const step = async <Result>(name: ProveStep, work: () => Promise<Result>): Promise<Result> => {
    scope.postMessage({ kind: 'step', step: name })
    const began = performance.now()
    const result = await work()
    ms[name] = performance.now() - began
    return result
  }
  const prover = await step('reading', async () => open(zkey, { threads: threadsHere() }))
  const witness = await step('witness', async () => calculateWitness(await bytesOf(program), parseCircuitInput(input)))
  const { proof, publicSignals } = await step('proof', () => prover.prove(witness))
  const verified = await step('verification', async () =>
    (await createVerifier(prover.verificationKey)).verify(publicSignals, proof),
  )
  return { proof, publicSignals, verified, threads: prover.threads, ms }
}

scope.onmessage = ({ data }) => {
  prove(data).then(
    (proven) => scope.postMessage({ kind: 'proven', proven }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      scope.postMessage({ kind: 'failed', code: error instanceof CodedError ? error.code : 'PROVING_FAILED', message })
    },
  )
}
