import { connectIoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { Type } from 'typebox'
import { defineCommand, text } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import { formatPercent, nextEpoch, parsePercent, percentOption } from '../../../restaking/quantities.ts'

export default defineCommand({
  summary: "Register the keystore's key as a validator",
  details: [
    SENDS,
    "A validator with an ioID uses its device's key. A validator stays one; its commission can be changed, and counts from the next day on (midnight UTC).",
  ],
  options: Type.Object({
    ioid: Type.Optional(text('TOKEN', 'The ioID whose device the key is.', { pattern: '^[1-9][0-9]{0,76}$' })),
    commission: percentOption('Its part of the rewards of stake behind it: 0 to 100.'),
    ...writeOptions,
  }),
  run: (options, context) =>
    withRestaker(options, context, async ({ account, validators, deployment, signer, runner, now }) => {
      const commission = parsePercent(options.commission)
      const ioID = BigInt(options.ioid ?? 0)
      const isRegistered = await validators.isRegistered(account)
      if (isRegistered) {
        const [known, next] = await Promise.all([
          validators.ioIDOf(account),
          validators.commissionAt(account, nextEpoch(now)),
        ])
        if (known !== ioID || next !== commission)
          throw new RestakingError(
            'VALIDATOR_REGISTERED',
            `${account} is registered ${known === 0n ? 'without ioID' : `with ioID ${known}`}, at ${formatPercent(next)} (msp validator commission).`,
          )
      } else {
        if (ioID !== 0n) {
          const registry = connectIoIDRegistry(deployment.address('ioIDRegistry'), runner)
          if (!(await registry.exists(account)))
            throw new RestakingError('IOID_NOT_YOURS', `${account} is no device with an ioID (ioid register).`)
        }
        await rehearse('register', validators.register.staticCall(ioID, commission))
        context.progress.say(
          `${account} becomes a validator${ioID === 0n ? '' : ` with ioID ${ioID}`}, and keeps ${formatPercent(commission)} of rewards from ${formatTime(nextEpoch(now))} UTC on`,
        )
        context.progress.say('  nothing is staked by it, and nothing can be slashed that nobody delegates to it')
        await validators.register(ioID, commission)
      }
      return {
        lines: [`${account} ${isRegistered ? 'was' : 'is'} registered`],
        json: {
          account,
          validator: account,
          ioID: ioID === 0n ? null : ioID,
          commissionBps: commission,
          transactions: signer.transactions,
        },
      }
    }),
})
