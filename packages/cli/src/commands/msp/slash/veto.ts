import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { formatTime } from '../../../governance.ts'
import { SENDS, writeOptions } from '../../../identity.ts'
import { withRestaker } from '../../../restaking/contracts.ts'
import { RestakingError, rehearse } from '../../../restaking/errors.ts'
import {
  describeOffence,
  describeRequest,
  readRequest,
  requestJson,
  requestOperand,
} from '../../../restaking/slashes.ts'

export default defineCommand({
  summary: 'Veto a request for a slash, as its resolver',
  details: [SENDS, 'The enforcer can ask again, as long as evidence counts.'],
  operands: ['request'],
  options: Type.Object({ request: requestOperand, ...writeOptions }),
  run: (options, context) =>
    withRestaker(options, context, async (restaker) => {
      const { account, slasher, signer, now } = restaker
      const request = await readRequest(restaker, BigInt(options.request))
      if (request.resolver !== account)
        throw new RestakingError(
          'NOT_RESOLVER',
          `The resolver of request ${request.id} is ${request.resolver}, and the keystore is of ${account}.`,
        )
      if (request.status === 'executed') throw new RestakingError('REQUEST_STATE', `Request ${request.id} is executed.`)
      if (request.status === 'requested') {
        if (now >= request.vetoUntil)
          throw new RestakingError(
            'WINDOW_CLOSED',
            `Request ${request.id} could be vetoed until ${formatTime(request.vetoUntil)} UTC.`,
          )
        await rehearse('veto', slasher.vetoSlash.staticCall(request.id))
        context.progress.say(describeOffence(request.offence, request.vault.asset))
        context.progress.say(`  evidence ${request.evidenceHash}`)
        context.progress.say('  nothing is taken for this request, for good')
        await slasher.vetoSlash(request.id)
      }
      const after = await readRequest(restaker, request.id)
      return {
        lines: [describeRequest(after, now)],
        json: { account, ...requestJson(after), transactions: signer.transactions },
      }
    }),
})
