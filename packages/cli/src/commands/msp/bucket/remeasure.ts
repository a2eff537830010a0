import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { bucketOperand, iotx, readBucket, useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Credit its staker with what was added to a bucket since it was deposited',
  details: [SENDS, 'Anyone may.'],
  operands: ['bucket'],
  options: Type.Object({ bucket: bucketOperand, ...versionOptions, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const id = BigInt(options.bucket)
      const found = await useBuckets(restaker, options.asset)
      const { staker, amount } = await readBucket(restaker, found, id)
      const added = await rehearse('remeasure', found.buckets.remeasure.staticCall(id))
      context.progress.say(
        `bucket ${id} counts for ${iotx(added)} more than ${iotx(amount)}, which ${staker} is credited`,
      )
      await found.buckets.remeasure(id)
      const after = await found.buckets.bucketOf(id)
      return {
        lines: [`bucket ${id} counts for ${iotx(after.amount)}`],
        json: {
          account,
          bucket: id,
          staker,
          addedWei: after.amount - amount,
          amountWei: after.amount,
          transactions: signer.transactions,
        },
      }
    }),
})
