import { useNetwork } from '../api/network.tsx'
import type { Device } from '../api/types.ts'
import { formatCount, formatExactWei, formatWei } from '../format/amount.ts'
import { Facts } from '../parts/facts.tsx'
import { ChainHash, Hash, None } from '../parts/hash.tsx'
import { EmptyNotice, LoadingNotice } from '../parts/notice.tsx'
import { PageHeading } from '../parts/page-heading.tsx'
import { RelativeTime } from '../parts/relative-time.tsx'
import { routeHref } from '../route.ts'

export function DeviceView({ address }: { address: string }) {
  const { devices, stats } = useNetwork()
  const device = devices?.find((known) => known.device.toLowerCase() === address)
  return (
    <>
      <nav className="crumbs" aria-label="Breadcrumb">
        <a href={routeHref({ view: 'devices' })}>Devices</a>
      </nav>
      <PageHeading title={device ? `Device #${device.ioid}` : 'Device'}>
        <Hash value={device?.did ?? address} name={device ? 'DID' : 'address'} full />
      </PageHeading>
      {device ? (
        <DeviceBody device={device} rewardSymbol={stats?.rewardSymbol ?? 'tokens'} />
      ) : devices !== null ? (
        <EmptyNotice title="This device is not known">
          No device of this address is registered with the projects that this coordinator serves.
        </EmptyNotice>
      ) : (
        <LoadingNotice what="the device" />
      )}
    </>
  )
}

function DeviceBody({ device, rewardSymbol }: { device: Device; rewardSymbol: string }) {
  const { readingsAccepted, readingsSettled, rewardsWei, lastSeen, documentUri } = device
  const settledShare = readingsAccepted === 0 ? 0 : Math.min(1, readingsSettled / readingsAccepted)
  return (
    <>
      <dl className="headline headline-3">
        <div>
          <dt>Readings accepted</dt>
          <dd>
            <span className="figure">{formatCount(readingsAccepted)}</span>
            <span className="note">
              last seen <RelativeTime at={lastSeen} />
            </span>
          </dd>
        </div>
        <div>
          <dt>Readings settled</dt>
          <dd>
            <span className="figure">{formatCount(readingsSettled)}</span>
            <span className="note">{Math.floor(settledShare * 100)} % of those accepted</span>
          </dd>
        </div>
        <div>
          <dt>Rewards</dt>
          <dd title={formatExactWei(rewardsWei)}>
            <span className="figure">{formatWei(rewardsWei)}</span>
            <span className="note">{rewardSymbol} in its account</span>
          </dd>
        </div>
      </dl>
      <section className="panel" aria-labelledby="identity-title">
        <div className="panel-heading">
          <h2 id="identity-title">Identity</h2>
        </div>
        <Facts
          facts={[
            ['Address', <ChainHash key="address" kind="address" value={device.device} name="device address" />],
            ['ioID', `#${device.ioid}`],
            [
              'Account (ERC-6551)',
              <ChainHash key="account" kind="address" value={device.account} name="ERC-6551 account" />,
            ],
            ['Owner', <ChainHash key="owner" kind="address" value={device.owner} name="owner’s address" />],
            ['Project', device.projectId],
            ['DID document', documentUri ? <DocumentLink key="document" uri={documentUri} /> : <None>none</None>],
          ]}
        />
      </section>
    </>
  )
}

/** Only http(s) is made a link: the URI is whatever the device's owner registered. */
function DocumentLink({ uri }: { uri: string }) {
  if (!/^https?:\/\//i.test(uri)) return <Hash value={uri} name="document’s URI" full />
  return <Hash value={uri} name="document’s URI" href={uri} full />
}
