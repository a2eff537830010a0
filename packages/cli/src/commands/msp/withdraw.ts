import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { address, writeOptions } from '../../identity.ts'
import {
  amountJson,
  amountOrAll,
  assetJson,
  findVault,
  formatAmount,
  parseAmount,
  stakeOption,
} from '../../restaking/assets.ts'
import { toAddress, withRestaker } from '../../restaking/contracts.ts'
import { RestakingError } from '../../restaking/errors.ts'
import { withdraw, withdrawable } from '../../restaking/withdrawals.ts'

export default defineCommand({
  summary: 'Take what is not delegated out of a vault',
  details: [
    'Before it sends it says what it does and costs, and asks. An amount is paid each time: after an interruption look first (msp show --account), or say all.',
    'What is delegated leaves by msp exit and msp claim first.',
  ],
  operands: ['amount'],
  options: Type.Object({
    amount: amountOrAll("How much, in the asset's units, or all."),
    asset: stakeOption('IOTX, the address of a token, or'),
    to: Type.Optional(address('Who is paid. You, without it.')),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const recipient = options.to === undefined ? account : toAddress(options.to)
      const found = await findVault(restaker, options.asset)
      const { asset } = found
      const balance = await withdrawable(found, account)
      if (balance === 0n)
        throw new RestakingError(
          'NOTHING_STAKED',
          `${account} has no ${asset.symbol} in its vault that is not delegated.`,
        )
      const units = options.amount === 'all' ? balance : parseAmount(options.amount, asset)
      if (units > balance)
        throw new RestakingError(
          'STAKE_TOO_LOW',
          `${account} has ${formatAmount(balance, asset)} that is not delegated, and not ${options.amount} (msp exit).`,
        )
      const paid = await withdraw(restaker, found, units, recipient, (line) => context.progress.say(line))
      return {
        lines: [`${formatAmount(paid, asset)} went to ${recipient}`],
        json: {
          account,
          recipient,
          asset: assetJson(asset),
          paid: amountJson(paid, asset),
          transactions: signer.transactions,
        },
      }
    }),
})
