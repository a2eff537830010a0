/**
 * A circuit's input as JSON: numbers, decimal or 0x strings, and arrays of them, by signal name.
 * @module
 */
import { WitnessError } from './errors.ts'
import type { CircuitInput, InputValue } from './witness.ts'

const INTEGER = /^(?:-?[0-9]+|0x[0-9a-fA-F]+)$/

function inputValue(name: string, value: unknown): InputValue {
  if (Array.isArray(value)) return value.map((item) => inputValue(name, item))
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value)
  const what = typeof value === 'number' ? 'a number that JSON cannot hold exactly: write it as a string' : 'no integer'
  throw new WitnessError(`Input ${name} has ${what}.`)
}

/** Returns the input in a JSON text. Throws {@link WitnessError}. */
export function parseCircuitInput(text: string): CircuitInput {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new WitnessError('The input is no JSON.', { cause })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new WitnessError('The input is an object of signals by their names.')
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, inputValue(name, value)]))
}
