import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, writeOptions } from '../../../identity.ts'
import { bucketOperand, iotx, readDebt, useBuckets, versionOptions } from '../../../restaking/buckets.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { readOwnBucket } from '../../../restaking/escrow.ts'

export default defineCommand({
  summary: 'Take a bucket of yours out of the vault, and pay along what the balance lacks',
  details: [
    'Before it sends it says what it does and costs, and asks. A bucket leaves for the whole of what it counts for: what is delegated leaves by msp exit and msp claim first; what slashes took is sent along with --pay.',
  ],
  operands: ['bucket'],
  options: Type.Object({
    bucket: bucketOperand,
    ...versionOptions,
    to: Type.Optional(address('Who gets it. You, without it.')),
    pay: Type.Boolean({ description: 'Send along what the balance lacks.', default: false }),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const id = BigInt(options.bucket)
      const found = await useBuckets(restaker, options.asset)
      const bucket = await readOwnBucket(restaker, found, id)
      const recipient = options.to === undefined ? account : toAddress(options.to)
      const [balance, { debt }] = await Promise.all([found.vault.balanceOf(account), readDebt(found, account)])
      const lacking = bucket.amount > balance ? bucket.amount - balance : 0n
      if (lacking > 0n && !options.pay)
        throw new RestakingError(
          'STAKE_TOO_LOW',
          `${iotx(balance)} are not delegated, and the bucket counts for ${iotx(bucket.amount)}: let the rest leave (msp exit), or pay ${iotx(lacking)} along (--pay).`,
        )
      context.progress.say(`bucket ${id} goes to ${recipient}, for ${iotx(bucket.amount)} of your balance`)
      if (lacking > 0n) context.progress.say(`  ${iotx(lacking)} are paid along, of which your debt is ${iotx(debt)}`)
      const value = { value: lacking }
      await rehearse('withdraw', found.buckets.withdrawBucket.staticCall(id, recipient, value))
      await found.buckets.withdrawBucket(id, recipient, value)
      return {
        lines: [`bucket ${id} went to ${recipient}`],
        json: { account, bucket: id, recipient, paidWei: lacking, transactions: signer.transactions },
      }
    }),
})
