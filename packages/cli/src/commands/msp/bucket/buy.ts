import { bucketVaultInterface } from '@iotex2/chain/contracts/BucketVault'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { writeOptions } from '../../../identity.ts'
import { amount, parseAmount } from '../../../restaking/assets.ts'
import { bucketOperand, describeL1, iotx, readBucket, useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { emitted } from '../../../restaking/logs.ts'

export default defineCommand({
  summary: 'Buy a bucket that is up for auction, at the price of now',
  details: [
    'Before it sends it says what it does and costs, and asks. The price falls until it is mined; what it is less comes back.',
  ],
  operands: ['bucket'],
  options: Type.Object({
    bucket: bucketOperand,
    ...versionOptions,
    most: Type.Optional(amount('The most that you pay, in IOTX. The price of now, without it.')),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, provider } = restaker
      const id = BigInt(options.bucket)
      const found = await useBuckets(restaker, options.asset)
      const { price, l1 } = await readBucket(restaker, found, id)
      if (price === undefined)
        throw new RestakingError('AUCTION_STATE', `Bucket ${id} is not up for auction (msp bucket auction).`)
      const most = options.most === undefined ? price : parseAmount(options.most, found.asset)
      const held = await provider.getBalance(account)
      if (most < price || held < price)
        throw new RestakingError('FUNDS_TOO_LOW', `Bucket ${id} costs ${iotx(price)} now.`)
      const value = { value: price }
      await rehearse('buy', found.buckets.buy.staticCall(id, value))
      context.progress.say(`bucket ${id} becomes yours for ${iotx(price)} at most, with ${iotx(l1.amount)} in it`)
      context.progress.say(`  ${describeL1(l1)}`)
      await found.buckets.buy(id, value)
      const sold = await emitted(restaker, bucketVaultInterface, 'BucketSold')
      return {
        lines: [`bucket ${id} is yours, for ${iotx(sold.price)}`],
        json: { account, bucket: id, priceWei: sold.price, transactions: signer.transactions },
      }
    }),
})
