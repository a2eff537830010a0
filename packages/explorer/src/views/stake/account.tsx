import { useCallback, useEffect, useReducer, useRef } from 'react'
import { useNetwork } from '../../api/network.tsx'
import { getOnboarding, type OnboardingChain } from '../../onboarding/onboarding-api.ts'
import { useRead } from '../../onboarding/use-read.ts'
import { useTask } from '../../onboarding/use-task.ts'
import { type Connected, useWallet } from '../../onboarding/wallet/use-wallet.ts'
import { Hash } from '../../parts/hash.tsx'
import { LoadingNotice } from '../../parts/notice.tsx'
import { getAccount } from '../../stake/stake-api.ts'
import type { Balance, StakeOverview, VaultPlace } from '../../stake/types.ts'
import { useStaker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { TaskNotice } from '../onboard/task-notice.tsx'
import { WalletStep } from '../onboard/wallet-step.tsx'
import { AuctionPanel } from './auction-panel.tsx'
import { BalancePanel } from './balance-panel.tsx'
import { BucketPanel } from './bucket-panel.tsx'
import { DelegatePanel } from './delegate-panel.tsx'
import { ExitPanel } from './exit-panel.tsx'
import { PositionPanels } from './position-panel.tsx'

/** How often the account is looked at: the index follows the chain by a moment. */
const LOOK_MS = 3_000
/** How often it is looked at in that time after something was done. */
const LOOKS = 12

interface AccountPartProps {
  overview: StakeOverview
  /** Reads the overview anew. */
  refresh: () => Promise<void>
}

/** A staker's own page: what each write does is said before the wallet is asked. */
export function AccountPart({ overview, refresh }: AccountPartProps) {
  const session = useWallet()
  const { connected } = session
  const chain = useChain(overview.chainId)
  return (
    <>
      <ol className="steps">
        <WalletStep
          session={session}
          info={{ chain }}
          purpose="Stake is held, and sent, by the account that you connect."
        />
      </ol>
      {connected !== null && connected.chainId === overview.chainId && (
        <StakerSpace key={connected.account} connected={connected} overview={overview} refreshOverview={refresh} />
      )}
    </>
  )
}

/** Returns how the chain is called; the identity service knows what a wallet needs to add it. */
function useChain(id: number): OnboardingChain {
  const { stats } = useNetwork()
  const read = useCallback(async () => (await getOnboarding()).chain, [])
  const { value } = useRead(read)
  const explorerUrl = stats?.explorerBase ?? null
  return value?.id === id ? value : { id, name: `chain ${id}`, symbol: 'IOTX', rpcUrl: null, explorerUrl }
}

/** Resolves once the index has come to `block`, or after some looks: it is looked at again and again anyway. */
async function untilIndexed(account: string, block: number): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    if ((await getAccount(account)).indexed >= block) return
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS / LOOKS))
  }
}

/** The overview tells of the vaults with the most stakers; what the account has in another one can leave it too. */
function placesOf({ vaults }: StakeOverview, balances: readonly Balance[]): VaultPlace[] {
  const others = balances.filter(({ vault }) => !vaults.some((known) => known.vault === vault))
  return [...vaults, ...others.map(({ vault, asset }) => ({ vault, asset, native: false, bucketVersion: null }))]
}

interface StakerSpaceProps {
  connected: Connected
  overview: StakeOverview
  refreshOverview: () => Promise<void>
}

function StakerSpace({ connected, overview, refreshOverview }: StakerSpaceProps) {
  const staker = useStaker(connected, overview)
  const task = useTask()
  const { account, pending, resume } = staker
  const read = useCallback(() => getAccount(account), [account])
  const { value, failure, refresh } = useRead(read, LOOK_MS)
  const [version, advance] = useReducer((count: number) => count + 1, 0)
  const { stake } = staker
  const changed = useCallback(async () => {
    advance()
    await untilIndexed(account, await stake.chain.blockNumber())
    await Promise.all([refresh(), refreshOverview()])
  }, [stake, account, refresh, refreshOverview])

  // What was sent before this page was loaded is waited for first.
  const found = useRef(pending)
  const { run } = task
  useEffect(() => {
    const sent = found.current
    if (sent) void run(`Waiting for a transaction that you sent: ${sent.what}`, () => resume(sent).then(changed))
  }, [run, resume, changed])

  const props = { staker, task, version, changed }
  return (
    <div className="portal">
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      {value === undefined ? (
        failure === null && <LoadingNotice what="your stake" />
      ) : (
        <>
          <BalancePanel {...props} vaults={placesOf(overview, value.balances)} balances={value.balances} />
          <DelegatePanel {...props} overview={overview} vaults={placesOf(overview, value.balances)} />
          <PositionPanels {...props} overview={overview} positions={value.positions} segments={value.segments} />
          <ExitPanel {...props} exits={value.exits} />
          {value.buckets.map((buckets) => (
            <BucketPanel key={buckets.vault} {...props} account={buckets} />
          ))}
          <AuctionPanel {...props} auctions={overview.auctions} />
        </>
      )}
      <TaskNotice task={task} />
      {pending && task.busy === null && (
        <div className="banner">
          <p>
            Sent, and not seen on chain yet: {pending.what} <Hash value={pending.hash} name="transaction’s hash" />
          </p>
          <span className="step-actions">
            <button
              type="button"
              className="button"
              onClick={() => run(`Waiting for: ${pending.what}`, () => resume(pending).then(changed))}
            >
              Look again
            </button>
            <button type="button" className="button" onClick={staker.forget}>
              Forget it
            </button>
          </span>
        </div>
      )}
    </div>
  )
}
