/**
 * snarkjs's own command line, in a process of its own: what interoperability is tested against.
 * @module
 */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const require = createRequire(import.meta.url)
const CLI = join(dirname(require.resolve('snarkjs')), 'cli.cjs')

/** Runs snarkjs in `directory` and returns what it prints, without colours. Rejects where it fails. */
export async function snarkjs(directory: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { cwd: directory })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one.
  return stdout.replace(/\x1b\[[0-9;]*m/g, '')
}
