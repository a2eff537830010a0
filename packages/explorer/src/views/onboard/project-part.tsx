import { useCallback, useState } from 'react'
import { parseCount, parseTokens } from '../../onboarding/amount-input.ts'
import { PROJECT_TYPES, type Project, type ProjectType } from '../../onboarding/chain/identity-chain.ts'
import { remaining } from '../../onboarding/chain/plan.ts'
import { PortalError } from '../../onboarding/errors.ts'
import type { Owner } from '../../onboarding/use-owner.ts'
import { useRead } from '../../onboarding/use-read.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { Amount } from '../../parts/amount.tsx'
import { Facts } from '../../parts/facts.tsx'
import { ChainHash, None } from '../../parts/hash.tsx'
import { LoadingNotice } from '../../parts/notice.tsx'
import { FailureBanner } from './failure-banner.tsx'
import { MaximumField } from './maximum-field.tsx'
import { Step } from './step.tsx'

const LOOK_MS = 10_000

/** The owner's projects, and a form for another. */
export function ProjectPart({ owner, task }: { owner: Owner; task: Task }) {
  const { identity, account } = owner
  const read = useCallback(() => identity.projectsOf(account), [identity, account])
  const { value: projects, failure, refresh } = useRead(read, LOOK_MS)
  if (projects === undefined)
    return failure === null ? (
      <LoadingNotice what="your projects" />
    ) : (
      <FailureBanner failure={failure} retry={refresh} />
    )
  return (
    <>
      {projects.map((project) => (
        <ProjectPanel key={String(project.id)} owner={owner} task={task} project={project} changed={refresh} />
      ))}
      <NewProject owner={owner} task={task} first={projects.length === 0} changed={refresh} />
    </>
  )
}

interface ProjectProps {
  owner: Owner
  task: Task
  changed: () => Promise<void>
}

const TYPE_NOTES: Record<ProjectType, string> = {
  hardware: 'Hardware: you buy ioIDs beforehand, and devices register without a fee',
  virtual: 'Virtual: each device pays as it registers',
}

function NewProject({ owner, task, first, changed }: ProjectProps & { first: boolean }) {
  const [name, setName] = useState('')
  const [type, setType] = useState<ProjectType>('hardware')
  const form = (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Register the project: confirm it in the wallet', async () => {
          const { account, identity } = owner
          await owner.transact('Register a project', identity.registerProject(account, name.trim(), type))
          setName('')
          await changed()
        })
      }}
    >
      <label>
        <span>Name</span>
        <input value={name} maxLength={64} required onChange={(event) => setName(event.target.value)} />
      </label>
      <fieldset className="choices">
        <legend className="visually-hidden">Kind of project</legend>
        {PROJECT_TYPES.map((known) => (
          <label key={known}>
            <input type="radio" name="type" checked={type === known} onChange={() => setType(known)} />
            {TYPE_NOTES[known]}
          </label>
        ))}
      </fieldset>
      <p className="step-actions">
        <button type="submit" className="button button-primary" disabled={task.busy !== null || name.trim() === ''}>
          Register the project
        </button>
      </p>
    </form>
  )
  if (first)
    return (
      <ol className="steps">
        <Step number={2} title="Register a project" state="now">
          {form}
        </Step>
      </ol>
    )
  return (
    <section className="panel" aria-labelledby="new-project-title">
      <div className="panel-heading">
        <h2 id="new-project-title">Register another project</h2>
      </div>
      {form}
    </section>
  )
}

function ProjectPanel({ owner, task, project, changed }: ProjectProps & { project: Project }) {
  const { id, name, type, deviceContract, deviceName, applied, activated } = project
  const title = `project-${id}`
  return (
    <section className="panel" aria-labelledby={title}>
      <div className="panel-heading">
        <h2 id={title}>{name === '' ? `Project ${id}` : name}</h2>
        <p>
          Project {String(id)}, {type}
        </p>
      </div>
      <Facts
        facts={[
          [
            'Device NFT',
            deviceContract === null ? (
              <None key="contract" />
            ) : (
              <span key="contract" className="stack">
                <span>{deviceName}</span>
                <ChainHash kind="address" value={deviceContract} name="device NFT’s contract" />
              </span>
            ),
          ],
          ...(type === 'hardware' ? ([['ioIDs bought', String(applied)]] as const) : []),
          ['In use by devices', String(activated)],
          ...(type === 'hardware' ? ([['Left', String(remaining(project))]] as const) : []),
        ]}
      />
      {deviceContract === null ? (
        <DeviceNftForm owner={owner} task={task} project={project} changed={changed} />
      ) : (
        type === 'hardware' && <BuyForm owner={owner} task={task} project={project} changed={changed} />
      )}
    </section>
  )
}

/** Two transactions: the contract, then its place in the project. The journal knows the first where the second is missing. */
function DeviceNftForm({ owner, task, project, changed }: ProjectProps & { project: Project }) {
  const [name, setName] = useState('')
  const [symbol, setSymbol] = useState('')
  const { account, identity, journal } = owner
  const id = String(project.id)
  const made = journal.madeContract?.projectId === id ? journal.madeContract.address : undefined
  const submit = () =>
    task.run('Make the device NFT: confirm it in the wallet', async (say) => {
      let contract = made
      if (contract === undefined) {
        const transaction = identity.deployDeviceNft(account, name.trim(), symbol.trim())
        const receipt = await owner.transact('Make a device NFT contract', transaction)
        if (receipt.contractAddress === null)
          throw new PortalError('TRANSACTION_REVERTED', 'The transaction made no contract.')
        contract = receipt.contractAddress
        owner.note({ madeContract: { projectId: id, address: contract } })
      }
      say('Give it to the project: confirm it in the wallet')
      const setting = await identity.setDeviceContract(account, project.id, contract)
      await owner.transact('Set the project’s device NFT', setting)
      owner.note({ madeContract: undefined })
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
      {made === undefined ? (
        <>
          <p className="step-text">
            Each device is a token of the project’s device NFT contract. You own the contract, and say who mints.
          </p>
          <div className="fields">
            <label>
              <span>Device NFT’s name</span>
              <input value={name} maxLength={64} required onChange={(event) => setName(event.target.value)} />
            </label>
            <label>
              <span>Symbol</span>
              <input value={symbol} maxLength={16} required onChange={(event) => setSymbol(event.target.value)} />
            </label>
          </div>
        </>
      ) : (
        <p className="step-text">
          The contract <ChainHash kind="address" value={made} name="device NFT’s contract" /> is made, and not yet the
          project’s.
        </p>
      )}
      <p className="step-actions">
        <button
          type="submit"
          className="button button-primary"
          disabled={task.busy !== null || (made === undefined && (name.trim() === '' || symbol.trim() === ''))}
        >
          {made === undefined ? 'Make the device NFT' : 'Give it to the project'}
        </button>
      </p>
    </form>
  )
}

/** A price that is fixed within an epoch, and the most that the owner accepts. */
function BuyForm({ owner, task, project, changed }: ProjectProps & { project: Project }) {
  const [amount, setAmount] = useState('10')
  const [maximum, setMaximum] = useState<string | undefined>(undefined)
  const { account, identity, info } = owner
  const count = parseCount(amount)
  const read = useCallback(
    async () => (count === undefined ? undefined : await identity.quote(count)),
    [identity, count],
  )
  const { value: quote } = useRead(read)
  const { symbol } = info.chain
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault()
        void task.run('Buy ioIDs: confirm it in the wallet', async () => {
          const maximumWei = maximum === undefined ? quote?.feeWei : parseTokens(maximum)
          if (count === undefined || maximumWei === undefined)
            throw new PortalError('INPUT_INVALID', 'How many, and for how much at most?')
          const transaction = await identity.buyIoIDs(account, project.id, count, maximumWei)
          await owner.transact(`Buy ${count} ioIDs`, transaction)
          setMaximum(undefined)
          await changed()
        })
      }}
    >
      <div className="fields">
        <label>
          <span>ioIDs to buy</span>
          <input
            inputMode="numeric"
            value={amount}
            onChange={(event) => {
              setAmount(event.target.value)
              setMaximum(undefined)
            }}
          />
        </label>
        <MaximumField symbol={symbol} feeWei={quote?.feeWei} typed={maximum} onType={setMaximum} />
      </div>
      <p className="step-text">
        {quote ? (
          <>
            They cost <Amount wei={String(quote.feeWei)} unit={symbol} /> now, of which{' '}
            <Amount wei={String(quote.burntWei)} unit={symbol} /> are burnt. What is not needed of the maximum comes
            back.
          </>
        ) : (
          'A number from 1 up.'
        )}
      </p>
      <p className="step-actions">
        <button
          type="submit"
          className="button button-primary"
          disabled={task.busy !== null || count === undefined || quote === undefined}
        >
          Buy ioIDs
        </button>
      </p>
    </form>
  )
}
