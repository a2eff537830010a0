import { useNetwork } from '../api/network.tsx'
import type { Prover } from '../api/types.ts'
import { formatCount } from '../format/amount.ts'
import { Amount } from '../parts/amount.tsx'
import { Badge } from '../parts/badge.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ChainHash, Hash, None } from '../parts/hash.tsx'
import { EmptyNotice, LoadingNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { routeHref } from '../route.ts'

const COLUMNS: readonly Column<Prover>[] = [
  {
    title: 'Prover',
    cell: ({ address, proverId }) => (
      <span className="stack">
        <ChainHash kind="address" value={address} name="prover address" />
        <small>Prover {proverId}</small>
      </span>
    ),
  },
  { title: 'Status', cell: ({ status }) => <Badge of={status} /> },
  {
    title: 'Current task',
    cell: ({ taskId }) =>
      taskId === null ? (
        <None>none</None>
      ) : (
        <Hash value={taskId} name="task id" href={routeHref({ view: 'task', taskId })} />
      ),
  },
  { title: 'Settled', numeric: true, cell: ({ tasksSettled }) => formatCount(tasksSettled) },
  { title: 'Stake', numeric: true, cell: ({ stakeWei }) => <Amount wei={stakeWei} unit="IOTX" /> },
  { title: 'Heartbeat', cell: ({ lastHeartbeat }) => <RelativeTime at={lastHeartbeat} /> },
  { title: 'DID', cell: ({ did }) => (did === null ? <None>none</None> : <Hash value={did} name="DID" />) },
]

export function FleetView() {
  const { fleet } = useNetwork()
  if (fleet === null)
    return (
      <>
        <PageHeading title="Fleet" />
        <LoadingNotice what="the fleet" />
      </>
    )
  const { provers, coordinators } = fleet
  const count = (status: Prover['status']) => provers.filter((prover) => prover.status === status).length
  return (
    <>
      <PageHeading title="Fleet">
        {provers.length === 1 ? '1 prover' : `${formatCount(provers.length)} provers`}: {count('idle')} idle,{' '}
        {count('busy')} busy, {count('offline')} offline
      </PageHeading>
      <section className="panel panel-flush" aria-label="Provers">
        {provers.length === 0 ? (
          <EmptyNotice title="No prover has joined">
            Put stake behind one, register it in the fleet manager, and start its node: the operator’s guide shows how.
          </EmptyNotice>
        ) : (
          <DataTable
            caption="Provers of the fleet"
            columns={COLUMNS}
            rows={provers}
            rowKey={({ address }) => address}
          />
        )}
      </section>
      <section className="panel" aria-labelledby="coordinators-title">
        <div className="panel-heading">
          <h2 id="coordinators-title">Coordinators</h2>
          <p>Any number run at once; each has its own key</p>
        </div>
        <ul className="hash-list">
          {coordinators.map((address) => (
            <li key={address}>
              <ChainHash kind="address" value={address} name="coordinator address" />
            </li>
          ))}
          {coordinators.length === 0 && <li className="none">None is authorised yet.</li>}
        </ul>
      </section>
    </>
  )
}
