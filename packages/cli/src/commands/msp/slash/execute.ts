import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { amountJson, formatAmount } from '../../../restaking/assets.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { describeBeneficiary, readDim } from '../../../restaking/dims.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import {
  describeOffence,
  describeRequest,
  readRequest,
  requestJson,
  requestOperand,
  slashHistory,
} from '../../../restaking/slashes.ts'

export default defineCommand({
  summary: 'Execute a request for a slash that was not vetoed; anyone may',
  details: [SENDS],
  operands: ['request'],
  options: Type.Object({ request: requestOperand, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, slasher, signer, now } = restaker
      const request = await readRequest(restaker, BigInt(options.request))
      const { id, status, offence, vault, vetoUntil, executeUntil } = request
      if (status === 'vetoed') throw new RestakingError('REQUEST_STATE', `Request ${id} was vetoed.`)
      if (status === 'requested') {
        if (now < vetoUntil)
          throw new RestakingError('WINDOW_NOT_OPEN', `Request ${id} can be vetoed until ${formatTime(vetoUntil)} UTC.`)
        if (now > executeUntil)
          throw new RestakingError(
            'WINDOW_CLOSED',
            `Request ${id} could be executed until ${formatTime(executeUntil)} UTC.`,
          )
        const taken = await rehearse('execute', slasher.executeSlash.staticCall(id))
        const { terms } = await readDim(restaker, offence.dim)
        context.progress.say(describeOffence(offence, vault.asset))
        context.progress.say(
          `  ${formatAmount(taken, vault.asset)} are taken of the pool, from everyone in it in proportion; ${describeBeneficiary(terms)}`,
        )
        await slasher.executeSlash(id)
      }
      const after = await readRequest(restaker, id)
      const executed = (await slashHistory(restaker, offence)).find((slash) => slash.request === id)
      const taken = executed?.taken ?? 0n
      return {
        lines: [describeRequest(after, now), `${formatAmount(taken, vault.asset)} were taken`],
        json: {
          account,
          ...requestJson(after),
          taken: amountJson(taken, vault.asset),
          transactions: signer.transactions,
        },
      }
    }),
})
