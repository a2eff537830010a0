import { lazy, type ReactNode, Suspense } from 'react'
import { useNetwork } from '../api/network.tsx'
import type { Stats } from '../api/types.ts'
import { formatCount, formatExactWei, formatNumber, formatWei } from '../format/amount.ts'
import { formatDuration } from '../format/time.ts'
import { EmptyNotice, LoadingNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { routeHref } from '../route.ts'
import { FlowDiagram } from './flow-diagram.tsx'
import { TaskTable } from './task-table.tsx'

// The charting library is most of the page's weight: the numbers show before it is there.
const ThroughputChart = lazy(() => import('./charts.tsx').then((charts) => ({ default: charts.ThroughputChart })))
const ProofTimeChart = lazy(() => import('./charts.tsx').then((charts) => ({ default: charts.ProofTimeChart })))

/** Tasks shown here. */
const LATEST = 5

export function OverviewView() {
  const { stats, tasks } = useNetwork()
  if (stats === null)
    return (
      <>
        <PageHeading title="Overview" />
        <LoadingNotice what="the network" />
      </>
    )
  return (
    <>
      <PageHeading title="Overview">
        Chain {stats.chainId}, block {formatCount(stats.block)}, <RelativeTime at={stats.blockTime} />
      </PageHeading>
      <Headline stats={stats} />
      <section className="panel" aria-labelledby="flow-title">
        <div className="panel-heading">
          <h2 id="flow-title">From a reading to its reward</h2>
          <p>{formatNumber(stats.readingsPerMinute, 0)} readings settled in the last minute</p>
        </div>
        <FlowDiagram stats={stats} />
      </section>
      <div className="columns">
        <Chart title="Readings settled" note="in each ten seconds">
          {stats.throughput.length === 0 ? (
            <p className="chart-empty">The chart starts with the first settled batch.</p>
          ) : (
            <ThroughputChart throughput={stats.throughput} />
          )}
        </Chart>
        <Chart title="Proof time" note="of the latest batches">
          {stats.proofTimes.length === 0 ? (
            <p className="chart-empty">The chart starts with the first proof.</p>
          ) : (
            <ProofTimeChart proofTimes={stats.proofTimes} />
          )}
        </Chart>
      </div>
      <section className="panel panel-flush" aria-labelledby="latest-title">
        <div className="panel-heading">
          <h2 id="latest-title">Latest tasks</h2>
          <a href={routeHref({ view: 'tasks', state: null })}>All tasks</a>
        </div>
        {tasks === null ? (
          <LoadingNotice what="tasks" />
        ) : tasks.length === 0 ? (
          <EmptyNotice title="No batch yet">
            A batch is cut when enough readings are in, or after its maximum age.
          </EmptyNotice>
        ) : (
          <TaskTable tasks={tasks.slice(0, LATEST)} caption="The latest tasks" brief />
        )}
      </section>
    </>
  )
}

function Headline({ stats }: { stats: Stats }) {
  const { p50, p95 } = stats.latencyMs
  const refused = stats.messagesRejected
  return (
    <dl className="headline">
      <Figure name="Devices" value={formatCount(stats.devices)} note="registered with an ioID" />
      <Figure
        name="Readings accepted"
        value={formatCount(stats.messagesAccepted)}
        note={`${formatCount(refused)} refused, ${formatCount(stats.duplicates)} sent again`}
      />
      <Figure
        name="Batches settled"
        value={formatCount(stats.settled)}
        note={
          stats.failed === 0
            ? `of ${formatCount(stats.batches)} cut`
            : `of ${formatCount(stats.batches)} cut, ${formatCount(stats.failed)} failed`
        }
      />
      <Figure
        name="Rewards paid"
        value={formatWei(stats.rewardsWei)}
        note={`${stats.rewardSymbol ?? 'tokens'} to devices’ accounts`}
        title={formatExactWei(stats.rewardsWei)}
      />
      <Figure
        name="Reading to reward"
        value={p50 === null ? '–' : formatDuration(p50)}
        note={
          p50 === null
            ? 'after the first reward'
            : p95 === null
              ? 'median'
              : `median; 95 % within ${formatDuration(p95)}`
        }
      />
    </dl>
  )
}

function Figure({ name, value, note, title }: { name: string; value: string; note: string; title?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={title}>
        <span className="figure">{value}</span>
        <span className="note">{note}</span>
      </dd>
    </div>
  )
}

function Chart({ title, note, children }: { title: string; note: string; children: ReactNode }) {
  return (
    <section className="panel">
      <div className="panel-heading">
        <h2>{title}</h2>
        <p>{note}</p>
      </div>
      <div className="chart">
        <Suspense fallback={<LoadingNotice what="the chart" />}>{children}</Suspense>
      </div>
    </section>
  )
}
