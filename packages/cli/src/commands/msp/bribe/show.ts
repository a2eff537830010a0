import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address } from '../../../identity.ts'
import { networkOptions } from '../../../network.ts'
import { allVaults, amountJson, formatAmount } from '../../../restaking/assets.ts'
import {
  describePot,
  dueJson,
  duesOf,
  fundingsOf,
  type Pot,
  potInput,
  potJson,
  potsOf,
} from '../../../restaking/bribes.ts'
import { type Restaking, toAddress, withRestaking } from '../../../restaking/contracts.ts'
import { dimOperand } from '../../../restaking/dims.ts'
import { epochOf, formatEpoch } from '../../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Tell what modules and others pay for stake, by day; or what an account has earned',
  options: Type.Object({
    dim: Type.Optional(dimOperand),
    account: Type.Optional(address('Whose stake, or commission.')),
    ...networkOptions,
  }),
  run: ({ dim: given, account, ...options }, context) =>
    withRestaking(options, context, async (restaking) => {
      const dim = given === undefined ? undefined : BigInt(given)
      return account === undefined ? showPots(restaking, dim) : showAccount(restaking, dim, toAddress(account))
    }),
})

/** Days that are shown: yesterday, which is shared out, to a week from now. */
const SHOWN = 9

async function showPots(restaking: Restaking, dim: bigint | undefined) {
  const { rewards, now } = restaking
  const vaults = await allVaults(restaking)
  const pots = potsOf(await fundingsOf(restaking, vaults, { dim }))
  const first = epochOf(now) - 1n
  const states = await Promise.all(
    pots.map(async (pot) => {
      const { left } = await rewards.balanceOf(potInput(pot))
      const days = await Promise.all(
        Array.from({ length: SHOWN }, async (_, i) => {
          const epoch = first + BigInt(i)
          const [funded, backing] = await Promise.all([
            rewards.fundedFor(potInput(pot), epoch),
            rewards.totalIn(pot.dim, pot.vault.address, epoch),
          ])
          return { epoch, funded, backing }
        }),
      )
      return { pot, left, days: days.filter(({ funded }) => funded > 0n) }
    }),
  )
  return {
    lines:
      states.length === 0
        ? ['nothing is paid yet (msp bribe fund)']
        : states.flatMap(({ pot, left, days }) => [
            `${describePot(pot)}: ${formatAmount(left, pot.token)} are not claimed`,
            ...days.map(
              ({ epoch, funded, backing }) => `  ${formatEpoch(epoch)}: ${describeDay(pot, funded, backing)}`,
            ),
          ]),
    json: {
      pots: states.map(({ pot, left, days }) => ({
        ...potJson(pot),
        left: amountJson(left, pot.token),
        days: days.map(({ epoch, funded, backing }) => ({
          day: formatEpoch(epoch),
          funded: amountJson(funded, pot.token),
          backing: amountJson(backing, pot.vault.asset),
        })),
      })),
    },
  }
}

const describeDay = ({ token, vault }: Pot, funded: bigint, backing: bigint): string =>
  `${formatAmount(funded, token)} for ${formatAmount(backing, vault.asset)}`

async function showAccount(restaking: Restaking, dim: bigint | undefined, account: string) {
  const { rewards } = restaking
  const dues = await duesOf(restaking, account, { dim })
  const pots = potsOf(await fundingsOf(restaking, await allVaults(restaking), { dim }))
  const commissions = await Promise.all(
    pots.map(async (pot) => ({ pot, units: await rewards.commissionOf(potInput(pot), account) })),
  )
  const own = commissions.filter(({ units }) => units > 0n)
  return {
    lines: [
      ...dues.map(({ pot, units }) => `${formatAmount(units, pot.token)}: ${describePot(pot)}`),
      ...own.map(({ pot, units }) => `${formatAmount(units, pot.token)} of commission: ${describePot(pot)}`),
      ...(dues.length + own.length === 0 ? [`${account} has nothing to claim`] : []),
    ],
    json: {
      account,
      due: dues.map((due) => ({ ...dueJson(due), ...amountJson(due.units, due.pot.token) })),
      commissions: own.map(({ pot, units }) => ({ ...potJson(pot), ...amountJson(units, pot.token) })),
    },
  }
}
