import { useCallback, useEffect, useState } from 'react'
import type { Owner } from '../../onboarding/use-owner.ts'
import { useRead } from '../../onboarding/use-read.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { Amount } from '../../parts/amount.tsx'
import { Facts } from '../../parts/facts.tsx'
import { ChainHash } from '../../parts/hash.tsx'
import { Step, type StepState } from './step.tsx'

/** How often the balance is looked at while a deposit is awaited. */
const LOOK_MS = 4_000

interface DepositStepProps {
  owner: Owner
  task: Task
  state: StepState
  chooseAccounts: () => Promise<void>
}

/**
 * The minimum from which gas is paid. It lies on the owner's own account, which sends the transactions: nobody else ever
 * has it, and what is not used is where it was (docs/adr/0040).
 */
export function DepositStep({ owner, task, state, chooseAccounts }: DepositStepProps) {
  const { account, accounts, info, identity, journal, note } = owner
  const minimum = BigInt(info.minimumDepositWei)
  const read = useCallback(() => identity.chain.balanceWei(account), [identity, account])
  const { value: balance, refresh } = useRead(read, LOOK_MS)
  const enough = balance !== undefined && balance >= minimum
  useEffect(() => {
    if (enough && !journal.deposited) note({ deposited: true })
  }, [enough, journal.deposited, note])

  const others = accounts.filter((other) => other !== account)
  const [from, setFrom] = useState<string | undefined>(undefined)
  const payer = from !== undefined && others.includes(from) ? from : others[0]
  const missing = balance === undefined ? 0n : minimum - balance
  const { symbol } = info.chain
  const spent = BigInt(journal.spentWei ?? 0)

  return (
    <Step
      number={2}
      title="Deposit"
      state={state}
      summary={
        balance !== undefined && (
          <>
            <span>
              <Amount wei={String(balance)} unit={symbol} /> on your account
            </span>
            {spent > 0n && (
              <span className="unit">
                gas so far <Amount wei={String(spent)} unit={symbol} />
              </span>
            )}
          </>
        )
      }
    >
      {state === 'now' && (
        <>
          <p className="step-text">
            Onboarding needs a deposit of at least <Amount wei={info.minimumDepositWei} unit={symbol} />, from which its
            gas is paid. It lies on your own account: nobody else holds it, and what is not used stays yours.
          </p>
          <Facts
            facts={[
              ['Your account', <ChainHash key="account" kind="address" value={account} name="your account" />],
              ['It has', balance === undefined ? '…' : <Amount key="has" wei={String(balance)} unit={symbol} />],
              ['Missing', missing > 0n ? <Amount key="missing" wei={String(missing)} unit={symbol} /> : '…'],
            ]}
          />
          {missing > 0n && (
            <>
              <p className="step-text">
                Send {symbol} to it, from an exchange or another wallet: this page sees it arrive. Or deposit from
                another account of this wallet.
              </p>
              <div className="step-actions">
                {payer !== undefined && (
                  <>
                    {others.length > 1 && (
                      <label className="inline-field">
                        From
                        <select value={payer} onChange={(event) => setFrom(event.target.value)}>
                          {others.map((other) => (
                            <option key={other} value={other}>
                              {other}
                            </option>
                          ))}
                        </select>
                      </label>
                    )}
                    <button
                      type="button"
                      className="button button-primary"
                      disabled={task.busy !== null}
                      onClick={() =>
                        task.run('Confirm the deposit in the wallet', async (say) => {
                          const transaction = { from: payer, to: account, data: '0x', valueWei: missing }
                          const mined = owner.transact('Deposit', transaction)
                          say('Depositing')
                          await mined
                          await refresh()
                        })
                      }
                    >
                      Deposit <Amount wei={String(missing)} unit={symbol} />
                      {others.length === 1 && ` from ${payer.slice(0, 6)}…${payer.slice(-4)}`}
                    </button>
                  </>
                )}
                <button
                  type="button"
                  className="button"
                  disabled={task.busy !== null}
                  onClick={() => task.run('Asking the wallet for accounts', chooseAccounts)}
                >
                  {payer === undefined ? 'Deposit from another account' : 'Choose other accounts'}
                </button>
              </div>
            </>
          )}
        </>
      )}
    </Step>
  )
}
