/**
 * Writes test/vectors/<instance>.json: readings, their public signals and a proof, which Solidity and TypeScript read.
 * A proof is randomized, so one that still verifies with the development key is kept: the same inputs give the same file.
 *
 *   pnpm node scripts/gen/proof-vector.ts
 * @module
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { decodeProof, encodeProof } from '@iotex2/groth16/proof'
import { open } from '@iotex2/groth16/prover'
import { createVerifier } from '@iotex2/groth16/verifier'
import { calculateWitness } from '@iotex2/groth16/witness'
import { BATCH_CIRCUIT, type BatchContext, batchCircuitInput, batchSignals, sortReadings } from '@iotex2/protocol/batch'
import type { Hex } from '@iotex2/protocol/hex'
import { parseProfile } from '@iotex2/protocol/profile'
import type { Reading } from '@iotex2/protocol/reading'
import { buildCircuit } from '../circuits/build.ts'
import { writeGenerated } from './generated.ts'

export const VECTOR = `test/vectors/${BATCH_CIRCUIT}.json`

const ROOT = resolve(import.meta.dirname, '../..')
const address = (last: number): Hex => `0x${last.toString(16).padStart(40, '0')}`

const context: BatchContext = {
  chainId: 31337n,
  projectId: 7n,
  router: address(0x20_0000),
  prover: address(0x30_0000),
  profile: parseProfile({
    name: 'vector',
    version: 1,
    maximumRatePerMinute: 60,
    fields: [
      { name: 'load', unit: '%', minimum: 0, maximum: 100, scale: 100 },
      { name: 'temperature', unit: 'Cel', minimum: -40, maximum: 125, scale: 1000 },
      { name: 'received', unit: 'KiBy', minimum: 0, maximum: 1e9, scale: 1 },
    ],
  }),
}

/** Thirteen readings of three devices, the extremes of each range among them. */
const readings: Reading[] = sortReadings(
  Array.from({ length: 13 }, (_, i) => ({
    chainId: context.chainId,
    projectId: context.projectId,
    device: address(0x10_0000 + (i % 3)),
    nonce: BigInt(i),
    time: 1_767_225_600_000n + BigInt(i) * 1000n,
    values: [BigInt(i === 0 ? 0 : i === 1 ? 10_000 : i * 700), BigInt(i * 13_750 - 40_000), 1_000_000_000n, 0n, 0n],
  })),
)

/** Returns the text of the vector's file by its path. */
export async function generateProofVector(): Promise<Map<string, string>> {
  const { files } = await buildCircuit(BATCH_CIRCUIT)
  const signals = batchSignals(context, readings)
  const proof = (await provenBefore(files.verificationKey, signals)) ?? (await prove(files))
  const vector = { instance: BATCH_CIRCUIT, context, readings, signals, proof }
  const text = JSON.stringify(vector, (_key, value) => (typeof value === 'bigint' ? value.toString() : value), 2)
  return new Map([[VECTOR, `${text}\n`]])
}

/** Returns the proof on disk if it proves `signals`. */
async function provenBefore(keyFile: string, signals: readonly bigint[]): Promise<Hex | undefined> {
  const text = await readFile(resolve(ROOT, VECTOR), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { proof } = JSON.parse(text) as { proof: Hex }
  const verifier = await createVerifier(JSON.parse(await readFile(keyFile, 'utf8')))
  return (await verifier.verify(signals.map(String), decodeProof(proof))) ? proof : undefined
}

async function prove(files: { wasm: string; zkey: string }): Promise<Hex> {
  const witness = await calculateWitness(await readFile(files.wasm), batchCircuitInput(context, readings))
  const prover = await open(await readFile(files.zkey))
  try {
    return encodeProof((await prover.prove(witness)).proof)
  } finally {
    await prover.dispose()
  }
}

if (import.meta.main) await writeGenerated(await generateProofVector())
