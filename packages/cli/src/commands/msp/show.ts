import { Type } from 'typebox'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { address } from '../../identity.ts'
import { networkOptions } from '../../network.ts'
import { toAddress, withRestaking } from '../../restaking/contracts.ts'
import { dimOperand } from '../../restaking/dims.ts'
import { reportAccount, reportDim, reportVaults } from '../../restaking/reports.ts'
import { describeValidator, readValidator, validatorJson } from '../../restaking/validators.ts'

export default defineCommand({
  summary: 'Tell of the vaults and modules; or of an account, a validator, a module',
  details: [
    'Of an account: what it has in the vaults, what it delegated and what of that can be slashed now, and what is leaving, until when.',
  ],
  options: Type.Object({
    account: Type.Optional(address('Whose stake to tell of.')),
    validator: Type.Optional(address('Which validator to tell of.')),
    dim: Type.Optional(dimOperand),
    ...networkOptions,
  }),
  run({ account, validator, dim, ...options }, context) {
    if ([account, validator, dim].filter((each) => each !== undefined).length > 1)
      throw new UsageError('OPTION_INVALID', 'Give one of --account, --validator and --dim.')
    return withRestaking(options, context, async (restaking) => {
      if (account !== undefined) return reportAccount(restaking, toAddress(account))
      if (dim !== undefined) return reportDim(restaking, BigInt(dim))
      if (validator === undefined) return reportVaults(restaking)
      const state = await readValidator(restaking, toAddress(validator))
      return { lines: describeValidator(state, restaking.now), json: validatorJson(state) }
    })
  },
})
