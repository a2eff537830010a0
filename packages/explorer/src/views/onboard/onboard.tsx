import { useCallback, useEffect, useReducer, useRef } from 'react'
import { useDevicePort } from '../../onboarding/device/use-device-port.ts'
import { journalDevice } from '../../onboarding/journal.ts'
import { getOnboarding, type OnboardingInfo } from '../../onboarding/onboarding-api.ts'
import { type Owner, useOwner } from '../../onboarding/use-owner.ts'
import { useRead } from '../../onboarding/use-read.ts'
import { type Task, useTask } from '../../onboarding/use-task.ts'
import { type Connected, useWallet, type WalletSession } from '../../onboarding/wallet/use-wallet.ts'
import { Hash } from '../../parts/hash.tsx'
import { EmptyNotice, LoadingNotice } from '../../parts/notice.tsx'
import { PageHeading } from '../../parts/page-heading.tsx'
import { routeHref } from '../../route.ts'
import '../../styles/onboard.css'
import { DepositStep } from './deposit-step.tsx'
import { DeviceStep } from './device-step.tsx'
import { DocumentStep } from './document-step.tsx'
import { FailureBanner } from './failure-banner.tsx'
import { ProjectPart } from './project-part.tsx'
import { Registered } from './registered.tsx'
import { RegistrationStep } from './registration-step.tsx'
import type { StepState } from './step.tsx'
import { TaskNotice } from './task-notice.tsx'
import { WalletStep } from './wallet-step.tsx'

export type OnboardPart = 'device' | 'project'

const PARTS = [
  { part: 'device', name: 'Device' },
  { part: 'project', name: 'Project' },
] as const

/** The onboarding portal: from a wallet and a device on the desk to an ioID on chain. */
export default function OnboardView({ part }: { part: OnboardPart }) {
  const { value: info, failure, refresh } = useRead(getOnboardingOnce)
  return (
    <>
      <PageHeading title="Onboard">
        {part === 'device' ? 'Make a device yours on chain' : 'Register a project, whose devices get ioIDs'}
      </PageHeading>
      <nav className="filters" aria-label="What to onboard">
        {PARTS.map(({ part: other, name }) => (
          <a
            key={other}
            href={routeHref({ view: 'onboard', part: other })}
            aria-current={other === part ? 'true' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      {info !== undefined ? (
        <Portal part={part} info={info} />
      ) : failure === null ? (
        <LoadingNotice what="the network" />
      ) : failure.code === 'ONBOARDING_OFF' ? (
        <EmptyNotice title="Nothing is onboarded here">
          The operator of this page has set no identity service. The command line does the same: docs/ioid.md says how.
        </EmptyNotice>
      ) : (
        <FailureBanner failure={failure} retry={refresh} />
      )}
    </>
  )
}

const getOnboardingOnce = (): Promise<OnboardingInfo> => getOnboarding()

function Portal({ part, info }: { part: OnboardPart; info: OnboardingInfo }) {
  const session = useWallet()
  const { connected } = session
  return (
    <>
      <ol className="steps">
        <WalletStep session={session} info={info} />
      </ol>
      {connected !== null && connected.chainId === info.chain.id && (
        // What one account has begun is not another's.
        <OwnerSpace key={connected.account} part={part} info={info} session={session} connected={connected} />
      )}
    </>
  )
}

interface OwnerSpaceProps {
  part: OnboardPart
  info: OnboardingInfo
  session: WalletSession
  connected: Connected
}

function OwnerSpace({ part, info, session, connected }: OwnerSpaceProps) {
  const owner = useOwner(connected, info)
  const task = useTask()
  const { pending } = owner.journal
  // What was sent before this page was loaded is waited for first; then everything is read anew.
  const [read, readAnew] = useReducer((count: number) => count + 1, 0)
  const found = useRef(pending)
  const { run } = task
  const { resume } = owner
  useEffect(() => {
    const sent = found.current
    if (sent) void run(`Waiting for a transaction that you sent: ${sent.what}`, () => resume(sent).then(readAnew))
  }, [run, resume])

  return (
    <div className="portal">
      {part === 'device' ? (
        <DevicePart key={read} owner={owner} task={task} session={session} />
      ) : (
        <ProjectPart key={read} owner={owner} task={task} />
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
              onClick={() => run(`Waiting for: ${pending.what}`, () => resume(pending).then(readAnew))}
            >
              Look again
            </button>
            <button type="button" className="button" onClick={() => owner.note({ pending: undefined })}>
              Forget it
            </button>
          </span>
        </div>
      )}
    </div>
  )
}

const STEPS = ['deposit', 'device', 'document', 'registration'] as const

function DevicePart({ owner, task, session }: { owner: Owner; task: Task; session: WalletSession }) {
  const port = useDevicePort()
  const { identity, journal } = owner
  const device = journalDevice(journal)
  const address = device?.address
  const read = useCallback(
    async () => (address === undefined ? null : ((await identity.device(address)) ?? null)),
    [identity, address],
  )
  const { value: registered, failure, refresh } = useRead(read)

  const done: Record<(typeof STEPS)[number], boolean> = {
    deposit: journal.deposited === true,
    device: device !== undefined,
    document: Boolean(registered) || (device !== undefined && journal.stored?.hash === device.documentHash),
    registration: Boolean(registered),
  }
  const now = STEPS.find((step) => !done[step])
  const stateOf = (step: (typeof STEPS)[number]): StepState => (done[step] ? 'done' : step === now ? 'now' : 'later')
  return (
    <>
      <ol className="steps">
        <DepositStep owner={owner} task={task} state={stateOf('deposit')} chooseAccounts={session.chooseAccounts} />
        <DeviceStep
          owner={owner}
          task={task}
          state={stateOf('device')}
          port={port}
          device={device}
          changeable={!registered}
        />
        <DocumentStep owner={owner} task={task} state={stateOf('document')} device={device} />
        <RegistrationStep
          owner={owner}
          task={task}
          state={stateOf('registration')}
          port={port}
          device={device}
          onRegistered={refresh}
        />
      </ol>
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      {device && registered && (
        <Registered owner={owner} task={task} port={port} device={device} registered={registered} />
      )}
    </>
  )
}
