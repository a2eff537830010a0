import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { allVaults, amountJson, assetOption, findToken, formatAmount } from '../../../restaking/assets.ts'
import {
  claimDues,
  claimedJson,
  describePot,
  duesOf,
  type Failed,
  fundingsOf,
  type Pot,
  type PotFilter,
  potInput,
  potJson,
  potsOf,
} from '../../../restaking/bribes.ts'
import { type Restaker, withRestaker } from '../../../restaking/contracts.ts'
import { dimOperand } from '../../../restaking/dims.ts'
import { isRefused, reasonOf, rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Claim what your stake earned, and your commission as a validator, in all tokens',
  details: [
    SENDS,
    'Several tokens are claimed in one transaction. One that fails is told of, and does not stop the others.',
  ],
  options: Type.Object({
    dim: Type.Optional(dimOperand),
    token: Type.Optional(assetOption('Only this token; IOTX for wrapped ones.', false)),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer } = restaker
      const filter: PotFilter = {
        dim: options.dim === undefined ? undefined : BigInt(options.dim),
        token: options.token === undefined ? undefined : await findToken(restaker, options.token),
      }
      const say = (line: string) => context.progress.say(line)
      const dues = await duesOf(restaker, account, filter)
      const { claimed, failed } = await claimDues(restaker, dues, say)
      const commissions = await claimCommissions(restaker, filter, failed, say)
      return {
        lines: [
          ...claimed.map(({ due, paid }) => `${formatAmount(paid, due.pot.token)}: ${describePot(due.pot)}`),
          ...commissions.map(
            ({ pot, units }) => `${formatAmount(units, pot.token)} of commission: ${describePot(pot)}`,
          ),
          ...failed.map(({ pot, reason }) => `not claimed: ${describePot(pot)}: ${reason}`),
          ...(claimed.length + commissions.length + failed.length === 0 ? ['nothing to claim'] : []),
        ],
        json: {
          account,
          claimed: claimed.map(claimedJson),
          commissions: commissions.map(({ pot, units }) => ({ ...potJson(pot), paid: amountJson(units, pot.token) })),
          failed: failed.map(({ pot, reason }) => ({ ...potJson(pot), reason })),
          transactions: signer.transactions,
        },
      }
    }),
})

/** Claims the sender's commissions; adds to `failed` what its token refuses. */
async function claimCommissions(
  restaker: Restaker,
  filter: PotFilter,
  failed: Failed[],
  say: (line: string) => void,
): Promise<{ pot: Pot; units: bigint }[]> {
  const { account, validators, rewards } = restaker
  if (!(await validators.isRegistered(account))) return []
  const paid: { pot: Pot; units: bigint }[] = []
  for (const pot of potsOf(await fundingsOf(restaker, await allVaults(restaker), filter))) {
    const units = await rewards.commissionOf(potInput(pot), account)
    if (units === 0n) continue
    try {
      await rehearse('claim commission', rewards.claimCommission.staticCall(potInput(pot), account))
    } catch (error) {
      if (!isRefused(error)) throw error
      failed.push({ pot, reason: reasonOf(error) })
      continue
    }
    say(`${formatAmount(units, pot.token)} of commission are paid to ${account}`)
    await rewards.claimCommission(potInput(pot), account)
    paid.push({ pot, units })
  }
  return paid
}
