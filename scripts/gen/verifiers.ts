/**
 * Writes contracts/w3bstream/verifiers: a verifier for each instance of circuits/circuits.json, with its INSECURE
 * development key, which `scripts/circuits.ts` makes the same everywhere. A production key gets its
 * verifier from the same {@link verifierSource}, once its ceremony is verified (packages/groth16/src/ceremony.ts).
 *
 *   pnpm node scripts/gen/verifiers.ts
 * @module
 */
import { readFileSync } from 'node:fs'
import { verifierName, verifierSource } from '@iotex2/groth16/verifier-source'
import { buildCircuit, readInstances } from '../circuits/build.ts'
import { writeGenerated } from './generated.ts'

export const VERIFIERS_DIRECTORY = 'contracts/w3bstream/verifiers'

/** Returns the text of every generated file by its path. Builds the circuits that are stale. */
export async function generateVerifiers(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const name of Object.keys(readInstances())) {
    const { files: built } = await buildCircuit(name, (step) => process.stderr.write(`${name}: ${step} …\n`))
    const key = JSON.parse(readFileSync(built.verificationKey, 'utf8'))
    const source = verifierSource(key, {
      generator: 'scripts/gen/verifiers.ts',
      instance: name,
      origin: 'circuits/circuits.json',
      interfaces: '../interfaces',
    })
    files.set(`${VERIFIERS_DIRECTORY}/${verifierName(name)}.sol`, source)
  }
  return files
}

if (import.meta.main) await writeGenerated(await generateVerifiers())
