import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { rehearse } from '../../../restaking/errors.ts'
import { formatPercent, nextEpoch, parsePercent, percentOption } from '../../../restaking/quantities.ts'
import { expectValidator } from '../../../restaking/validators.ts'

export default defineCommand({
  summary: 'Change your commission as a validator, from the next day on',
  details: [SENDS],
  operands: ['commission'],
  options: Type.Object({
    commission: percentOption('Your part of the rewards of stake behind you: 0 to 100.'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, validators, signer, now } = restaker
      await expectValidator(restaker, account)
      const commission = parsePercent(options.commission)
      const [present, next] = await Promise.all([
        validators.commissionAt(account, now),
        validators.commissionAt(account, nextEpoch(now)),
      ])
      if (next !== commission) {
        await rehearse('commission', validators.setCommission.staticCall(commission))
        context.progress.say(
          `${account} keeps ${formatPercent(present)} of rewards until ${formatTime(nextEpoch(now))} UTC, and ${formatPercent(commission)} from then on`,
        )
        await validators.setCommission(commission)
      }
      return {
        lines: [`${formatPercent(commission)} from ${formatTime(nextEpoch(now))} UTC on`],
        json: {
          account,
          commissionBps: present,
          commissionNextBps: commission,
          countsFrom: nextEpoch(now),
          transactions: signer.transactions,
        },
      }
    }),
})
