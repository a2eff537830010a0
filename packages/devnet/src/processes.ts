/**
 * Child processes that end with their parent: each has an IPC channel, and stops when the channel closes.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CodedError } from '@iotex2/protocol/errors'

const EXIT_WITH_PARENT = fileURLToPath(new URL('./exit-with-parent.ts', import.meta.url))

/** Thrown when a child ends before it listens. Code PROCESS_FAILED; the message ends with what it last printed. */
export class ProcessFailedError extends CodedError {
  constructor(name: string, logFile: string, tail: string) {
    super('PROCESS_FAILED', `${name} ended before it was ready. Its log is ${logFile}; it ends with:\n${tail}`)
  }
}

export interface ProcessOptions {
  name: string
  /** Arguments of node, the script first. */
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** For programs that know nothing of IPC: preload a module that exits with the parent. */
  exitWithParent?: boolean
}

export interface RunningProcess {
  readonly name: string
  readonly pid: number
  readonly logFile: string
  /** URL that the process told it listens on; empty for one that does not. */
  readonly url: string
  /** Resolves with the exit code or signal. */
  readonly exited: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after a grace period. */
  stop(): Promise<void>
}

const GRACE_MS = 10_000
const START_TIMEOUT_MS = 60_000

/** Every child of one network, so that they can be stopped together. */
export class ProcessTree {
  readonly #logDirectory: string
  readonly #running = new Set<RunningProcess>()
  /** Called when a child ends that nobody asked to. */
  onUnexpectedExit: (process: RunningProcess, code: number | NodeJS.Signals) => void = () => {}

  constructor(logDirectory: string) {
    this.#logDirectory = logDirectory
    mkdirSync(logDirectory, { recursive: true })
  }

  /** Starts node and resolves when the child sends `{type: "listening", url}` or `{type: "started"}`. Throws {@link ProcessFailedError}. */
  async start(options: ProcessOptions): Promise<RunningProcess> {
    const logFile = join(this.#logDirectory, `${options.name}.log`)
    const log = openSync(logFile, 'a')
    const child = spawn(
      process.execPath,
      [...(options.exitWithParent ? ['--import', EXIT_WITH_PARENT] : []), ...options.args],
      {
        cwd: options.cwd,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
        stdio: ['ignore', log, log, 'ipc'],
        // A Ctrl-C reaches the parent alone, which then stops its children in order.
        detached: true,
      },
    )
    closeSync(log)
    let stopping = false
    const exited = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals)
    const url = await this.#listening(options.name, child, exited, logFile)
    const running: RunningProcess = {
      name: options.name,
      pid: child.pid!,
      logFile,
      url,
      exited,
      kill: (signal) => {
        stopping = true
        child.kill(signal)
      },
      stop: async () => {
        stopping = true
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
        await exited
        clearTimeout(timer)
      },
    }
    this.#running.add(running)
    void exited.then((code) => {
      this.#running.delete(running)
      if (!stopping) this.onUnexpectedExit(running, code)
    })
    return running
  }

  async #listening(
    name: string,
    child: ChildProcess,
    exited: Promise<number | NodeJS.Signals>,
    logFile: string,
  ): Promise<string> {
    const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS)
    const message = new Promise<string>((resolve) => {
      child.on('message', (content: { type?: string; url?: string }) => {
        if (content.type === 'listening' || content.type === 'started') resolve(content.url ?? '')
      })
    })
    const url = await Promise.race([message, exited.then(() => undefined)])
    clearTimeout(timer)
    if (url === undefined)
      throw new ProcessFailedError(
        name,
        logFile,
        readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n'),
      )
    return url
  }

  /** Stops every child, the latest first. */
  async stopAll(): Promise<void> {
    for (const running of [...this.#running].reverse()) await running.stop()
  }
}
