import { tokenVaultInterface } from '@iotex2/chain/contracts/TokenVault'
import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { formatTime } from '../../governance.ts'
import { address, SENDS, writeOptions } from '../../identity.ts'
import { amountJson, amountOrAll, formatAmount, parseAmount, stakeOption, useVault } from '../../restaking/assets.ts'
import { basketOption, describeLines, formatPrice, readBasket } from '../../restaking/baskets.ts'
import { toAddress, withRestaker } from '../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../restaking/errors.ts'
import { emitted } from '../../restaking/logs.ts'
import { describeExit, exitJson, exitsOf, readExit, readPosition } from '../../restaking/positions.ts'
import { formatDuration } from '../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Let stake leave a basket: it can be claimed after the exit delay',
  details: [
    SENDS,
    'It stops counting at once and can be slashed until it unlocks, for offences of before as of then. Nobody can refuse an exit, nor lengthen one that was asked for.',
  ],
  operands: ['amount'],
  options: Type.Object({
    amount: amountOrAll("How much, in the asset's units at the price of now, or all."),
    validator: address('Whose basket.'),
    basket: basketOption('Its number.'),
    asset: stakeOption('IOTX, the address of a token, or'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, now } = restaker
      const validator = toAddress(options.validator)
      const found = await useVault(restaker, options.asset)
      const { asset, vault } = found
      const pool = { vault: found, validator, basket: BigInt(options.basket) }
      const position = await readPosition(pool, account)
      if (position.shares === 0n) {
        const under = (await exitsOf(restaker, [found], account)).filter(
          (exit) => exit.validator === validator && exit.basket === pool.basket,
        )
        // All of it was asked to leave before: the command was run again.
        const last = options.amount === 'all' ? under.at(-1) : undefined
        if (last)
          return {
            lines: [describeExit(last, now)],
            json: { account, ...exitJson(last, now), transactions: signer.transactions },
          }
        throw new RestakingError(
          'NOTHING_STAKED',
          `${account} has no ${asset.symbol} in basket ${pool.basket} of ${validator} that is not leaving.`,
        )
      }
      const units = options.amount === 'all' ? position.worth : parseAmount(options.amount, asset)
      if (units > position.worth)
        throw new RestakingError(
          'STAKE_TOO_LOW',
          `${account} has ${formatAmount(position.worth, asset)} there, and not ${options.amount}.`,
        )
      const shares = options.amount === 'all' ? position.shares : sharesFor(units, position)
      const [basket, delay] = await Promise.all([readBasket(restaker, validator, pool.basket), vault.exitDelay()])
      await rehearse('exit', vault.requestExit.staticCall(validator, pool.basket, shares))
      const preview = [
        `${formatAmount(units, asset)} leave basket ${pool.basket} of ${validator}, at ${formatPrice(position.worth, position.shares)} ${asset.symbol} a share`,
        '  it counts for no module from now on',
        `  it unlocks ${formatDuration(delay)} from now, ${formatTime(now + delay)} UTC or with what was asked to leave before it, whichever is later; until then it can be slashed:`,
        ...describeLines(basket.lines, { amount: units, asset }),
      ]
      for (const line of preview) context.progress.say(line)
      await vault.requestExit(validator, pool.basket, shares)
      const { exitId } = await emitted(restaker, tokenVaultInterface, 'ExitRequested')
      const exit = (await readExit(found, exitId))!
      return {
        lines: [describeExit(exit, now)],
        json: {
          account,
          ...exitJson(exit, now),
          requested: amountJson(units, asset),
          transactions: signer.transactions,
        },
      }
    }),
})

/** Returns the shares that are worth `units` at least, of a position that is worth as much. */
const sharesFor = (units: bigint, { shares, worth }: { shares: bigint; worth: bigint }): bigint =>
  (units * shares + worth - 1n) / worth
