import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { networkOptions } from '../../../network.ts'
import { withRestaking } from '../../../restaking/contracts.ts'
import { dimOperand } from '../../../restaking/dims.ts'
import { reportDim, reportDims } from '../../../restaking/reports.ts'

export default defineCommand({
  summary: 'Tell of a module: its terms, its bond, its validators and the stake behind it; or of all',
  operands: ['dim'],
  options: Type.Object({ dim: Type.Optional(dimOperand), ...networkOptions }),
  run: (options, context) =>
    withRestaking(options, context, (restaking) =>
      options.dim === undefined ? reportDims(restaking) : reportDim(restaking, BigInt(options.dim)),
    ),
})
