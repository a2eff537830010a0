import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { chainTime, withVoter } from '../../governance.ts'
import { writeOptions } from '../../identity.ts'
import { iotx, toWei } from '../../iotx.ts'
import { chosenEnd, describeLock, endOptions, expectLive, expectLongEnough } from '../../locks.ts'

export default defineCommand({
  summary: 'Lock IOTX for votes, or add to what is locked',
  details: [
    'Before it sends it says what it does and costs, and asks. What is added is added each time: after an interruption look first (gov show --account).',
    'Votes are the amount, times the time that is left, divided by four years: they fall to zero by the end, and can be given to another (gov delegate). Nobody can unlock before the end, you neither.',
    'An account has one lock. What is added stays until the same end, which must be 91 days away at least.',
  ],
  operands: ['amount'],
  options: Type.Object({ amount: iotx('How much.'), ...endOptions, ...writeOptions }),
  run: (options, context) =>
    withVoter(options, context, async (voter) => {
      const { votes, signer, account } = voter
      const now = await chainTime(voter)
      const held = await votes.lockOf(account)
      const value = toWei(options.amount)
      const chosen = chosenEnd(options, now)
      if (held.amount > 0n) {
        expectLive(held, account, now)
        if (chosen !== undefined)
          throw new UsageError('OPTION_INVALID', 'You have a lock already: gov extend moves its end.')
      } else if (chosen === undefined) throw new UsageError('OPTION_MISSING', 'Give --for TIME or --until DATE.')
      const next = { amount: held.amount + value, end: chosen ?? held.end }
      expectLongEnough(next.end, now)
      context.progress.say(`you will have locked ${describeLock(next, now)}`)
      await (held.amount > 0n ? votes.increase({ value }) : votes.lock(next.end, { value }))
      const [lock, delegatee] = await Promise.all([votes.lockOf(account), votes.delegates(account)])
      const time = await chainTime(voter)
      return {
        lines: [
          `locked: ${describeLock(lock, time)}`,
          delegatee === account ? 'the votes are yours' : `the votes are ${delegatee}'s`,
        ],
        json: {
          account,
          amountWei: lock.amount,
          end: lock.end,
          votesWei: await votes.balanceOf(account),
          delegatee,
          transactions: signer.transactions,
        },
      }
    }),
})
