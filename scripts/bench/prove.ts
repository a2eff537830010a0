/**
 * `pnpm bench prove [--json]`: how long a Groth16 proof takes, snarkjs beside ours. Each side has a process of its own and
 * its files in memory, but where memory is measured; the two prove in turn, and the least of several times counts. snarkjs
 * reads its key again for each proof, as its API does. The witness is computed before. Prints one JSON object on the last line of stdout; each of
 * `ratios` is snarkjs's figure over ours.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseProvingKey } from '@iotex2/groth16/proving-key'
import { createVerifier } from '@iotex2/groth16/verifier'
import { type CircuitInput, calculateWitness } from '@iotex2/groth16/witness'
import { CodedError } from '@iotex2/protocol/errors'
import { buildCircuit } from '../circuits/build.ts'
import { benchMessage, poseidonChainInput, sha256Input } from './prove-circuits.ts'
import type { SideOrder, SideProof, SideReady } from './prove-side.ts'

const REPETITIONS = 5
const RSS_REPETITIONS = 3
/** What tables may take where they are measured. */
const TABLE_MEMORY_MIB = 256

const CIRCUITS: Record<'dense14' | 'dense16' | 'sha16', { instance: string; input: () => CircuitInput }> = {
  dense14: { instance: 'poseidon-chain-74', input: () => poseidonChainInput(74) },
  dense16: { instance: 'poseidon-chain-300', input: () => poseidonChainInput(300) },
  sha16: { instance: 'sha256-preimage-512', input: () => sha256Input(benchMessage()) },
}
type CircuitName = keyof typeof CIRCUITS

const CASES: readonly { name: string; circuit: CircuitName; threads: number }[] = [
  { name: 'dense14_1t', circuit: 'dense14', threads: 1 },
  { name: 'dense16_1t', circuit: 'dense16', threads: 1 },
  { name: 'sha16_1t', circuit: 'sha16', threads: 1 },
  { name: 'dense16_2t', circuit: 'dense16', threads: 2 },
]

/** Thrown when a side ends early, or returns a proof that does not hold. Code BENCH_FAILED. */
class BenchFailedError extends CodedError {
  constructor(message: string) {
    super('BENCH_FAILED', message)
  }
}

interface Prepared {
  instance: string
  constraints: number
  wires: number
  domain: number
  zkey: string
  witness: string
  verificationKey: string
}

interface Measurement {
  circuit: string
  constraints: number
  wires: number
  domain: number
  threads: number
  snarkjsMs: number
  oursMs: number
  /** Every repetition, in the order in which they were made. */
  snarkjsRepetitionsMs: number[]
  oursRepetitionsMs: number[]
  /** Once for a key, not counted. */
  oursOpenMs: number
}

const note = (text: string): void => void process.stderr.write(`${text}\n`)
const round = (value: number, digits = 0): number => Number(value.toFixed(digits))
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`

/** A side's process. */
class Side implements AsyncDisposable {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async open(order: SideOrder): Promise<{ side: Side; ready: SideReady }> {
    const child = fork(fileURLToPath(new URL('prove-side.ts', import.meta.url)), { execArgv: [] })
    const side = new Side(child)
    return { side, ready: await side.#ask<SideReady>(order) }
  }

  prove(): Promise<SideProof> {
    return this.#ask('prove')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#child.connected) return
    const exit = once(this.#child, 'exit')
    this.#child.send('end')
    await exit
  }

  async #ask<Answer>(message: SideOrder | 'prove'): Promise<Answer> {
    const abort = new AbortController()
    const { signal } = abort
    this.#child.send(message)
    try {
      const answer = once(this.#child, 'message', { signal }).then(([value]) => value as Answer)
      const exit = once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new BenchFailedError(`A side ended early, with ${code}.`)
      })
      return await Promise.race([answer, exit])
    } finally {
      abort.abort()
    }
  }
}

async function prepare(name: CircuitName, directory: string): Promise<Prepared> {
  const { instance, input } = CIRCUITS[name]
  const { files } = await buildCircuit(instance, (step) => note(`${instance}: ${step} …`))
  const witness = join(directory, `${name}.wtns`)
  writeFileSync(witness, await calculateWitness(readFileSync(files.wasm), input()))
  const { constraints, wires } = JSON.parse(readFileSync(files.meta, 'utf8')) as Prepared
  const { domainSize: domain } = parseProvingKey(readFileSync(files.zkey))
  return { instance, constraints, wires, domain, zkey: files.zkey, witness, verificationKey: files.verificationKey }
}

const order = (side: SideOrder['side'], { zkey, witness }: Prepared, threads: number): SideOrder => ({
  side,
  zkey,
  witness,
  threads,
  tableMemoryMiB: 0,
  inMemory: true,
})

async function check(prepared: Prepared, { proof, publicSignals }: SideProof): Promise<void> {
  const verifier = await createVerifier(JSON.parse(readFileSync(prepared.verificationKey, 'utf8')))
  if (!(await verifier.verify(publicSignals, proof)))
    throw new BenchFailedError(`A proof of ${prepared.instance} does not hold.`)
}

/** Proves on both sides in turn. The first proof of each fills caches and compiles; it is checked and not counted. */
async function measure(name: string, prepared: Prepared, threads: number): Promise<Measurement> {
  await using sides = new AsyncDisposableStack()
  const rival = sides.use((await Side.open(order('snarkjs', prepared, threads))).side)
  const { side, ready } = await Side.open(order('iotex2', prepared, threads))
  const ours = sides.use(side)
  for (const side of [rival, ours]) await check(prepared, await side.prove())
  const times = { snarkjs: [] as number[], ours: [] as number[] }
  for (let repetition = 1; repetition <= REPETITIONS; repetition++) {
    times.snarkjs.push((await rival.prove()).ms)
    times.ours.push((await ours.prove()).ms)
    note(
      `${name} ${repetition}/${REPETITIONS}: snarkjs ${seconds(times.snarkjs.at(-1)!)}, ours ${seconds(times.ours.at(-1)!)}`,
    )
  }
  const { instance: circuit, constraints, wires, domain } = prepared
  return {
    ...{ circuit, constraints, wires, domain, threads },
    snarkjsMs: round(Math.min(...times.snarkjs)),
    oursMs: round(Math.min(...times.ours)),
    snarkjsRepetitionsMs: times.snarkjs.map((ms) => round(ms)),
    oursRepetitionsMs: times.ours.map((ms) => round(ms)),
    oursOpenMs: round(ready.openMs),
  }
}

/** Proves with tables, where the prover has any, and says after how many proofs they have paid for themselves. */
async function measureTables(prepared: Prepared, plainMs: number) {
  const { side, ready } = await Side.open({ ...order('iotex2', prepared, 1), tableMemoryMiB: TABLE_MEMORY_MIB })
  await using ours = side
  if (ready.tables === null) return null
  await check(prepared, await ours.prove())
  let proofMs = Number.POSITIVE_INFINITY
  for (let repetition = 0; repetition < REPETITIONS; repetition++) proofMs = Math.min(proofMs, (await ours.prove()).ms)
  const { memoryMiB, buildMs } = ready.tables
  note(`dense16_1t with tables: ${seconds(proofMs)} a proof, ${memoryMiB} MiB built in ${seconds(buildMs)}`)
  return {
    circuit: prepared.instance,
    memoryMiB: round(memoryMiB, 1),
    buildMs: round(buildMs),
    proofMs: round(proofMs),
    plainProofMs: plainMs,
    breakEvenProofs: proofMs < plainMs ? Math.ceil(buildMs / (plainMs - proofMs)) : null,
  }
}

/**
 * Returns the least peak of several fresh processes that prove once, on one thread and without tables, in MiB. Each reads its
 * files in its own way: snarkjs by their paths, ours the key in parts.
 */
async function measureMemory(prepared: Prepared): Promise<{ snarkjsMiB: number; oursMiB: number }> {
  const peaks = { snarkjs: Number.POSITIVE_INFINITY, iotex2: Number.POSITIVE_INFINITY }
  for (let repetition = 0; repetition < RSS_REPETITIONS; repetition++)
    for (const name of ['snarkjs', 'iotex2'] as const) {
      const { side } = await Side.open({ ...order(name, prepared, 1), inMemory: false })
      await using running = side
      peaks[name] = Math.min(peaks[name], (await running.prove()).peakMiB)
    }
  note(`rss16: snarkjs ${round(peaks.snarkjs)} MiB, ours ${round(peaks.iotex2)} MiB`)
  return { snarkjsMiB: round(peaks.snarkjs, 1), oursMiB: round(peaks.iotex2, 1) }
}

const directory = mkdtempSync(join(tmpdir(), 'iotex2-bench-'))
try {
  const prepared = {} as Record<CircuitName, Prepared>
  for (const name of Object.keys(CIRCUITS) as CircuitName[]) prepared[name] = await prepare(name, directory)
  const cases: Record<string, Measurement> = {}
  for (const { name, circuit, threads } of CASES) cases[name] = await measure(name, prepared[circuit], threads)
  const rss16 = await measureMemory(prepared.dense16)
  const tables = await measureTables(prepared.dense16, cases.dense16_1t!.oursMs)

  const ratios = Object.fromEntries([
    ...Object.entries(cases).map(([name, { snarkjsMs, oursMs }]) => [name, round(snarkjsMs / oursMs, 3)]),
    ['rss16', round(rss16.snarkjsMiB / rss16.oursMiB, 3)],
  ]) as Record<string, number>
  const rows = [
    ['', 'constraints', 'threads', 'snarkjs', 'ours', 'ratio'],
    ...Object.entries(cases).map(([name, { constraints, threads, snarkjsMs, oursMs }]) =>
      [name, constraints, threads, seconds(snarkjsMs), seconds(oursMs), ratios[name]!.toFixed(2)].map(String),
    ),
    [
      'rss16',
      prepared.dense16.constraints,
      1,
      `${rss16.snarkjsMiB} MiB`,
      `${rss16.oursMiB} MiB`,
      ratios.rss16!.toFixed(2),
    ].map(String),
  ]
  for (const row of rows) note(row.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(12))).join(''))

  const report = {
    ratios,
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    repetitions: REPETITIONS,
    cases,
    rss16,
    tables,
  }
  process.stdout.write(`${JSON.stringify(report, null, process.argv.includes('--json') ? 0 : 2)}\n`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
