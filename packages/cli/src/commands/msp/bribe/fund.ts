import { connectWrappedIOTX, wrappedIOTXInterface } from '@iotex2/chain/contracts/WrappedIOTX'
import { Type } from 'typebox'
import { count, defineCommand, text } from '../../../command.ts'
import { writeOptions } from '../../../identity.ts'
import {
  type Asset,
  amount,
  amountJson,
  approveExactly,
  assetOption,
  connectToken,
  findToken,
  findVault,
  formatAmount,
  parseAmount,
  stakeOption,
} from '../../../restaking/assets.ts'
import { potInput, potJson } from '../../../restaking/bribes.ts'
import { type Restaker, withRestaker } from '../../../restaking/contracts.ts'
import { dimOperand, readDim } from '../../../restaking/dims.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { epochOf, formatEpoch, parseEpoch } from '../../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Pay those whose stake backs a module, for days to come',
  details: [
    'Before each transaction it says what it does and costs, and asks. A pot is funded each time: after an interruption look first (msp bribe show).',
    'A day is shared by all stake of one asset that backed the module all through it, by what slashes left of it. What nobody could earn comes back to you (msp bribe refund).',
  ],
  operands: ['dim', 'amount'],
  options: Type.Object({
    dim: dimOperand,
    amount: amount("How much for each day, in the token's units."),
    token: assetOption('The token that is paid; IOTX are wrapped and paid so.'),
    asset: stakeOption('The asset whose stakers are paid; also'),
    from: Type.Optional(text('DATE', 'The first day (UTC), YYYY-MM-DD; without it the next one.')),
    days: count('How many days, up to a year ahead.', { minimum: 1, maximum: 366, default: 1 }),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, rewards, signer, now } = restaker
      const [dim, vault, token] = await Promise.all([
        readDim(restaker, BigInt(options.dim)),
        findVault(restaker, options.asset),
        findToken(restaker, options.token),
      ])
      if (dim.status !== 'admitted')
        throw new RestakingError('DIM_STATE', `DIM ${dim.id} is ${dim.status}, and not admitted.`)
      const pot = { dim: dim.id, vault, token }
      const days = BigInt(options.days)
      const first = options.from === undefined ? epochOf(now) + 1n : parseEpoch(options.from)
      const horizon = await rewards.HORIZON()
      if (first <= epochOf(now) || first + days > epochOf(now) + horizon + 1n)
        throw new RestakingError(
          'EPOCHS_REFUSED',
          `Days from ${formatEpoch(epochOf(now) + 1n)} to ${formatEpoch(epochOf(now) + horizon)} can be funded, and not ${days} from ${formatEpoch(first)} on.`,
        )
      const each = parseAmount(options.amount, token)
      await expectFunds(restaker, token, each * days)
      const backing = await rewards.totalIn(dim.id, vault.address, first)
      const range =
        days === 1n ? formatEpoch(first) : `each day from ${formatEpoch(first)} to ${formatEpoch(first + days - 1n)}`
      context.progress.say(`${formatAmount(each, token)} for ${range}: ${formatAmount(each * days, token)} in all`)
      context.progress.say(
        `  shared by the stake of ${vault.asset.symbol} that backs DIM ${dim.id} all through the day: as things are, ${formatAmount(backing, vault.asset)}, less their validators' commission`,
      )
      context.progress.say('  what nobody could earn comes back to you (msp bribe refund); nothing else does')
      await wrapMissing(restaker, token, each * days)
      await approveExactly(restaker, token, await rewards.getAddress(), each * days)
      const received = await rehearse('fund', rewards.fund.staticCall(potInput(pot), first, days, each))
      if (received !== each * days)
        context.progress.say(`  ${token.symbol} takes its part on the way: ${formatAmount(received, token)} arrive`)
      await rewards.fund(potInput(pot), first, days, each)
      return {
        lines: [`${formatAmount(received, token)} for ${range}, to ${vault.asset.symbol} that backs DIM ${dim.id}`],
        json: {
          account,
          ...potJson(pot),
          firstDay: formatEpoch(first),
          days,
          funded: amountJson(received, token),
          transactions: signer.transactions,
        },
      }
    }),
})

async function expectFunds(restaker: Restaker, token: Asset, needed: bigint): Promise<void> {
  const held = await connectToken(token.address, restaker).balanceOf(restaker.account)
  const coins = (await isWrapped(restaker, token)) ? await restaker.provider.getBalance(restaker.account) : 0n
  if (held + coins < needed)
    throw new RestakingError(
      'FUNDS_TOO_LOW',
      `${restaker.account} has ${formatAmount(held + coins, token)}, and not ${formatAmount(needed, token)}.`,
    )
}

const isWrapped = async ({ nativeVault }: Restaker, { address }: Asset): Promise<boolean> =>
  (await nativeVault.asset()) === address

/** Wraps IOTX where the token is that, and there are too few. */
async function wrapMissing(restaker: Restaker, token: Asset, needed: bigint): Promise<void> {
  if (!(await isWrapped(restaker, token))) return
  const held = await connectToken(token.address, restaker).balanceOf(restaker.account)
  if (held >= needed) return
  restaker.introduce(token.address, 'WrappedIOTX', wrappedIOTXInterface)
  await connectWrappedIOTX(token.address, restaker.signer).deposit({ value: needed - held })
}
