/**
 * Proposals: from a file to calls and back to what people read, and what a call would do if it were carried out now.
 * @module
 */
import { type IoTeXGovernorEvents, ioTeXGovernorInterface } from '@iotex2/chain/contracts/IoTeXGovernor'
import type { Deployment } from '@iotex2/chain/deployment'
import { readEvents } from '@iotex2/chain/events'
import { decodeRevert, revertData } from '@iotex2/chain/reverts'
import {
  type FunctionFragment,
  formatEther,
  getAddress,
  id,
  isAddress,
  type JsonRpcProvider,
  type TransactionRequest,
} from 'ethers'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { describeCall } from './cautious-signer.ts'
import { type Context, text } from './command.ts'
import {
  formatTime,
  formatVotes,
  type GovernanceContracts,
  GovernanceError,
  namedContracts,
  namesByAddress,
} from './governance.ts'
import type { Connection } from './network.ts'

/** IGovernor.ProposalState, in its order. */
const STATES = ['pending', 'active', 'canceled', 'defeated', 'succeeded', 'queued', 'expired', 'executed'] as const
export type ProposalState = (typeof STATES)[number]

export const proposalOperand = text('PROPOSAL', "The proposal's number, from 1 on, or its long id.", {
  pattern: '^[1-9][0-9]{0,77}$',
})

/** Numbers are below it; ids are hashes. */
const NUMBERS_BELOW = 10n ** 9n

export interface ProposedCall {
  target: string
  valueWei: bigint
  data: string
}

const ProposalFile = Type.Object(
  {
    description: Type.String({ minLength: 1 }),
    calls: Type.Array(
      Type.Object(
        {
          contract: Type.String({ minLength: 1 }),
          function: Type.Optional(Type.String({ minLength: 1 })),
          arguments: Type.Optional(Type.Array(Type.Unknown())),
          valueIotx: Type.Optional(Type.String({ pattern: '^[0-9]{1,12}(\\.[0-9]{1,18})?$' })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
)

const malformed = (what: string, cause?: unknown): GovernanceError =>
  new GovernanceError('PROPOSAL_MALFORMED', `The proposal's ${what}.`, { cause })

/**
 * Returns the calls of a proposal file's JSON, and its description. Throws {@link GovernanceError} PROPOSAL_MALFORMED.
 * A call without a function sends coins, or is to a contract's receive function.
 */
export function parseProposal(
  file: unknown,
  deployment: Deployment,
  parseIotx: (amount: string) => bigint,
): { description: string; calls: ProposedCall[] } {
  if (!Value.Check(ProposalFile, file)) {
    const [first] = Value.Errors(ProposalFile, file)
    throw malformed(`${first!.instancePath || 'file'} ${first!.message}`)
  }
  const contracts = namedContracts(deployment)
  const calls = file.calls.map(({ contract, function: name, arguments: args = [], valueIotx = '0' }, i) => {
    const known = contracts.find((each) => each.name === contract)
    const target = known?.address ?? (isAddress(contract) ? getAddress(contract) : undefined)
    if (target === undefined)
      throw malformed(
        `call ${i + 1} is to ${contract}, which is no address and none of ${contracts.map((each) => each.name).join(', ')}`,
      )
    const valueWei = parseIotx(valueIotx)
    if (name === undefined) return { target, valueWei, data: '0x' }
    const byAddress = known ?? namesByAddress(deployment).get(target.toLowerCase())
    if (!byAddress) throw malformed(`call ${i + 1} names a function of ${contract}, whose functions are not known here`)
    try {
      // A name alone, or with types where functions share it.
      const fragment = byAddress.interface.getFunction(name) as FunctionFragment | null
      if (fragment) return { target, valueWei, data: byAddress.interface.encodeFunctionData(fragment, args) }
    } catch (cause) {
      throw malformed(`call ${i + 1}, ${byAddress.name}.${name}, has other arguments than are given`, cause)
    }
    throw malformed(`call ${i + 1}: ${byAddress.name} has no function ${name}`)
  })
  return { description: file.description, calls }
}

/** Ends a description so that `proposer` alone can propose it: nobody can be first with a copy, and cancel it. */
export const ownDescription = (description: string, proposer: string): string =>
  `${description.trimEnd()}\n\n#proposer=${proposer.toLowerCase()}`

/** Returns the arguments of the governor's functions that take a proposal whole. */
export const proposalWords = (calls: readonly ProposedCall[]) =>
  [calls.map(({ target }) => target), calls.map(({ valueWei }) => valueWei), calls.map(({ data }) => data)] as const

export interface Proposal {
  id: bigint
  /** Its number or id, as it was asked for. */
  name: string
  state: ProposalState
  calls: ProposedCall[]
  descriptionHash: string
  snapshot: bigint
  deadline: bigint
  /** When it can be executed, once it is queued; 0 before. */
  eta: bigint
  votes: { against: bigint; for: bigint; abstain: bigint }
}

/** Returns the proposal of a number or id. Throws {@link GovernanceError} PROPOSAL_UNKNOWN. */
export async function findProposal({ governor }: GovernanceContracts, name: string): Promise<Proposal> {
  const given = BigInt(name)
  try {
    // By place: a result's `values` is that of every array.
    if (given >= NUMBERS_BELOW) return await readProposal(governor, given, name, await governor.proposalDetails(given))
    const [id, targets, amounts, calldatas, descriptionHash] = await governor.proposalDetailsAt(given - 1n)
    return await readProposal(governor, id, name, [targets, amounts, calldatas, descriptionHash])
  } catch (cause) {
    if (revertData(cause) === undefined) throw cause
    const count = await governor.proposalCount()
    throw new GovernanceError('PROPOSAL_UNKNOWN', `There is no proposal ${name} here; there are ${count}.`, { cause })
  }
}

async function readProposal(
  governor: GovernanceContracts['governor'],
  id: bigint,
  name: string,
  [targets, amounts, calldatas, descriptionHash]: [string[], bigint[], string[], string],
): Promise<Proposal> {
  const [state, snapshot, deadline, eta, votes] = await Promise.all([
    governor.state(id),
    governor.proposalSnapshot(id),
    governor.proposalDeadline(id),
    governor.proposalEta(id),
    governor.proposalVotes(id),
  ])
  return {
    id,
    name,
    state: STATES[Number(state)]!,
    calls: targets.map((target, i) => ({ target, valueWei: amounts[i]!, data: calldatas[i]! })),
    descriptionHash,
    snapshot,
    deadline,
    eta,
    votes: { against: votes.againstVotes, for: votes.forVotes, abstain: votes.abstainVotes },
  }
}

/** Throws {@link GovernanceError} PROPOSAL_STATE unless the proposal is in one of `states`. */
export function expectState(proposal: Proposal, states: readonly ProposalState[], now: bigint): void {
  if (states.includes(proposal.state)) return
  throw new GovernanceError('PROPOSAL_STATE', `Proposal ${proposal.name} is ${describeState(proposal, now)}.`)
}

/** Returns a state with the time that matters in it. */
export function describeState({ state, snapshot, deadline, eta }: Proposal, now: bigint): string {
  switch (state) {
    case 'pending':
      return `pending: the vote begins after ${formatTime(snapshot)} UTC`
    case 'active':
      return `active: votes are taken until ${formatTime(deadline)} UTC`
    case 'succeeded':
      return 'succeeded: anyone may queue it (gov queue)'
    case 'queued':
      return eta > now
        ? `queued: it can be executed from ${formatTime(eta)} UTC on`
        : 'queued: anyone may execute it (gov execute)'
    default:
      return state
  }
}

/** Returns text of others so that a terminal shows it and does nothing else: no escapes, no reversed reading. */
export const printable = (text: string): string => text.replace(/[^\P{C}\n]|[\u2028\u2029]/gu, '\ufffd')

/** Returns it on one line: an argument with a line break could pass for another call. */
const printableLine = (text: string): string => printable(text).replaceAll('\n', '\ufffd')

/** Returns the calls as lines, whole: what is hidden could be what matters. */
export const describeCalls = (calls: readonly ProposedCall[], deployment: Deployment): string[] => {
  const names = namesByAddress(deployment)
  return calls.map(({ target, valueWei, data }, i) => {
    const what =
      data === '0x'
        ? `pays ${names.get(target.toLowerCase())?.name ?? target}`
        : describeCall({ to: target, data }, names, Number.POSITIVE_INFINITY)
    return `  ${i + 1}. ${printableLine(what)}${valueWei === 0n ? '' : `, sends ${formatEther(valueWei)} IOTX`}`
  })
}

/** Returns votes so far, and what is missing of the quorum. */
export async function describeVotes(
  { governor }: GovernanceContracts,
  { votes, snapshot }: Proposal,
  now: bigint,
): Promise<string> {
  const tally = `for ${formatVotes(votes.for)}, against ${formatVotes(votes.against)}, abstaining ${formatVotes(votes.abstain)}`
  // The quorum is of the second in which voting begins.
  if (snapshot >= now) return tally
  return `${tally}; the quorum is ${formatVotes(await governor.quorum(snapshot))}`
}

/** Tells of each call, made alone and now by the timelock, why it would fail: undefined where it would not. */
export async function tryCalls(
  calls: readonly ProposedCall[],
  timelock: string,
  provider: JsonRpcProvider,
): Promise<(string | undefined)[]> {
  const balance = await provider.getBalance(timelock)
  const spent = calls.map((_, i) => calls.slice(0, i + 1).reduce((wei, { valueWei }) => wei + valueWei, 0n))
  return Promise.all(
    calls.map(({ target, valueWei, data }, i) =>
      // Not every node looks at the balance where it only tries a call.
      valueWei > 0n && spent[i]! > balance
        ? `the timelock has ${formatEther(balance)} IOTX`
        : tryCall({ from: timelock, to: target, value: valueWei, data }, provider),
    ),
  )
}

async function tryCall(call: TransactionRequest, provider: JsonRpcProvider): Promise<string | undefined> {
  try {
    await provider.call(call)
    return undefined
  } catch (error) {
    const data = revertData(error)
    if (data === undefined) throw error
    const known = decodeRevert(data)
    if (known) return printableLine(`${known.name}(${[...known.args].map(String).join(', ')})`)
    return data === '0x' ? 'it reverts without a reason' : `it reverts with ${data}`
  }
}

/** Says what the calls do, and throws {@link GovernanceError} PROPOSAL_FAILS where one would fail now. */
export async function previewCalls(
  calls: readonly ProposedCall[],
  { deployment, provider }: Connection,
  timelock: string,
  context: Context,
  unchecked: boolean,
): Promise<void> {
  for (const line of describeCalls(calls, deployment)) context.progress.say(line)
  const failures = (await tryCalls(calls, timelock, provider)).flatMap((reason, i) =>
    reason === undefined ? [] : [`call ${i + 1} fails if it is made now: ${reason}`],
  )
  if (failures.length === 0) return
  if (!unchecked)
    throw new GovernanceError(
      'PROPOSAL_FAILS',
      `${failures.join('; ')}. Where an earlier call makes it possible, add --unchecked.`,
    )
  for (const failure of failures) context.progress.say(failure)
}

/** Blocks in one request for logs. */
const RANGE = 5_000

/**
 * Returns the text of a proposal and who made it, from its event: searched backwards from where its vote begins, for it was
 * made before. Undefined where the node has no such log any more.
 */
export async function findDescription(
  { provider, fromBlock, deployment }: Connection,
  { id: proposalId, snapshot, descriptionHash }: Proposal,
): Promise<{ text: string; proposer: string } | undefined> {
  const contracts = {
    IoTeXGovernor: { address: deployment.address('governor'), interface: ioTeXGovernorInterface },
  }
  const ask = { provider, contracts }
  for (let to = await lastBlockUntil(provider, snapshot, fromBlock); to >= fromBlock; to -= RANGE) {
    const events = await readEvents<{ IoTeXGovernor: IoTeXGovernorEvents }>(
      ask,
      Math.max(fromBlock, to - RANGE + 1),
      to,
    )
    for (const event of events)
      if (event.name === 'ProposalCreated' && event.args.proposalId === proposalId) {
        const { description, proposer } = event.args
        return id(description) === descriptionHash ? { text: description, proposer } : undefined
      }
  }
  return undefined
}

/** Returns the last block whose time is at or before `time`, by halving. */
export async function lastBlockUntil(provider: JsonRpcProvider, time: bigint, fromBlock: number): Promise<number> {
  let [low, high] = [fromBlock, await provider.getBlockNumber()]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const block = await provider.getBlock(middle)
    if (block && BigInt(block.timestamp) <= time) low = middle
    else high = middle - 1
  }
  return low
}
