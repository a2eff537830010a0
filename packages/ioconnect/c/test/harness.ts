/**
 * Speaks with harness.c: a line of words in, a line of words out.
 * @module
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { CodedError } from '@iotex2/protocol/errors'
import { buildProgram } from './toolchain.ts'

/** Thrown when the core answers with a status. Its code is the status's name. */
export class CoreError extends CodedError {
  constructor(status: string, command: string) {
    super(status, `The core answered ${status} to ${command.slice(0, 200)}.`)
  }
}

type Argument = string | number | bigint | Uint8Array | null

/** Texts starting with a backquote are words as they are: curves, flags. Others, and bytes, go as hexadecimal. */
const word = (argument: Argument): string => {
  if (argument === null) return 'none'
  if (typeof argument === 'number' || typeof argument === 'bigint') return String(argument)
  if (typeof argument === 'string' && argument.startsWith('`')) return argument.slice(1)
  return Buffer.from(argument as string).toString('hex') || '-'
}

/** The core as a process. */
export class Core {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #waiting: {
    command: string
    resolve: (parts: (Buffer | null)[]) => void
    reject: (error: unknown) => void
  }[] = []
  #errors = ''

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { command, resolve, reject } = this.#waiting.shift()!
      const [status, ...parts] = line.split(' ')
      if (status !== 'ok') return reject(new CoreError(status!, command))
      resolve(parts.map((part) => (part === 'none' ? null : Buffer.from(part === '-' ? '' : part, 'hex'))))
    })
    child.once('exit', (code) => {
      for (const { command, reject } of this.#waiting)
        reject(new CoreError('CORE_EXITED', `${command}: exit ${code}\n${this.#errors}`))
    })
  }

  static start(): Core {
    const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' }
    return new Core(spawn(buildProgram('test/harness.c'), { env }))
  }

  /** Returns what came out. Rejects with {@link CoreError}. */
  call(operation: string, ...args: Argument[]): Promise<(Buffer | null)[]> {
    const command = [operation, ...args.map(word)].join(' ')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject })
      this.#child.stdin.write(`${command}\n`)
    })
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

  async stop(): Promise<void> {
    this.#child.stdin.end()
    if (this.#child.exitCode === null) await new Promise((resolve) => this.#child.once('exit', resolve))
  }
}
