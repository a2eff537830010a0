import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { Type } from 'typebox'
import { defineCommand, flag } from '../../command.ts'
import { address, writeOptions } from '../../identity.ts'
import {
  type AssetVault,
  amount,
  amountJson,
  approveExactly,
  assetJson,
  assetOption,
  connectToken,
  findAsset,
  formatAmount,
  introduceVault,
  parseAmount,
  vaultOf,
} from '../../restaking/assets.ts'
import { type Restaker, toAddress, withRestaker } from '../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../restaking/errors.ts'

export default defineCommand({
  summary: 'Put IOTX or a token into its vault, from where it can be delegated',
  details: [
    'Before each transaction it says what it does and costs, and asks. What is staked is added each time: after an interruption look first (msp show --account).',
    'What is in a vault and not delegated cannot be slashed, and can be withdrawn at any time. Of a token exactly the amount is approved, and what arrives is credited.',
  ],
  operands: ['amount'],
  options: Type.Object({
    amount: amount("How much, in the asset's units."),
    asset: assetOption('IOTX, or the address of a token.'),
    for: Type.Optional(address('Whose it becomes. Yours, without it.')),
    create: flag('Create the vault of the asset where there is none.'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, signer, factory } = restaker
      const staker = options.for === undefined ? account : toAddress(options.for)
      const asset = await findAsset(restaker, options.asset)
      const units = parseAmount(options.amount, asset)
      const held = asset.isCoin
        ? await restaker.provider.getBalance(account)
        : await connectToken(asset.address, restaker).balanceOf(account)
      if (held < units)
        throw new RestakingError(
          'FUNDS_TOO_LOW',
          `${account} has ${formatAmount(held, asset)}, and not ${options.amount}.`,
        )

      let found = await vaultOf(restaker, asset)
      if (!found) {
        if (!options.create)
          throw new RestakingError('VAULT_MISSING', `${asset.symbol} has no vault yet: add --create to make it.`)
        context.progress.say(
          `a vault is created for ${asset.symbol} (${asset.address}): anyone can use it, nobody owns it`,
        )
        await factory.create(asset.address)
        found = (await vaultOf(restaker, asset))!
      }
      introduceVault(restaker, found)
      const whose = staker === account ? 'yours' : `${staker}'s`
      context.progress.say(
        `${formatAmount(units, asset)} go into the vault of ${asset.symbol} (${found.address}) and become ${whose}`,
      )
      context.progress.say('  nothing of it can be slashed, nor does it count, until it is delegated (msp delegate)')
      context.progress.say('  what is not delegated can be withdrawn at any time (msp withdraw)')
      const before = await found.vault.balanceOf(staker)
      if (asset.isCoin) {
        const native = connectNativeVault(found.address, signer)
        await rehearse('deposit', native.depositNative.staticCall(staker, { value: units }))
        await native.depositNative(staker, { value: units })
      } else await depositToken(restaker, found, units, staker, (line) => context.progress.say(line))
      const balance = await found.vault.balanceOf(staker)
      return {
        lines: [
          `credited: ${formatAmount(balance - before, asset)}`,
          `${staker} has ${formatAmount(balance, asset)} that is not delegated`,
        ],
        json: {
          account,
          staker,
          asset: assetJson(asset),
          vault: found.address,
          credited: amountJson(balance - before, asset),
          balance: amountJson(balance, asset),
          transactions: signer.transactions,
        },
      }
    }),
})

async function depositToken(
  restaker: Restaker,
  { asset, vault, address }: AssetVault,
  units: bigint,
  staker: string,
  say: (line: string) => void,
): Promise<void> {
  await approveExactly(restaker, asset, address, units)
  const received = await rehearse('deposit', vault.deposit.staticCall(units, staker))
  if (received !== units)
    say(`  ${asset.symbol} takes its part on the way: ${formatAmount(received, asset)} are credited`)
  await vault.deposit(units, staker)
}
