import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { bucketOperand, describeL1, useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { rehearse } from '../../../restaking/errors.ts'
import { reportBucket, useEscrow } from '../../../restaking/escrow.ts'

export default defineCommand({
  summary: 'Have a restaked bucket of yours vote for another delegate of the L1',
  details: [SENDS],
  operands: ['bucket', 'delegate'],
  options: Type.Object({
    bucket: bucketOperand,
    delegate: address('The delegate of the L1.'),
    ...versionOptions,
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const id = BigInt(options.bucket)
      const delegate = toAddress(options.delegate)
      const found = await useBuckets(restaker, options.asset)
      const { bucket, escrow } = await useEscrow(restaker, found, id)
      await rehearse('changeDelegate', escrow.changeDelegate.staticCall(id, delegate))
      context.progress.say(`bucket ${id}, which ${describeL1(bucket.l1)}, votes for ${delegate} from now on`)
      await escrow.changeDelegate(id, delegate)
      return reportBucket(restaker, found, id)
    }),
})
