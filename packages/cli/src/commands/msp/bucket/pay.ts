import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, writeOptions } from '../../../identity.ts'
import { amountOrAll, parseAmount } from '../../../restaking/assets.ts'
import { describeDebt, iotx, readDebt, useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Pay the debt that slashes left, with IOTX',
  details: [
    'Before it sends it says what it does and costs, and asks. An amount is paid each time. What exceeds the debt is the coin of whose debt it was (msp withdraw).',
  ],
  operands: ['amount'],
  options: Type.Object({
    amount: amountOrAll('How many IOTX, or all of the debt.'),
    ...versionOptions,
    for: Type.Optional(address('Whose debt. Yours, without it.')),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const staker = options.for === undefined ? account : toAddress(options.for)
      const found = await useBuckets(restaker, options.asset)
      const before = await readDebt(found, staker)
      const units = options.amount === 'all' ? before.debt : parseAmount(options.amount, found.asset)
      if (units === 0n) throw new RestakingError('AMOUNT_REFUSED', `${staker} has no debt.`)
      const held = await restaker.provider.getBalance(account)
      if (held < units)
        throw new RestakingError('FUNDS_TOO_LOW', `${account} has ${iotx(held)}, and not ${iotx(units)}.`)
      context.progress.say(`${iotx(units)} are paid for ${staker}: ${describeDebt(before)}`)
      if (units > before.debt)
        context.progress.say(`  ${iotx(units - before.debt)} exceed the debt, and become coin of ${staker}`)
      await rehearse('pay', found.buckets.pay.staticCall(staker, { value: units }))
      await found.buckets.pay(staker, { value: units })
      const after = await readDebt(found, staker)
      return {
        lines: [describeDebt(after)],
        json: {
          account,
          staker,
          paidWei: units,
          debtWei: after.debt,
          coinWei: after.coin,
          transactions: signer.transactions,
        },
      }
    }),
})
