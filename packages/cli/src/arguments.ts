/**
 * From the words of a command line to the values of a command's schema.
 * @module
 */
import type { Static, TObject, TProperties, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type Command, factsOf } from './command.ts'
import { UsageError } from './errors.ts'

/** --iterationsExponent → --iterations-exponent */
export const flagName = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Every command has it. */
const JSON_FLAG = '--json'

/** Returns the options' values by key, and whether the result is wanted as JSON. Throws {@link UsageError}. */
export function parseArguments<P extends TProperties>(
  command: Pick<Command<P>, 'options' | 'operands'>,
  words: readonly string[],
): { options: Static<TObject<P>>; json: boolean } {
  const { options, operands = [] } = command
  const schemas = options.properties as Record<string, TSchema>
  const byFlag = new Map(
    Object.keys(schemas)
      .filter((key) => !operands.includes(key))
      .map((key) => [flagName(key), key]),
  )
  const given: Record<string, unknown> = {}
  const free: string[] = []
  let json = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') {
      free.push(...words.slice(i + 1))
      break
    }
    if (!word.startsWith('-') || word === '-') {
      free.push(word)
      continue
    }
    if (word === JSON_FLAG) {
      json = true
      continue
    }
    const [, flag, attached] = /^([^=]*)(?:=(.*))?$/s.exec(word)!
    const key = byFlag.get(flag!)
    if (key === undefined)
      throw new UsageError('OPTION_UNKNOWN', unknownOption(flag!, [...byFlag.keys(), JSON_FLAG, '--help']))
    const schema = schemas[key]!
    const { type, placeholder } = factsOf(schema)
    if (type === 'boolean') {
      if (attached !== undefined) throw new UsageError('OPTION_INVALID', `${flag} takes no value.`)
      given[key] = true
      continue
    }
    const value = attached ?? words[++i]
    if (value === undefined || (attached === undefined && byFlag.has(value)))
      throw new UsageError('OPTION_INVALID', `${flag} takes a value: ${flag} ${placeholder}`)
    if (type === 'array') given[key] = [...((given[key] as string[] | undefined) ?? []), value]
    else if (key in given) throw new UsageError('OPTION_INVALID', `${flag} is given twice.`)
    else given[key] = convert(schema, value)
  }
  // A list at the end takes all that is left.
  const last = operands.at(-1)
  const rest = last !== undefined && factsOf(schemas[last]!).type === 'array' ? last : undefined
  const single = rest === undefined ? operands : operands.slice(0, -1)
  if (rest !== undefined) given[rest] = free.slice(single.length)
  else if (free.length > operands.length)
    throw new UsageError('OPERAND_UNEXPECTED', `"${free[operands.length]}" is one word too many.`)
  free.slice(0, single.length).forEach((value, i) => {
    given[single[i]!] = convert(schemas[single[i]!]!, value)
  })
  return { options: check(options, operands, given), json }
}

/** Keys that must have a value, those with a default among them. */
export const requiredOf = (options: TObject): readonly string[] => (options as { required?: string[] }).required ?? []

function check<P extends TProperties>(
  options: TObject<P>,
  operands: readonly string[],
  given: Record<string, unknown>,
): Static<TObject<P>> {
  const schemas = options.properties as Record<string, TSchema>
  for (const key of requiredOf(options))
    if (!(key in given) && factsOf(schemas[key]!).default === undefined) {
      const { placeholder, description } = factsOf(schemas[key]!)
      const name = operands.includes(key) ? key.toUpperCase() : `${flagName(key)} ${placeholder}`
      throw new UsageError('OPTION_MISSING', `${name} is missing: ${description}`)
    }
  const values = Value.Default(options, given)
  const [first] = Value.Errors(options, values)
  if (first) {
    const key = first.instancePath.split('/')[1]!
    const { description, placeholder } = factsOf(schemas[key]!)
    const name = operands.includes(key) ? key.toUpperCase() : `${flagName(key)} ${placeholder}`
    throw new UsageError('OPTION_INVALID', `"${String(given[key])}" is no value of ${name}: ${description}`)
  }
  return values as Static<TObject<P>>
}

function convert(schema: TSchema, value: string): unknown {
  const { type } = factsOf(schema)
  return type === 'integer' && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value
}

function unknownOption(flag: string, known: readonly string[]): string {
  const near = nearest(flag, known)
  return `There is no option ${flag} here${near === undefined ? '.' : `: did you mean ${near}?`}`
}

/** Returns the candidate that a typing mistake or two lead from, if there is one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0] && ranked[0].distance <= 2 ? ranked[0].candidate : undefined
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}
