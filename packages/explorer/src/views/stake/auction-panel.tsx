import { useCallback, useState } from 'react'
import type { Task } from '../../onboarding/use-task.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ChainHash } from '../../parts/hash.tsx'
import type { Auction, StakedBucket } from '../../stake/types.ts'
import { formatLock } from '../../stake/units.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { At, Preview } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

interface Buying {
  staker: Staker
  task: Task
  version: number
  changed: () => Promise<void>
}

interface AuctionPanelProps extends Partial<Buying> {
  auctions: readonly StakedBucket[]
}

export const seconds = (at: string): bigint => BigInt(Math.floor(Date.parse(at) / 1000))

/** Buckets that are sold for a debt; with a staker, who can buy them. */
export function AuctionPanel({ auctions, staker, task, version, changed }: AuctionPanelProps) {
  const [chosen, setChosen] = useState<string | null>(null)
  if (auctions.length === 0) return null
  const keyOf = ({ vault, bucket }: StakedBucket): string => `${vault} ${bucket}`
  const buying = staker && task && changed ? { staker, task, version: version ?? 0, changed } : undefined
  const columns: readonly Column<StakedBucket>[] = [
    {
      title: 'Bucket',
      cell: ({ bucket, version: of }) => (
        <span className="stack">
          <span>#{bucket}</span>
          <small>version {of}</small>
        </span>
      ),
    },
    {
      title: 'Price now',
      numeric: true,
      cell: ({ auction, asset }) => <Units amount={auction!.price} asset={asset} />,
    },
    { title: 'In it', numeric: true, cell: ({ contained, asset }) => <Units amount={contained} asset={asset} /> },
    { title: 'Lock', cell: LockCell },
    {
      title: 'Falls until',
      cell: ({ auction }) => <At time={seconds(auction!.endsAt)} />,
    },
    {
      title: 'Of',
      cell: ({ staker: owner }) => <ChainHash kind="address" value={owner} name="indebted staker’s address" />,
    },
    ...(buying
      ? [
          {
            title: 'Buy',
            cell: (bucket: StakedBucket) => (
              <button
                type="button"
                className="button"
                aria-expanded={chosen === keyOf(bucket)}
                onClick={() => setChosen(chosen === keyOf(bucket) ? null : keyOf(bucket))}
              >
                Buy #{bucket.bucket}
              </button>
            ),
          },
        ]
      : []),
  ]
  const bucket = auctions.find((known) => keyOf(known) === chosen)
  return (
    <section className="panel panel-flush" aria-labelledby="auctions-title">
      <div className="panel-heading">
        <h2 id="auctions-title">Buckets for sale</h2>
        <p>Their stakers did not pay in time what a slash took. The price falls until somebody buys</p>
      </div>
      <DataTable caption="Buckets for sale" columns={columns} rows={auctions} rowKey={keyOf} />
      {buying && bucket?.auction && (
        <BuyForm key={chosen} {...buying} bucket={bucket} auction={bucket.auction} close={() => setChosen(null)} />
      )}
    </section>
  )
}

export const LockCell = ({ duration, version, state }: StakedBucket) => (
  <span>
    {state === 'locked' && `locked for ${formatLock(duration, version)}`}
    {state === 'unlocked' && 'its lock runs out'}
    {state === 'unstaked' && 'unstaked'}
  </span>
)

interface BuyFormProps extends Buying {
  bucket: StakedBucket
  auction: Auction
  close: () => void
}

function BuyForm({ staker, task, version, changed, bucket: offered, auction, close }: BuyFormProps) {
  const { account, stake, transact } = staker
  const { vault, bucket, asset, contained } = offered
  const read = useCallback(
    async () => ({
      price: await stake.buckets.price(vault, bucket),
      held: await stake.chain.balanceWei(account),
    }),
    [stake, account, vault, bucket],
  )
  const { value, failure, refresh } = useLook(read, version)
  const possible = value?.price !== undefined && value.price <= value.held
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Buy the bucket: confirm it in the wallet', async () => {
          if (value?.price === undefined) return
          await transact(`Buy bucket ${bucket}`, stake.buckets.buy(account, vault, bucket, value.price))
          close()
          await changed()
        })
      }}
    >
      <h3>Buy bucket #{bucket}</h3>
      <Preview>
        {value === undefined ? (
          <p>…</p>
        ) : value.price === undefined ? (
          <p>It is not for sale any more.</p>
        ) : (
          <ul className="risks">
            <li>
              Your account pays at most <Units amount={value.price} asset={asset} />; what the price has fallen by until
              then comes back.{!possible && ' It does not have that much.'}
            </li>
            <li>
              It owns the bucket then, with <Units amount={contained} asset={asset} /> in it, in system staking: locked,
              and voting, as it is now.
            </li>
            <li>
              The price falls until <At time={seconds(auction.endsAt)} />, or until another buys it.
            </li>
          </ul>
        )}
      </Preview>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || !possible}>
          Buy
        </button>
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </p>
    </form>
  )
}
