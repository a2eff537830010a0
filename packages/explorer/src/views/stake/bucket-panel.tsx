import { useCallback, useId, useState } from 'react'
import type { Task } from '../../onboarding/use-task.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Facts } from '../../parts/facts.tsx'
import { ChainHash, None } from '../../parts/hash.tsx'
import { freeCoin, previewPay, refusalOf } from '../../stake/bucket-preview.ts'
import type { BucketAccount, StakedBucket } from '../../stake/types.ts'
import { formatLock, parseUnits } from '../../stake/units.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { AmountField } from './amount-field.tsx'
import { LockCell, seconds } from './auction-panel.tsx'
import { BucketForm } from './bucket-form.tsx'
import { At, Preview } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

interface BucketPanelProps {
  staker: Staker
  task: Task
  account: BucketAccount
  version: number
  changed: () => Promise<void>
}

/** Staked IOTX of an account, restaked: buckets, what is owed for them, and the rewards that they bring. */
export function BucketPanel({ account, ...props }: BucketPanelProps) {
  const { version, asset, escrow, coin, debt, payUntil, rewards, buckets } = account
  const [chosen, setChosen] = useState<string | null>(null)
  const title = `buckets-${version}`
  const bucket = buckets.find(({ bucket: id }) => id === chosen)
  const columns: readonly Column<StakedBucket>[] = [
    { title: 'Bucket', cell: ({ bucket: id }) => `#${id}` },
    { title: 'Counts for', numeric: true, cell: ({ amount }) => <Units amount={amount} asset={asset} /> },
    {
      title: 'Added',
      numeric: true,
      cell: ({ amount, contained }) =>
        BigInt(contained) > BigInt(amount) ? (
          <Units amount={BigInt(contained) - BigInt(amount)} asset={asset} />
        ) : (
          <None>nothing</None>
        ),
    },
    { title: 'Lock', cell: (row) => (row.auction ? 'for sale, for the debt' : <LockCell {...row} />) },
    {
      title: 'Votes for',
      cell: ({ delegate }) => <ChainHash kind="address" value={delegate} name="delegate’s address" />,
    },
    {
      title: 'Do',
      cell: ({ bucket: id }) => (
        <button
          type="button"
          className="button"
          aria-expanded={chosen === id}
          onClick={() => setChosen(chosen === id ? null : id)}
        >
          Change #{id}
        </button>
      ),
    },
  ]
  return (
    <section className="panel" aria-labelledby={title}>
      <div className="panel-heading">
        <h2 id={title}>Staked IOTX, buckets of version {version}</h2>
        <p>A bucket goes on voting and earning while it secures modules too. What a slash takes is a debt</p>
      </div>
      {(buckets.length > 0 || debt !== '0' || coin !== '0') && (
        <Facts
          facts={[
            [
              'Debt',
              debt === '0' ? (
                'none'
              ) : (
                <span key="debt">
                  <Units amount={debt} asset={asset} />
                  {payUntil !== null && (
                    <>
                      , to be paid by <At time={seconds(payUntil)} />
                    </>
                  )}
                </span>
              ),
            ],
            ['Coin in the vault', <Units key="coin" amount={coin} asset={asset} />],
            [
              'Rewards to forward',
              <span key="rewards" className="step-actions">
                <Units amount={rewards} asset={asset} />
                {rewards !== '0' && <ForwardButton {...props} escrow={escrow} />}
              </span>,
            ],
            ['Escrow', <ChainHash key="escrow" kind="address" value={escrow} name="escrow’s address" />],
          ]}
        />
      )}
      {debt !== '0' && <PayForm {...props} account={account} />}
      {buckets.length > 0 && (
        <DataTable
          caption={`Your buckets of version ${version}`}
          columns={columns}
          rows={buckets}
          rowKey={({ bucket: id }) => id}
        />
      )}
      {bucket && (
        <BucketForm key={bucket.bucket} {...props} account={account} bucket={bucket} close={() => setChosen(null)} />
      )}
      {coin !== '0' && <CoinForm {...props} account={account} />}
      <RestakeForm {...props} account={account} />
    </section>
  )
}

function ForwardButton({
  staker,
  task,
  changed,
  escrow,
}: Omit<BucketPanelProps, 'account' | 'version'> & { escrow: string }) {
  return (
    <button
      type="button"
      className="button"
      disabled={task.busy !== null}
      onClick={() =>
        task.run('Forward the rewards: confirm it in the wallet', async () => {
          await staker.transact('Forward rewards', staker.stake.buckets.forward(staker.account, escrow))
          await changed()
        })
      }
    >
      Send them to my account
    </button>
  )
}

function RestakeForm({ staker, task, account: { vault, version: of, asset }, version, changed }: BucketPanelProps) {
  const { account, stake, transact } = staker
  const [text, setText] = useState('')
  const id = useId()
  const bucket = /^\d{1,77}$/.test(text.trim()) ? text.trim() : undefined
  const read = useCallback(
    async () =>
      bucket === undefined ? undefined : stake.buckets.restakeState(account, vault, asset.address, BigInt(bucket)),
    [stake, account, vault, asset.address, bucket],
  )
  const { value: state, failure, refresh } = useLook(read, version)
  const refusal = state && refusalOf(state)
  const possible = state !== undefined && refusal === undefined
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Restake the bucket: confirm it in the wallet', async (say) => {
          if (!possible || bucket === undefined) return
          if (!state.isApproved) {
            say('Allow the vault to take it: confirm it in the wallet')
            await transact('Allow the vault', stake.buckets.approve(account, asset.address, vault, BigInt(bucket)))
            say('Restake the bucket: confirm it in the wallet')
          }
          await transact(`Restake bucket ${bucket}`, stake.buckets.restake(account, vault, BigInt(bucket)))
          setText('')
          await changed()
        })
      }}
    >
      <h3>Restake a bucket</h3>
      <label>
        <span>Number of the bucket in system staking, version {of}</span>
        <input
          inputMode="numeric"
          autoComplete="off"
          size={14}
          value={text}
          aria-invalid={text !== '' && !possible}
          aria-describedby={id}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div id={id}>
        <Preview>
          {state === undefined ? (
            <p>
              {bucket === undefined ? 'It must be yours, and locked.' : failure === null && 'There is no such bucket.'}
            </p>
          ) : refusal === 'not-yours' ? (
            <p>This bucket is another account’s, or in a vault already.</p>
          ) : refusal === 'not-locked' ? (
            <p>Its lock runs out, or it is unstaked: lock it in system staking first.</p>
          ) : (
            <ul className="risks">
              <li>
                <Units amount={state.amount} asset={asset} /> are credited; free to delegate then:{' '}
                <Units amount={state.balance + state.amount} asset={asset} />.
              </li>
              <li>
                The bucket stays staked, locked for {formatLock(state.duration, of)}, and votes for{' '}
                <ChainHash kind="address" value={state.delegate} name="delegate’s address" />. Its rewards are yours.
              </li>
              <li>Nothing can slash it before you delegate. What a slash takes then is a debt, to be paid in IOTX.</li>
              <li>
                It can be taken back at any time, as long as so much is not delegated, and no debt is left. A debt that
                is not paid in time costs a bucket.
              </li>
              {!state.isApproved && (
                <li>Two transactions: first the vault is allowed to take this very bucket, then it does.</li>
              )}
            </ul>
          )}
        </Preview>
      </div>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || !possible}>
          {state?.isApproved === false && possible ? 'Allow and restake' : 'Restake'}
        </button>
      </p>
    </form>
  )
}

function PayForm({ staker, task, account: { vault, asset }, version, changed }: BucketPanelProps) {
  const { account, stake, transact } = staker
  const [text, setText] = useState('')
  const id = useId()
  const read = useCallback(() => stake.buckets.debtState(account, vault), [stake, account, vault])
  const { value: state, failure, refresh } = useLook(read, version)
  const amount = parseUnits(text, asset.decimals)
  const preview = state && amount !== undefined ? previewPay(state, amount) : undefined
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Pay the debt: confirm it in the wallet', async () => {
          if (amount === undefined || preview === undefined) return
          await transact('Pay a debt', stake.buckets.pay(account, vault, amount))
          setText('')
          await changed()
        })
      }}
    >
      <h3>Pay the debt</h3>
      <AmountField
        asset={asset}
        value={text}
        onChange={setText}
        all={state?.debt}
        invalid={text !== '' && preview === undefined && state !== undefined}
        describedBy={id}
      />
      <div id={id}>
        <Preview>
          {preview === undefined || state === undefined ? (
            <p>
              Until it is paid, nothing more can be delegated and no bucket leaves.
              {text !== '' && state !== undefined && ' That is no amount that your account has.'}
            </p>
          ) : (
            <ul className="risks">
              <li>
                The debt is <Units amount={preview.debtAfter} asset={asset} /> then
                {preview.debtAfter === 0n && ', and no bucket can be taken for it'}.
              </li>
              <li>
                All that you pay is credited, for the bucket behind the debt is free again: not delegated then are{' '}
                <Units amount={preview.balanceAfter} asset={asset} />.
              </li>
              {preview.coinAfter > 0n && (
                <li>
                  <Units amount={preview.coinAfter} asset={asset} /> exceed the debt: coin that you can take out.
                </li>
              )}
            </ul>
          )}
        </Preview>
      </div>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || preview === undefined}>
          Pay
        </button>
      </p>
    </form>
  )
}

function CoinForm({ staker, task, account: { vault, asset }, version, changed }: BucketPanelProps) {
  const { account, stake, transact } = staker
  const read = useCallback(() => stake.buckets.debtState(account, vault), [stake, account, vault])
  const { value: state, failure, refresh } = useLook(read, version)
  const free = state && freeCoin(state)
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Take out coin: confirm it in the wallet', async () => {
          if (!free) return
          await transact('Take out coin', stake.buckets.takeCoin(account, vault, free))
          await changed()
        })
      }}
    >
      <h3>Take out coin</h3>
      <Preview>
        {free === undefined ? (
          <p>…</p>
        ) : (
          <ul className="risks">
            <li>
              Your account gets <Units amount={free} asset={asset} />: what is coin, and not delegated.
            </li>
          </ul>
        )}
      </Preview>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button" disabled={task.busy !== null || !free}>
          Take it out
        </button>
      </p>
    </form>
  )
}
