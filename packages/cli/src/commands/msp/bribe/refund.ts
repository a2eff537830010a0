import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { allVaults, amountJson, assetOption, findToken, formatAmount } from '../../../restaking/assets.ts'
import {
  describePot,
  type Funding,
  fundingsOf,
  type Pot,
  potInput,
  potJson,
  potsOf,
} from '../../../restaking/bribes.ts'
import { type Restaker, withRestaker } from '../../../restaking/contracts.ts'
import { dimOperand } from '../../../restaking/dims.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { formatEpoch } from '../../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Take back what you gave for days on which nobody could earn it',
  details: [SENDS, 'That is: no stake backed the module all through the day, or the module left before its end.'],
  options: Type.Object({
    dim: Type.Optional(dimOperand),
    token: Type.Optional(assetOption('Only this token; IOTX for wrapped ones.', false)),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, rewards, signer } = restaker
      const dim = options.dim === undefined ? undefined : BigInt(options.dim)
      const token = options.token === undefined ? undefined : await findToken(restaker, options.token)
      const fundings = await fundingsOf(restaker, await allVaults(restaker), { dim, token })
      const given = await givenBy(restaker, fundings)
      const back = given.filter(({ isRefundable }) => isRefundable)
      if (back.length === 0 && given.length > 0)
        throw new RestakingError(
          'NOT_REFUNDABLE',
          `What ${account} gave, for ${given.length} days, may yet be earned, or was.`,
        )
      for (const { pot, first, count } of rangesOf(back)) {
        const units = await rehearse('refund', rewards.refundRange.staticCall(potInput(pot), first, count, account))
        const days = count === 1n ? formatEpoch(first) : `${formatEpoch(first)} to ${formatEpoch(first + count - 1n)}`
        context.progress.say(`${formatAmount(units, pot.token)} of ${days} go back to ${account}`)
        await rewards.refundRange(potInput(pot), first, count, account)
      }
      return {
        lines:
          back.length === 0
            ? ['nothing to refund']
            : back.map(
                ({ pot, epoch, units }) =>
                  `${formatAmount(units, pot.token)} of ${formatEpoch(epoch)}: ${describePot(pot)}`,
              ),
        json: {
          account,
          refunded: back.map(({ pot, epoch, units }) => ({
            ...potJson(pot),
            day: formatEpoch(epoch),
            paid: amountJson(units, pot.token),
          })),
          transactions: signer.transactions,
        },
      }
    }),
})

/** Days from the first to the last that one transaction pays back: some 13,000 gas each. */
const DAYS = 200n

interface Given {
  pot: Pot
  epoch: bigint
  units: bigint
  isRefundable: boolean
}

/** Returns the days of each pot by as few ranges as there may be; days between them that give nothing back do not matter. */
function rangesOf(given: readonly Given[]): { pot: Pot; first: bigint; count: bigint }[] {
  const ranges: { pot: Pot; first: bigint; count: bigint }[] = []
  for (const { pot, epoch } of given.toSorted((a, b) => Number(a.epoch - b.epoch))) {
    const open = ranges.findLast((range) => range.pot === pot)
    if (open && epoch < open.first + DAYS) open.count = epoch - open.first + 1n
    else ranges.push({ pot, first: epoch, count: 1n })
  }
  return ranges
}

/** Returns what the sender gave and did not get back, by day. */
async function givenBy({ rewards, account }: Restaker, fundings: readonly Funding[]): Promise<Given[]> {
  const own = fundings.filter(({ funder }) => funder === account)
  const days = potsOf(own).flatMap((pot) => {
    const epochs = own
      .filter(
        (funding) =>
          potJson(funding.pot).dim === pot.dim &&
          funding.pot.vault === pot.vault &&
          funding.pot.token.address === pot.token.address,
      )
      .flatMap(({ firstEpoch, count }) => Array.from({ length: Number(count) }, (_, i) => firstEpoch + BigInt(i)))
    return [...new Set(epochs)].map((epoch) => ({ pot, epoch }))
  })
  const given = await Promise.all(
    days.map(async ({ pot, epoch }) => {
      const [units, isRefundable] = await Promise.all([
        rewards.contributionOf(potInput(pot), epoch, account),
        rewards.isRefundable(potInput(pot), epoch),
      ])
      return { pot, epoch, units, isRefundable }
    }),
  )
  return given.filter(({ units }) => units > 0n)
}
