import { useRead } from '../../onboarding/use-read.ts'
import { EmptyNotice, LoadingNotice } from '../../parts/notice.tsx'
import { PageHeading } from '../../parts/page-heading.tsx'
import { routeHref, type StakePart } from '../../route.ts'
import { getStake } from '../../stake/stake-api.ts'
import type { StakeOverview } from '../../stake/types.ts'
import '../../styles/onboard.css'
import '../../styles/stake.css'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { AccountPart } from './account.tsx'
import { BribesPart } from './bribes.tsx'
import { OverviewPart } from './overview.tsx'
import { SlashesPart } from './slashes.tsx'

const PARTS = [
  { part: 'overview', name: 'Overview', what: 'Who secures what, with what, and what it can lose' },
  { part: 'slashes', name: 'Slashes', what: 'What was asked for, vetoed and taken, and why' },
  { part: 'bribes', name: 'Bribes', what: 'What is paid for stake, and what a unit of stake gets' },
  { part: 'account', name: 'Your stake', what: 'Deposit, delegate, leave, claim' },
] as const

const LOOK_MS = 10_000
const readStake = (): Promise<StakeOverview> => getStake()

/** Restaked stake: one pool that secures every module. */
export default function StakeView({ part }: { part: StakePart }) {
  const { value: overview, failure, refresh } = useRead(readStake, LOOK_MS)
  return (
    <>
      <PageHeading title="Stake">{PARTS.find((known) => known.part === part)!.what}</PageHeading>
      <nav className="filters" aria-label="Parts of stake">
        {PARTS.map(({ part: other, name }) => (
          <a
            key={other}
            href={routeHref({ view: 'stake', part: other })}
            aria-current={other === part ? 'true' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      {failure?.code === 'STAKE_OFF' ? (
        <EmptyNotice title="Nothing is restaked here">
          This deployment has no contracts for restaked stake: deploy/modules/Msp.ts brings them.
        </EmptyNotice>
      ) : (
        <>
          {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
          {overview === undefined ? (
            failure === null && <LoadingNotice what="stake" />
          ) : (
            <Part part={part} overview={overview} refresh={refresh} />
          )}
        </>
      )}
    </>
  )
}

function Part({ part, overview, refresh }: { part: StakePart; overview: StakeOverview; refresh: () => Promise<void> }) {
  switch (part) {
    case 'overview':
      return <OverviewPart overview={overview} />
    case 'slashes':
      return <SlashesPart />
    case 'bribes':
      return <BribesPart />
    case 'account':
      return <AccountPart overview={overview} refresh={refresh} />
  }
}
