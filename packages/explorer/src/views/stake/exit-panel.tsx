import { useCallback } from 'react'
import type { Task } from '../../onboarding/use-task.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { ChainHash } from '../../parts/hash.tsx'
import { RelativeTime } from '../../parts/relative-time.tsx'
import type { Exit } from '../../stake/types.ts'
import type { Staker } from '../../stake/use-staker.ts'
import { At } from './preview.tsx'
import { Units } from './units.tsx'
import { useLook } from './use-look.ts'

interface ExitPanelProps {
  staker: Staker
  task: Task
  exits: readonly Exit[]
  version: number
  changed: () => Promise<void>
}

/** What is on its way out, and what of it can be claimed. */
export function ExitPanel({ exits, ...props }: ExitPanelProps) {
  if (exits.length === 0) return null
  const columns: readonly Column<Exit>[] = [
    { title: 'Leaving', cell: ({ amount, asset }) => <Units amount={amount} asset={asset} /> },
    {
      title: 'From',
      cell: ({ validator, basket }) => (
        <span className="stack">
          <ChainHash kind="address" value={validator} name="validator’s address" />
          <small>Basket {basket}</small>
        </span>
      ),
    },
    { title: 'Asked', cell: ({ requestedAt }) => <RelativeTime at={requestedAt} /> },
    { title: 'What a claim does', cell: (exit) => <ExitPreview exit={exit} {...props} /> },
  ]
  return (
    <section className="panel panel-flush" aria-labelledby="exits-title">
      <div className="panel-heading">
        <h2 id="exits-title">On its way out</h2>
        <p>Slashable until it unlocks; claimed into your balance in the vault</p>
      </div>
      <DataTable
        caption="Your exits, the next first"
        columns={columns}
        rows={exits}
        rowKey={({ vault, exitId }) => `${vault} ${exitId}`}
      />
    </section>
  )
}

function ExitPreview({ exit, staker, task, version, changed }: Omit<ExitPanelProps, 'exits'> & { exit: Exit }) {
  const { account, stake, transact } = staker
  const { vault, exitId, asset } = exit
  const read = useCallback(() => stake.exitValue(vault, exitId), [stake, vault, exitId])
  const { value } = useLook(read, version)
  if (value === undefined) return <span>…</span>
  if (!value.unlocked)
    return (
      <span>
        Locked until <At time={value.unlocksAt} />
      </span>
    )
  return (
    <span className="step-actions">
      <span>
        Credits <Units amount={value.amount} asset={asset} />
      </span>
      <button
        type="button"
        className="button button-primary"
        disabled={task.busy !== null}
        onClick={() =>
          task.run('Claim: confirm it in the wallet', async () => {
            await transact('Claim an exit', stake.claim(account, vault, exitId))
            await changed()
          })
        }
      >
        Claim
      </button>
    </span>
  )
}
