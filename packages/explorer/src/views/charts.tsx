/**
 * The overview's charts. Loaded apart from the rest, with the charting library.
 * Nothing is animated: the data changes each second.
 * @module
 */
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts'
import type { Stats } from '../api/types.ts'
import { formatCount, formatNumber } from '../format/amount.ts'
import { shortenHash } from '../format/hash.ts'
import { formatClock } from '../format/time.ts'
import { routeHref } from '../route.ts'

const HEIGHT = 220
const MARGIN = { top: 8, right: 4, bottom: 0, left: 0 }
const GRID = <CartesianGrid vertical={false} stroke="var(--line)" />
const AXIS = {
  stroke: 'var(--line)',
  tick: { fill: 'var(--muted)', fontSize: 12 },
  tickLine: false,
  axisLine: false,
} as const

export function ThroughputChart({ throughput }: Pick<Stats, 'throughput'>) {
  const last = throughput.at(-1)
  const most = Math.max(0, ...throughput.map(({ readings }) => readings))
  return (
    <figure>
      <ResponsiveContainer width="100%" height={HEIGHT}>
        <AreaChart data={throughput} margin={MARGIN}>
          <defs>
            <linearGradient id="readings-fill" x1="0" y1="0" x2="0" y2="1">
              <stop offset="0" stopColor="var(--accent)" stopOpacity={0.28} />
              <stop offset="1" stopColor="var(--accent)" stopOpacity={0.02} />
            </linearGradient>
          </defs>
          {GRID}
          <XAxis dataKey="minute" tickFormatter={formatClock} minTickGap={48} {...AXIS} />
          <YAxis width={36} allowDecimals={false} tickFormatter={formatCount} {...AXIS} />
          <Tooltip
            cursor={{ stroke: 'var(--muted)', strokeDasharray: '3 3' }}
            content={({ active, payload }) => {
              const bucket: Stats['throughput'][number] | undefined = payload?.[0]?.payload
              if (!active || !bucket) return null
              return (
                <ChartTip
                  title={`From ${formatClock(bucket.minute)}`}
                  lines={[`${formatCount(bucket.readings)} readings`, `${formatCount(bucket.batches)} batches`]}
                />
              )
            }}
          />
          <Area
            type="monotone"
            dataKey="readings"
            stroke="var(--accent)"
            strokeWidth={2}
            fill="url(#readings-fill)"
            isAnimationActive={false}
          />
        </AreaChart>
      </ResponsiveContainer>
      <figcaption>
        {formatCount(last?.readings ?? 0)} readings in the latest ten seconds, at most {formatCount(most)}
      </figcaption>
    </figure>
  )
}

export function ProofTimeChart({ proofTimes }: Pick<Stats, 'proofTimes'>) {
  const sorted = proofTimes.map(({ seconds }) => seconds).sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  return (
    <figure>
      <ResponsiveContainer width="100%" height={HEIGHT}>
        <BarChart data={proofTimes} margin={MARGIN}>
          {GRID}
          <XAxis
            dataKey="settledAt"
            tickFormatter={(at: string | null) => (at === null ? '' : formatClock(at))}
            minTickGap={48}
            {...AXIS}
          />
          <YAxis width={44} tickFormatter={(seconds: number) => `${formatNumber(seconds, 1)} s`} {...AXIS} />
          <Tooltip
            cursor={{ fill: 'var(--hover)' }}
            content={({ active, payload }) => {
              const proof: Stats['proofTimes'][number] | undefined = payload?.[0]?.payload
              if (!active || !proof) return null
              return (
                <ChartTip
                  title={`${formatNumber(proof.seconds)} s`}
                  lines={[`Task ${shortenHash(proof.taskId)}`, `Prover ${shortenHash(proof.prover)}`]}
                />
              )
            }}
          />
          <Bar
            dataKey="seconds"
            fill="var(--good)"
            radius={[3, 3, 0, 0]}
            maxBarSize={18}
            isAnimationActive={false}
            onClick={({ payload }: { payload?: Stats['proofTimes'][number] }) => {
              if (payload) location.hash = routeHref({ view: 'task', taskId: payload.taskId })
            }}
          />
          <ReferenceLine y={median} stroke="var(--muted)" strokeDasharray="4 4" />
        </BarChart>
      </ResponsiveContainer>
      <figcaption>
        Median {formatNumber(median)} s, slowest {formatNumber(sorted.at(-1) ?? 0)} s
      </figcaption>
    </figure>
  )
}

function ChartTip({ title, lines }: { title: string; lines: string[] }) {
  return (
    <div className="chart-tip">
      <strong>{title}</strong>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </div>
  )
}
