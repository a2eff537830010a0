import { useState } from 'react'
import { useNetwork } from '../api/network.tsx'
import { TASK_STATES, type TaskState } from '../api/types.ts'
import { formatCount } from '../format/amount.ts'
import { EmptyNotice, LoadingNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { routeHref } from '../route.ts'
import { TaskTable } from './task-table.tsx'

export function TasksView({ state }: { state: TaskState | null }) {
  const { tasks, olderTasks, loadOlderTasks } = useNetwork()
  const [loading, setLoading] = useState(false)
  if (tasks === null)
    return (
      <>
        <PageHeading title="Tasks" />
        <LoadingNotice what="tasks" />
      </>
    )

  const shown = state === null ? tasks : tasks.filter((task) => task.state === state)
  return (
    <>
      <PageHeading title="Tasks">Each is a batch of readings: proven once, settled once</PageHeading>
      <nav className="filters" aria-label="Filter by state">
        {[null, ...TASK_STATES].map((filter) => (
          <a
            key={filter}
            href={routeHref({ view: 'tasks', state: filter })}
            aria-current={filter === state ? 'true' : undefined}
          >
            {filter ?? 'all'}{' '}
            <span className="unit">
              {formatCount(filter === null ? tasks.length : tasks.filter((task) => task.state === filter).length)}
              {olderTasks !== null && '+'}
            </span>
          </a>
        ))}
      </nav>
      <section className="panel panel-flush" aria-label="Tasks">
        {shown.length > 0 ? (
          <TaskTable
            tasks={shown}
            caption={state === null ? 'Tasks, latest first' : `Tasks that are ${state}, latest first`}
          />
        ) : state === null ? (
          <EmptyNotice title="No batch yet">
            A batch is cut when enough readings are in, or after its maximum age.
          </EmptyNotice>
        ) : (
          <EmptyNotice title={`No task is ${state}`}>
            {olderTasks === null
              ? 'Choose another state above.'
              : 'Choose another state above, or load older tasks below.'}
          </EmptyNotice>
        )}
      </section>
      {olderTasks !== null && (
        <p className="more">
          <button
            type="button"
            className="button"
            disabled={loading}
            onClick={async () => {
              setLoading(true)
              await loadOlderTasks()
              setLoading(false)
            }}
          >
            {loading ? 'Loading…' : 'Load older tasks'}
          </button>
        </p>
      )}
    </>
  )
}
