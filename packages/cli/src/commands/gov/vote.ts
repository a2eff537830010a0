import { Type } from 'typebox'
import { choice, defineCommand, text } from '../../command.ts'
import { chainTime, formatTime, formatVotes, GovernanceError, withVoter } from '../../governance.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import { describeCalls, describeVotes, expectState, findProposal, proposalOperand } from '../../proposals.ts'

/** IGovernorCountingSimple.VoteType, in its order. */
const SUPPORT = ['against', 'for', 'abstain'] as const

export default defineCommand({
  summary: 'Vote on a proposal, once',
  details: [SENDS, 'What counts are the votes that you had when voting began. A vote cannot be changed.'],
  operands: ['proposal', 'support'],
  options: Type.Object({
    proposal: proposalOperand,
    support: choice(['for', 'against', 'abstain'], 'Your vote. Abstaining counts for the quorum alone.'),
    reason: Type.Optional(text('TEXT', 'Why; it is kept on chain.', { maxLength: 1024 })),
    ...writeOptions,
  }),
  run: (options, context) =>
    withVoter(options, context, async (voter) => {
      const { governor, votes, signer, account } = voter
      const now = await chainTime(voter)
      const proposal = await findProposal(voter, options.proposal)
      expectState(proposal, ['active'], now)
      const { id, name, snapshot } = proposal
      if (await governor.hasVoted(id, account))
        throw new GovernanceError('VOTE_CAST', `${account} has voted on proposal ${name}.`)
      const weight = await votes.getPastVotes(account, snapshot)
      if (weight === 0n)
        throw new GovernanceError(
          'VOTES_TOO_FEW',
          `${account} had no votes ${formatTime(snapshot)} UTC, when voting began.`,
        )
      for (const line of describeCalls(proposal.calls, voter.deployment)) context.progress.say(line)
      context.progress.say(await describeVotes(voter, proposal, now))
      context.progress.say(
        `${formatVotes(weight)} votes ${options.support === 'abstain' ? 'abstain' : options.support}`,
      )
      const support = SUPPORT.indexOf(options.support)
      await (options.reason === undefined
        ? governor.castVote(id, support)
        : governor.castVoteWithReason(id, support, options.reason))
      const after = await findProposal(voter, options.proposal)
      return {
        lines: [await describeVotes(voter, after, now)],
        json: {
          proposal: id,
          support: options.support,
          weightWei: weight,
          forWei: after.votes.for,
          againstWei: after.votes.against,
          abstainWei: after.votes.abstain,
          voteEnd: after.deadline,
          transactions: signer.transactions,
        },
      }
    }),
})
