import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { chainTime, withVoter } from '../../governance.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import { describeCalls, describeState, expectState, findProposal, proposalOperand } from '../../proposals.ts'

export default defineCommand({
  summary: 'Put a proposal that was accepted into the timelock, where it waits; anyone may',
  details: [SENDS],
  operands: ['proposal'],
  options: Type.Object({ proposal: proposalOperand, ...writeOptions }),
  run: (options, context) =>
    withVoter(options, context, async (voter) => {
      const proposal = await findProposal(voter, options.proposal)
      expectState(proposal, ['succeeded', 'queued'], await chainTime(voter))
      if (proposal.state === 'succeeded') {
        for (const line of describeCalls(proposal.calls, voter.deployment)) context.progress.say(line)
        await voter.governor['queue(uint256)'](proposal.id)
      }
      const after = await findProposal(voter, options.proposal)
      return {
        lines: [describeState(after, await chainTime(voter))],
        json: { proposal: after.id, state: after.state, eta: after.eta, transactions: voter.signer.transactions },
      }
    }),
})
