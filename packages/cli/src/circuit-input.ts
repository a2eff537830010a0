/**
 * A circuit's inputs as JSON has them: by name, integers as text or number, arrays of them.
 * @module
 */
import type { CircuitInput, InputValue } from '@iotex2/groth16/witness'
import { FileError } from './errors.ts'

/** Returns the inputs in `json`, which was read from `path`. Throws {@link FileError} FILE_MALFORMED. */
export function parseCircuitInput(json: unknown, path: string): CircuitInput {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new FileError('FILE_MALFORMED', `${path} is no JSON object of inputs by name.`)
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, parseValue(value, name, path)]))
}

function parseValue(value: unknown, name: string, path: string): InputValue {
  if (Array.isArray(value)) return value.map((item, i) => parseValue(item, `${name}[${i}]`, path))
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    // JSON.parse has rounded it already.
    throw new FileError('FILE_MALFORMED', `${path}: write ${name} as text: "${value}" is beyond 2^53.`)
  if (Number.isSafeInteger(value)) return BigInt(value as number)
  if (typeof value === 'string' && /^(-?[0-9]+|0x[0-9a-fA-F]+)$/.test(value)) return BigInt(value)
  throw new FileError('FILE_MALFORMED', `${path}: ${name} is no integer, nor a text of one.`)
}
