import { useCallback, useId, useState } from 'react'
import type { Task } from '../../onboarding/use-task.ts'
import { Facts } from '../../parts/facts.tsx'
import { ChainHash } from '../../parts/hash.tsx'
import { EmptyNotice } from '../../parts/notice.tsx'
import { previewExit } from '../../stake/preview.ts'
import type { Asset, Position, StakeOverview } from '../../stake/types.ts'
import { formatShare, parseUnits } from '../../stake/units.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { AmountField } from './amount-field.tsx'
import { At, Preview, RiskList } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

interface PositionsProps {
  staker: Staker
  task: Task
  overview: StakeOverview
  positions: readonly Position[]
  segments: number
  version: number
  changed: () => Promise<void>
}

/** What is delegated, what it earned, and the way out. */
export function PositionPanels({ positions, ...props }: PositionsProps) {
  if (positions.length === 0)
    return (
      <section className="panel" aria-label="Delegated">
        <EmptyNotice title="Nothing is delegated">Delegate what is in a vault, and it shows here.</EmptyNotice>
      </section>
    )
  return positions.map((position) => (
    <PositionPanel key={`${position.vault} ${position.validator} ${position.basket}`} position={position} {...props} />
  ))
}

type PositionProps = Omit<PositionsProps, 'positions'> & { position: Position }

function PositionPanel({ position, overview, ...props }: PositionProps) {
  const { vault, validator, basket, asset, stake, entering, earned, loss } = position
  const [open, setOpen] = useState<'exit' | 'earned' | null>(null)
  const title = `position-${vault}-${validator}-${basket}`
  const lines =
    overview.validators.find((known) => known.validator === validator)?.baskets.find((known) => known.basket === basket)
      ?.lines ?? []
  const toggle = (form: 'exit' | 'earned') => () => setOpen(open === form ? null : form)
  if (asset === null) return null
  return (
    <section className="panel" aria-labelledby={title}>
      <div className="panel-heading">
        <h2 id={title}>
          Delegated: <Units amount={stake} asset={asset} />
        </h2>
        <p>{lines.map(({ dim, share }) => `module ${dim} ${formatShare(share)}`).join(', ')}</p>
      </div>
      <Facts
        facts={[
          ['Validator', <ChainHash key="validator" kind="address" value={validator} name="validator’s address" />],
          ['Basket', String(basket)],
          [
            'Counts',
            entering === '0' ? (
              'all of it'
            ) : (
              <span key="entering">
                <Units amount={entering} asset={asset} /> not before midnight UTC
              </span>
            ),
          ],
          [
            'Earned',
            earned.length === 0 ? (
              'nothing to claim'
            ) : (
              <span key="earned" className="stack">
                {earned.map(({ dim, token, amount }) => (
                  <Units key={`${dim} ${token.address}`} amount={amount} asset={token} />
                ))}
              </span>
            ),
          ],
          ...(loss !== null && BigInt(loss) > 0n
            ? [['Slashed, not put down yet', <Units key="loss" amount={loss} asset={asset} />] as const]
            : []),
        ]}
      />
      <p className="step-actions">
        <button type="button" className="button" aria-expanded={open === 'exit'} onClick={toggle('exit')}>
          Let it leave
        </button>
        {loss !== null && BigInt(loss) > 0n && <RealiseButton {...props} position={position} />}
        {earned.length > 0 && (
          <button type="button" className="button" aria-expanded={open === 'earned'} onClick={toggle('earned')}>
            Claim what it earned
          </button>
        )}
      </p>
      {open === 'exit' && <ExitForm {...props} position={position} asset={asset} close={() => setOpen(null)} />}
      {open === 'earned' && <EarnedForm {...props} position={position} close={() => setOpen(null)} />}
    </section>
  )
}

/** What a slash took becomes a debt: by anyone's doing at the latest, by its staker's at any time. */
function RealiseButton({ staker, task, position, changed }: Omit<PositionProps, 'overview'>) {
  const { account, stake, transact } = staker
  const { vault, validator, basket } = position
  return (
    <button
      type="button"
      className="button"
      disabled={task.busy !== null}
      onClick={() =>
        task.run('Put down the loss: confirm it in the wallet', async () => {
          const pool = { vault, validator, basket }
          const generation = await stake.buckets.generation(pool)
          await transact('Put down a loss', stake.buckets.realise(account, pool, generation))
          await changed()
        })
      }
    >
      Put it down as a debt
    </button>
  )
}

interface FormProps extends Omit<PositionProps, 'overview'> {
  close: () => void
}

function ExitForm({ staker, task, position, asset, version, changed, close }: FormProps & { asset: Asset }) {
  const { account, stake, transact } = staker
  const { vault, validator, basket } = position
  const [text, setText] = useState('')
  const id = useId()
  const read = useCallback(
    () => stake.exitState(account, { vault, validator, basket }),
    [stake, account, vault, validator, basket],
  )
  const { value: state, failure, refresh } = useLook(read, version)
  const amount = parseUnits(text, asset.decimals)
  const preview = state && amount !== undefined ? previewExit(state, amount) : undefined
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Ask to leave: confirm it in the wallet', async () => {
          if (preview === undefined) return
          await transact('Ask to leave', stake.requestExit(account, { vault, validator, basket }, preview.shares))
          close()
          await changed()
        })
      }}
    >
      <AmountField
        asset={asset}
        value={text}
        onChange={setText}
        all={state?.stake}
        invalid={text !== '' && preview === undefined && state !== undefined}
        describedBy={id}
      />
      <div id={id}>
        <Preview>
          {preview === undefined || state === undefined ? (
            <p>
              You have {state === undefined ? '…' : <Units amount={state.stake} asset={asset} />} in this basket
              {text !== '' && state !== undefined && ': that is no amount of it'}
            </p>
          ) : (
            <>
              <p>
                <Units amount={preview.amount} asset={asset} /> leave,{' '}
                <Units amount={preview.stakeAfter} asset={asset} /> stay delegated.
              </p>
              <ul className="risks">
                <li>It stops counting, and earning, at once. It cannot be taken back.</li>
                <li>
                  It unlocks on <At time={preview.unlocksAt} /> at the earliest. Then nothing reaches it, and you claim
                  it into your balance; nobody’s consent is needed.
                </li>
                <li>Until then it can be slashed, for offences of before and of now:</li>
              </ul>
              <RiskList risk={preview.risk} asset={asset} leaving />
            </>
          )}
        </Preview>
      </div>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || preview === undefined}>
          Ask to leave
        </button>
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </p>
    </form>
  )
}

function EarnedForm({ staker, task, position, segments, version, changed, close }: FormProps) {
  const { account, stake, transact } = staker
  const { vault, validator, basket, generation, earned } = position
  // The list is read again and again; what is asked of the chain is the same while its pots are.
  const pots = JSON.stringify(earned.map(({ dim, token }) => ({ dim, token: token.address })))
  const read = useCallback(
    () => stake.earned(account, { vault, validator, basket }, generation ?? '0', JSON.parse(pots), segments),
    [stake, account, vault, validator, basket, generation, pots, segments],
  )
  const { value: amounts, failure, refresh } = useLook(read, version)
  const known = amounts?.length === earned.length ? amounts : undefined
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Claim: confirm it in the wallet', async () => {
          const pool = { vault, validator, basket }
          const transaction = stake.claimEarned(account, pool, generation ?? '0', JSON.parse(pots), segments)
          await transact('Claim what stake earned', transaction)
          close()
          await changed()
        })
      }}
    >
      <Preview>
        {known === undefined ? (
          <p>…</p>
        ) : (
          <ul className="risks">
            {earned.map(({ dim, token }, i) => (
              <li key={`${dim} ${token.address}`}>
                Your account gets <Units amount={known[i]!} asset={token} /> of module {dim}, after the validator’s
                commission. <ChainHash kind="address" value={token.address} name="token’s address" />
              </li>
            ))}
            <li>What is delegated stays as it is. A token that misbehaves does not stop the others.</li>
          </ul>
        )}
      </Preview>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button
          type="submit"
          className="button button-primary"
          disabled={task.busy !== null || known === undefined || known.every((amount) => amount === 0n)}
        >
          Claim
        </button>
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </p>
    </form>
  )
}
