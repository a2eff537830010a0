/**
 * Fails when a generated file differs from what its generator writes now.
 * @module
 */
import { BINDINGS_DIRECTORY, generateBindings } from '../gen/bindings.ts'
import { generateDeviceWasm } from '../gen/device-wasm.ts'
import { generateEngineWasm } from '../gen/engine-wasm.ts'
import { staleFiles } from '../gen/generated.ts'
import { generatePoseidonMatrices } from '../gen/poseidon-matrices.ts'
import { generateProofVector } from '../gen/proof-vector.ts'
import { generateVerifiers, VERIFIERS_DIRECTORY } from '../gen/verifiers.ts'

/** Returns one line per stale file. */
export async function checkGenerated(): Promise<string[]> {
  const problems = [
    ...(await staleFiles(await generateEngineWasm())),
    ...(await staleFiles(generatePoseidonMatrices())),
    ...(await staleFiles(await generateDeviceWasm())),
    ...(await staleFiles(await generateBindings(), BINDINGS_DIRECTORY)),
    ...(await staleFiles(await generateVerifiers(), VERIFIERS_DIRECTORY)),
    ...(await staleFiles(await generateProofVector())),
  ]
  return problems.map((problem) => `${problem}: run pnpm gen`)
}
