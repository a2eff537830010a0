import { Type } from 'typebox'
import { defineCommand, flag, list } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { formatTime } from '../../governance.ts'
import { SENDS, writeOptions } from '../../identity.ts'
import {
  type AssetVault,
  allVaults,
  amountJson,
  assetJson,
  formatAmount,
  introduceVault,
  stakeOption,
  useVault,
} from '../../restaking/assets.ts'
import { type Restaker, withRestaker } from '../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../restaking/errors.ts'
import { describeExit, type Exit, exitsOf, readExit } from '../../restaking/positions.ts'
import { withdrawAll } from '../../restaking/withdrawals.ts'

export default defineCommand({
  summary: 'Credit stake that has left: all of yours that has unlocked, or the exits that are named',
  details: [
    SENDS,
    'An exit that has unlocked is worth the same whenever it is claimed; no slash reaches it any more. It goes to the balance in the vault; --withdraw pays all that is not delegated there to you.',
  ],
  operands: ['exits'],
  options: Type.Object({
    exits: list('EXIT', 'Numbers of exits, of the vault that --asset names; without them all of yours in all vaults.'),
    asset: stakeOption('The asset of the exits that are named; also'),
    withdraw: flag('Then withdraw what is not delegated, of each asset that was claimed.'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, now } = restaker
      const named = options.exits.length > 0
      const { ready, locked, vaults } = named
        ? await namedExits(restaker, options.exits, options.asset)
        : await ownExits(restaker)
      const claimed: (Exit & { credited: bigint })[] = []
      for (const exit of ready) {
        introduceVault(restaker, exit.vault)
        const credited = await rehearse('claim', exit.vault.vault.claim.staticCall(exit.id))
        context.progress.say(`exit ${exit.id}: ${formatAmount(credited, exit.vault.asset)} are credited`)
        await exit.vault.vault.claim(exit.id)
        claimed.push({ ...exit, credited })
      }
      const { withdrawn, refused } = options.withdraw
        ? await withdrawAll(restaker, vaults, (line) => context.progress.say(line))
        : { withdrawn: [], refused: [] }
      const next = locked.toSorted((a, b) => Number(a.unlockTime - b.unlockTime))[0]
      return {
        lines: [
          ...claimed.map(({ id, credited, vault }) => `exit ${id}: credited ${formatAmount(credited, vault.asset)}`),
          ...withdrawn.map(({ asset, units }) => `withdrawn: ${formatAmount(units, asset)}`),
          ...refused.map(({ asset, reason }) => `not withdrawn: ${asset.symbol}: ${reason}`),
          ...(claimed.length > 0 || withdrawn.length > 0 ? [] : ['nothing to claim']),
          ...(next ? [`next: ${describeExit(next, now)}`] : []),
        ],
        json: {
          account,
          claimed: claimed.map(({ id, vault, credited }) => ({
            exit: id,
            asset: assetJson(vault.asset),
            credited: amountJson(credited, vault.asset),
          })),
          withdrawn: withdrawn.map(({ asset, units }) => ({ asset: assetJson(asset), ...amountJson(units, asset) })),
          notWithdrawn: refused.map(({ asset, reason }) => ({ asset: assetJson(asset), reason })),
          nextUnlockTime: next?.unlockTime ?? null,
          transactions: signer.transactions,
        },
      }
    }),
})

interface Found {
  ready: Exit[]
  locked: Exit[]
  vaults: AssetVault[]
}

async function ownExits(restaker: Restaker): Promise<Found> {
  const all = await allVaults(restaker)
  const exits = await exitsOf(restaker, all, restaker.account)
  const isReady = ({ unlockTime }: Exit) => unlockTime <= restaker.now
  // What was claimed and not withdrawn, before an interruption, has no exit any more.
  const balances = await Promise.all(all.map(({ vault }) => vault.balanceOf(restaker.account)))
  return {
    ready: exits.filter(isReady),
    locked: exits.filter((exit) => !isReady(exit)),
    vaults: all.filter((vault, i) => balances[i]! > 0n || exits.some((exit) => exit.vault === vault)),
  }
}

async function namedExits(restaker: Restaker, names: readonly string[], asset: string): Promise<Found> {
  const vault = await useVault(restaker, asset)
  const ready = await Promise.all(
    names.map(async (name) => {
      if (!/^[1-9][0-9]{0,18}$/.test(name)) throw new UsageError('OPTION_INVALID', `"${name}" is no number of an exit.`)
      const exit = await readExit(vault, BigInt(name))
      if (!exit)
        throw new RestakingError(
          'EXIT_UNKNOWN',
          `There is no exit ${name} in the vault of ${vault.asset.symbol}, or it was claimed.`,
        )
      if (exit.unlockTime > restaker.now)
        throw new RestakingError('EXIT_LOCKED', `Exit ${name} is locked until ${formatTime(exit.unlockTime)} UTC.`)
      return exit
    }),
  )
  return { ready, locked: [], vaults: [vault] }
}
