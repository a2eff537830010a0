import { useState } from 'react'
import { useNetwork } from '../api/network.tsx'
import type { Device } from '../api/types.ts'
import { formatCount } from '../format/amount.ts'
import { Amount } from '../parts/amount.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { ChainHash, Hash } from '../parts/hash.tsx'
import { EmptyNotice, LoadingNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { routeHref } from '../route.ts'

/** Rows shown at first, and added by each press of the button. */
const PAGE = 100

const columns = (rewardSymbol: string): Column<Device>[] => [
  {
    title: 'Device',
    cell: ({ device, did }) => <Hash value={did} name="DID" href={routeHref({ view: 'device', device })} />,
  },
  { title: 'ioID', numeric: true, cell: ({ ioid }) => `#${ioid}` },
  { title: 'Account', cell: ({ account }) => <ChainHash kind="address" value={account} name="ERC-6551 account" /> },
  { title: 'Accepted', numeric: true, cell: ({ readingsAccepted }) => formatCount(readingsAccepted) },
  { title: 'Settled', numeric: true, cell: ({ readingsSettled }) => formatCount(readingsSettled) },
  { title: 'Rewards', numeric: true, cell: ({ rewardsWei }) => <Amount wei={rewardsWei} unit={rewardSymbol} /> },
  { title: 'Last seen', numeric: true, cell: ({ lastSeen }) => <RelativeTime at={lastSeen} /> },
]

export function DevicesView() {
  const { devices, stats } = useNetwork()
  const [wanted, setWanted] = useState('')
  const [shown, setShown] = useState(PAGE)
  if (devices === null)
    return (
      <>
        <PageHeading title="Devices" />
        <LoadingNotice what="devices" />
      </>
    )

  const query = wanted.trim().toLowerCase()
  const found = devices.filter(({ did, device, account, owner, ioid }) =>
    [did, device, account, owner, String(ioid)].some((text) => text.toLowerCase().includes(query)),
  )
  return (
    <>
      <PageHeading title="Devices">Each has an ioID, whose ERC-6551 account earns its rewards</PageHeading>
      {devices.length > 0 && (
        <p className="search">
          <input
            type="search"
            aria-label="Find a device"
            placeholder="Find by DID, address, account, owner or ioID"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </p>
      )}
      <section className="panel panel-flush" aria-label="Devices">
        {devices.length === 0 ? (
          <EmptyNotice title="No device is registered">
            Register one with the ioID registry, then start it: it shows here with the next block.
          </EmptyNotice>
        ) : found.length === 0 ? (
          <EmptyNotice title="No device matches">Look for part of a DID, an address or an ioID.</EmptyNotice>
        ) : (
          <DataTable
            caption="Devices"
            columns={columns(stats?.rewardSymbol ?? 'tokens')}
            rows={found.slice(0, shown)}
            rowKey={({ device }) => device}
          />
        )}
      </section>
      {found.length > shown && (
        <p className="more">
          <button type="button" className="button" onClick={() => setShown(shown + PAGE)}>
            Show more of {formatCount(found.length)}
          </button>
        </p>
      )}
    </>
  )
}
