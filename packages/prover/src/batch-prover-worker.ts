/**
 * The proving thread: reads the circuit's files once, then proves what it is sent.
 * @module
 */
import { openAsBlob, readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { open } from '@iotex2/groth16/prover'
import { calculateWitness } from '@iotex2/groth16/witness'
import type { CircuitInput } from '@iotex2/protocol/batch'
import type { CircuitFiles, TableReport, WorkerReply } from './batch-prover.ts'
import { hashFile, tableDirectory } from './table-directory.ts'

const { files } = workerData as { files: CircuitFiles }
const wasm = readFileSync(files.wasm)
const prover = openProver()

async function openProver() {
  const zkey = await openAsBlob(files.zkey)
  const { memoryMiB = 0, directory } = files.tables ?? {}
  let tenth = 0
  // This thread may block; the node's other thread answers meanwhile.
  const opened = await open(zkey, {
    threads: 1,
    tableMemoryMiB: memoryMiB,
    tableStore: directory === undefined ? undefined : tableDirectory(directory, await hashFile(files.zkey)),
    onTableProgress(part) {
      if (Math.floor(10 * part) <= tenth) return
      tenth = Math.floor(10 * part)
      report({ event: 'building', part: tenth / 10 })
    },
  })
  if (opened.tables) {
    const { memoryMiB: taken, read, buildMs, storeError } = opened.tables
    const error = storeError === null ? null : String(storeError)
    report({ event: 'ready', memoryMiB: Math.round(taken), read, ms: Math.round(buildMs), storeError: error })
  }
  return opened
}

function report(tables: TableReport): void {
  parentPort!.postMessage({ tables } satisfies WorkerReply)
}

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
