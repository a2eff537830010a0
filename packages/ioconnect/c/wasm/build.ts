/**
 * Compiles the C core to WebAssembly with Clang of npm, which is itself WebAssembly: no compiler of the system is asked
 * for, and the bytes depend on the sources, the flags and the pinned compiler alone.
 * @module
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CodedError } from '@iotex2/protocol/errors'
import { commands, Exit, type Tree } from '@yowasp/clang'

/** The package exports no more than its entry. */
const COMPILER: unknown = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.resolve('@yowasp/clang')), 'utf8'),
)

const CORE = resolve(import.meta.dirname, '..')

const COMPILE = [
  ...['--target=wasm32-unknown-unknown', '-std=c99', '-Os', '-ffreestanding', '-mbulk-memory'],
  ...['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wvla', '-Werror', '-I.', '-Iinclude'],
]
/** What overflows the stack runs into address 0 and traps. */
const LINK = ['--no-entry', '--stack-first', '--gc-sections', '--strip-all']

/** A module to build. Paths are relative to the directory of the core; sources come beside the core's own. */
export interface ModuleSources {
  sources: readonly string[]
  /** Directories of headers, with what is in them. */
  include: readonly string[]
  compile?: readonly string[]
  link?: readonly string[]
  stackBytes: number
}

/** What a simulated device is. */
export const DEVICE_MODULE: ModuleSources = {
  sources: ['wasm/platform.c', 'wasm/string.c'],
  include: ['wasm/include'],
  stackBytes: 16 * 1024,
}

/** Thrown when a module does not compile, with what the compiler says. Code WASM_BUILD_FAILED. */
export class WasmBuildError extends CodedError {
  constructor(output: string) {
    super('WASM_BUILD_FAILED', `The core does not compile to WebAssembly:\n${output}`)
  }
}

const coreSources = (): string[] => globSync('src/*.c', { cwd: CORE }).toSorted()

/** Returns the module's bytes. Throws {@link WasmBuildError}. */
export async function compileModule({
  sources,
  include,
  compile = [],
  link = [],
  stackBytes,
}: ModuleSources): Promise<Uint8Array<ArrayBuffer>> {
  const all = [...coreSources(), ...sources]
  let tree = readTree([...all, ...headersOf(include)])
  // Loads the compiler, which the first call of clang would print about.
  await run((options) => commands['wasm-ld'](['--version'], {}, options))
  const objects: string[] = []
  for (const source of all) {
    const object = `${source.replaceAll('/', '-')}.o`
    const flags = [...COMPILE, ...include.map((path) => `-I${path}`), ...compile]
    // The C library's functions must not become calls of themselves.
    if (source.endsWith('string.c')) flags.push('-fno-builtin')
    tree = await run((options) => commands.clang([...flags, '-c', source, '-o', object], tree, options))
    objects.push(object)
  }
  const linker = [...LINK, ...link, '-z', `stack-size=${stackBytes}`, ...objects, '-o', 'module.wasm']
  tree = await run((options) => commands['wasm-ld'](linker, tree, options))
  return tree['module.wasm'] as Uint8Array<ArrayBuffer>
}

/** Returns the module's bytes, from `build/` where they were compiled before from the same sources. */
export async function buildModule(module: ModuleSources): Promise<Uint8Array<ArrayBuffer>> {
  const digest = createHash('sha256').update(JSON.stringify([COMPILER, COMPILE, LINK, module]))
  for (const path of [...coreSources(), ...module.sources, ...headersOf(module.include)])
    digest.update(path).update(readFileSync(join(CORE, path)))
  const directory = join(CORE, 'build')
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${digest.digest('hex').slice(0, 16)}.wasm`)
  await once(path, async () => {
    const unfinished = `${path}.${process.pid}`
    writeFileSync(unfinished, await compileModule(module))
    renameSync(unfinished, path)
  })
  return new Uint8Array(readFileSync(path))
}

/** Makes `path` unless it is there. Of processes that ask at once, one works and the others wait for it. */
async function once(path: string, make: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`
  while (!existsSync(path)) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
    } catch {
      if (isDead(lock)) rmSync(lock, { force: true })
      await delay(50)
      continue
    }
    try {
      if (!existsSync(path)) await make()
    } finally {
      rmSync(lock, { force: true })
    }
  }
}

/** Whether the process that took `lock` has ended. */
function isDead(lock: string): boolean {
  const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

const headersOf = (include: readonly string[]): string[] =>
  globSync(['src/*.h', 'include/**/*.h', 'test/*.h', ...include.map((path) => `${path}/**/*.h`)], {
    cwd: CORE,
  }).toSorted()

/** Returns files as the compiler's file system. */
function readTree(paths: readonly string[]): Tree {
  const root: Tree = {}
  for (const path of paths) {
    const names = path.split('/')
    const name = names.pop()!
    let directory = root
    for (const parent of names) {
      directory[parent] ??= {}
      directory = directory[parent] as Tree
    }
    directory[name] = readFileSync(join(CORE, path), 'utf8')
  }
  return root
}

interface Streams {
  stdout: null
  stderr: (bytes: Uint8Array | null) => void
  fetchProgress: () => void
}

async function run(tool: (options: Streams) => Promise<Tree> | Tree | undefined): Promise<Tree> {
  const decoder = new TextDecoder()
  let output = ''
  const stderr = (bytes: Uint8Array | null) => {
    if (bytes) output += decoder.decode(bytes, { stream: true })
  }
  try {
    return (await tool({ stdout: null, stderr, fetchProgress: () => {} }))!
  } catch (error) {
    if (error instanceof Exit) throw new WasmBuildError(output)
    throw error
  }
}
