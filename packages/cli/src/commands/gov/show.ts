import { formatEther, getAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { chainTime, connectGovernance, formatVotes, type GovernanceContracts } from '../../governance.ts'
import { address } from '../../identity.ts'
import { describeLock } from '../../locks.ts'
import { type Connection, networkOptions, withNetwork } from '../../network.ts'
import {
  describeCalls,
  describeState,
  describeVotes,
  findDescription,
  findProposal,
  printable,
  proposalOperand,
} from '../../proposals.ts'

/** How many proposals a list has. */
const LISTED = 20n

type Governance = Connection & GovernanceContracts

export default defineCommand({
  summary: 'Tell of a proposal, of the last ones, or of the votes of an account',
  operands: ['proposal'],
  options: Type.Object({
    proposal: Type.Optional(proposalOperand),
    account: Type.Optional(address('Whose lock and votes to tell of.')),
    ...networkOptions,
  }),
  run: (options, context) =>
    withNetwork(options, context, async (connection) => {
      const governance = { ...connection, ...connectGovernance(connection, connection.provider) }
      if (options.proposal !== undefined) return showProposal(governance, options.proposal)
      return options.account === undefined ? showAll(governance) : showAccount(governance, options.account)
    }),
})

async function showProposal(governance: Governance, name: string) {
  const [now, proposal] = await Promise.all([chainTime(governance), findProposal(governance, name)])
  const made = await findDescription(governance, proposal)
  return {
    lines: [
      `proposal ${proposal.id}`,
      ...(made
        ? [`by ${made.proposer}`, '', ...printable(made.text).split('\n'), '']
        : ['its text is not in the logs']),
      ...describeCalls(proposal.calls, governance.deployment),
      await describeVotes(governance, proposal, now),
      describeState(proposal, now),
    ],
    json: {
      proposal: proposal.id,
      state: proposal.state,
      proposer: made?.proposer ?? null,
      description: made?.text ?? null,
      calls: proposal.calls,
      forWei: proposal.votes.for,
      againstWei: proposal.votes.against,
      abstainWei: proposal.votes.abstain,
      voteStart: proposal.snapshot,
      voteEnd: proposal.deadline,
      eta: proposal.eta === 0n ? null : proposal.eta,
    },
  }
}

async function showAll(governance: Governance) {
  const { governor, votes } = governance
  const [now, count, total, threshold] = await Promise.all([
    chainTime(governance),
    governor.proposalCount(),
    votes.totalSupply(),
    governor.proposalThreshold(),
  ])
  const first = count > LISTED ? count - LISTED + 1n : 1n
  const numbers = Array.from({ length: Number(count - first + 1n) }, (_, i) => count - BigInt(i))
  const proposals = await Promise.all(numbers.map((number) => findProposal(governance, String(number))))
  return {
    lines: [
      `${formatVotes(total)} votes in all; a proposal takes ${formatVotes(threshold)}`,
      ...(count === 0n ? ['no proposals yet'] : []),
      ...proposals.map((proposal) => `${proposal.name}  ${describeState(proposal, now)}`),
    ],
    json: {
      totalWei: total,
      thresholdWei: threshold,
      count,
      proposals: proposals.map(({ id, name, state }) => ({ number: name, proposal: id, state })),
    },
  }
}

async function showAccount(governance: Governance, given: string) {
  const account = getAddress(given.toLowerCase())
  const { votes } = governance
  const [now, lock, delegatee, weight, own] = await Promise.all([
    chainTime(governance),
    votes.lockOf(account),
    votes.delegates(account),
    votes.getVotes(account),
    votes.balanceOf(account),
  ])
  return {
    lines: [
      lock.amount === 0n ? 'nothing is locked' : `locked: ${describeLock(lock, now)}`,
      ...(delegatee === account ? [] : [`its votes are ${delegatee}'s`]),
      `votes with ${formatVotes(weight)}`,
    ],
    json: {
      account,
      amountWei: lock.amount,
      amountIotx: formatEther(lock.amount),
      end: lock.amount === 0n ? null : lock.end,
      ownVotesWei: own,
      delegatee,
      votesWei: weight,
    },
  }
}
