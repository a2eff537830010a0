/**
 * The pictures of docs/msm.md: time against the number of points, and additions a point beside what is counted on paper.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { openEngine } from '@iotex2/msm/engine'
import type { Curve } from 'ffjavascript'
import { lineChart, type Series } from '../chart/line-chart.ts'
import { leastMs, pointsOf, scalarsOf } from './msm-input.ts'
import { hexagonalTable, signed, signedSplit, signedTable } from './msm-theory.ts'

const FIRST_LOG = 10
const REPETITIONS = 5
/** More than any table takes up to 2^18 points. */
const TABLE_MEMORY_MIB = 512

interface Measured {
  points: number
  ffjavascriptMs: number
  oursMs: number
  additions: number
  /** Null where a table would not help. */
  table: { ms: number; additions: number } | null
}

const file = (name: string): string => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url))

/** Measures sums of 2^10 to 2^lastLog points of G1 on one thread, both sides in turn. */
async function measure(curve: Curve, lastLog: number): Promise<Measured[]> {
  const engine = await openEngine()
  const measured: Measured[] = []
  for (let log = FIRST_LOG; log <= lastLog; log++) {
    const count = 2 ** log
    const [points, scalars] = [pointsOf('g1', count), scalarsOf(count)]
    const bases = await engine.loadBases('g1', points)
    const ours = () => engine.msm(bases, scalars)
    /** The least time of several, after one that is not counted, and additions a point. */
    const timed = async (rival?: () => Promise<unknown>) => {
      await ours()
      let [rivalMs, ms] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      const before = await engine.additions()
      for (let i = 0; i < REPETITIONS; i++) {
        if (rival) rivalMs = await leastMs(rival, rivalMs)
        ms = await leastMs(ours, ms)
      }
      return { rivalMs, ms, additions: ((await engine.additions()) - before) / REPETITIONS / count }
    }
    const plain = await timed(() => curve.G1.multiExpAffine(points, scalars))
    const table = (await engine.buildTable(bases, TABLE_MEMORY_MIB)) ? await timed() : null
    bases.free()
    measured.push({
      points: count,
      ffjavascriptMs: plain.rivalMs,
      oursMs: plain.ms,
      additions: plain.additions,
      table,
    })
    process.stderr.write(
      `2^${log}: ffjavascript ${plain.rivalMs.toFixed(1)} ms, ours ${plain.ms.toFixed(1)} ms, with a table ${table?.ms.toFixed(1)} ms; additions a point ${plain.additions.toFixed(2)}, ${table?.additions.toFixed(2)}\n`,
    )
  }
  await engine.dispose()
  return measured
}

/** Draws docs/msm-time.svg and docs/msm-additions.svg. */
export async function drawCharts(curve: Curve, lastLog: number): Promise<void> {
  const measured = await measure(curve, lastLog)
  const machine = `one thread, ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`
  const x = { label: 'points', scale: 'log2' } as const
  const series = (name: string, value: (one: Measured) => number | undefined): Series => ({
    name,
    points: measured.flatMap((one) => {
      const y = value(one)
      return y === undefined ? [] : [[one.points, y] as const]
    }),
  })
  const theory = (name: string, count: (n: number) => number): Series => ({
    name,
    dashed: true,
    points: measured.map(({ points }) => [points, count(points)]),
  })
  writeFileSync(
    file('msm-time.svg'),
    lineChart({
      title: 'Time of a sum in G1',
      subtitle: machine,
      x,
      y: { label: 'ms', scale: 'log10' },
      series: [
        series('ffjavascript 0.3.1', ({ ffjavascriptMs }) => ffjavascriptMs),
        series('engine', ({ oursMs }) => oursMs),
        series('engine with a table', ({ table }) => table?.ms),
      ],
    }),
  )
  writeFileSync(
    file('msm-additions.svg'),
    lineChart({
      title: 'Additions a point in G1',
      subtitle: 'uniform scalars; measured with marks, counted on paper with dashes',
      x,
      y: { label: 'additions a point', scale: 'linear', from: 10 },
      series: [
        theory('signed digits', signed),
        theory('split scalars', signedSplit),
        series('engine', ({ additions }) => additions),
        theory('signed digits, table', signedTable),
        theory('hexagonal digits, table', hexagonalTable),
        series('engine with a table', ({ table }) => table?.additions),
      ],
    }),
  )
}
