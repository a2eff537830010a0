/**
 * The proving thread: reads the circuit's files once, then proves what it is sent.
 * @module
 */
import { openAsBlob, readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { open } from '@iotex2/groth16/prover'
import { calculateWitness } from '@iotex2/groth16/witness'
import type { CircuitInput } from '@iotex2/protocol/batch'
import type { CircuitFiles, WorkerReply } from './batch-prover.ts'

const { files } = workerData as { files: CircuitFiles }
const wasm = readFileSync(files.wasm)
// This thread may block; the node's other thread answers meanwhile.
const prover = openAsBlob(files.zkey).then((zkey) => open(zkey, { threads: 1 }))

parentPort!.on('message', ({ id, input }: { id: number; input: CircuitInput }) => {
  prove(input)
    .then((proven) => ({ id, proven }))
    .catch((error: Error & { code?: string }) => ({ id, code: error.code ?? 'PROVING_FAILED', message: error.message }))
    .then((reply) => parentPort!.postMessage(reply as WorkerReply))
})

async function prove(input: CircuitInput) {
  const witness = await calculateWitness(wasm, input)
  return (await prover).prove(witness)
}
