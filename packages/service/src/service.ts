/**
 * What every service has: JSON logs with a correlation id, /healthz, /readyz, /metrics, and a clean shutdown.
 * @module
 */
import type { Server } from 'node:http'
import { CodedError, RequestError } from '@iotex2/protocol/errors'
import { type FastifyHttpOptions, type FastifyInstance, fastify, LogController } from 'fastify'
import { type Logger, pino } from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'

export interface ServiceOptions {
  name: string
  /** pino's level; "silent" in tests. */
  logLevel: string
  /** Each resolves when a dependency answers, or rejects with why not. */
  readiness?: Record<string, () => Promise<unknown>>
  fastify?: FastifyHttpOptions<Server>
}

export interface Service {
  app: FastifyInstance
  log: Logger
  metrics: Registry
}

/** How long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 30_000
/** How long requests that are underway may take once the service stops. */
const CLOSE_GRACE_MS = 3_000

/** Builds a service that listens nowhere yet. */
export function createService(options: ServiceOptions): Service {
  // Logs go to stderr: stdout is for results.
  const log = pino({ name: options.name, level: options.logLevel }, pino.destination(2))
  const metrics = new Registry()
  metrics.setDefaultLabels({ service: options.name })
  collectDefaultMetrics({ register: metrics })
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'correlationId' }),
    requestIdHeader: 'x-request-id',
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...options.fastify,
  }) as unknown as FastifyInstance

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof RequestError)
      return reply.code(error.status).send({ code: error.code, message: error.message })
    const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string }
    if (statusCode === 413) return reply.code(413).send({ code: 'BODY_TOO_LARGE', message: 'The body is too large.' })
    if (statusCode !== undefined && statusCode < 500)
      return reply.code(statusCode).send({ code: 'REQUEST_MALFORMED', message })
    request.log.error({ error, code }, 'request failed')
    return reply.code(500).send({ code: 'INTERNAL', message: 'The service failed; try again.' })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'ROUTE_UNKNOWN', message: 'No such route.' }),
  )

  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const checks = Object.entries(options.readiness ?? {})
    const results = await Promise.allSettled(checks.map(([, check]) => check()))
    const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [checks[i]![0]] : []))
    return reply
      .code(failed.length === 0 ? 200 : 503)
      .send({ status: failed.length === 0 ? 'ready' : 'waiting', failed })
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()))
  return { app, log, metrics }
}

/** Thrown when a port is taken. Code PORT_IN_USE. */
export class PortInUseError extends CodedError {
  constructor(host: string, port: number) {
    super('PORT_IN_USE', `Port ${port} on ${host} is in use: stop what listens there, or choose another port.`)
  }
}

/**
 * Listens, tells a parent process where, and stops on SIGTERM, SIGINT or the parent's end.
 * `stop` runs after the listener has closed; the process then ends by itself.
 */
export async function serve(
  service: Service,
  address: { host: string; port: number },
  stop: () => Promise<void> = async () => {},
): Promise<string> {
  const { app, log } = service
  let url: string
  try {
    url = await app.listen(address)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortInUseError(address.host, address.port)
    throw error
  }
  let stopping = false
  const shutDown = async (reason: string) => {
    if (stopping) return
    stopping = true
    log.info({ reason }, 'stopping')
    const cut = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS)
    await app.close()
    clearTimeout(cut)
    await stop()
    if (process.connected) process.disconnect()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutDown(signal))
  process.once('disconnect', () => void shutDown('parent ended'))
  log.info({ url }, 'listening')
  tellParent({ type: 'listening', url })
  // The parent may have ended before anyone listened for that.
  if (process.connected === false) void shutDown('parent ended')
  return url
}

/** Sends a message to the process that started this one, if there is one and it listens. */
export function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** Runs a service's main; a {@link CodedError} becomes one line on stderr and exit code 1. */
export async function main(run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    process.exitCode = 1
    process.stderr.write(
      error instanceof CodedError ? `${error.code}: ${error.message}\n` : `${(error as Error).stack}\n`,
    )
    if (process.connected) process.disconnect()
    process.exit()
  }
}
