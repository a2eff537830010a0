import { ZeroAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { amountJson, assetJson, formatAmount, orUndefined, stakeOption, useVault } from '../../../restaking/assets.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Pay what was slashed to whom it is due, or burn it; anyone may',
  details: [SENDS],
  options: Type.Object({
    beneficiary: Type.Optional(
      address('Whose, as the terms of the module say. Without it, what is to be burnt is burnt.'),
    ),
    asset: stakeOption('IOTX, the address of a token, or'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const beneficiary = options.beneficiary === undefined ? ZeroAddress : toAddress(options.beneficiary)
      const { asset, vault, buckets } = await useVault(restaker, options.asset)
      const isBurnt = beneficiary === ZeroAddress
      const due = await vault.collectable(beneficiary)
      if (due === 0n)
        throw new RestakingError(
          'NOTHING_COLLECTABLE',
          `Nothing in the vault of ${asset.symbol} is due to ${isBurnt ? 'be burnt' : beneficiary}.`,
        )
      // A vault of buckets pays what was paid for debts so far.
      const units = buckets
        ? await orUndefined(vault.collect.staticCall(beneficiary))
        : await rehearse('collect', vault.collect.staticCall(beneficiary))
      if (units === undefined)
        throw new RestakingError(
          'NOTHING_COLLECTABLE',
          `${formatAmount(due, asset)} are due, and no staker has paid for them yet (msp bucket pay, msp bucket auction).`,
        )
      const what = formatAmount(units, asset)
      context.progress.say(isBurnt ? `${what} are burnt` : `${what} go to ${beneficiary}`)
      await vault.collect(beneficiary)
      return {
        lines: [
          isBurnt ? `${what} were burnt` : `${what} went to ${beneficiary}`,
          ...(due > units ? [`${formatAmount(due - units, asset)} more are due, once they are paid for`] : []),
        ],
        json: {
          account,
          beneficiary: isBurnt ? null : beneficiary,
          asset: assetJson(asset),
          collected: amountJson(units, asset),
          due: amountJson(due - units, asset),
          transactions: signer.transactions,
        },
      }
    }),
})
