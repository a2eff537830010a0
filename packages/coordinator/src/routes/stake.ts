/**
 * For the explorer: restaked stake. `GET /v1/stake`, `/v1/stake/validators`, `/v1/stake/slashes`,
 * `/v1/stake/bribes`, `/v1/stake/accounts/:address`.
 * @module
 */
import { CodedError, RequestError } from '@iotex2/protocol/errors'
import { isHex } from '@iotex2/protocol/hex'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { StakeModel } from '../stake/model.ts'

export interface StakeRouteOptions {
  /** Without it the deployment has no restaked stake. */
  model?: StakeModel | undefined
}

const limit = Type.Integer({ minimum: 1, maximum: 100, default: 50 })
const ValidatorQuery = Type.Object({ limit, after: Type.Optional(Type.String({ pattern: '^0x[0-9a-f]{40}$' })) })
const before = Type.Optional(Type.String({ pattern: '^[0-9]{1,15}-[0-9]{1,9}$' }))
const SlashQuery = Type.Object({ limit, before })
/** Each pot takes nine calls. */
const BribeQuery = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 20, default: 20 }), before })

interface Position {
  block: number
  logIndex: number
}

function positionOf(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined
  const [block, logIndex] = text.split('-').map(Number)
  return { block: block!, logIndex: logIndex! }
}

export const stakeRoutes: FastifyPluginAsync<StakeRouteOptions> = async (app, { model }) => {
  async function answer<T>(ask: (model: StakeModel) => Promise<T>): Promise<T> {
    if (!model)
      throw new RequestError(404, 'STAKE_OFF', 'Nothing is restaked here: the deployment has no contracts for it.')
    try {
      return await ask(model)
    } catch (error) {
      if (error instanceof CodedError && error.code === 'CHAIN_UNREACHABLE')
        throw new RequestError(503, 'CHAIN_UNREACHABLE', 'The chain does not answer: try again.')
      throw error
    }
  }

  app.get('/v1/stake', () => answer((model) => model.overview()))
  app.get<{ Querystring: { limit: number; after?: string } }>(
    '/v1/stake/validators',
    { schema: { querystring: ValidatorQuery } },
    ({ query }) => answer((model) => model.validators(query.limit, query.after)),
  )
  app.get<{ Querystring: { limit: number; before?: string } }>(
    '/v1/stake/slashes',
    { schema: { querystring: SlashQuery } },
    ({ query }) => answer((model) => model.slashes(query.limit, positionOf(query.before))),
  )
  app.get<{ Querystring: { limit: number; before?: string } }>(
    '/v1/stake/bribes',
    { schema: { querystring: BribeQuery } },
    ({ query }) => answer((model) => model.bribes(query.limit, positionOf(query.before))),
  )
  app.get<{ Params: { address: string } }>('/v1/stake/accounts/:address', ({ params }) => {
    const address = params.address.toLowerCase()
    if (!isHex(address, 20)) throw new RequestError(400, 'REQUEST_MALFORMED', 'The path must name an address.')
    return answer((model) => model.account(address))
  })
}
