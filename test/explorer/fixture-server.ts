/**
 * Serves the built explorer with the coordinator's explorer API, fed by fixtures: a stand-in that lets the page be
 * tested alone, on moments that a real network shows rarely. It is no coordinator; the end-to-end test runs
 * `clickThrough` against the real one.
 * @module
 */
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { PAGE_HEADERS } from '@iotex2/coordinator/explorer-page'
import { RequestError } from '@iotex2/protocol/errors'
import { createService } from '@iotex2/service/service'
import { buildFixtureNetwork, FIXTURE_NOW, type FixtureNetwork } from './fixture-network.ts'
import { buildFixtureStake } from './fixture-stake.ts'

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface FixtureServer {
  url: string
  network: FixtureNetwork
  /** Sends a server-sent event to every page. */
  emit(type: 'stats' | 'fleet' | 'task' | 'device', data: unknown): void
  /** From now on the API answers 503, and its event streams end; or works again. */
  setFailing(failing: boolean): void
  stop(): Promise<void>
}

export interface FixtureServerOptions {
  /** False leaves out what keeps a page apart from others, as most servers do: it has no shared memory then. */
  isolated?: boolean
}

/** Serves `site`, a built explorer or another page, on a free port, with the headers of production. */
export async function startFixtureServer(
  site: string,
  { isolated = true }: FixtureServerOptions = {},
): Promise<FixtureServer> {
  const network = buildFixtureNetwork()
  const streams = new Set<ServerResponse>()
  let failing = false
  const { app } = createService({
    name: 'explorer-fixtures',
    logLevel: 'silent',
    // The browser keeps its connections open.
    fastify: { forceCloseConnections: true },
  })

  app.addHook('onRequest', async (request) => {
    if (failing && request.url.startsWith('/v1/'))
      throw new RequestError(503, 'STORE_UNAVAILABLE', 'The database does not answer.')
  })
  app.get('/v1/stats', async () => network.stats)
  app.get('/v1/fleet', async () => network.fleet)
  app.get('/v1/devices', async () => ({ devices: network.devices }))
  app.get<{ Querystring: { before?: string } }>('/v1/tasks', async (request) => network.page(request.query.before))
  app.get<{ Params: { id: string } }>('/v1/tasks/:id', async (request) => {
    const task = network.task(request.params.id)
    if (task === null) throw new RequestError(404, 'TASK_UNKNOWN', 'No task has this id.')
    return task
  })
  app.get('/v1/stake', async () => buildFixtureStake(FIXTURE_NOW))
  app.get('/v1/events', (_request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write(': open\n\n')
    streams.add(reply.raw)
    reply.raw.once('close', () => streams.delete(reply.raw))
  })
  app.get('/*', async (request, reply) => {
    const path = normalize(new URL(request.url, 'http://page').pathname)
    const file = join(site, path === '/' ? 'index.html' : path)
    const content = await readFile(file).catch(() => {
      throw new RequestError(404, 'ROUTE_UNKNOWN', 'No such file.')
    })
    const { 'content-security-policy': policy } = PAGE_HEADERS
    return reply
      .headers(isolated ? PAGE_HEADERS : { 'content-security-policy': policy })
      .type(CONTENT_TYPES[extname(file)] ?? 'application/octet-stream')
      .send(content)
  })

  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const endStreams = () => {
    for (const stream of streams) stream.destroy()
  }
  return {
    url,
    network,
    emit: (type, data) => {
      for (const stream of streams) stream.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    setFailing: (value) => {
      failing = value
      if (failing) endStreams()
    },
    stop: async () => {
      endStreams()
      await app.close()
    },
  }
}
