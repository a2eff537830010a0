/**
 * The circom compiler (circom2 from npm, WebAssembly) in a process of its own.
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, parse, relative } from 'node:path'
import { CodedError } from '@iotex2/protocol/errors'
import { expectAbsent, withFile } from './files.ts'

const require = createRequire(import.meta.url)

/** How far circom simplifies: not at all, equalities and constants, or all linear constraints. */
export const OPTIMIZATIONS = ['O0', 'O1', 'O2'] as const

export interface Compilation {
  source: string
  directory: string
  /** Directories that `include` looks in. */
  includes: readonly string[]
  optimization: (typeof OPTIMIZATIONS)[number]
}

export interface CompiledCircuit {
  r1cs: string
  wasm: string
}

/** Thrown when circom refuses a circuit. Code CIRCUIT_REFUSED; the message is circom's first error. */
export class CircuitRefusedError extends CodedError {
  constructor(source: string, output: string) {
    super('CIRCUIT_REFUSED', `${source}: ${firstError(output)}`)
  }
}

/**
 * Writes NAME.r1cs and NAME.wasm into a directory, both or none, NAME being the source's. `onOutput` is told all that
 * circom says. Throws {@link CircuitRefusedError} and FileError.
 */
export async function compileCircuit(
  { source, directory, includes, optimization }: Compilation,
  onOutput: (text: string) => void,
): Promise<CompiledCircuit> {
  const name = parse(source).name
  const made = { r1cs: join(directory, `${name}.r1cs`), wasm: join(directory, `${name}.wasm`) }
  await expectAbsent(made.r1cs, made.wasm)
  const real = await withFile(source, () => realpath(source))
  const libraries = await Promise.all(includes.map((path) => withFile(path, () => realpath(path))))
  await withFile(directory, () => mkdir(directory, { recursive: true }))
  const scratch = await withFile(directory, async () => realpath(await mkdtemp(join(directory, '.circom-'))))
  try {
    // circom knows the file system below the directory that it runs in, by relative paths.
    const top = parse(real).root
    const within = (path: string): string => relative(top, path)
    const args = [
      require.resolve('circom2/cli.js'),
      within(real),
      ...['--r1cs', '--wasm', `--${optimization}`],
      ...[dirname(real), ...libraries].flatMap((path) => ['-l', within(path)]),
      ...['-o', within(scratch)],
    ]
    const child = spawn(process.execPath, args, { cwd: top, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += plain(chunk)
      })
    const code = await new Promise<number | null>((done) => child.once('close', done))
    if (code !== 0) throw new CircuitRefusedError(source, output)
    onOutput(output.trimEnd())
    const compiled = basename(real, '.circom')
    await rename(join(scratch, `${compiled}.r1cs`), made.r1cs)
    await rename(join(scratch, `${compiled}_js`, `${compiled}.wasm`), made.wasm)
    return made
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one.
const plain = (text: string): string => text.replace(/\x1b\[[0-9;]*m/g, '')

/** circom writes "error[CODE]: what", then the place with its line: one line of both. */
function firstError(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  const at = lines.findIndex((line) => /^error(\[|:)/.test(line))
  if (at < 0) return lines.find((line) => line !== '') ?? 'circom failed without a word.'
  const place = lines.slice(at, at + 4).find((line) => /:\d+:\d+$/.test(line))
  const where = place === undefined ? '' : ` (line ${/:(\d+):\d+$/.exec(place)![1]})`
  return `${lines[at]!.replace(/\s+/g, ' ')}${where}`
}
