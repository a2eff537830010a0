import { useCallback, useId, useState } from 'react'
import type { Task } from '../../onboarding/use-task.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ChainHash } from '../../parts/hash.tsx'
import { previewDeposit } from '../../stake/preview.ts'
import type { Balance, VaultPlace } from '../../stake/types.ts'
import { parseUnits } from '../../stake/units.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { FailureBanner } from '../onboard/failure-banner.tsx'
import { AmountField } from './amount-field.tsx'
import { Preview } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

const COLUMNS: readonly Column<Balance>[] = [
  {
    title: 'Asset',
    cell: ({ asset }) => (
      <span className="stack">
        <span>{asset.symbol}</span>
        <small>
          <ChainHash kind="address" value={asset.address} name="token’s address" />
        </small>
      </span>
    ),
  },
  { title: 'Not delegated', numeric: true, cell: ({ balance, asset }) => <Units amount={balance} asset={asset} /> },
  { title: 'Vault', cell: ({ vault }) => <ChainHash kind="address" value={vault} name="vault’s address" /> },
]

interface BalancePanelProps {
  staker: Staker
  task: Task
  vaults: readonly VaultPlace[]
  balances: readonly Balance[]
  version: number
  changed: () => Promise<void>
}

/** What is in the vaults and backs nothing: put in, or taken out. */
export function BalancePanel({ staker, task, vaults, balances, version, changed }: BalancePanelProps) {
  const [address, setAddress] = useState<string | undefined>(undefined)
  // Buckets have a panel of their own.
  const tokens = vaults.filter(({ bucketVersion }) => bucketVersion === null)
  const vault = tokens.find(({ vault: known }) => known === address) ?? tokens[0]
  return (
    <section className="panel" aria-labelledby="balance-title">
      <div className="panel-heading">
        <h2 id="balance-title">In the vaults</h2>
        <p>What is not delegated backs nothing, cannot be slashed, and can leave at any time</p>
      </div>
      {balances.length > 0 && (
        <DataTable caption="Your balances" columns={COLUMNS} rows={balances} rowKey={({ vault: known }) => known} />
      )}
      {vault !== undefined && (
        <>
          {tokens.length > 1 && <VaultSelect label="Asset" vaults={tokens} value={vault.vault} onChange={setAddress} />}
          <div className="columns">
            <DepositForm
              key={`in ${vault.vault}`}
              staker={staker}
              task={task}
              vault={vault}
              version={version}
              changed={changed}
            />
            <WithdrawForm
              key={`out ${vault.vault}`}
              staker={staker}
              task={task}
              vault={vault}
              version={version}
              changed={changed}
            />
          </div>
        </>
      )}
    </section>
  )
}

const short = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`
const bucketsName = (version: 2 | 3 | null): string | undefined =>
  version === null ? undefined : `(staked, version ${version})`

interface VaultSelectProps {
  label: string
  vaults: readonly VaultPlace[]
  value: string
  onChange: (vault: string) => void
}

/** Names the token's address too: anyone may call a token anything. */
export function VaultSelect({ label, vaults, value, onChange }: VaultSelectProps) {
  return (
    <label className="inline-field">
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {vaults.map(({ vault, asset, native, bucketVersion }) => (
          <option key={vault} value={vault}>
            {asset.symbol} {native ? '(the coin)' : (bucketsName(bucketVersion) ?? short(asset.address))}
          </option>
        ))}
      </select>
    </label>
  )
}

interface VaultFormProps {
  staker: Staker
  task: Task
  vault: VaultPlace
  /** Another one: something was done. */
  version: number
  changed: () => Promise<void>
}

function DepositForm({ staker, task, vault: { vault, asset, native }, version, changed }: VaultFormProps) {
  const { account, stake, transact } = staker
  const [text, setText] = useState('')
  const id = useId()
  const read = useCallback(
    () => stake.depositState(account, vault, asset.address, native),
    [stake, account, vault, asset.address, native],
  )
  const { value: state, failure, refresh } = useLook(read, version)
  const amount = parseUnits(text, asset.decimals)
  const preview = state && amount !== undefined ? previewDeposit(state, amount) : undefined
  // The coin that is held is not wrapped yet.
  const held = native ? { ...asset, symbol: 'IOTX' } : asset
  const submit = () =>
    task.run('Deposit: confirm it in the wallet', async (say) => {
      if (amount === undefined || preview === undefined) return
      if (preview.approve) {
        say('Allow the vault to take it: confirm it in the wallet')
        await transact('Allow the vault', stake.approve(account, asset.address, vault, amount))
        say('Deposit: confirm it in the wallet')
      }
      await transact('Deposit', stake.deposit(account, vault, amount, native))
      setText('')
      await changed()
    })
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <h3>Put in</h3>
      <AmountField
        asset={held}
        value={text}
        onChange={setText}
        all={native ? undefined : state?.held}
        invalid={text !== '' && preview === undefined && state !== undefined}
        describedBy={id}
      />
      <div id={id}>
        <Preview>
          {preview === undefined || state === undefined ? (
            <p>
              You hold {state === undefined ? '…' : <Units amount={state.held} asset={held} />}
              {text !== '' && state !== undefined && ': that is no amount of it'}
            </p>
          ) : (
            <ul className="risks">
              <li>
                Your account keeps <Units amount={preview.heldAfter} asset={held} />
                {native && ', from which gas is paid too'}.
              </li>
              <li>
                In the vault, free to delegate or to take out: <Units amount={preview.balanceAfter} asset={asset} />
                {!native && '; less, if the token takes a fee'}.
              </li>
              <li>Nothing can slash it before you delegate it.</li>
              {preview.approve && (
                <li>Two transactions: first the vault is allowed to take this very amount, then it does.</li>
              )}
            </ul>
          )}
        </Preview>
      </div>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || preview === undefined}>
          {preview?.approve ? 'Allow and deposit' : 'Deposit'}
        </button>
      </p>
    </form>
  )
}

function WithdrawForm({ staker, task, vault: { vault, asset, native }, version, changed }: VaultFormProps) {
  const { account, stake, transact } = staker
  const [text, setText] = useState('')
  const id = useId()
  const read = useCallback(() => stake.balance(vault, account), [stake, vault, account])
  const { value: balance, failure, refresh } = useLook(read, version)
  const amount = parseUnits(text, asset.decimals)
  const possible = balance !== undefined && amount !== undefined && amount > 0n && amount <= balance
  const paid = native ? { ...asset, symbol: 'IOTX' } : asset
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Withdraw: confirm it in the wallet', async () => {
          if (!possible) return
          await transact('Withdraw', stake.withdraw(account, vault, amount, native))
          setText('')
          await changed()
        })
      }}
    >
      <h3>Take out</h3>
      <AmountField
        asset={asset}
        value={text}
        onChange={setText}
        all={balance}
        invalid={text !== '' && !possible && balance !== undefined}
        describedBy={id}
      />
      <div id={id}>
        <Preview>
          {possible ? (
            <ul className="risks">
              <li>
                Your account gets <Units amount={amount} asset={paid} />
                {native && ', unwrapped'}, at once.
              </li>
              <li>
                In the vault stay <Units amount={balance - amount} asset={asset} />, not delegated.
              </li>
            </ul>
          ) : (
            <p>
              Not delegated: {balance === undefined ? '…' : <Units amount={balance} asset={asset} />}
              {text !== '' && balance !== undefined && ': that is no amount of it'}
            </p>
          )}
        </Preview>
      </div>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      <p className="step-actions">
        <button type="submit" className="button" disabled={task.busy !== null || !possible}>
          Withdraw
        </button>
      </p>
    </form>
  )
}
