/**
 * `pnpm bench msm [--json] [--chart-to LOG]`: multi-scalar multiplication on BN254, ffjavascript beside ours, in one process
 * and in turn; the least of several times counts. Points are loaded before, on both sides, and scalars are uniform. Prints one
 * JSON object on the last line of stdout; each of `ratios` is ffjavascript's time over ours. Without --json it then draws
 * docs/msm-time.svg and docs/msm-additions.svg, from 2^10 points to 2^LOG (18).
 * @module
 */
import { availableParallelism, cpus } from 'node:os'
import { type Engine, type Group, openEngine, pointBytes } from '@iotex2/msm/engine'
import { CodedError } from '@iotex2/protocol/errors'
import { buildBn128, type Curve } from 'ffjavascript'
import { drawCharts } from './msm-chart.ts'
import { leastMs, pointsOf, scalarsOf } from './msm-input.ts'

const REPETITIONS = 5
const TABLE_MEMORY_MIB = 256

const CASES: readonly { name: string; group: Group; log: number; threads: number }[] = [
  { name: 'g1_14_1t', group: 'g1', log: 14, threads: 1 },
  { name: 'g1_16_1t', group: 'g1', log: 16, threads: 1 },
  { name: 'g2_14_1t', group: 'g2', log: 14, threads: 1 },
  { name: 'g1_14_2t', group: 'g1', log: 14, threads: 2 },
  { name: 'g1_16_2t', group: 'g1', log: 16, threads: 2 },
]

/** Thrown when the two sides disagree. Code BENCH_FAILED. */
class BenchFailedError extends CodedError {
  constructor(message: string) {
    super('BENCH_FAILED', message)
  }
}

/** Returns the argument of --chart-to. */
function chartTo(): number {
  const at = process.argv.indexOf('--chart-to')
  const log = at < 0 ? 18 : Number(process.argv[at + 1])
  if (!Number.isInteger(log) || log < 11 || log > 20)
    throw new CodedError('BENCH_OPTION_INVALID', '--chart-to takes a whole number from 11 to 20.')
  return log
}

const note = (text: string): void => void process.stderr.write(`${text}\n`)
const round = (value: number, digits: number): number => Number(value.toFixed(digits))

async function measure(engine: Engine, curve: Curve, name: string, group: Group, log: number) {
  const count = 2 ** log
  const [points, scalars] = [pointsOf(group, count), scalarsOf(count)]
  const bases = await engine.loadBases(group, points)
  const rivalGroup = group === 'g1' ? curve.G1 : curve.G2
  const rival = () => rivalGroup.multiExpAffine(points, scalars)
  const ours = () => engine.msm(bases, scalars)
  // The first of each fills caches and compiles; it is compared and not counted.
  const sum = await ours()
  const expected = rivalGroup.toAffine(await rival())
  if (Buffer.compare(pointBytes(group, sum), expected) !== 0)
    throw new BenchFailedError(`The sides disagree on ${name}.`)
  let [rivalMs, oursMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const tabled = engine.threads === 1 && group === 'g1' ? await loadTabled(engine, points) : null
  const oursTabled = tabled && (() => engine.msm(tabled.bases, scalars))
  await oursTabled?.()
  let tabledMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < REPETITIONS; i++) {
    rivalMs = await leastMs(rival, rivalMs)
    oursMs = await leastMs(ours, oursMs)
    if (oursTabled) tabledMs = await leastMs(oursTabled, tabledMs)
  }
  const table = tabled && { ...tabled.table, oursMs: round(tabledMs, 1) }
  bases.free()
  tabled?.bases.free()
  note(
    `${name}: ffjavascript ${rivalMs.toFixed(1)} ms, ours ${oursMs.toFixed(1)} ms, ratio ${(rivalMs / oursMs).toFixed(2)}${table ? `; with the table ${table.oursMs} ms` : ''}`,
  )
  return {
    group,
    points: count,
    threads: engine.threads,
    ffjavascriptMs: round(rivalMs, 1),
    oursMs: round(oursMs, 1),
    table,
  }
}

/** Loads points of G1 once more, with a table of them. */
async function loadTabled(engine: Engine, points: Uint8Array) {
  const bases = await engine.loadBases('g1', points)
  const began = performance.now()
  const table = await engine.buildTable(bases, TABLE_MEMORY_MIB)
  const buildMs = round(performance.now() - began, 0)
  if (!table) return null
  const { kind, windowBits, memoryMiB } = table
  note(`a table of ${memoryMiB.toFixed(1)} MiB (${kind}, ${windowBits} bits), built in ${buildMs} ms`)
  return { bases, table: { kind, windowBits, memoryMiB: round(memoryMiB, 1), buildMs } }
}

const lastLog = chartTo()
const curves = { 1: await buildBn128(true), 2: await buildBn128(false) }
const results: Record<string, Awaited<ReturnType<typeof measure>>> = {}
for (const threads of [1, 2] as const) {
  const engine = await openEngine({ threads })
  for (const { name, group, log } of CASES.filter((one) => one.threads === threads))
    results[name] = await measure(engine, curves[threads], name, group, log)
  await engine.dispose()
}
await curves[2].terminate()

const ratios: Record<string, number> = {}
for (const [name, { ffjavascriptMs, oursMs, table }] of Object.entries(results)) {
  ratios[name] = round(ffjavascriptMs / oursMs, 3)
  if (table) ratios[`${name}_table`] = round(ffjavascriptMs / table.oursMs, 3)
}
const { oursMs: plainMs, table } = results.g1_16_1t!
if (table) ratios.table_gain_16 = round(plainMs / table.oursMs, 3)
const breakEven = table && table.oursMs < plainMs ? Math.ceil(table.buildMs / (plainMs - table.oursMs)) : null
if (!process.argv.includes('--json')) await drawCharts(curves[1], lastLog)

const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() }
process.stdout.write(
  `${JSON.stringify({ ratios, ...machine, repetitions: REPETITIONS, results, breakEvenSums: breakEven })}\n`,
)
