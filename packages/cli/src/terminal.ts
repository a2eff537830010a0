/**
 * Questions to the person at the terminal, asked on stderr: stdout is for results.
 * @module
 */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CodedError } from '@iotex2/protocol/errors'

export interface Terminal {
  /** Whether someone can answer. */
  interactive: boolean
  /** Returns a line that is typed unseen. Throws {@link TerminalError} where nobody can answer. */
  askHidden(question: string): Promise<string>
  /** Returns whether the answer is yes. Throws {@link TerminalError} where nobody can answer. */
  confirm(question: string): Promise<boolean>
}

/** Thrown when a question has nobody to answer it, or the input ends. Code TERMINAL_MISSING. */
export class TerminalError extends CodedError {
  constructor(instead: string) {
    super('TERMINAL_MISSING', `Nobody is there to answer: ${instead}`)
  }
}

export interface TerminalStreams {
  input: NodeJS.ReadStream
  output: NodeJS.WriteStream
}

export function createTerminal({ input, output }: TerminalStreams): Terminal {
  const interactive = Boolean(input.isTTY && output.isTTY)

  async function ask(question: string, hidden: boolean, instead: string): Promise<string> {
    if (!interactive) throw new TerminalError(instead)
    let muted = false
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!muted) output.write(chunk)
        done()
      },
    })
    const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 })
    const ended = new AbortController()
    lines.once('close', () => ended.abort())
    lines.once('SIGINT', () => lines.close())
    try {
      const answer = lines.question(question, { signal: ended.signal })
      muted = hidden
      return await answer
    } catch {
      throw new TerminalError('the input ended.')
    } finally {
      lines.close()
      if (hidden) output.write('\n')
    }
  }

  return {
    interactive,
    askHidden: (question) =>
      ask(question, true, 'name a file with --password-file, or set the variable that --help names.'),
    confirm: async (question) => /^y(es)?$/i.test((await ask(`${question} [y/N] `, false, 'add --yes.')).trim()),
  }
}
