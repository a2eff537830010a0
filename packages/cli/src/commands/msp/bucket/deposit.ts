import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import {
  bucketOperand,
  connectStaking,
  describeL1,
  iotx,
  readL1Bucket,
  useBuckets,
  versionOptions,
} from '../../../restaking/buckets.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Put a locked bucket of yours into the vault of staked IOTX, from where it can be delegated',
  details: [
    SENDS,
    'Exactly this bucket is approved. It goes on voting and earning in an escrow that is yours alone; L1 rewards are yours (msp bucket forward).',
  ],
  operands: ['bucket'],
  options: Type.Object({ bucket: bucketOperand, ...versionOptions, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const id = BigInt(options.bucket)
      const found = await useBuckets(restaker, options.asset)
      const { buckets, address } = found
      const escrow = await buckets.escrowOf(account)
      const staking = connectStaking(found, restaker)
      const l1 = await readL1Bucket(restaker, found, id)
      const { staker } = await buckets.bucketOf(id)
      if (staker !== account) {
        const owner = await staking.ownerOf(id)
        if (owner !== account)
          throw new RestakingError('BUCKET_NOT_YOURS', `Bucket ${id} is ${owner}'s, and the keystore is of ${account}.`)
        if (l1.state !== 'locked')
          throw new RestakingError('BUCKET_UNLOCKED', `Bucket ${id} is ${l1.state}: it would soon secure nothing.`)
        context.progress.say(`bucket ${id} goes into your escrow ${escrow} and counts for ${iotx(l1.amount)}`)
        context.progress.say(`  it goes on as it is: ${describeL1(l1)}`)
        context.progress.say('  nothing of it can be slashed, nor does it count, until it is delegated (msp delegate)')
        context.progress.say('  what a slash takes becomes a debt: a bucket leaves once all of it is paid')
        if ((await staking.getApproved(id)) !== address) await staking.approve(address, id)
        await rehearse('deposit', buckets.depositBucket.staticCall(id))
        await buckets.depositBucket(id)
      }
      const { amount } = await buckets.bucketOf(id)
      return {
        lines: [`bucket ${id} is in the vault and counts for ${iotx(amount)}`],
        json: { account, bucket: id, amountWei: amount, vault: address, escrow, transactions: signer.transactions },
      }
    }),
})
