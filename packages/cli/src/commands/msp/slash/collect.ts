import { ZeroAddress } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { amountJson, assetJson, formatAmount, stakeOption, useVault } from '../../../restaking/assets.ts'
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
      const { asset, vault } = await useVault(restaker, options.asset)
      const isBurnt = beneficiary === ZeroAddress
      const units = await vault.collectable(beneficiary)
      if (units === 0n)
        throw new RestakingError(
          'NOTHING_COLLECTABLE',
          `Nothing in the vault of ${asset.symbol} is due to ${isBurnt ? 'be burnt' : beneficiary}.`,
        )
      await rehearse('collect', vault.collect.staticCall(beneficiary))
      const what = formatAmount(units, asset)
      context.progress.say(isBurnt ? `${what} are burnt` : `${what} go to ${beneficiary}`)
      await vault.collect(beneficiary)
      return {
        lines: [isBurnt ? `${what} were burnt` : `${what} went to ${beneficiary}`],
        json: {
          account,
          beneficiary: isBurnt ? null : beneficiary,
          asset: assetJson(asset),
          collected: amountJson(units, asset),
          transactions: signer.transactions,
        },
      }
    }),
})
