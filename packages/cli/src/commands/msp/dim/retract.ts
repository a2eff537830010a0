import { formatEther } from 'ethers'
import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { expectManager } from '../../../restaking/agreeing.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { dimJson, dimOperand, expectStatus, readDim } from '../../../restaking/dims.ts'
import { rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'Take back the proposal of a module, before it was admitted',
  details: [SENDS],
  operands: ['dim'],
  options: Type.Object({ dim: dimOperand, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, dims, signer } = restaker
      const dim = await readDim(restaker, BigInt(options.dim))
      expectManager(dim, account)
      expectStatus(dim, ['proposed', 'released'])
      if (dim.status === 'proposed') {
        await rehearse('retract', dims.retract.staticCall(dim.id))
        context.progress.say(
          `DIM ${dim.id} cannot be admitted any more; its bond of ${formatEther(dim.bond)} IOTX can be withdrawn then (msp dim withdraw-bond)`,
        )
        await dims.retract(dim.id)
      }
      return {
        lines: [`DIM ${dim.id} is released`],
        json: { account, ...dimJson(await readDim(restaker, dim.id)), transactions: signer.transactions },
      }
    }),
})
