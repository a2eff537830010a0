/**
 * Speaks with harness.c: a line of words in, a line of words out. It runs with each backend of PSA: on this computer
 * with mbedTLS, as WebAssembly with the simulator's, and on emulated chips with mbedTLS built for them.
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { CodedError } from '@iotex2/protocol/errors'
import { vi } from 'vitest'
import { Psa } from '../../src/wasm/psa.ts'
import { buildModule, type ModuleSources } from '../wasm/build.ts'
import { CHIPS, type ChipName, type Curves, chipCommand, missingChip } from './chips.ts'
import { buildProgram, CORE, missingTools } from './toolchain.ts'

/** Thrown when the core answers with a status. Its code is the status's name. */
export class CoreError extends CodedError {
  constructor(status: string, command: string) {
    super(status, `The core answered ${status} to ${command.slice(0, 200)}.`)
  }
}

export type Argument = string | number | bigint | Uint8Array | null

/** Texts starting with a backquote are words as they are: curves, flags. Others, and bytes, go as hexadecimal. */
const word = (argument: Argument): string => {
  if (argument === null) return 'none'
  if (typeof argument === 'number' || typeof argument === 'bigint') return String(argument)
  if (typeof argument === 'string' && argument.startsWith('`')) return argument.slice(1)
  return Buffer.from(argument as string).toString('hex') || '-'
}

/** Where the harness runs. */
interface Machine {
  /** Resolves with the line that answers `command`. */
  run(command: string): Promise<string>
  stop(): Promise<void>
}

export type Backend = 'mbedTLS' | 'WebAssembly' | ChipName

/** An emulator on a busy machine is slow. */
const CHIP_TIMEOUT_MS = 180_000

const CHIP_NAMES = Object.keys(CHIPS) as ChipName[]

/** The harness that counts which branches are taken (coverage.test.ts): then nothing but it runs, and what it answers is kept beside it. */
const COUNTED = process.env.IOC_COUNTED_HARNESS

/** What can run here. Where something is missing the reason goes to stderr: WebAssembly needs nothing. */
export function backends(what: string, { chips = true }: { chips?: boolean } = {}): Backend[] {
  if (COUNTED) return ['mbedTLS']
  if (chips) vi.setConfig({ testTimeout: CHIP_TIMEOUT_MS })
  const missing: [Backend, string | undefined][] = [
    ['mbedTLS', missingTools()],
    ['WebAssembly', undefined],
    ...(chips ? CHIP_NAMES : []).map((chip): [Backend, string | undefined] => [chip, missingChip(chip)]),
  ]
  for (const [backend, reason] of missing)
    if (reason !== undefined) process.stderr.write(`skipped: ${what} with ${backend}: ${reason}\n`)
  return missing.flatMap(([backend, reason]) => (reason === undefined ? [backend] : []))
}

export const isChip = (backend: Backend): backend is ChipName => backend in CHIPS

/** mbedTLS 2.28 has no EdDSA. */
export const hasEdDsa = (backend: Backend): boolean => backend === 'WebAssembly'

/** Returns every how many of many cases are tried: an emulated chip takes a hundred times as long. */
export const strideOf = (backend: Backend): number => (isChip(backend) ? 19 : 1)

async function startMachine(backend: Backend, emulatorOptions: readonly string[], curves?: Curves): Promise<Machine> {
  if (isChip(backend)) return startProcess(...chipCommand(backend, emulatorOptions, curves))
  return backend === 'mbedTLS' ? startProcess(COUNTED ?? buildProgram('test/harness.c')) : startModule()
}

/** The core, running. */
export class Core {
  readonly #machine: Machine

  private constructor(machine: Machine) {
    this.#machine = machine
  }

  static async start(
    backend: Backend = 'mbedTLS',
    emulatorOptions: readonly string[] = [],
    curves?: Curves,
  ): Promise<Core> {
    return new Core(await startMachine(backend, emulatorOptions, curves))
  }

  /** Returns what came out. Rejects with {@link CoreError}. */
  async call(operation: string, ...args: Argument[]): Promise<(Buffer | null)[]> {
    const command = [operation, ...args.map(word)].join(' ')
    const [status, ...parts] = (await this.#machine.run(command)).split(' ')
    if (status !== 'ok') {
      if (COUNTED) appendFileSync(`${COUNTED}.statuses`, `${status}\n`)
      throw new CoreError(status!, command)
    }
    return parts.map((part) => (part === 'none' ? null : Buffer.from(part === '-' ? '' : part, 'hex')))
  }

  /** Returns the first thing that came out. */
  async bytes(operation: string, ...args: Argument[]): Promise<Buffer> {
    return (await this.call(operation, ...args))[0]!
  }

  async text(operation: string, ...args: Argument[]): Promise<string> {
    return (await this.bytes(operation, ...args)).toString()
  }

  /** Returns the name of the status that the core answers. */
  async status(operation: string, ...args: Argument[]): Promise<string> {
    try {
      await this.call(operation, ...args)
      return 'IOC_OK'
    } catch (error) {
      if (error instanceof CoreError && error.code.startsWith('IOC_')) return error.code
      throw error
    }
  }

  /** Returns the PSA identifier of a key whose secret is given. */
  async key(curve: string, use: 'sign' | 'any' | 'agree', secret: Uint8Array): Promise<number> {
    return Number(await this.text('key', `\`${curve}`, `\`${use}`, secret))
  }

  stop(): Promise<void> {
    return this.#machine.stop()
  }
}

function startProcess(program: string, ...args: string[]): Machine {
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' }
  const child: ChildProcessWithoutNullStreams = spawn(program, args, { env, cwd: CORE })
  const waiting: { command: string; resolve: (line: string) => void; reject: (error: unknown) => void }[] = []
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk
  })
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()!.resolve(line))
  child.once('exit', (code) => {
    for (const { command, reject } of waiting)
      reject(new CoreError('CORE_EXITED', `${command}: exit ${code}\n${errors}`))
  })
  return {
    run: (command) =>
      new Promise((resolve, reject) => {
        waiting.push({ command, resolve, reject })
        child.stdin.write(`${command}\n`)
      }),
    stop: async () => {
      child.stdin.end()
      // An emulator does not end with its input.
      if (args.length > 0) child.kill()
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

/** The harness beside a C library of its own. Any call of PSA can be made to fail, as in the process. */
const HARNESS: ModuleSources = {
  sources: ['test/harness.c', 'test/wasm/libc.c', 'wasm/string.c'],
  include: ['test/wasm/include', 'wasm/include'],
  compile: ['-include', 'test/faults.h'],
  link: ['--export=main'],
  stackBytes: 256 * 1024,
}

async function startModule(): Promise<Machine> {
  const module = await WebAssembly.compile(await buildModule(HARNESS))
  const psa = new Psa((length) => randomBytes(length))
  let line: string | undefined
  let answer = ''
  const exports = (await WebAssembly.instantiate(module, {
    psa: psa.imports(() => exports.memory),
    host: {
      read: (address: number, size: number) => {
        if (line === undefined || line.length + 2 > size) return 0
        Buffer.from(exports.memory.buffer, address, line.length + 2).write(`${line}\n\0`, 'latin1')
        line = undefined
        return 1
      },
      write: (address: number, length: number) => {
        answer += Buffer.from(exports.memory.buffer, address, length).toString('latin1')
      },
      exit: (code: number) => {
        throw new CoreError('CORE_EXITED', `exit ${code}`)
      },
    },
  }).then(({ exports }) => exports)) as { memory: WebAssembly.Memory; main: () => number }
  return {
    run: async (command) => {
      line = command
      answer = ''
      // Reads one line, and ends where there is no other.
      exports.main()
      return answer.trimEnd()
    },
    stop: async () => {},
  }
}
