import { Type } from 'typebox'
import { defineCommand } from '../../../command.ts'
import { address } from '../../../identity.ts'
import { networkOptions } from '../../../network.ts'
import { toAddress, withRestaking } from '../../../restaking/contracts.ts'
import { dimOperand } from '../../../restaking/dims.ts'
import {
  describeOffence,
  describeRequest,
  describeSlash,
  readRequest,
  requestJson,
  requestOperand,
  slashHistory,
  slashJson,
} from '../../../restaking/slashes.ts'

export default defineCommand({
  summary: 'Tell of a request for a slash; or of all slashes, with the hashes of their evidence',
  operands: ['request'],
  options: Type.Object({
    request: Type.Optional(requestOperand),
    dim: Type.Optional(dimOperand),
    validator: Type.Optional(address('Only slashes of its stake.')),
    ...networkOptions,
  }),
  run: ({ request: id, dim, validator, ...options }, context) =>
    withRestaking(options, context, async (restaking) => {
      if (id !== undefined) {
        const request = await readRequest(restaking, BigInt(id))
        return {
          lines: [
            describeRequest(request, restaking.now),
            `  ${describeOffence(request.offence, request.vault.asset)}`,
            `  evidence ${request.evidenceHash}`,
          ],
          json: requestJson(request),
        }
      }
      const slashes = await slashHistory(restaking, {
        dim: dim === undefined ? undefined : BigInt(dim),
        validator: validator === undefined ? undefined : toAddress(validator),
      })
      return {
        lines: slashes.length === 0 ? ['no slashes'] : slashes.flatMap(describeSlash),
        json: { slashes: slashes.map(slashJson) },
      }
    }),
})
