/**
 * For the explorer: stats, fleet, tasks, devices, live events, and the page itself.
 * @module
 */
import { existsSync } from 'node:fs'
import { RequestError } from '@iotex2/protocol/errors'
import { isHex } from '@iotex2/protocol/hex'
import type { FastifyPluginAsync } from 'fastify'
import { Type } from 'typebox'
import type { Feed } from '../feed.ts'
import type { ReadModel } from '../read-model.ts'
import { streamEvents } from './event-stream.ts'
import { explorerPage } from './explorer-page.ts'

export interface ExplorerRouteOptions {
  model: ReadModel
  feed: Feed
  /** The built page; without it only the API is served. */
  directory?: string | undefined
}

const TaskQuery = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  before: Type.Optional(Type.String({ pattern: '^0x[0-9a-f]{64}$' })),
})

export const explorerRoutes: FastifyPluginAsync<ExplorerRouteOptions> = async (app, { model, feed, directory }) => {
  app.get('/v1/stats', () => model.stats())
  app.get('/v1/fleet', () => model.fleet())
  app.get('/v1/devices', () => model.devices())
  app.get<{ Querystring: { limit: number; before?: string } }>(
    '/v1/tasks',
    { schema: { querystring: TaskQuery } },
    ({ query }) => model.tasks(query.limit, query.before),
  )
  app.get<{ Params: { id: string } }>('/v1/tasks/:id', async ({ params }) => {
    const task = isHex(params.id, 32) ? await model.task(params.id) : undefined
    if (!task) throw new RequestError(404, 'TASK_UNKNOWN', 'No batch has this task id.')
    return task
  })

  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.get('/v1/events', (_request, reply) => {
    reply.hijack()
    streamEvents(reply.raw, feed, closing.signal)
  })

  if (directory !== undefined && existsSync(directory)) await app.register(explorerPage, { directory })
}
