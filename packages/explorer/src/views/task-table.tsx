import type { Task } from '../api/types.ts'
import { formatCount } from '../format/amount.ts'
import { formatDuration } from '../format/time.ts'
import { Badge } from '../parts/badge.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ChainHash, Hash, None } from '../parts/hash.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { routeHref } from '../route.ts'

const TASK: Column<Task> = {
  title: 'Task',
  cell: ({ taskId }) => <Hash value={taskId} name="task id" href={routeHref({ view: 'task', taskId })} />,
}
const STATE: Column<Task> = {
  title: 'State',
  cell: ({ state, attempt }) => (
    <>
      <Badge of={state} /> {attempt > 0 && <small className="none">attempt {attempt + 1}</small>}
    </>
  ),
}
const READINGS: Column<Task> = {
  title: 'Readings',
  numeric: true,
  cell: ({ readings, devices }) => (
    <>
      {formatCount(readings)}{' '}
      <span className="unit">of {devices === 1 ? '1 device' : `${formatCount(devices)} devices`}</span>
    </>
  ),
}
const PROVER: Column<Task> = {
  title: 'Prover',
  cell: ({ prover }) =>
    prover === null ? <None /> : <ChainHash kind="address" value={prover} name="prover address" />,
}
const PROOF: Column<Task> = {
  title: 'Proof',
  numeric: true,
  cell: ({ proofMs }) => (proofMs === null ? <None>–</None> : formatDuration(proofMs)),
}
const TRANSACTION: Column<Task> = {
  title: 'Settlement',
  cell: ({ settleTx }) =>
    settleTx === null ? <None /> : <ChainHash kind="tx" value={settleTx} name="settlement’s transaction" />,
}
const CREATED: Column<Task> = { title: 'Cut', numeric: true, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> }

const COLUMNS = [TASK, STATE, READINGS, PROVER, PROOF, TRANSACTION, CREATED]
const BRIEF_COLUMNS = [TASK, STATE, READINGS, PROOF, CREATED]

/** Tasks as given, latest first. `brief` leaves out provers and transactions. */
export function TaskTable({
  tasks,
  caption,
  brief = false,
}: {
  tasks: readonly Task[]
  caption: string
  brief?: boolean
}) {
  return (
    <DataTable
      caption={caption}
      columns={brief ? BRIEF_COLUMNS : COLUMNS}
      rows={tasks}
      rowKey={({ taskId }) => taskId}
    />
  )
}
