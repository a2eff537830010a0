import { getAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { formatVotes, withVoter } from '../../governance.ts'
import { address, SENDS, writeOptions } from '../../identity.ts'

export default defineCommand({
  summary: 'Give the votes of a lock to another, or take them back by naming yourself',
  details: [
    SENDS,
    'The IOTX stay yours, and the votes fall as they would with you. Votes that others gave to you are not passed on. It counts for proposals whose vote begins later.',
  ],
  operands: ['delegatee'],
  options: Type.Object({ delegatee: address('Who votes with them.'), ...writeOptions }),
  run: (options, context) =>
    withVoter(options, context, async ({ votes, signer, account }) => {
      const delegatee = getAddress(options.delegatee.toLowerCase())
      const [former, own] = await Promise.all([votes.delegates(account), votes.balanceOf(account)])
      if (former !== delegatee) {
        context.progress.say(`${formatVotes(own)} votes pass from ${former} to ${delegatee}`)
        await votes.delegate(delegatee)
      }
      const total = await votes.getVotes(delegatee)
      return {
        lines: [`${account} votes through ${delegatee}, who has ${formatVotes(total)} votes in all`],
        json: { account, delegatee, votesWei: total, transactions: signer.transactions },
      }
    }),
})
