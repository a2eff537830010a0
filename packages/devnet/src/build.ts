/**
 * Builds what runs: contracts, circuits and keys, explorer. Each part only when its sources have changed.
 * @module
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { hardhatCli, ROOT } from './chain.ts'

/** Thrown when a build step fails. Code BUILD_FAILED; the message ends with the tool's own words. */
export class BuildFailedError extends CodedError {
  constructor(part: string, output: string) {
    super('BUILD_FAILED', `${part} did not build:\n${output.trimEnd().split('\n').slice(-20).join('\n')}`)
  }
}

interface Part {
  title: string
  /** Files and directories whose content decides whether to build. */
  sources: readonly string[]
  /** What must exist afterwards. */
  product: string
  /** Arguments of node. */
  args: readonly string[]
}

const PARTS: Record<'contracts' | 'circuits' | 'explorer', Part> = {
  contracts: {
    title: 'contracts (solc)',
    sources: ['contracts', 'packages/dapp/contracts', 'hardhat.config.ts', 'pnpm-lock.yaml'],
    product: 'artifacts',
    args: [hardhatCli, 'build', '--no-tests', '--no-typechain', '--quiet'],
  },
  circuits: {
    title: 'circuits and development keys (circom)',
    sources: [
      'circuits/src',
      'circuits/circuits.json',
      'packages/groth16/src',
      'scripts/circuits.ts',
      'pnpm-lock.yaml',
    ],
    product: 'circuits/build',
    args: ['scripts/circuits.ts'],
  },
  explorer: {
    title: 'explorer (vite)',
    sources: ['packages/explorer', 'packages/groth16/src', 'packages/msm', 'packages/protocol/src', 'pnpm-lock.yaml'],
    product: 'packages/explorer/dist/index.html',
    args: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
  },
}
export type PartName = keyof typeof PARTS
export const PART_NAMES = Object.keys(PARTS) as PartName[]

const STAMPS = join(ROOT, 'node_modules/.cache/iotex2/build')

function hashTree(hash: ReturnType<typeof createHash>, path: string): void {
  if (!existsSync(path)) return
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort())
      if (name !== 'node_modules' && name !== 'dist') hashTree(hash, join(path, name))
  } else hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0')
}

/** Builds one part unless it is up to date. Returns whether it was built. Throws {@link BuildFailedError}. */
export async function build(name: PartName): Promise<boolean> {
  const part = PARTS[name]
  const hash = createHash('sha256')
  for (const source of part.sources) hashTree(hash, join(ROOT, source))
  const digest = hash.digest('hex')
  const stamp = join(STAMPS, name)
  if (existsSync(join(ROOT, part.product)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return false
  const cwd = name === 'explorer' ? join(ROOT, 'packages/explorer') : ROOT
  const child = spawn(process.execPath, part.args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new BuildFailedError(part.title, output)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, digest)
  return true
}

export const partTitle = (name: PartName): string => PARTS[name].title
