import { expect, test } from 'vitest'
import { type LineChart, lineChart } from './line-chart.ts'

const chart: LineChart = {
  title: 'Time of an MSM & more',
  subtitle: 'one thread',
  x: { label: 'points', scale: 'log2' },
  y: { label: 'ms', scale: 'log10' },
  series: [
    {
      name: 'theirs',
      points: [
        [2 ** 14, 460],
        [2 ** 12, 145],
        [2 ** 16, 1644],
      ],
    },
    {
      name: 'a < b',
      dashed: true,
      points: [
        [2 ** 12, 45],
        [2 ** 16, 600],
      ],
    },
  ],
}

const matches = (svg: string, pattern: RegExp): string[] => [...svg.matchAll(pattern)].map(([, found]) => found!)
const withoutStyle = (svg: string): string => svg.replace(/<style>.*?<\/style>/s, '')

test('is well-formed: every element is closed, every text escaped', () => {
  const open: string[] = []
  for (const [, closing, name, own] of lineChart(chart).matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g))
    if (closing) expect(open.pop()).toBe(name)
    else if (!own) open.push(name!)
  expect(open).toEqual([])
  expect(lineChart(chart)).toContain('Time of an MSM &amp; more')
  expect(lineChart(chart)).toContain('a &lt; b')
})

test('draws each series through its points from left to right, with a mark at each', () => {
  const [solid, dashed] = matches(lineChart(chart), /(<g class="series".*)/g) as [string, string]
  const xs = matches(solid, /[ML]([\d.]+) [\d.]+/g).map(Number)
  expect(xs.slice(0, 3)).toEqual([...xs.slice(0, 3)].sort((a, b) => a - b))
  expect(matches(solid, /(translate\()/g)).toHaveLength(3)
  expect(matches(dashed, /(stroke-dasharray)/g)).toHaveLength(1)
  expect(matches(lineChart(chart), /(class="key")/g)).toHaveLength(2)
})

test('on logarithmic axes equal factors are equally far', () => {
  const [xs, ys] = [1, 2].map((axis) =>
    [...lineChart(chart).matchAll(/<path class="line" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g)][0]!
      .slice(1)
      .filter((_, i) => i % 2 === axis - 1)
      .map(Number),
  ) as [number[], number[]]
  expect(xs[1]! - xs[0]!).toBeCloseTo(xs[2]! - xs[1]!, 0)
  expect((ys[0]! - ys[1]!) / (ys[1]! - ys[2]!)).toBeCloseTo(Math.log(460 / 145) / Math.log(1644 / 460), 1)
})

test('names powers of two, and numbers with separators', () => {
  const svg = lineChart(chart)
  for (const text of ['>2¹²<', '>2¹⁶<', '>1,000<', '>500<', '>20<']) expect(svg).toContain(text)
  const linear = lineChart({ ...chart, y: { label: 'additions', scale: 'linear' } })
  expect(linear).toContain('>0<')
  expect(linear).toContain('>2,000<')
  expect(lineChart({ ...chart, y: { label: 'additions', scale: 'linear', from: 40 } })).not.toContain('>-')
  const small = lineChart({
    ...chart,
    series: [
      {
        name: 'small',
        points: [
          [1, 0.001],
          [2, 0.0025],
        ],
      },
    ],
  })
  expect(small).toContain('>0.002<')
})

test('axes start and end near what they show', () => {
  const ticks = (svg: string) =>
    matches(svg, /text-anchor="end">([\d.,]+)</g).map((text) => Number(text.replace(',', '')))
  expect(ticks(lineChart(chart))).toEqual([20, 50, 100, 200, 500, 1000, 2000])
  const narrow = {
    ...chart,
    series: [
      {
        name: 'narrow',
        points: [
          [1, 17],
          [2, 36],
        ],
      },
    ],
  } as const
  expect(ticks(lineChart({ ...narrow, y: { label: 'additions', scale: 'linear', from: 10 } }))).toEqual([
    10, 15, 20, 25, 30, 35, 40,
  ])
  expect(ticks(lineChart({ ...narrow, y: { label: 'additions', scale: 'linear' } }))[0]).toBe(0)
})

test('nothing is drawn outside the picture', () => {
  for (const scale of ['log10', 'linear'] as const) {
    const svg = withoutStyle(lineChart({ ...chart, y: { label: 'ms', scale } }))
    for (const [, px, py] of svg.matchAll(/(?:translate\(|[ML])([\d.]+) ([\d.]+)/g)) {
      expect(Number(px)).toBeLessThanOrEqual(760)
      expect(Number(py)).toBeLessThanOrEqual(460)
    }
  }
})

test('has colours for light and for dark ground, and is the same each time', () => {
  expect(lineChart(chart)).toContain('prefers-color-scheme:dark')
  expect(lineChart(chart)).toBe(lineChart(structuredClone(chart)))
})

test.each<[string, Partial<LineChart>]>([
  ['no series', { series: [] }],
  ['more series than colours', { series: Array.from({ length: 7 }, () => chart.series[0]!) }],
  ['a series without points', { series: [{ name: 'none', points: [] }] }],
  ['a point that is no number', { series: [{ name: 'odd', points: [[1, Number.NaN]] }] }],
  ['zero on a logarithmic axis', { series: [{ name: 'zero', points: [[1, 0]] }] }],
])('refuses %s', (_, change) => {
  expect(() => lineChart({ ...chart, ...change })).toThrow(expect.objectContaining({ code: 'CHART_INVALID' }))
})
