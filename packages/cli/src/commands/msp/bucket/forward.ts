import { bucketEscrowInterface, connectBucketEscrow } from '@iotex2/chain/contracts/BucketEscrow'
import { ZeroAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { assetOption, connectToken, findAsset, formatAmount } from '../../../restaking/assets.ts'
import { useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Have the L1 rewards of restaked buckets paid to their staker',
  details: [SENDS],
  options: Type.Object({
    ...versionOptions,
    token: assetOption('What was paid to the escrow: IOTX, or the address of a token.'),
    for: Type.Optional(address('Whose rewards. Yours, without it.')),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, provider } = restaker
      const staker = options.for === undefined ? account : toAddress(options.for)
      const { buckets } = await useBuckets(restaker, options.asset)
      const token = await findAsset(restaker, options.token)
      const escrow = await buckets.escrowOf(staker)
      const units = token.isCoin
        ? await provider.getBalance(escrow)
        : await connectToken(token.address, restaker).balanceOf(escrow)
      const isThere = (await provider.getCode(escrow)) !== '0x'
      if (units > 0n && isThere) {
        restaker.introduce(escrow, 'BucketEscrow', bucketEscrowInterface)
        const contract = connectBucketEscrow(escrow, signer)
        const which = token.isCoin ? ZeroAddress : token.address
        await rehearse('forward', contract.forward.staticCall(which))
        context.progress.say(`${formatAmount(units, token)} go to ${staker}`)
        await contract.forward(which)
      }
      const forwarded = isThere ? units : 0n
      return {
        lines: [forwarded === 0n ? 'nothing to forward' : `${formatAmount(forwarded, token)} went to ${staker}`],
        json: { account, staker, escrow, forwarded, transactions: signer.transactions },
      }
    }),
})
