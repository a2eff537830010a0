/**
 * Builds the core for this computer: gcc and Debian's libmbedtls-dev, whose PSA stands for a chip's. Sanitizers see what
 * a chip would not. A build is kept by the digest of all it is made of.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const CORE = resolve(import.meta.dirname, '..')

export const WARNINGS = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wvla', '-Werror']
/** Of the harness: sanitizers, and any call of PSA can be made to fail. */
export const SANITIZERS = [
  '-g',
  '-O1',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-include',
  'test/faults.h',
]

/** Returns whether `command` is there and ends well. */
export const runs = (command: string, args: string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Why the core cannot be built here, or undefined. */
export function missingTools(compiler = 'gcc'): string | undefined {
  if (!runs(compiler, ['--version'])) return `${compiler} is not installed (apt-get install ${compiler})`
  if (!existsSync('/usr/include/psa/crypto.h')) return 'psa/crypto.h is missing (apt-get install libmbedtls-dev)'
  return undefined
}

/** Names what is skipped, and why. */
export function skipReason(what: string, compiler = 'gcc'): string | undefined {
  const missing = missingTools(compiler)
  if (missing !== undefined) process.stderr.write(`skipped: ${what}: ${missing}\n`)
  return missing
}

/** Returns the path of the program that `main`, a file of this package, and the core make. */
export function buildProgram(main: string, compiler = 'gcc', flags: readonly string[] = SANITIZERS): string {
  const sources = [...globSync('src/*.c', { cwd: CORE }).toSorted(), main]
  const digest = createHash('sha256')
  for (const path of [
    ...globSync(['src/*.h', 'include/**/*.h', 'test/*.h', 'fuzz/*.h'], { cwd: CORE }),
    ...sources,
  ].toSorted())
    digest.update(path).update(readFileSync(join(CORE, path)))
  digest.update(JSON.stringify([compiler, flags, WARNINGS]))
  const directory = join(CORE, 'build')
  const program = join(directory, digest.digest('hex').slice(0, 16))
  if (existsSync(program)) return program
  mkdirSync(directory, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  const args = [...WARNINGS, ...flags, '-I.', '-Iinclude', ...sources, '-lmbedcrypto', '-o', unfinished]
  execFileSync(compiler, args, { cwd: CORE, stdio: ['ignore', 'inherit', 'inherit'] })
  // Two test files may build the same at once: either result is whole.
  renameSync(unfinished, program)
  return program
}
