import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address } from '../../../identity.ts'
import { networkOptions } from '../../../network.ts'
import { toAddress, withRestaking } from '../../../restaking/contracts.ts'
import { describeValidator, readValidator, validatorJson } from '../../../restaking/validators.ts'

export default defineCommand({
  summary: 'Tell of a validator: its commission, modules, baskets and the stake in them',
  operands: ['validator'],
  options: Type.Object({ validator: address('Which one.'), ...networkOptions }),
  run: (options, context) =>
    withRestaking(options, context, async (restaking) => {
      const state = await readValidator(restaking, toAddress(options.validator))
      return { lines: describeValidator(state, restaking.now), json: validatorJson(state) }
    }),
})
