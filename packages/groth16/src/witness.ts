/**
 * Runs circom's generated WASM: from named inputs to a .wtns file.
 * The ABI is that of circom 2 (https://docs.circom.io/getting-started/computing-the-witness).
 * @module
 */

import { CodedError } from '@iotex2/protocol/errors'
import { FIELD_MODULUS, toField } from '@iotex2/protocol/field'
import { CircuitFileError, WitnessError } from './errors.ts'
import { readScalar, viewOf, writeScalar, writeSections } from './section-file.ts'

/** Signals by name; an array is given in the order of its indices, the last one fastest. Integers may be negative. */
export type CircuitInput = Record<string, InputValue>
export type InputValue = bigint | readonly InputValue[]

interface CircuitExports {
  getVersion(): number
  getFieldNumLen32(): number
  /** Puts the field's modulus into the shared words. */
  getRawPrime(): void
  init(sanityCheck: number): void
  getMessageChar(): number
  getInputSize(): number
  getInputSignalSize(hashHigh: number, hashLow: number): number
  setInputSignal(hashHigh: number, hashLow: number, index: number): void
  getWitnessSize(): number
  getWitness(index: number): void
  readSharedRWMemory(word: number): number
  writeSharedRWMemory(word: number, value: number): void
}

/** What circom's code 1 to 6 stand for. */
const FAILURES = [
  'a signal is not an input of the circuit',
  'too many signals are set',
  'a signal is set twice',
  'the inputs do not satisfy the circuit',
  'the circuit ran out of memory',
  'an array of inputs is too long',
]

const WORDS = 8

const flatten = (value: InputValue): bigint[] => (typeof value === 'bigint' ? [value] : value.flatMap(flatten))

/** FNV-1a, 64 bits: how circom names inputs. */
function signalHash(name: string): [high: number, low: number] {
  const hash = new TextEncoder()
    .encode(name)
    .reduce((state, byte) => BigInt.asUintN(64, (state ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n)
  return [Number(hash >> 32n), Number(hash & 0xffffffffn)]
}

const EXPORTS: readonly (keyof CircuitExports)[] = [
  'getVersion',
  'getFieldNumLen32',
  'getRawPrime',
  'init',
  'getMessageChar',
  'getInputSize',
  'getInputSignalSize',
  'setInputSignal',
  'getWitnessSize',
  'getWitness',
  'readSharedRWMemory',
  'writeSharedRWMemory',
]

const ABI_VERSION = 2

const notCircom = (why: string, cause?: unknown): CircuitFileError =>
  new CircuitFileError(`Not a witness program of circom 2: ${why}.`, { problem: 'program', cause })

/** Programs by their bytes: compiling takes longer than running. */
const programs = new WeakMap<Uint8Array, Promise<WebAssembly.Module>>()

async function compile(wasm: Uint8Array): Promise<WebAssembly.Module> {
  const module = await WebAssembly.compile(wasm as Uint8Array<ArrayBuffer>).catch((cause: unknown) => {
    throw notCircom('it is no WebAssembly', cause)
  })
  const functions = new Set(
    WebAssembly.Module.exports(module).flatMap(({ name, kind }) => (kind === 'function' ? [name] : [])),
  )
  const missing = EXPORTS.filter((name) => !functions.has(name))
  if (missing.length > 0) throw notCircom(`it does not export ${missing.join(', ')}`)
  return module
}

function compiled(wasm: Uint8Array): Promise<WebAssembly.Module> {
  let program = programs.get(wasm)
  if (!program) {
    program = compile(wasm)
    programs.set(wasm, program)
  }
  return program
}

/**
 * Returns the .wtns file for `input`. The program is code, and runs as long as it likes: take it from where the key
 * comes from. Throws {@link WitnessError} where an input is missing, unknown or unsatisfying, {@link CircuitFileError}
 * for a program that circom 2 did not make for BN254, or that traps.
 */
export async function calculateWitness(wasm: Uint8Array, input: CircuitInput): Promise<Uint8Array> {
  const module = await compiled(wasm)
  try {
    return await run(module, input)
  } catch (cause) {
    if (cause instanceof CodedError) throw cause
    throw notCircom('it fails', cause)
  }
}

async function run(module: WebAssembly.Module, input: CircuitInput): Promise<Uint8Array> {
  const trace: string[] = []
  const readMessage = (): string => {
    let message = ''
    for (let char = circuit.getMessageChar(); char !== 0; char = circuit.getMessageChar())
      message += String.fromCharCode(char)
    return message
  }
  const { exports } = await WebAssembly.instantiate(module, {
    runtime: {
      exceptionHandler: (code: number) => {
        throw new WitnessError(`Witness: ${FAILURES[code - 1] ?? `failure ${code}`}. ${trace.join(' ')}`.trim())
      },
      printErrorMessage: () => trace.push(readMessage().trim()),
      writeBufferMessage: () => void readMessage(),
      showSharedRWMemory: () => {},
    },
  })
  const circuit = exports as unknown as CircuitExports
  const scalar = viewOf(new Uint8Array(32))
  const readShared = (view: DataView, offset: number): void => {
    for (let word = 0; word < WORDS; word++) view.setUint32(offset + 4 * word, circuit.readSharedRWMemory(word), true)
  }
  if (circuit.getVersion() !== ABI_VERSION) throw notCircom(`its version is ${circuit.getVersion()}`)
  if (circuit.getFieldNumLen32() === WORDS) {
    circuit.getRawPrime()
    readShared(scalar, 0)
  }
  if (readScalar(scalar, 0) !== FIELD_MODULUS)
    throw new CircuitFileError('The witness program is not over BN254.', { problem: 'field' })
  circuit.init(0)

  let given = 0
  for (const [name, value] of Object.entries(input)) {
    const [high, low] = signalHash(name)
    const expected = circuit.getInputSignalSize(high, low)
    const values = flatten(value)
    if (expected < 0) throw new WitnessError(`Witness: ${name} is not an input of the circuit.`)
    if (values.length !== expected)
      throw new WitnessError(`Witness: ${name} takes ${expected} values, not ${values.length}.`)
    given += values.length
    values.forEach((item, index) => {
      writeScalar(scalar, 0, toField(item))
      for (let word = 0; word < WORDS; word++) circuit.writeSharedRWMemory(word, scalar.getUint32(4 * word, true))
      circuit.setInputSignal(high, low, index)
    })
  }
  const wanted = circuit.getInputSize()
  if (given !== wanted) throw new WitnessError(`Witness: ${given} of ${wanted} inputs are given.`)

  const size = circuit.getWitnessSize()
  const values = new Uint8Array(size * 32)
  const view = viewOf(values)
  for (let i = 0; i < size; i++) {
    circuit.getWitness(i)
    readShared(view, 32 * i)
  }
  return encodeWitness(values)
}

/** Returns a .wtns file of values of 32 little-endian bytes each. */
export function encodeWitness(values: Uint8Array): Uint8Array {
  const header = new Uint8Array(40)
  const view = new DataView(header.buffer)
  view.setUint32(0, 32, true)
  writeScalar(view, 4, FIELD_MODULUS)
  view.setUint32(36, values.length / 32, true)
  return writeSections('wtns', 2, [
    [1, header],
    [2, values],
  ])
}
