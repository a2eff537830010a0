/**
 * The gas of each operation, as `hardhat test solidity FILE --snapshot` measures it.
 * @module
 */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hardhatCli, ROOT } from '@iotex2/devnet/chain'
import { CodedError } from '@iotex2/protocol/errors'
import { runTool } from '../run-tool.ts'

/** Thrown when the gas tests do not pass. Code GAS_TESTS_FAILED. */
export class GasTestsFailedError extends CodedError {
  constructor(file: string, output: string) {
    super('GAS_TESTS_FAILED', `${file} does not pass:\n${output.split('\n').slice(-12).join('\n')}`)
  }
}

/**
 * What Hardhat writes: every JSON file of snapshots/ itself, whose others it deletes, and the gas of whole tests, without
 * which its own `--snapshot-check` fails.
 */
const HARDHATS = ['snapshots/*.json', '.gas-snapshot']

const hardhatsFiles = (): Map<string, string> =>
  new Map(globSync(HARDHATS, { cwd: ROOT }).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))

/**
 * Measures anew and leaves the files on disk as they were. Hardhat's own check of chosen tests overlooks operations that
 * are new or gone; so its files are compared as all others.
 * Throws {@link GasTestsFailedError}.
 */
export async function measureGas(): Promise<Map<string, string>> {
  const kept = hardhatsFiles()
  try {
    // What is compared with the official contracts is compiled as they were. The default profile comes last, so that
    // artifacts/ is left as every other command makes it.
    const official = await measure('test/gas/Official.t.sol', ['--build-profile', 'official'])
    const operations = await measure('test/gas/Operations.t.sol', [])
    return new Map([[OFFICIAL, official.get(OFFICIAL)!], ...operations])
  } finally {
    for (const path of hardhatsFiles().keys()) if (!kept.has(path)) rmSync(join(ROOT, path))
    for (const [path, text] of kept) writeFileSync(join(ROOT, path), text)
  }
}

const OFFICIAL = 'snapshots/gas-official.json'

/** Returns what Hardhat writes for one file of tests. */
async function measure(file: string, options: readonly string[]): Promise<Map<string, string>> {
  const { succeeded, output } = await runTool([
    ...[hardhatCli, ...options, 'test', 'solidity', file],
    ...['--no-typechain', '--snapshot'],
  ])
  if (!succeeded) throw new GasTestsFailedError(file, output)
  return new Map([...hardhatsFiles()].map(([path, text]) => [path, inOrder(path, text)]))
}

/** Hardhat keeps the order in which tests ended. */
function inOrder(path: string, text: string): string {
  if (!path.endsWith('.json')) return `${text.trimEnd()}\n`
  const entries = Object.entries(JSON.parse(text) as Record<string, string>)
  return `${JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`
}
