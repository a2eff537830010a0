import { circuitKeyHash, devicePermitHash } from '@iotex2/protocol/device-permit'
import { CIRCUIT_FEATURE, SERIAL_KEY_TYPE } from '@iotex2/protocol/serial/messages'
import { useCallback, useState } from 'react'
import { parseTokens } from '../../onboarding/amount-input.ts'
import type { Hex } from '../../onboarding/bytes.ts'
import type { IdentityChain, Project, Quote, Tokens } from '../../onboarding/chain/identity-chain.ts'
import { type Action, PLAN_STEPS, type Plan, type PlanStep, planRegistration } from '../../onboarding/chain/plan.ts'
import { contractSignature, type ReadDevice } from '../../onboarding/device/read-device.ts'
import type { DevicePort } from '../../onboarding/device/use-device-port.ts'
import { PortalError } from '../../onboarding/errors.ts'
import type { Owner } from '../../onboarding/use-owner.ts'
import { useRead } from '../../onboarding/use-read.ts'
import type { Task } from '../../onboarding/use-task.ts'
import { Amount } from '../../parts/amount.tsx'
import { LoadingNotice } from '../../parts/notice.tsx'
import { routeHref } from '../../route.ts'
import { FailureBanner } from './failure-banner.tsx'
import { MaximumField } from './maximum-field.tsx'
import { Step, type StepState } from './step.tsx'

/** How long a device's consent is good, in seconds: for as long as a person takes to answer, and a pool to mine it. */
const PERMIT_SECONDS = 3_600n
/** How often the chain is read meanwhile. */
const LOOK_MS = 10_000

interface RegistrationStepProps {
  owner: Owner
  task: Task
  state: StepState
  port: DevicePort
  device: ReadDevice | undefined
  onRegistered: () => Promise<void>
}

export function RegistrationStep(props: RegistrationStepProps) {
  const { owner, state, device } = props
  const { stored } = owner.journal
  return (
    <Step number={5} title="Registration" state={state} summary="On chain">
      {state === 'now' && device && stored && <Registration {...props} device={device} stored={stored} />}
    </Step>
  )
}

interface RegistrationProps extends RegistrationStepProps {
  device: ReadDevice
  stored: { hash: string; uri: string }
}

interface Progress {
  project: Project
  tokens: Tokens
  token: bigint | undefined
  approved: boolean
  /** Of one ioID. */
  quote: Quote
}

const NO_TOKENS: Tokens = { held: [], allowance: 0n, ownsContract: false }

/** Returns undefined where there is no such project. */
async function readProgress(
  identity: IdentityChain,
  account: string,
  projectId: bigint,
  chosen: bigint | undefined,
): Promise<Progress | undefined> {
  const project = await identity.project(projectId)
  if (!project) return undefined
  const { deviceContract } = project
  const [tokens, quote] = await Promise.all([
    deviceContract === null ? NO_TOKENS : identity.tokens(deviceContract, account),
    identity.quote(1n),
  ])
  const token = chosen !== undefined && tokens.held.includes(chosen) ? chosen : tokens.held[0]
  const approved =
    deviceContract !== null && token !== undefined ? await identity.isApproved(deviceContract, token) : false
  return { project, tokens, token, approved, quote }
}

/** The project and its device NFT, then one transaction after the other: each is found from the chain. */
function Registration({ owner, task, port, device, stored, onRegistered }: RegistrationProps) {
  const { identity, account, journal, info } = owner
  const [token, setToken] = useState<bigint | undefined>(undefined)
  const [maximum, setMaximum] = useState<string | undefined>(undefined)
  const projectId = journal.projectId === undefined ? undefined : BigInt(journal.projectId)
  const read = useCallback(
    async () => (projectId === undefined ? undefined : await readProgress(identity, account, projectId, token)),
    [identity, account, projectId, token],
  )
  const { value: progress, failure, refresh } = useRead(read, LOOK_MS)
  const plan = progress && planRegistration(progress)
  const { symbol } = info.chain

  const act = (action: Action, { project, token, quote }: Progress) =>
    task.run(BUSY[action], async (say) => {
      const contract = project.deviceContract!
      const confirm = `${TITLES[action]}: confirm it in the wallet`
      switch (action) {
        case 'buy': {
          const maximumWei = maximum === undefined ? quote.feeWei : parseTokens(maximum)
          if (maximumWei === undefined) throw new PortalError('INPUT_INVALID', 'The maximum is no amount.')
          const transaction = await identity.buyIoIDs(account, project.id, 1n, maximumWei)
          say(confirm)
          await owner.transact(TITLES.buy, transaction)
          break
        }
        case 'allow':
          say(confirm)
          await owner.transact(TITLES.allow, identity.allowMinting(account, contract))
          break
        case 'mint':
          say(confirm)
          await owner.transact(TITLES.mint, identity.mint(account, contract))
          break
        case 'approve':
          say(confirm)
          await owner.transact(TITLES.approve, identity.approve(account, contract, token!))
          break
        case 'register': {
          const consent = await askForConsent(port, owner, device, { ...stored, contract, token: token! })
          say(confirm)
          await owner.transact(TITLES.register, identity.register(consent, project.activationFeeWei))
          return onRegistered()
        }
      }
      await refresh()
    })

  return (
    <>
      <ProjectChoice owner={owner} task={task} projectId={projectId} />
      {failure !== null && <FailureBanner failure={failure} retry={refresh} />}
      {projectId !== undefined && progress === undefined && failure === null && <LoadingNotice what="the project" />}
      {progress && plan && (
        <>
          {progress.tokens.held.length > 1 && (
            <label className="inline-field">
              Device NFT
              <select value={String(progress.token)} onChange={(event) => setToken(BigInt(event.target.value))}>
                {progress.tokens.held.map((held) => (
                  <option key={String(held)} value={String(held)}>
                    {progress.project.deviceName} #{String(held)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <PlanList plan={plan} progress={progress} symbol={symbol} />
          {'action' in plan.next ? (
            <div className="step-actions">
              {plan.next.action === 'buy' && (
                <MaximumField
                  symbol={symbol}
                  inline
                  feeWei={progress.quote.feeWei}
                  typed={maximum}
                  onType={setMaximum}
                />
              )}
              <button
                type="button"
                className="button button-primary"
                disabled={task.busy !== null}
                onClick={() => 'action' in plan.next && act(plan.next.action, progress)}
              >
                {TITLES[plan.next.action]}
              </button>
            </div>
          ) : (
            <p className="banner">
              {plan.next.blocked === 'no-device-contract' ? (
                progress.project.owner.toLowerCase() === account.toLowerCase() ? (
                  <>
                    Your project has no device NFT yet.{' '}
                    <a href={routeHref({ view: 'onboard', part: 'project' })}>Make it</a>
                  </>
                ) : (
                  'This project has no device NFT yet. Its owner has to make it.'
                )
              ) : (
                'This account has no device NFT of the project, and may not mint one. Ask whoever sold you the device, or the project’s owner, to send one to your account.'
              )}
            </p>
          )}
        </>
      )}
    </>
  )
}

const TITLES: Record<Action, string> = {
  buy: 'Buy an ioID',
  allow: 'Allow yourself to mint',
  mint: 'Mint a device NFT',
  approve: 'Approve the registry',
  register: 'Register the device',
}

const BUSY: Record<Action, string> = {
  buy: 'Reading the price',
  allow: 'Preparing the transaction',
  mint: 'Preparing the transaction',
  approve: 'Preparing the transaction',
  register: 'Asking the device to consent',
}

/** Has the device sign what is registered. Throws PortalError DEVICE_OTHER where another device is plugged in. */
async function askForConsent(
  port: DevicePort,
  { identity, account, info }: Owner,
  device: ReadDevice,
  { uri, contract, token }: { uri: string; contract: string; token: bigint },
) {
  const [nonce, now] = await Promise.all([identity.nonce(device.address), identity.chain.blockTime()])
  const deadline = now + PERMIT_SECONDS
  const bound = { deviceContract: contract.toLowerCase() as Hex, hash: device.documentHash, uri }
  const owner = account.toLowerCase() as Hex
  const { signature, circuitKey } = await port.use(false, async (client) => {
    const [{ did }, { features }] = [await client.call('did.get', {}), await client.call('device.info', {})]
    if (did !== device.did) throw new PortalError('DEVICE_OTHER', `Another device is plugged in: ${did.slice(0, 60)}.`)
    return client.call('did.permit', {
      kind: features.includes(CIRCUIT_FEATURE) ? 'circuit' : 'device',
      action: 'register',
      chainId: String(info.chain.id),
      registry: identity.registry.toLowerCase() as Hex,
      owner,
      ...bound,
      tokenId: String(token),
      nonce: String(nonce),
      deadline: String(deadline),
    })
  })
  const digest = devicePermitHash({
    chainId: BigInt(info.chain.id),
    registry: identity.registry.toLowerCase() as Hex,
    nonce,
    action: 'register',
    device: device.address,
    owner,
    ...bound,
    tokenId: token,
    ...(circuitKey && { circuitKey: circuitKeyHash(circuitKey) }),
    deadline,
  })
  const keyType = SERIAL_KEY_TYPE[device.keyType]
  // From a secp256k1 signature the contract recovers the key.
  const publicKey = device.keyType === 'secp256k1' ? '0x' : device.publicKey
  return {
    ...bound,
    tokenId: token,
    device: device.address,
    owner,
    ...(circuitKey && { circuitKey }),
    permit: { deadline, keyType, publicKey, signature: contractSignature(device, digest, signature) } as const,
  }
}

const NOUNS: Record<PlanStep, string> = {
  ioid: 'An ioID of the project',
  nft: 'A device NFT',
  approval: 'The registry may move it',
  registration: 'The ioID is yours, the device NFT in its account',
}

function PlanList({ plan, progress, symbol }: { plan: Plan; progress: Progress; symbol: string }) {
  const { project, token, quote } = progress
  const note: Record<PlanStep, React.ReactNode> = {
    ioid:
      project.type === 'virtual' ? (
        <>
          paid as it registers: <Amount wei={String(project.activationFeeWei)} unit={symbol} />
        </>
      ) : plan.done.ioid ? (
        `${project.applied - project.activated} left`
      ) : (
        <>
          <Amount wei={String(quote.feeWei)} unit={symbol} /> now, of which{' '}
          <Amount wei={String(quote.burntWei)} unit={symbol} /> are burnt
        </>
      ),
    nft: token === undefined ? '' : `${project.deviceName} #${token}`,
    approval: '',
    registration: plan.done.registration ? '' : 'the device consents over its serial port',
  }
  return (
    <ol className="plan">
      {PLAN_STEPS.map((step) => (
        <li key={step} data-state={plan.done[step] ? 'done' : plan.next.step === step ? 'now' : 'later'}>
          <span>
            {NOUNS[step]}
            {plan.done[step] && <span className="visually-hidden">, done</span>}
          </span>
          <span className="unit">{note[step]}</span>
        </li>
      ))}
    </ol>
  )
}

const ANOTHER = ''

/** One of the owner's own projects, or any by its number. */
function ProjectChoice({ owner, task, projectId }: { owner: Owner; task: Task; projectId: bigint | undefined }) {
  const { identity, account, note } = owner
  const read = useCallback(() => identity.projectsOf(account), [identity, account])
  const { value: own } = useRead(read)
  const [another, setAnother] = useState(false)
  const [typed, setTyped] = useState('')
  if (own === undefined) return <LoadingNotice what="your projects" />

  const isOwn = own.some(({ id }) => id === projectId)
  const byNumber = another || own.length === 0 || (projectId !== undefined && !isOwn)
  const choose = async (text: string) => {
    if (!/^[1-9]\d{0,18}$/.test(text.trim()))
      throw new PortalError('INPUT_INVALID', 'A project has a number from 1 up.')
    const id = BigInt(text.trim())
    if (!(await identity.project(id))) throw new PortalError('INPUT_INVALID', `There is no project ${id}.`)
    note({ projectId: String(id) })
  }
  return (
    <>
      {own.length > 0 && (
        <label className="inline-field">
          Project
          <select
            value={byNumber ? ANOTHER : String(projectId ?? 'none')}
            onChange={({ target: { value } }) => {
              setAnother(value === ANOTHER)
              if (value !== ANOTHER) note({ projectId: value })
            }}
          >
            {projectId === undefined && !byNumber && (
              <option value="none" disabled>
                Choose one
              </option>
            )}
            {own.map(({ id, name }) => (
              <option key={String(id)} value={String(id)}>
                {name} (#{String(id)})
              </option>
            ))}
            <option value={ANOTHER}>Another’s project</option>
          </select>
        </label>
      )}
      {byNumber && (
        <form
          className="step-actions"
          onSubmit={(event) => {
            event.preventDefault()
            void task.run('Looking for the project', () => choose(typed))
          }}
        >
          <label className="inline-field">
            The project’s number
            <input
              inputMode="numeric"
              size={8}
              value={typed === '' && projectId !== undefined && !isOwn ? String(projectId) : typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          <button type="submit" className="button" disabled={task.busy !== null || typed === ''}>
            Use this project
          </button>
          <a href={routeHref({ view: 'onboard', part: 'project' })}>Register a project of your own</a>
        </form>
      )}
    </>
  )
}
