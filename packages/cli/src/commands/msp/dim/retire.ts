import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { expectManager } from '../../../restaking/agreeing.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { describeDim, dimJson, dimOperand, expectStatus, readDim, windowOf } from '../../../restaking/dims.ts'
import { rehearse } from '../../../restaking/errors.ts'
import { formatDuration } from '../../../restaking/quantities.ts'

export default defineCommand({
  summary: 'Let a module of yours leave: no later offence can be slashed',
  details: [
    SENDS,
    'It cannot come back. Once no earlier offence can be slashed any more, anyone releases it (msp dim release).',
  ],
  operands: ['dim'],
  options: Type.Object({ dim: dimOperand, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, dims, signer, now } = restaker
      const dim = await readDim(restaker, BigInt(options.dim))
      expectManager(dim, account)
      expectStatus(dim, ['admitted', 'leaving', 'released'])
      if (dim.status === 'admitted') {
        await rehearse('retire', dims.retire.staticCall(dim.id))
        context.progress.say(`no stake backs DIM ${dim.id} from now on, and no basket with it can be opened; for good`)
        context.progress.say(
          `  earlier offences can be slashed for ${formatDuration(windowOf(dim.terms))}, until ${formatTime(now + windowOf(dim.terms))} UTC; its bond stays until then`,
        )
        await dims.retire(dim.id)
      }
      const after = await readDim(restaker, dim.id)
      return {
        lines: [describeDim(after)],
        json: {
          account,
          ...dimJson(after),
          obligedUntil: after.leftAt + windowOf(after.terms),
          transactions: signer.transactions,
        },
      }
    }),
})
