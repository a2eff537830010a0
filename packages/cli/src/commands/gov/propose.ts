import { id } from 'ethers'
import { Type } from 'typebox'
import { defineCommand, file, flag } from '../../command.ts'
import { readJson } from '../../files.ts'
import { chainTime, formatVotes, GovernanceError, withVoter } from '../../governance.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import { toWei } from '../../iotx.ts'
import {
  describeState,
  findProposal,
  ownDescription,
  parseProposal,
  previewCalls,
  proposalWords,
} from '../../proposals.ts'

export default defineCommand({
  summary: 'Propose calls, which the timelock makes if the vote is for them',
  details: [
    SENDS,
    'The file is JSON: a description, and calls, each with a contract (its name or address), a function, arguments and, where coins are sent, valueIotx. Every call is tried beforehand, as if the timelock made it now.',
    'The description gets a last line that names you: so nobody else can be first with a copy, and cancel it.',
  ],
  operands: ['file'],
  options: Type.Object({
    file: file('The proposal.'),
    unchecked: flag('Propose it though a call would fail now, because one before it makes it possible.'),
    ...writeOptions,
  }),
  async run(options, context) {
    const json = await readJson(context.resolve(options.file))
    return withVoter(options, context, async (voter) => {
      const { governor, votes, timelock, signer, account } = voter
      const proposal = parseProposal(json, voter.deployment, toWei)
      const description = ownDescription(proposal.description, account)
      const words = proposalWords(proposal.calls)
      const proposalId = await governor.getProposalId(...words, id(description))
      const isKnown = (await governor.proposalSnapshot(proposalId)) !== 0n
      if (!isKnown) {
        // Votes count that are a second old when it is mined: those of now.
        const [threshold, own] = await Promise.all([governor.proposalThreshold(), votes.getVotes(account)])
        if (own < threshold)
          throw new GovernanceError(
            'VOTES_TOO_FEW',
            `A proposal takes ${formatVotes(threshold)} votes, and ${account} has ${formatVotes(own)}.`,
          )
        await previewCalls(proposal.calls, voter, timelock, context, options.unchecked)
        await governor.propose(...words, description)
      }
      const found = await findProposal(voter, String(proposalId))
      const number = isKnown ? undefined : await governor.proposalCount()
      return {
        lines: [
          isKnown ? `it was proposed before: ${proposalId}` : `proposal ${number}: ${proposalId}`,
          describeState(found, await chainTime(voter)),
        ],
        json: {
          proposal: proposalId,
          number: number ?? null,
          state: found.state,
          voteStart: found.snapshot,
          voteEnd: found.deadline,
          transactions: signer.transactions,
        },
      }
    })
  },
})
