import { useCallback, useId, useState } from 'react'
import { shortenHash } from '../../format/hash.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { EmptyNotice } from '../../parts/notice.tsx'
import { previewDelegation } from '../../stake/preview.ts'
import type { StakeOverview, StakeValidator, VaultPlace } from '../../stake/types.ts'
import { formatShare, formatWindow, parseUnits } from '../../stake/units.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { AmountField } from './amount-field.tsx'
import { VaultSelect } from './balance-panel.tsx'
import { At, Preview, RiskList } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

interface DelegatePanelProps {
  staker: Staker
  task: Task
  overview: StakeOverview
  vaults: readonly VaultPlace[]
  version: number
  changed: () => Promise<void>
}

interface Choice {
  key: string
  validator: string
  basket: number
  name: string
}

/** Returns the open baskets, each with the modules that it backs. */
const choicesOf = (validators: readonly StakeValidator[]): Choice[] =>
  validators.flatMap(({ validator, commission, baskets }) =>
    baskets
      .filter(({ open }) => open)
      .map(({ basket, lines }) => ({
        key: `${validator} ${basket}`,
        validator,
        basket,
        name: `${shortenHash(validator)}, basket ${basket}: ${lines
          .map(({ dim, share }) => `module ${dim} ${formatShare(share)}`)
          .join(', ')}; commission ${formatShare(commission)}`,
      })),
  )

/** Choose a validator's basket, see what it can cost, and delegate. */
export function DelegatePanel({ staker, task, overview, vaults, version, changed }: DelegatePanelProps) {
  const { validators } = overview
  const choices = choicesOf(validators)
  const [vaultAddress, setVaultAddress] = useState<string | undefined>(undefined)
  const [key, setKey] = useState<string | undefined>(undefined)
  const vault = vaults.find(({ vault: known }) => known === vaultAddress) ?? vaults[0]
  const choice = choices.find((known) => known.key === key) ?? choices[0]
  return (
    <section className="panel" aria-labelledby="delegate-title">
      <div className="panel-heading">
        <h2 id="delegate-title">Delegate</h2>
        <p>To a validator’s basket: its modules and their terms never change</p>
      </div>
      {choice === undefined || vault === undefined ? (
        <EmptyNotice title="No basket is open">A validator has to open one before stake can be delegated.</EmptyNotice>
      ) : (
        <>
          <div className="fields fields-wide">
            {vaults.length > 1 && (
              <VaultSelect label="Of" vaults={vaults} value={vault.vault} onChange={setVaultAddress} />
            )}
            <label className="inline-field">
              To
              <select value={choice.key} onChange={(event) => setKey(event.target.value)}>
                {choices.map((known) => (
                  <option key={known.key} value={known.key}>
                    {known.name}
                  </option>
                ))}
              </select>
            </label>
          </div>
          <DelegateForm
            key={`${vault.vault} ${choice.key}`}
            staker={staker}
            task={task}
            vault={vault}
            choice={choice}
            version={version}
            changed={changed}
          />
        </>
      )}
    </section>
  )
}

interface DelegateFormProps extends Omit<DelegatePanelProps, 'overview' | 'vaults'> {
  vault: VaultPlace
  choice: Choice
}

function DelegateForm({ staker, task, vault: { vault, asset }, choice, version, changed }: DelegateFormProps) {
  const { account, stake, transact } = staker
  const { validator, basket } = choice
  const [text, setText] = useState('')
  const id = useId()
  const read = useCallback(
    () => stake.delegationState(account, { vault, validator, basket }),
    [stake, account, vault, validator, basket],
  )
  const { value: state, failure, refresh } = useLook(read, version)
  const amount = parseUnits(text, asset.decimals)
  const preview = state && amount !== undefined ? previewDelegation(state, amount) : undefined
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Delegate: confirm it in the wallet', async () => {
          if (amount === undefined || preview === undefined) return
          await transact('Delegate', stake.delegate(account, { vault, validator, basket }, amount))
          setText('')
          await changed()
        })
      }}
    >
      <AmountField
        asset={asset}
        value={text}
        onChange={setText}
        all={state?.balance}
        invalid={text !== '' && preview === undefined && state !== undefined}
        describedBy={id}
      />
      <div id={id}>
        <Preview>
          {preview === undefined || state === undefined ? (
            <p>
              Not delegated: {state === undefined ? '…' : <Units amount={state.balance} asset={asset} />}
              {state?.open === false
                ? '. The basket takes no new stake'
                : text !== '' && state !== undefined && ': that is no amount of it'}
            </p>
          ) : (
            <>
              <p>
                You then have <Units amount={preview.stakeAfter} asset={asset} /> in this basket, and{' '}
                <Units amount={preview.balanceAfter} asset={asset} /> not delegated.
              </p>
              <RiskList risk={preview.risk} asset={asset} />
              <ul className="risks">
                <li>
                  It counts, and earns, from <At time={preview.countsFrom} /> on. It shares slashes for offences from
                  before it came.
                </li>
                <li>
                  You may ask to leave at any time. That takes {formatWindow(Number(state.exitDelay))}, in which it can
                  still be slashed: asked for now, it is out on <At time={preview.outBy} /> at the earliest.
                </li>
              </ul>
            </>
          )}
        </Preview>
      </div>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || preview === undefined}>
          Delegate
        </button>
      </p>
    </form>
  )
}
