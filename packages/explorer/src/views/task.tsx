import { type ReactNode, useMemo } from 'react'
import type { BatchReading, TaskDetail } from '../api/types.ts'
import { useTask } from '../api/use-task.ts'
import { type BatchCheck, checkBatch, type DeviceSignal, decodeSignals } from '../batch-check.ts'
import { formatCount, formatNumber } from '../format/amount.ts'
import { formatDuration } from '../format/time.ts'
import { formatUnit } from '../format/unit.ts'
import { Badge } from '../parts/badge.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Facts } from '../parts/facts.tsx'
import { ChainHash, Hash, None } from '../parts/hash.tsx'
import { EmptyNotice, ErrorNotice, LoadingNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { routeHref } from '../route.ts'
import { TaskTimeline } from './task-timeline.tsx'

export default function TaskView({ taskId }: { taskId: string }) {
  const { task, failure, retry } = useTask(taskId)
  return (
    <>
      <nav className="crumbs" aria-label="Breadcrumb">
        <a href={routeHref({ view: 'tasks', state: null })}>Tasks</a>
      </nav>
      <PageHeading title="Task">
        <Hash value={taskId} name="task id" full />
      </PageHeading>
      {failure !== null && <ErrorNotice failure={failure} retry={retry} />}
      {task === null ? failure === null && <LoadingNotice what="the task" /> : <TaskBody task={task} />}
    </>
  )
}

function TaskBody({ task }: { task: TaskDetail }) {
  const check = useMemo(() => checkBatch(task), [task])
  return (
    <>
      <div className="columns">
        <section className="panel" aria-labelledby="timeline-title">
          <div className="panel-heading">
            <h2 id="timeline-title">Timeline</h2>
            <Badge of={task.state} />
          </div>
          <TaskTimeline task={task} />
        </section>
        <section className="panel" aria-labelledby="facts-title">
          <div className="panel-heading">
            <h2 id="facts-title">Batch</h2>
          </div>
          <Facts facts={facts(task)} />
          {task.error !== null && <p className="banner banner-bad">{task.error}</p>}
        </section>
      </div>
      <Signals task={task} check={check} />
      <Readings task={task} check={check} />
    </>
  )
}

const facts = (task: TaskDetail): [string, ReactNode][] => [
  ['Project', task.projectId],
  [
    'Readings',
    `${formatCount(task.readings)} of ${task.devices === 1 ? '1 device' : `${formatCount(task.devices)} devices`}`,
  ],
  ['Prover', task.prover === null ? <None /> : <ChainHash kind="address" value={task.prover} name="prover address" />],
  ['Proof time', task.proofMs === null ? <None /> : formatDuration(task.proofMs)],
  [
    'Assigned in',
    task.assignTx === null ? <None /> : <ChainHash kind="tx" value={task.assignTx} name="assignment’s transaction" />,
  ],
  [
    'Settled in',
    task.settleTx === null ? <None /> : <ChainHash kind="tx" value={task.settleTx} name="settlement’s transaction" />,
  ],
  ['Deadline', task.deadline === null ? <None>none</None> : <RelativeTime at={task.deadline} />],
  ['Attempt', formatCount(task.attempt + 1)],
]

const SIGNAL_NAMES = {
  chainId: 'Chain',
  router: 'Router',
  projectId: 'Project',
  taskId: 'Task',
  prover: 'Prover',
  root: 'Root of the readings',
  parameters: 'Profile’s ranges',
} as const

function Signals({ task, check }: { task: TaskDetail; check: BatchCheck }) {
  const signals = useMemo(
    () => task.publicSignals && decodeSignals(task.publicSignals, task.profile?.fields ?? []),
    [task],
  )
  const columns = useMemo<Column<DeviceSignal>[]>(
    () => [
      {
        title: 'Device',
        cell: ({ device }) => (
          <Hash value={device} name="device address" href={routeHref({ view: 'device', device })} />
        ),
      },
      { title: 'Readings', numeric: true, cell: ({ count }) => formatCount(count) },
      ...(task.profile?.fields ?? []).map(
        (field, i): Column<DeviceSignal> => ({
          title: `Mean ${field.name}`,
          numeric: true,
          cell: ({ means }) => <Quantity value={means[i] ?? 0} unit={field.unit} />,
        }),
      ),
    ],
    [task.profile],
  )
  return (
    <section className="panel panel-flush" aria-labelledby="signals-title">
      <div className="panel-heading">
        <h2 id="signals-title">What the proof says</h2>
        <p>{signals === null ? '' : 'Its public signals, which the router checks on chain'}</p>
      </div>
      {signals === null ? (
        <EmptyNotice title="No proof yet">The public signals appear once a prover has proven the batch.</EmptyNotice>
      ) : (
        <>
          <div className="panel-body">
            <Facts
              facts={signals.bound.map(({ name, text }) => [
                SIGNAL_NAMES[name],
                text.startsWith('0x') ? <Hash value={text} name={SIGNAL_NAMES[name]} /> : text,
              ])}
            />
            {check.signalMatches === false && (
              <p className="banner banner-bad">The proof’s root is not the root of the readings below.</p>
            )}
          </div>
          <DataTable
            caption="What the proof says of each device"
            columns={columns}
            rows={signals.devices}
            rowKey={({ device }) => device}
            dense
          />
        </>
      )}
    </section>
  )
}

function Readings({ task, check }: { task: TaskDetail; check: BatchCheck }) {
  const columns = useMemo<Column<BatchReading>[]>(() => {
    const leaves = new Map(check.leaves.map((leaf) => [leaf.index, leaf]))
    return [
      { title: 'Leaf', cell: ({ index }) => <span className="leaf-index">{index}</span> },
      {
        title: 'Device',
        cell: ({ device }) => (
          <Hash value={device} name="device address" href={routeHref({ view: 'device', device })} />
        ),
      },
      { title: 'Nonce', numeric: true, cell: ({ nonce }) => nonce },
      { title: 'Measured', cell: ({ time }) => <RelativeTime at={new Date(Number(time)).toISOString()} /> },
      ...(task.profile?.fields ?? []).map(
        ({ name, unit, scale }, i): Column<BatchReading> => ({
          title: name,
          numeric: true,
          cell: ({ values }) => <Quantity value={Number(values[i] ?? 0) / scale} unit={unit} />,
        }),
      ),
      {
        title: 'Inclusion',
        cell: ({ index }) => {
          const leaf = leaves.get(index)
          if (!leaf) return <None>unknown</None>
          return (
            <details className="inclusion" data-included={leaf.included}>
              <summary>{leaf.included ? 'Included' : 'Not included'}</summary>
              <dl>
                <dt>Leaf</dt>
                <dd>
                  <Hash value={leaf.leaf} name="leaf" />
                </dd>
                {leaf.siblings.map((sibling, level) => (
                  <div key={`${level}-${sibling}`}>
                    <dt>Sibling {level + 1}</dt>
                    <dd>
                      <Hash value={sibling} name="sibling" />
                    </dd>
                  </div>
                ))}
              </dl>
            </details>
          )
        },
      },
    ]
  }, [task.profile, check])

  return (
    <section className="panel panel-flush" aria-labelledby="readings-title">
      <div className="panel-heading">
        <h2 id="readings-title">Readings</h2>
        <p className="verdict" data-good={check.rootMatches}>
          {check.rootMatches
            ? 'Checked in this browser: they hash to the batch’s root'
            : 'They do not hash to the batch’s root'}
        </p>
      </div>
      <DataTable
        caption="Readings of the batch, in the order of their leaves"
        columns={columns}
        rows={task.batch}
        rowKey={({ index }) => String(index)}
        dense
      />
    </section>
  )
}

function Quantity({ value, unit }: { value: number; unit: string }) {
  return (
    <>
      {formatNumber(value)} <span className="unit">{formatUnit(unit)}</span>
    </>
  )
}
