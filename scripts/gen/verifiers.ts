/**
 * Writes contracts/w3bstream/verifiers: a verifier for each instance of circuits/circuits.json, with its INSECURE
 * development key, which `scripts/circuits.ts` makes the same everywhere. A production key gets its
 * verifier from the same {@link verifierSource}, once its ceremony is verified (packages/groth16/src/ceremony.ts).
 *
 *   pnpm node scripts/gen/verifiers.ts
 * @module
 */
import { readFileSync } from 'node:fs'
import { buildCircuit, readInstances } from '../circuits/build.ts'
import { writeGenerated } from './generated.ts'
import { verifierName, verifierSource } from './verifier-source.ts'

export const VERIFIERS_DIRECTORY = 'contracts/w3bstream/verifiers'

/** Returns the text of every generated file by its path. Builds the circuits that are stale. */
export async function generateVerifiers(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const name of Object.keys(readInstances())) {
    const { files: built } = await buildCircuit(name, (step) => process.stderr.write(`${name}: ${step} …\n`))
    const key = JSON.parse(readFileSync(built.verificationKey, 'utf8'))
    files.set(`${VERIFIERS_DIRECTORY}/${verifierName(name)}.sol`, verifierSource('scripts/gen/verifiers.ts', name, key))
  }
  return files
}

if (import.meta.main) await writeGenerated(await generateVerifiers())
