import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address } from '../../../identity.ts'
import { networkOptions } from '../../../network.ts'
import { allBuckets } from '../../../restaking/assets.ts'
import {
  bucketJson,
  bucketsOfStaker,
  describeBucket,
  describeDebt,
  iotx,
  readDebt,
} from '../../../restaking/buckets.ts'
import { toAddress, withRestaking } from '../../../restaking/contracts.ts'

export default defineCommand({
  summary: "Tell of an account's restaked buckets, its coin, and its debt",
  options: Type.Object({ account: address('Whose buckets.'), ...networkOptions }),
  run: ({ account: given, ...options }, context) =>
    withRestaking(options, context, async (restaking) => {
      const account = toAddress(given)
      const vaults = await Promise.all(
        (await allBuckets(restaking)).map(async (found) => ({
          asset: found.asset.symbol,
          escrow: await found.buckets.escrowOf(account),
          owned: await bucketsOfStaker(restaking, found, account),
          account: await readDebt(found, account),
        })),
      )
      return {
        lines: vaults.flatMap(({ asset, escrow, owned, account: debt }) => [
          `${asset}: escrow ${escrow}`,
          ...(owned.length === 0 ? ['  no bucket (msp bucket deposit)'] : []),
          ...owned.map((bucket) => `  ${describeBucket(bucket)}`),
          `  coin: ${iotx(debt.coin)}; ${describeDebt(debt)}`,
        ]),
        json: {
          account,
          vaults: vaults.map(({ asset, escrow, owned, account: { coin, debt, indebtedAt, payUntil } }) => ({
            asset,
            escrow,
            buckets: owned.map(bucketJson),
            coinWei: coin,
            debtWei: debt,
            indebtedAt,
            payUntil,
          })),
        },
      }
    }),
})
