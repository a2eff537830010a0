/**
 * A service's configuration: environment variables, checked against a schema, with defaults and one clear error.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'
import type { Static, TObject, TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** Thrown when a variable is missing or malformed. Code CONFIG_INVALID; the message names every such variable. */
export class ConfigError extends CodedError {
  constructor(problems: readonly string[]) {
    super('CONFIG_INVALID', `Set these environment variables (see .env.example):\n  ${problems.join('\n  ')}`)
  }
}

/** Returns the variables that `schema` names, converted to its types. Throws {@link ConfigError}. */
export function readConfig<S extends TObject>(schema: S, env: Readonly<Record<string, string | undefined>>): Static<S> {
  const given: Record<string, unknown> = {}
  for (const key of Object.keys(schema.properties)) {
    const text = env[key]
    if (text !== undefined && text !== '') given[key] = convert(schema.properties[key] as TSchema, text)
  }
  const config = Value.Default(schema, given)
  const problems = Value.Errors(schema, config).map(
    (error) => `${error.instancePath.slice(1) || error.schemaPath}: ${error.message}`,
  )
  if (problems.length > 0) throw new ConfigError(problems)
  return config as Static<S>
}

function convert(schema: TSchema, text: string): unknown {
  const { type } = schema as { type?: string }
  if (type === 'number' || type === 'integer') return Number.isNaN(Number(text)) ? text : Number(text)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (type === 'array') return text.split(',').map((item) => item.trim())
  return text
}
