/**
 * Runs commands as the program does, in this process, and tells what was printed.
 * @module
 */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { createPublicFetch } from '@iotex2/identity/web/public-fetch'
import { type ExitCode, runCommandLine } from '../src/app.ts'
import type { Context } from '../src/command.ts'
import { createProgress } from '../src/progress.ts'
import { TerminalError } from '../src/terminal.ts'

export interface Outcome {
  code: ExitCode
  stdout: string
  stderr: string
}

/** Nobody at the terminal. */
export const nobody: Context['terminal'] = {
  interactive: false,
  askHidden: async () => {
    throw new TerminalError('this is a test.')
  },
  confirm: async () => {
    throw new TerminalError('this is a test.')
  },
}

/** Returns a runner of commands whose files lie in `directory`. */
export const runnerIn =
  (directory: string) =>
  async (words: readonly string[], own: Partial<Context> = {}): Promise<Outcome> => {
    const outcome = { stdout: '', stderr: '' }
    const context: Context = {
      resolve: (path) => resolve(directory, path),
      progress: createProgress({
        write: (text) => {
          outcome.stderr += text
        },
        now: () => performance.now(),
      }),
      terminal: nobody,
      now: () => Date.now(),
      randomBytes: (length) => randomBytes(length),
      fetchPublic: createPublicFetch(),
      settings: {},
      ...own,
    }
    const code = await runCommandLine(words, context, {
      stdout: (text) => {
        outcome.stdout += text
      },
      stderr: (text) => {
        outcome.stderr += text
      },
    })
    return { code, ...outcome }
  }

export type Runner = ReturnType<typeof runnerIn>
