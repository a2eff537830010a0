import { type FormEvent, useCallback, useId, useState } from 'react'
import type { Transaction } from '../../onboarding/chain/wallet-chain.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { previewTakeBack } from '../../stake/bucket-preview.ts'
import type { BucketAccount, StakedBucket } from '../../stake/types.ts'
import { formatLock, LOCK_UNITS_A_DAY } from '../../stake/units.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { Preview } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

interface BucketFormProps {
  staker: Staker
  task: Task
  account: BucketAccount
  bucket: StakedBucket
  version: number
  changed: () => Promise<void>
  close: () => void
}

/** What its staker does with a bucket in the vault. */
export function BucketForm(props: BucketFormProps) {
  const { staker, task, account, bucket, changed, close } = props
  const { stake } = staker
  const { bucket: id, vault, asset } = bucket
  const send = (what: string, transaction: Transaction) =>
    task.run(`${what}: confirm it in the wallet`, async () => {
      await staker.transact(what, transaction)
      close()
      await changed()
    })
  const added = BigInt(bucket.contained) - BigInt(bucket.amount)
  return (
    <>
      <TakeBackForm {...props} send={send} />
      <div className="columns">
        <VoteForm {...props} send={send} />
        <LockForm {...props} send={send} />
      </div>
      {added > 0n && (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault()
            void send(`Credit what was added to bucket ${id}`, stake.buckets.creditAdded(staker.account, vault, id))
          }}
        >
          <h3>Credit what was added</h3>
          <Preview>
            <p>
              <Units amount={added} asset={asset} /> came into the bucket since it is here, and count for nothing.
              Credited, they can be delegated, and slashed, as the rest.
            </p>
          </Preview>
          <p className="step-actions">
            <button type="submit" className="button" disabled={task.busy !== null}>
              Credit it
            </button>
          </p>
        </form>
      )}
      <p className="step-actions">
        <button
          type="button"
          className="button"
          onClick={close}
          aria-label={`Close bucket ${id} of version ${account.version}`}
        >
          Close
        </button>
      </p>
    </>
  )
}

interface PartProps extends BucketFormProps {
  send: (what: string, transaction: Transaction) => Promise<void>
}

function TakeBackForm({ staker, task, bucket, version, send }: PartProps) {
  const { account, stake } = staker
  const { bucket: id, vault, asset, amount } = bucket
  const read = useCallback(() => stake.buckets.debtState(account, vault), [stake, account, vault])
  const { value: state, failure, refresh } = useLook(read, version)
  const preview = state && previewTakeBack(state, BigInt(amount))
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        if (preview) void send(`Take back bucket ${id}`, stake.buckets.takeBack(account, vault, id, preview.pays))
      }}
    >
      <h3>Take back bucket #{id}</h3>
      <Preview>
        {state === undefined ? (
          <p>…</p>
        ) : preview === undefined ? (
          <p>
            It counts for <Units amount={amount} asset={asset} />, and not delegated are{' '}
            <Units amount={state.balance} asset={asset} />: let stake leave first, or pay in what is missing. Your
            account does not have so much.
          </p>
        ) : (
          <ul className="risks">
            <li>
              It is your account’s again, in system staking, for <Units amount={amount} asset={asset} /> of what is not
              delegated. There stay <Units amount={preview.balanceAfter} asset={asset} />.
            </li>
            {preview.pays > 0n && (
              <li>
                Your account pays <Units amount={preview.pays} asset={asset} /> along:{' '}
                {state.debt > 0n ? 'the debt, and ' : ''}what the balance lacks of it.
              </li>
            )}
            <li>It stays locked, and votes, as it does now.</li>
          </ul>
        )}
      </Preview>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || preview === undefined}>
          {preview && preview.pays > 0n ? 'Pay and take back' : 'Take back'}
        </button>
      </p>
    </form>
  )
}

function VoteForm({ staker, task, account: { escrow }, bucket: { bucket: id }, send }: PartProps) {
  const [text, setText] = useState('')
  const hint = useId()
  const isAddress = /^0x[0-9a-fA-F]{40}$/.test(text.trim())
  return (
    <form
      className="form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (isAddress)
          void send(`Vote with bucket ${id}`, staker.stake.buckets.vote(staker.account, escrow, id, text.trim()))
      }}
    >
      <h3>Vote for another delegate</h3>
      <label>
        <span>Delegate’s address</span>
        <input
          autoComplete="off"
          spellCheck={false}
          value={text}
          aria-invalid={text !== '' && !isAddress}
          aria-describedby={hint}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div id={hint}>
        <Preview>
          <p>It changes whom the bucket votes for on the L1, and nothing of what it secures here.</p>
        </Preview>
      </div>
      <p className="step-actions">
        <button type="submit" className="button" disabled={task.busy !== null || !isAddress}>
          Vote
        </button>
      </p>
    </form>
  )
}

function LockForm({ staker, task, account: { escrow, debt }, bucket, send }: PartProps) {
  const { bucket: id, version, duration } = bucket
  const [text, setText] = useState('')
  const hint = useId()
  const days = /^\d{1,5}$/.test(text.trim()) ? BigInt(text.trim()) : undefined
  const longer = days === undefined ? undefined : days * LOCK_UNITS_A_DAY[version]
  const possible = longer !== undefined && longer >= BigInt(duration) && debt === '0'
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        if (longer !== undefined)
          void send(`Lock bucket ${id}`, staker.stake.buckets.lockFor(staker.account, escrow, id, longer))
      }}
    >
      <h3>Lock it for longer</h3>
      <label>
        <span>Days</span>
        <input
          inputMode="numeric"
          autoComplete="off"
          size={6}
          value={text}
          aria-invalid={text !== '' && !possible}
          aria-describedby={hint}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div id={hint}>
        <Preview>
          {debt !== '0' ? (
            <p>Not before the debt is paid.</p>
          ) : possible ? (
            <p>
              Once it is taken back and unlocked, its lock takes {formatLock(longer, version)} to run out. It cannot be
              made shorter again.
            </p>
          ) : (
            <p>It is locked for {formatLock(duration, version)}: no less than that.</p>
          )}
        </Preview>
      </div>
      <p className="step-actions">
        <button type="submit" className="button" disabled={task.busy !== null || !possible}>
          Lock
        </button>
      </p>
    </form>
  )
}
