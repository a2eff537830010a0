import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { address, writeOptions } from '../../identity.ts'
import {
  amountJson,
  amountOrAll,
  assetJson,
  formatAmount,
  parseAmount,
  stakeOption,
  useVault,
} from '../../restaking/assets.ts'
import {
  basketJson,
  basketOption,
  describeCommission,
  describeLines,
  describeTimes,
  formatPrice,
  formatShares,
  readBasket,
} from '../../restaking/baskets.ts'
import { toAddress, withRestaker } from '../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../restaking/errors.ts'
import { readPosition } from '../../restaking/positions.ts'
import { nextEpoch } from '../../restaking/quantities.ts'

export default defineCommand({
  summary: "Delegate what is in a vault to a validator's basket, and so to its modules",
  details: [
    'Before it sends it says which modules can slash what part of it and on what terms, from when on it counts, when it could leave and what it costs, and asks. What is delegated is added each time: after an interruption look first (msp show --account).',
    'A basket never changes: nothing can be slashed on terms that are not told here.',
  ],
  operands: ['amount'],
  options: Type.Object({
    amount: amountOrAll("How much of what is not delegated, in the asset's units, or all."),
    validator: address('Whose basket.'),
    basket: basketOption('Its number (msp validator show).'),
    asset: stakeOption('IOTX, the address of a token, or'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, now } = restaker
      const validator = toAddress(options.validator)
      const found = await useVault(restaker, options.asset)
      const { asset, vault } = found
      const [basket, balance, delay] = await Promise.all([
        readBasket(restaker, validator, BigInt(options.basket)),
        vault.balanceOf(account),
        vault.exitDelay(),
      ])
      if (!basket.isOpen)
        throw new RestakingError('BASKET_CLOSED', `Basket ${basket.number} of ${validator} takes no new stake.`)
      if (balance === 0n)
        throw new RestakingError('NOTHING_STAKED', `${account} has no ${asset.symbol} in its vault (msp stake).`)
      const units = options.amount === 'all' ? balance : parseAmount(options.amount, asset)
      if (units > balance)
        throw new RestakingError(
          'STAKE_TOO_LOW',
          `${account} has ${formatAmount(balance, asset)} in the vault, and not ${options.amount} (msp stake).`,
        )
      const shares = await rehearse('delegate', vault.delegate.staticCall(validator, basket.number, units))
      const preview = [
        `${formatAmount(units, asset)} go to basket ${basket.number} of ${validator}, where`,
        ...describeLines(basket.lines, { amount: units, asset }),
        describeCommission(basket),
        `  a share is ${formatPrice(units, shares)} ${asset.symbol}: ${formatShares(shares, asset)} shares, worth ${formatAmount(units, asset)} now`,
        ...describeTimes(now, delay),
      ]
      for (const line of preview) context.progress.say(line)
      await vault.delegate(validator, basket.number, units)
      const position = await readPosition({ vault: found, validator, basket: basket.number }, account)
      return {
        lines: [`delegated: ${formatAmount(position.worth, asset)} to basket ${basket.number} of ${validator}`],
        json: {
          account,
          asset: assetJson(asset),
          ...basketJson(basket, units),
          delegated: amountJson(units, asset),
          price: formatPrice(units, shares),
          worth: amountJson(position.worth, asset),
          countsFrom: nextEpoch(now),
          exitDelayS: delay,
          transactions: signer.transactions,
        },
      }
    }),
})
