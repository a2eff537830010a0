/**
 * From circuit sources to the files that provers and verifiers use. `component main` exists only in what this writes.
 * @module
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { setupDevelopmentInsecure } from '@iotex2/groth16/development-setup'
import { parseR1cs } from '@iotex2/groth16/r1cs'
import { exportVerificationKey } from '@iotex2/groth16/verification-key'
import { CodedError } from '@iotex2/protocol/errors'

const ROOT = resolve(import.meta.dirname, '../..')
const SOURCES = join(ROOT, 'circuits/src')
const require = createRequire(import.meta.url)
/** circom keeps to paths below the directory that it runs in. */
const CIRCOMLIB = 'node_modules/circomlib/circuits'
const COMPILER = require.resolve('circom2/cli.js')
const COMPILER_VERSION: string = require('circom2/package.json').version
/** Full simplification: linear constraints are substituted away. */
const OPTIMIZATION = '--O2'

/** An entry of circuits/circuits.json. */
export interface Instance {
  template: string
  /** File under circuits/src. */
  source: string
  /** Template parameters, in order; the names are for readers. */
  parameters: Record<string, number>
  public: string[]
  /** Only `pnpm bench prove` uses it, and builds it: no build, no verifier and no snapshot does. */
  bench?: true
}

/** What is known of a built instance (meta.json). */
export interface CircuitMeta {
  instance: string
  constraints: number
  wires: number
  publicInputs: number
  /** SHA-256 over sources, compiler, parameters and key code. */
  inputs: string
}

export interface CircuitFiles {
  r1cs: string
  wasm: string
  zkey: string
  verificationKey: string
  meta: string
}

/** Thrown when circom refuses a circuit, or circuits.json has no such instance. Code CIRCUIT_BUILD_FAILED. */
export class CircuitBuildError extends CodedError {
  constructor(message: string) {
    super('CIRCUIT_BUILD_FAILED', message)
  }
}

const readAllInstances = (): Record<string, Instance> =>
  JSON.parse(readFileSync(join(ROOT, 'circuits/circuits.json'), 'utf8'))

/** Returns the instances that the network proves: those of the benchmarks are left out. */
export const readInstances = (): Record<string, Instance> =>
  Object.fromEntries(Object.entries(readAllInstances()).filter(([, { bench }]) => !bench))

/** Where an instance's files are, built or not. */
export function circuitFiles(name: string, directory = join(ROOT, 'circuits/build', name)): CircuitFiles {
  return {
    r1cs: join(directory, `${name}.r1cs`),
    wasm: join(directory, `${name}.wasm`),
    zkey: join(directory, `${name}.development.zkey`),
    verificationKey: join(directory, `${name}.development.vkey.json`),
    meta: join(directory, 'meta.json'),
  }
}

/** Compiles an instance of any parameters, without a key, for tests. Throws {@link CircuitBuildError}. */
export async function compileCircuit(
  name: string,
  instance: Instance,
): Promise<{ r1cs: Uint8Array; wasm: Uint8Array }> {
  const directory = join(ROOT, 'circuits/build', `${name}.${process.pid}`)
  mkdirSync(directory, { recursive: true })
  try {
    await compile(name, instance, directory)
    return {
      r1cs: readFileSync(join(directory, `${name}.r1cs`)),
      wasm: readFileSync(join(directory, `${name}_js`, `${name}.wasm`)),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Builds an instance unless it is up to date. Throws {@link CircuitBuildError}. */
export async function buildCircuit(
  name: string,
  progress: (step: string) => void = () => {},
): Promise<{ files: CircuitFiles; built: boolean }> {
  const instance = readAllInstances()[name]
  if (!instance) throw new CircuitBuildError(`circuits/circuits.json has no instance ${name}.`)
  const files = circuitFiles(name)
  const inputs = inputsHash(instance)
  if (Object.values(files).every((file) => existsSync(file)) && readMeta(files).inputs === inputs)
    return { files, built: false }

  // Everything is made beside its place and moved there at once, so that a build cut off leaves nothing half done.
  const directory = dirname(files.meta)
  const scratch = `${directory}.${process.pid}`
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(scratch, { recursive: true })
  try {
    const made = circuitFiles(name, scratch)
    progress('compiling')
    await compile(name, instance, scratch)
    renameSync(join(scratch, `${name}_js`, `${name}.wasm`), made.wasm)
    rmSync(join(scratch, `${name}_js`), { recursive: true })

    progress('making the INSECURE development key')
    const r1cs = readFileSync(made.r1cs)
    const zkey = await setupDevelopmentInsecure(r1cs)
    writeFileSync(made.zkey, zkey)
    writeFileSync(made.verificationKey, toJson(await exportVerificationKey(zkey)))
    const { constraintCount, wires, publicSignals } = parseR1cs(r1cs)
    const meta: CircuitMeta = {
      instance: name,
      constraints: constraintCount,
      wires,
      publicInputs: publicSignals,
      inputs,
    }
    writeFileSync(made.meta, toJson(meta))
    rmSync(directory, { recursive: true, force: true })
    renameSync(scratch, directory)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return { files, built: true }
}

/** Returns the sizes of every instance, for snapshots/circuits. Builds what is stale. */
export async function circuitSizes(): Promise<Record<string, Omit<CircuitMeta, 'instance' | 'inputs'>>> {
  const sizes: Awaited<ReturnType<typeof circuitSizes>> = {}
  for (const name of Object.keys(readInstances()).sort()) {
    const { constraints, publicInputs, wires } = readMeta((await buildCircuit(name)).files)
    sizes[name] = { constraints, publicInputs, wires }
  }
  return sizes
}

const readMeta = (files: CircuitFiles): CircuitMeta => JSON.parse(readFileSync(files.meta, 'utf8'))

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Returns a hash over all that the products depend on. */
function inputsHash(instance: Instance): string {
  const hash = createHash('sha256').update(JSON.stringify([instance, COMPILER_VERSION, OPTIMIZATION]))
  // What the bytes of the key follow from; the rest of the package may change without making keys again.
  const key = 'packages/groth16/src/{bn254,development-setup,fixed-base,r1cs,section-file,verification-key}.ts'
  const patterns = ['circuits/src/*.circom', `${CIRCOMLIB}/*.circom`, key, 'scripts/circuits/build.ts']
  for (const pattern of patterns)
    for (const file of globSync(pattern, { cwd: ROOT }).sort())
      hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)))
  return hash.digest('hex')
}

async function compile(name: string, instance: Instance, directory: string): Promise<void> {
  const main = join(directory, `${name}.circom`)
  writeFileSync(
    main,
    `// Generated by scripts/circuits.ts from circuits/circuits.json. Do not edit.
pragma circom 2.1.0;

include "${instance.source}";

component main {public [${instance.public.join(', ')}]} = ${instance.template}(${Object.values(instance.parameters).join(', ')});
`,
  )
  const within = (path: string): string => relative(ROOT, path)
  const includes = ['-l', within(SOURCES), '-l', CIRCOMLIB]
  const args = [COMPILER, within(main), '--r1cs', '--wasm', OPTIMIZATION, ...includes, '-o', within(directory)]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const code = await new Promise<number | null>((done) => child.once('exit', done))
  if (code !== 0) throw new CircuitBuildError(`circom refused ${name}:\n${output.trimEnd()}`)
}
