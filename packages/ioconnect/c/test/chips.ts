/**
 * The harness on emulated chips: the core and mbedTLS's PSA, built for the chip, on a board of QEMU's whose serial port is
 * the process's input and output.
 * @module
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, linkSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { CORE, runs, WARNINGS } from './toolchain.ts'

interface Chip {
  /** The board's file in chips/. */
  board: string
  compiler: string
  package: string
  flags: readonly string[]
  /** Where code and data lie, as picolibc's linker script has them. */
  memory: Readonly<Record<'__flash' | '__flash_size' | '__ram' | '__ram_size' | '__stack_size', number>>
  emulator: string
  emulatorPackage: string
  machine: readonly string[]
}

export const CHIPS: Readonly<Record<'rv32imc' | 'cortexM3', Chip>> = {
  rv32imc: {
    board: 'virt.c',
    compiler: 'riscv64-unknown-elf-gcc',
    package: 'gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf',
    flags: ['-march=rv32imc', '-mabi=ilp32', '-msave-restore'],
    memory: {
      __flash: 0x8000_0000,
      __flash_size: 0x40_0000,
      __ram: 0x8040_0000,
      __ram_size: 0x40_0000,
      __stack_size: 0x1_0000,
    },
    emulator: 'qemu-system-riscv32',
    emulatorPackage: 'qemu-system-misc',
    machine: ['-machine', 'virt', '-cpu', 'rv32,f=off,d=off', '-bios', 'none'],
  },
  cortexM3: {
    board: 'mps2.c',
    compiler: 'arm-none-eabi-gcc',
    package: 'gcc-arm-none-eabi picolibc-arm-none-eabi',
    flags: ['-mcpu=cortex-m3', '-mthumb'],
    memory: {
      __flash: 0,
      __flash_size: 0x40_0000,
      __ram: 0x2000_0000,
      __ram_size: 0x40_0000,
      __stack_size: 0x1_0000,
    },
    emulator: 'qemu-system-arm',
    emulatorPackage: 'qemu-system-arm',
    machine: ['-machine', 'mps2-an385'],
  },
}

export type ChipName = keyof typeof CHIPS

/** Of chips/fetch-mbedtls.sh. */
const MBEDTLS = 'build/mbedtls'

/** Where time goes in a signature: faster for some bytes more, and not mixed with what is to be small. */
const FAST = new Set(['bignum', 'ecp_curves'])
const FAST_FLAGS = ['-O2', '-fno-lto']

/**
 * Which curves mbedTLS has: tests run on all; what is measured is the security profile of most secure elements, P-256
 * alone. Nothing else differs between the images.
 */
export type Curves = 'all' | 'P-256'

const BOARD_SYMBOLS = ['stdin', 'stdout', 'stderr', '_exit', 'kill', 'getpid']

/** Why the core cannot be run on `chip` here, or undefined. */
export function missingChip(chip: ChipName): string | undefined {
  const { compiler, package: packages, emulator, emulatorPackage } = CHIPS[chip]
  if (!runs(compiler, ['--version'])) return `${compiler} is not installed (apt-get install ${packages})`
  if (!runs(emulator, ['--version'])) return `${emulator} is not installed (apt-get install ${emulatorPackage})`
  if (!existsSync(join(CORE, MBEDTLS)))
    return "mbedTLS's source is missing (packages/ioconnect/c/chips/fetch-mbedtls.sh)"
  return undefined
}

/** Options of the emulator that make its count of instructions exact, and it slower. */
export const COUNTED: readonly string[] = ['-icount', 'shift=0']

/** Returns the words that start the harness on `chip`; it reads and writes as it does on this computer. */
export const chipCommand = (
  chip: ChipName,
  options: readonly string[] = [],
  curves: Curves = 'all',
): [command: string, ...args: string[]] => {
  const { emulator, machine } = CHIPS[chip]
  const quiet = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio']
  return [emulator, ...machine, ...options, ...quiet, '-kernel', buildChip(chip, 'test/harness.c', curves)]
}

export interface ChipSize {
  /** Code and constants. */
  textBytes: number
  /** Without the stack. */
  staticRamBytes: number
}

/** Returns the size of what `roots`, functions of the core, reach with P-256 alone: the core, mbedTLS, the board and the C library. */
export function chipSize(chip: ChipName, roots: readonly string[]): ChipSize {
  const { compiler } = CHIPS[chip]
  const program = link(
    chip,
    'P-256',
    ['-nostartfiles', '-Wl,-e,0', ...['psa_crypto_init', ...roots].map((root) => `-Wl,-u,${root}`)],
    [],
  )
  const size = compiler.replace(/gcc$/, 'size')
  const [, line] = execFileSync(size, [program], { cwd: CORE, encoding: 'utf8' }).split('\n') as [string, string]
  const [text, data, bss] = line.trim().split(/\s+/).map(Number) as [number, number, number]
  return { textBytes: text, staticRamBytes: data + bss }
}

/** Returns the path of the image that `main`, a file of this package, the core and mbedTLS make for `chip`. */
export const buildChip = (chip: ChipName, main: string, curves: Curves = 'all'): string =>
  link(
    chip,
    curves,
    // What the C library calls of the board, and the optimiser cannot see.
    [
      '-DIOC_BOARD',
      '-include',
      'test/faults.h',
      '-I.',
      ...BOARD_SYMBOLS.map((name) => `-Wl,-u,${name}`),
      ...(chip === 'rv32imc' ? ['--crt0=hosted'] : []),
    ],
    [main],
  )

function link(chip: ChipName, curves: Curves, options: readonly string[], programSources: readonly string[]): string {
  const { board, compiler, flags, memory } = CHIPS[chip]
  // Optimised as one program: what one file alone calls of another needs no function of its own. What the compiler takes
  // for small, and calls often, is smaller once.
  const target = [
    '-Os',
    '-flto',
    '-fno-inline-small-functions',
    ...flags,
    '-ffunction-sections',
    '-fdata-sections',
    '--specs=picolibc.specs',
  ]
  const psa = [
    '-DMBEDTLS_CONFIG_FILE="mbedtls_config.h"',
    ...(curves === 'P-256' ? ['-DIOC_P256_ONLY'] : []),
    '-Ichips',
    `-I${MBEDTLS}/include`,
  ]
  const library = buildLibrary(compiler, [...target, ...psa])
  const core = globSync('src/*.c', { cwd: CORE }).toSorted()
  const sources = [...core, ...programSources, 'chips/board.c', `chips/${board}`]
  const inputs = globSync(['src/*.h', 'include/**/*.h', 'test/*.h', 'chips/*'], { cwd: CORE })
  const symbols = Object.entries(memory).map(([symbol, value]) => `-Wl,--defsym=${symbol}=${value}`)
  const args = [
    // picolibc declares more than C99 has.
    ...WARNINGS.filter((flag) => flag !== '-std=c99' && flag !== '-Wpedantic'),
    // Linking warns of mbedTLS's code too; the core is held to it on this computer.
    '-Wno-maybe-uninitialized',
    ...target,
    ...psa,
    ...options,
    '-Iinclude',
    ...sources,
    library,
    ...symbols,
    '-Wl,--gc-sections',
    '-flto-partition=one',
  ]
  return make(`${chip}-`, [...inputs, ...sources], [compiler, args, library], (image) =>
    execFileSync(compiler, [...args, '-o', image], { cwd: CORE, stdio: ['ignore', 'inherit', 'inherit'] }),
  )
}

/** Returns the path of mbedTLS, as far as chips/mbedtls_config.h has it. */
function buildLibrary(compiler: string, flags: readonly string[]): string {
  const sources = globSync(`${MBEDTLS}/library/*.c`, { cwd: CORE }).toSorted()
  const key = [compiler, flags, sources, [...FAST], FAST_FLAGS]
  return make('mbedtls-', ['chips/mbedtls_config.h'], key, (archive) => {
    const directory = join(CORE, `${archive}.objects`)
    mkdirSync(directory, { recursive: true })
    const compile = (files: string[], optimise: readonly string[]) => {
      const paths = files.map((file) => join(CORE, file))
      const include = flags.map((flag) => flag.replace(/^-I/, `-I${CORE}/`))
      execFileSync(compiler, [...include, ...optimise, '-w', '-c', ...paths], { cwd: directory })
    }
    const isFast = (path: string) => FAST.has(/([^/]+)\.c$/.exec(path)![1]!)
    compile(sources.filter(isFast), FAST_FLAGS)
    compile(
      sources.filter((path) => !isFast(path)),
      [],
    )
    const objects = globSync('*.o', { cwd: directory }).toSorted()
    execFileSync(`${compiler}-ar`, ['rcs', join(CORE, archive), ...objects], { cwd: directory })
  })
}

/** Returns the path, from the core's directory, of what `build` makes of `files` and `key`: kept by their digest. */
function make(prefix: string, files: readonly string[], key: unknown, build: (path: string) => void): string {
  const digest = createHash('sha256').update(JSON.stringify(key))
  for (const path of files.toSorted()) digest.update(path).update(readFileSync(join(CORE, path)))
  const path = `build/${prefix}${digest.digest('hex').slice(0, 16)}`
  if (existsSync(join(CORE, path))) return path
  mkdirSync(join(CORE, 'build'), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  build(unfinished)
  // Two test files may build the same at once. The first stays: a linker opens an archive more than once, and two builds
  // of it differ.
  try {
    linkSync(join(CORE, unfinished), join(CORE, path))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  unlinkSync(join(CORE, unfinished))
  return path
}
