import { Type } from 'typebox'
import { defineCommand, text } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { bucketOperand, describeL1, useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { rehearse } from '../../../restaking/errors.ts'
import { reportBucket, useEscrow } from '../../../restaking/escrow.ts'

export default defineCommand({
  summary: 'Lock a restaked bucket of yours for longer',
  details: [SENDS, 'Not while you are in debt.'],
  operands: ['bucket', 'duration'],
  options: Type.Object({
    bucket: bucketOperand,
    duration: text('DURATION', 'For how long: seconds of V3, blocks of V2.', { pattern: '^[1-9][0-9]{0,18}$' }),
    ...versionOptions,
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const id = BigInt(options.bucket)
      const duration = BigInt(options.duration)
      const found = await useBuckets(restaker, options.asset)
      const { bucket, escrow } = await useEscrow(restaker, found, id)
      await rehearse('lock', escrow.lock.staticCall(id, duration))
      context.progress.say(`bucket ${id}, which ${describeL1(bucket.l1)}, is locked for ${duration} from now on`)
      await escrow.lock(id, duration)
      return reportBucket(restaker, found, id)
    }),
})
