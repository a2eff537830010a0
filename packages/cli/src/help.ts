/**
 * Help, from the schemas.
 * @module
 */
import type { TSchema } from 'typebox'
import { flagName, requiredOf } from './arguments.ts'
import { type Command, factsOf, type Group } from './command.ts'

const WIDTH = 100
const LONGEST_USAGE = 120

/** Options that every command has. */
const EVERYWHERE: [name: string, text: string][] = [
  ['--json', 'Print the result as one line of JSON.'],
  ['--help', 'Show this.'],
]

/** Returns the help of a command, `path` being its words. */
export function commandHelp(path: readonly string[], command: Command): string {
  const schemas = command.options.properties as Record<string, TSchema>
  const operands = command.operands ?? []
  const required = new Set(requiredOf(command.options))
  const isNeeded = (key: string) => required.has(key) && factsOf(schemas[key]!).default === undefined
  const bracket = (key: string, shown: string) => (isNeeded(key) ? shown : `[${shown}]`)
  const shown = (key: string): string => {
    const { type, placeholder } = factsOf(schemas[key]!)
    return type === 'boolean' ? flagName(key) : `${flagName(key)} ${placeholder}`
  }
  const flags = Object.keys(schemas).filter((key) => !operands.includes(key))
  const usage = [
    ...operands.map((key) => bracket(key, `${key.toUpperCase()}${factsOf(schemas[key]!).type === 'array' ? '…' : ''}`)),
    ...flags.filter(isNeeded).map(shown),
    ...(flags.every(isNeeded) ? [] : ['[OPTION…]']),
  ]
  const describe = (key: string): string => {
    const { description, type, default: preset } = factsOf(schemas[key]!)
    const repeat = type === 'array' && !operands.includes(key) ? ' May be given several times.' : ''
    const value = preset === undefined || typeof preset === 'boolean' || type === 'array' ? '' : ` Default: ${preset}.`
    return `${description}${repeat}${value}`
  }
  const words = `Usage: iotex2 ${[...path, ...usage].join(' ')}`
  // Only where it must: a line is copied whole.
  const [first, ...more] = words.length <= LONGEST_USAGE ? [words] : wrap(words)
  return [
    first!,
    ...more.map((line) => `  ${line}`),
    '',
    ...wrap(`${command.summary}.`),
    ...(command.details ?? []).flatMap((paragraph) => ['', ...wrap(paragraph)]),
    ...(operands.length === 0 ? [] : ['', ...table(operands.map((key) => [key.toUpperCase(), describe(key)]))]),
    '',
    ...table([...flags.map((key): [string, string] => [shown(key), describe(key)]), ...EVERYWHERE]),
    '',
  ].join('\n')
}

/** Returns the help of a group: what is below it. */
export async function groupHelp(path: readonly string[], group: Group): Promise<string> {
  const members = await Promise.all(
    Object.entries(group.members).map(async ([name, member]): Promise<[string, string]> => {
      const { summary } = typeof member === 'function' ? await member() : member
      return [name, `${summary}.`]
    }),
  )
  const words = ['iotex2', ...path].join(' ')
  return [
    `Usage: ${words} COMMAND`,
    '',
    ...wrap(`${group.summary}.`),
    '',
    ...table(members),
    '',
    `${words} COMMAND --help tells more.`,
    '',
  ].join('\n')
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const column = Math.min(30, Math.max(...rows.map(([name]) => name.length))) + 4
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, WIDTH - column)
    const first = `  ${name}`.padEnd(column)
    const indented = (line: string) => `${' '.repeat(column)}${line}`
    return first.length > column
      ? [first, ...lines.map(indented)]
      : [`${first}${lines[0] ?? ''}`.trimEnd(), ...lines.slice(1).map(indented)]
  })
}

function wrap(text: string, width = WIDTH): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
