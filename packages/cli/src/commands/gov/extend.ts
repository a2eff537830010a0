import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { chainTime, formatTime, GovernanceError, withVoter } from '../../governance.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import { chosenEnd, describeLock, endOptions, expectLive } from '../../locks.ts'

export default defineCommand({
  summary: 'Extend a lock: its votes rise to what a new lock until then gives',
  details: [SENDS],
  options: Type.Object({ ...endOptions, ...writeOptions }),
  run: (options, context) =>
    withVoter(options, context, async (voter) => {
      const { votes, signer, account } = voter
      const now = await chainTime(voter)
      const held = await votes.lockOf(account)
      const end = chosenEnd(options, now)
      if (end === undefined) throw new UsageError('OPTION_MISSING', 'Give --for TIME or --until DATE.')
      expectLive(held, account, now)
      if (end < held.end)
        throw new GovernanceError(
          'LOCK_END_REFUSED',
          `The lock ends ${formatTime(held.end)} UTC: it cannot be shortened.`,
        )
      if (end > held.end) {
        context.progress.say(`you will have locked ${describeLock({ amount: held.amount, end }, now)}`)
        await votes.extend(end)
      }
      const lock = await votes.lockOf(account)
      return {
        lines: [`locked: ${describeLock(lock, await chainTime(voter))}`],
        json: {
          account,
          amountWei: lock.amount,
          end: lock.end,
          votesWei: await votes.balanceOf(account),
          transactions: signer.transactions,
        },
      }
    }),
})
