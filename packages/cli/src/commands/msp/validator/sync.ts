import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { address, SENDS, writeOptions } from '../../../identity.ts'
import { allVaults, assetJson } from '../../../restaking/assets.ts'
import { readBasket } from '../../../restaking/baskets.ts'
import { toAddress, withRestaker } from '../../../restaking/contracts.ts'
import { rehearse } from '../../../restaking/errors.ts'
import { poolsOfValidator } from '../../../restaking/positions.ts'
import { epochOf, nextEpoch } from '../../../restaking/quantities.ts'
import { expectValidator } from '../../../restaking/validators.ts'

export default defineCommand({
  summary: 'Count the stake behind a validator for rewards of the modules that it serves by now; anyone may',
  details: [
    SENDS,
    'Stake that joins after validator and module have agreed is counted anyway. Stake that was there before is counted from here on; what a validator serves no more is counted no longer.',
  ],
  operands: ['validator'],
  options: Type.Object({ validator: address('Which one.'), ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, rewards, signer, now } = restaker
      const validator = toAddress(options.validator)
      await expectValidator(restaker, validator)
      const next = epochOf(now) + 1n
      const synced: { asset: ReturnType<typeof assetJson>; basket: bigint; dims: bigint[] }[] = []
      for (const { vault, basket } of await poolsOfValidator(restaker, await allVaults(restaker), validator)) {
        const { lines } = await readBasket(restaker, validator, basket)
        const counted = await Promise.all(
          lines.map(({ dim }) => rewards.isCounted(vault.address, validator, basket, dim.id, next)),
        )
        const changed = lines.filter(
          ({ dim, servesNext }, i) => counted[i] !== (servesNext && dim.status === 'admitted'),
        )
        if (changed.length === 0) continue
        await rehearse('sync', rewards.sync.staticCall(vault.address, validator, basket))
        for (const { dim, servesNext } of changed)
          context.progress.say(
            `from ${formatTime(nextEpoch(now))} UTC on, ${vault.asset.symbol} in basket ${basket} of ${validator} ${servesNext && dim.status === 'admitted' ? 'earns' : 'earns no'} rewards of DIM ${dim.id}`,
          )
        await rewards.sync(vault.address, validator, basket)
        synced.push({ asset: assetJson(vault.asset), basket, dims: changed.map(({ dim }) => dim.id) })
      }
      return {
        lines:
          synced.length === 0
            ? [`all stake behind ${validator} is counted as it serves`]
            : synced.map(({ asset, basket }) => `counted: ${asset.symbol} in basket ${basket}`),
        json: { account, validator, counted: synced, transactions: signer.transactions },
      }
    }),
})
