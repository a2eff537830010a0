import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { dimJson, dimOperand, expectStatus, readDim, windowOf } from '../../../restaking/dims.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'

export default defineCommand({
  summary: 'End a module that has left, once no offence can be slashed any more; anyone may',
  details: [SENDS],
  operands: ['dim'],
  options: Type.Object({ dim: dimOperand, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, dims, signer, now } = restaker
      const dim = await readDim(restaker, BigInt(options.dim))
      expectStatus(dim, ['leaving', 'released'])
      if (dim.status === 'leaving') {
        const until = dim.leftAt + windowOf(dim.terms)
        if (now <= until)
          throw new RestakingError(
            'DIM_OBLIGED',
            `Offences against DIM ${dim.id} can be slashed until ${formatTime(until)} UTC.`,
          )
        await rehearse('release', dims.release.staticCall(dim.id))
        context.progress.say(`DIM ${dim.id} ends; its manager can withdraw the bond (msp dim withdraw-bond)`)
        await dims.release(dim.id)
      }
      return {
        lines: [`DIM ${dim.id} is released`],
        json: { account, ...dimJson(await readDim(restaker, dim.id)), transactions: signer.transactions },
      }
    }),
})
