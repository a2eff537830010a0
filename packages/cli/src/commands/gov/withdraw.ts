import { formatEther, getAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { chainTime, formatTime, GovernanceError, withVoter } from '../../governance.ts'
import { address, SENDS, writeOptions } from '../../identity.ts'

export default defineCommand({
  summary: 'Take back what was locked, once the lock has ended',
  details: [SENDS],
  options: Type.Object({ to: Type.Optional(address('Who is paid. You, without it.')), ...writeOptions }),
  run: (options, context) =>
    withVoter(options, context, async (voter) => {
      const { votes, signer, account } = voter
      const recipient = options.to === undefined ? account : getAddress(options.to.toLowerCase())
      const { amount, end } = await votes.lockOf(account)
      if (amount === 0n) throw new GovernanceError('LOCK_MISSING', `${account} has locked nothing.`)
      if (end > (await chainTime(voter)))
        throw new GovernanceError('LOCK_NOT_EXPIRED', `The lock of ${account} ends ${formatTime(end)} UTC.`)
      context.progress.say(`${formatEther(amount)} IOTX go to ${recipient}`)
      await votes.withdraw(recipient)
      return {
        lines: [`${formatEther(amount)} IOTX went to ${recipient}`],
        json: { account, recipient, amountWei: amount, transactions: signer.transactions },
      }
    }),
})
