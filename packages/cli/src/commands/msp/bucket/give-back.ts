import { bucketEscrowInterface, connectBucketEscrow } from '@iotex2/chain/contracts/BucketEscrow'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import {
  bucketOperand,
  connectStaking,
  describeL1,
  readL1Bucket,
  useBuckets,
  versionOptions,
} from '../../../restaking/buckets.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Take back a bucket that was sent to your escrow past the vault, where it counts for nothing',
  details: [SENDS, 'A bucket that was deposited leaves with msp bucket withdraw.'],
  operands: ['bucket'],
  options: Type.Object({ bucket: bucketOperand, ...versionOptions, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, provider } = restaker
      const id = BigInt(options.bucket)
      const found = await useBuckets(restaker, options.asset)
      const l1 = await readL1Bucket(restaker, found, id)
      const staking = connectStaking(found, restaker)
      const [owner, escrow] = await Promise.all([staking.ownerOf(id), found.buckets.escrowOf(account)])
      if (owner !== account) {
        if (owner !== escrow)
          throw new RestakingError('BUCKET_NOT_YOURS', `Bucket ${id} is not in your escrow ${escrow}.`)
        if ((await provider.getCode(escrow)) === '0x')
          throw new RestakingError(
            'ESCROW_MISSING',
            `Your escrow is made with your first deposit: deposit another bucket (msp bucket deposit), then take ${id} back.`,
          )
        restaker.introduce(escrow, 'BucketEscrow', bucketEscrowInterface)
        const contract = connectBucketEscrow(escrow, signer)
        await rehearse('give back', contract.giveBack.staticCall(id))
        context.progress.say(`bucket ${id} goes from your escrow to ${account}: ${describeL1(l1)}`)
        await contract.giveBack(id)
      }
      return {
        lines: [`bucket ${id} is yours`],
        json: { account, bucket: id, escrow, transactions: signer.transactions },
      }
    }),
})
