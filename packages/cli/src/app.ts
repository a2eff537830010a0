/**
 * The command line as a function: words in, exit code out.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import { nearest, parseArguments } from './arguments.ts'
import type { Command, Context, Group } from './command.ts'
import { COMMANDS } from './commands/index.ts'
import { UsageError } from './errors.ts'
import { commandHelp, groupHelp } from './help.ts'

export interface Output {
  stdout(text: string): void
  stderr(text: string): void
}

/** 0: done, or yes. 1: it failed, or the answer is no. 2: the words make no command. */
export type ExitCode = 0 | 1 | 2

/** Runs the command that `words` name, after the program's own name. Never throws. */
export async function runCommandLine(words: readonly string[], context: Context, output: Output): Promise<ExitCode> {
  const path: string[] = []
  try {
    return await run(words, path, context, output)
  } catch (error) {
    context.progress.end()
    if (error instanceof UsageError) {
      output.stderr(`${error.code}: ${error.message} (${['iotex2', ...path, '--help'].join(' ')})\n`)
      return 2
    }
    const { code, message } =
      error instanceof CodedError
        ? error
        : { code: 'INTERNAL', message: `${messageOf(error)} This is a fault of iotex2.` }
    output.stderr(`${code}: ${message}\n`)
    return 1
  }
}

async function run(words: readonly string[], path: string[], context: Context, output: Output): Promise<ExitCode> {
  const found = await find(words, path)
  const end = words.indexOf('--')
  if ((end < 0 ? words : words.slice(0, end)).includes('--help')) {
    output.stdout('members' in found ? await groupHelp(path, found) : commandHelp(path, found))
    return 0
  }
  const rest = words.slice(path.length)
  if ('members' in found) {
    if (rest[0] !== undefined) throw new UsageError('OPTION_UNKNOWN', `There is no option ${rest[0]} here.`)
    throw new UsageError('COMMAND_MISSING', `Choose one of: ${Object.keys(found.members).join(', ')}.`)
  }
  const { options, json } = parseArguments(found, rest)
  const report = await found.run(options, context)
  context.progress.end()
  output.stdout(
    json
      ? `${JSON.stringify(report.json, (_, value) => (typeof value === 'bigint' ? value.toString() : value))}\n`
      : report.lines.map((line) => `${line}\n`).join(''),
  )
  return report.exitCode ?? 0
}

/** Returns what the first words name, and adds those words to `path`. Throws {@link UsageError}. */
async function find(words: readonly string[], path: string[]): Promise<Group | Command> {
  let group: Group = COMMANDS
  for (const word of words) {
    if (word.startsWith('-')) break
    const member = Object.hasOwn(group.members, word) ? group.members[word] : undefined
    if (!member) throw new UsageError('COMMAND_UNKNOWN', unknownCommand(word, group))
    path.push(word)
    if (typeof member === 'function') return member()
    group = member
  }
  return group
}

function unknownCommand(word: string, group: Group): string {
  const names = Object.keys(group.members)
  const near = nearest(word, names)
  return `There is no command "${word}": ${near === undefined ? `choose one of ${names.join(', ')}.` : `did you mean ${near}?`}`
}

const messageOf = (error: unknown): string => {
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]!
  return message.endsWith('.') ? message : `${message}.`
}
