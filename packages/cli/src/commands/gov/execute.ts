import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { chainTime, GovernanceError, withVoter } from '../../governance.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import { describeState, expectState, findProposal, previewCalls, proposalOperand } from '../../proposals.ts'

export default defineCommand({
  summary: 'Have the timelock make the calls of a proposal that has waited; anyone may',
  details: [SENDS, 'All calls are made, or none. Where one fails, the proposal stays queued.'],
  operands: ['proposal'],
  options: Type.Object({ proposal: proposalOperand, ...writeOptions }),
  run: (options, context) =>
    withVoter(options, context, async (voter) => {
      const now = await chainTime(voter)
      const proposal = await findProposal(voter, options.proposal)
      expectState(proposal, ['queued', 'executed'], now)
      if (proposal.state === 'queued') {
        if (proposal.eta > now)
          throw new GovernanceError('PROPOSAL_STATE', `Proposal ${proposal.name} is ${describeState(proposal, now)}.`)
        // The signer asks the chain what all of them do together.
        await previewCalls(proposal.calls, voter, voter.timelock, context, true)
        await voter.governor['execute(uint256)'](proposal.id)
      }
      const { id, state } = await findProposal(voter, options.proposal)
      return { lines: [state], json: { proposal: id, state, transactions: voter.signer.transactions } }
    }),
})
