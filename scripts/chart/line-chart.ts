/**
 * Line charts as SVG, for the documents: logarithmic or linear axes, a legend, colours that hold on light and on dark
 * ground. No dependency; the same input gives the same bytes.
 * @module
 */
import { CodedError } from '@iotex2/protocol/errors'

export interface Series {
  name: string
  points: readonly (readonly [x: number, y: number])[]
  /** For theory beside measurement. */
  dashed?: boolean
}

export interface Axis {
  label: string
  scale: 'log2' | 'log10' | 'linear'
  /** Where a linear axis starts: at 0 if not said. */
  from?: number
}

export interface LineChart {
  title: string
  /** What was measured, and where: a line under the title. */
  subtitle: string
  x: Axis
  y: Axis
  /** At most six: there is a colour and a mark for each. */
  series: readonly Series[]
}

/** Thrown when a chart cannot be drawn. Code CHART_INVALID. */
export class ChartError extends CodedError {
  constructor(message: string) {
    super('CHART_INVALID', message)
  }
}

const WIDTH = 760
const HEIGHT = 460
const PLOT = { left: 78, top: 74, right: 24, bottom: 92 }
/** Of Okabe and Ito, that the colour-blind can tell apart; each on light, then on dark ground. */
const COLOURS = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#ff9248'],
  ['#00795a', '#2fc99a'],
  ['#a0527f', '#e39ac5'],
  ['#8a6d00', '#f0c94c'],
  ['#4d4d4d', '#bdbdbd'],
] as const

const STYLE = [
  'svg{--ground:#fff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0}',
  ...COLOURS.map(([light], i) => `svg{--s${i}:${light}}`),
  '@media (prefers-color-scheme:dark){svg{--ground:#0d1117;--ink:#f0f6fc;--soft:#9198a1;--line:#3d444d}',
  ...COLOURS.map(([, dark], i) => `svg{--s${i}:${dark}}`),
  '}',
  'text{font:13px system-ui,sans-serif;fill:var(--ink)}',
  '.title{font-size:17px;font-weight:600}.soft{fill:var(--soft)}',
  '.grid{stroke:var(--line);stroke-width:1}.frame{stroke:var(--soft);stroke-width:1;fill:none}',
  '.line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}',
].join('')

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char]!)
/** Coordinates to a tenth of a pixel. */
const at = (value: number): string => String(Math.round(value * 10) / 10)

interface Scale {
  position(value: number): number
  ticks: number[]
  format(value: number): string
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const superscript = (value: number): string =>
  (value < 0 ? '⁻' : '') + [...String(Math.abs(value))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')

const plain = (value: number): string => {
  const text = Number(value.toPrecision(12)).toString()
  return /e/.test(text) ? text : text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
}

function scaleOf(axis: Axis, values: readonly number[], from: number, to: number): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (axis.scale === 'linear') {
    const first = Math.min(axis.from ?? 0, least)
    const range = most - first || 1
    const raw = range / 6
    const power = 10 ** Math.floor(Math.log10(raw))
    const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw)!
    const start = Math.floor(first / step)
    const span = Math.max(Math.ceil(most / step), start + 1) - start
    return {
      position: (value) => from + ((value / step - start) / span) * (to - from),
      ticks: Array.from({ length: span + 1 }, (_, i) => (start + i) * step),
      format: plain,
    }
  }
  if (least <= 0) throw new ChartError(`A logarithmic axis (${axis.label}) shows no ${least}.`)
  const base = axis.scale === 'log2' ? 2 : 10
  const log = (value: number): number => Math.log(value) / Math.log(base)
  const near = 1e-9
  // Decades have marks at 2 and 5, and the axis starts and ends at a mark.
  const marks = base === 2 ? [1] : [1, 2, 5]
  const candidates: number[] = []
  for (let power = Math.floor(log(least) + near) - 1; power <= Math.ceil(log(most) - near) + 1; power++)
    candidates.push(...marks.map((mark) => mark * base ** power))
  const start = candidates.findLastIndex((candidate) => log(candidate) <= log(least) + near)
  const end = candidates.findIndex((candidate, i) => i > start && log(candidate) >= log(most) - near)
  const ticks = candidates.slice(start, end + 1)
  const [low, high] = [log(ticks[0]!), log(ticks.at(-1)!)]
  return {
    position: (value) => from + ((log(value) - low) / (high - low)) * (to - from),
    ticks,
    format: (value) => (base === 2 ? `2${superscript(Math.round(log(value)))}` : plain(value)),
  }
}

/** A mark around the origin, one shape for each series: they can be told apart without colour. */
const MARKS = [
  '<circle r="4"/>',
  '<rect x="-3.6" y="-3.6" width="7.2" height="7.2"/>',
  '<path d="M0-5 4.6 3.4H-4.6Z"/>',
  '<path d="M0-5 5 0 0 5-5 0Z"/>',
  '<path d="M0 5 4.6-3.4H-4.6Z"/>',
  '<circle r="3.2" fill="var(--ground)" stroke-width="2"/>',
]

/** Returns the chart as an SVG file. Throws {@link ChartError}. */
export function lineChart({ title, subtitle, x, y, series }: LineChart): string {
  if (series.length === 0 || series.length > COLOURS.length)
    throw new ChartError(`A chart has 1 to ${COLOURS.length} series, not ${series.length}.`)
  const points = series.flatMap((one) => one.points)
  if (series.some((one) => one.points.length === 0) || !points.flat().every(Number.isFinite))
    throw new ChartError('Every series has points, and they are finite numbers.')
  const [right, bottom] = [WIDTH - PLOT.right, HEIGHT - PLOT.bottom]
  const horizontal = scaleOf(
    x,
    points.map(([value]) => value),
    PLOT.left,
    right,
  )
  const vertical = scaleOf(
    y,
    points.map(([, value]) => value),
    bottom,
    PLOT.top,
  )

  const grid = [
    ...horizontal.ticks.map((tick) => {
      const place = at(horizontal.position(tick))
      return `<line class="grid" x1="${place}" x2="${place}" y1="${PLOT.top}" y2="${bottom}"/><text class="soft" x="${place}" y="${bottom + 18}" text-anchor="middle">${horizontal.format(tick)}</text>`
    }),
    ...vertical.ticks.map((tick) => {
      const place = vertical.position(tick)
      return `<line class="grid" x1="${PLOT.left}" x2="${right}" y1="${at(place)}" y2="${at(place)}"/><text class="soft" x="${PLOT.left - 8}" y="${at(place + 4.5)}" text-anchor="end">${vertical.format(tick)}</text>`
    }),
  ]
  const lines = series.map((one, i) => {
    const places = [...one.points]
      .sort(([a], [b]) => a - b)
      .map(([px, py]) => [at(horizontal.position(px)), at(vertical.position(py))])
    const dashes = one.dashed ? ' stroke-dasharray="6 5"' : ''
    const marks = places.map(([px, py]) => `<g transform="translate(${px} ${py})">${MARKS[i]}</g>`)
    return `<g class="series" fill="var(--s${i})" stroke="var(--s${i})"><title>${escaped(one.name)}</title><path class="line"${dashes} d="M${places.map((place) => place.join(' ')).join('L')}"/>${one.dashed ? '' : marks.join('')}</g>`
  })
  // Three names a row, below the axis.
  const legend = series.map((one, i) => {
    const [left, top] = [PLOT.left + (i % 3) * 222, HEIGHT - 34 + Math.floor(i / 3) * 20]
    const dashes = one.dashed ? ' stroke-dasharray="6 5"' : ''
    const mark = one.dashed ? '' : `<g transform="translate(14 -4.5)">${MARKS[i]}</g>`
    return `<g class="key" transform="translate(${left} ${top})"><g fill="var(--s${i})" stroke="var(--s${i})"><path class="line"${dashes} d="M0-4.5H28"/>${mark}</g><text x="36">${escaped(one.name)}</text></g>`
  })
  const middle = { x: at((PLOT.left + right) / 2), y: at((PLOT.top + bottom) / 2) }
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="var(--ground)"/>`,
    `<text class="title" x="${PLOT.left}" y="32">${escaped(title)}</text>`,
    `<text class="soft" x="${PLOT.left}" y="54">${escaped(subtitle)}</text>`,
    ...grid,
    `<path class="frame" d="M${PLOT.left} ${PLOT.top}V${bottom}H${right}"/>`,
    `<text x="${middle.x}" y="${bottom + 40}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text transform="translate(22 ${middle.y}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...lines,
    ...legend,
    '</svg>',
  ].join('\n')}\n`
}
