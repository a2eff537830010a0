/**
 * The HTTP side of the gateway. POST /v1/task takes a signed reading and replies {taskID} once it is on disk; the older
 * POST /message does the same for the older format. GET /v1/task/:id, /message/:id and /task/:projectId/:taskId tell what
 * became of it. A request may name its device by the header x-device, which saves the gateway work, and is told a
 * receipt where the gateway signs any. GET /v1/gateway tells by which DID.
 * @module
 */
import { taskStatus } from '@iotex2/data-availability/batches'
import { readCounts } from '@iotex2/data-availability/counters'
import type { Store } from '@iotex2/data-availability/store'
import { RequestError } from '@iotex2/protocol/errors'
import { type Hex, isHex } from '@iotex2/protocol/hex'
import { MAXIMUM_BODY_BYTES, type TaskStatus } from '@iotex2/protocol/wire'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Ingest } from '../ingest.ts'
import type { ReceiptSigner } from '../receipts.ts'
import type { IncomingMessage, RequestFormat } from '../verification.ts'

export interface TaskRouteOptions {
  store: Store
  ingest: Ingest
  receipts?: ReceiptSigner
}

export const taskRoutes =
  ({ store, ingest, receipts }: TaskRouteOptions): FastifyPluginAsync =>
  async (app) => {
    // Signatures cover text: the body is taken as it came, whatever type it claims.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: MAXIMUM_BODY_BYTES },
      (_request: FastifyRequest, body: Buffer, done: (error: Error | null, body?: Buffer) => void) => done(null, body),
    )
    app.addHook('onError', async (_request, _reply, error) => {
      if ((error as { statusCode?: number }).statusCode === 413) ingest.countRejection('BODY_TOO_LARGE')
    })

    const submit = async (
      request: FastifyRequest,
      reply: FastifyReply,
      format: RequestFormat,
      name: 'taskID' | 'messageID',
    ): Promise<object> => {
      const message = incoming(request, format)
      if (!message) {
        ingest.countRejection('REQUEST_MALFORMED')
        throw new RequestError(400, 'REQUEST_MALFORMED', 'x-device must be an address.')
      }
      const result = await ingest.submit(message)
      const receipt = receipts?.receiptOf(result, message.device)
      const answer =
        result.outcome === 'rejected' ? { code: result.code, message: result.message } : { [name]: result.taskId }
      reply.code(result.status)
      return { ...answer, ...(receipt && { receipt }) }
    }
    app.post('/v1/task', (request, reply) => submit(request, reply, 'task', 'taskID'))
    app.post('/message', (request, reply) => submit(request, reply, 'message', 'messageID'))
    app.get('/v1/gateway', async () => ({ did: receipts?.did ?? null }))

    app.get<{ Params: { id: string } }>('/v1/task/:id', ({ params }) => statusOf(store, params.id))
    app.get<{ Params: { id: string } }>('/message/:id', async ({ params }) => {
      const { states } = await statusOf(store, params.id)
      return { messageID: params.id, states }
    })
    app.get<{ Params: { projectId: string; taskId: string } }>('/task/:projectId/:taskId', async ({ params }) => {
      const status = await statusOf(store, params.taskId)
      if (status.projectID !== params.projectId) throw unknownTask()
      return status
    })

    app.get('/v1/counters', async () => {
      const { accepted = 0, duplicate = 0, ...rejected } = Object.fromEntries(await readCounts(store))
      return { accepted, duplicates: duplicate, rejected }
    })
  }

function incoming(request: FastifyRequest, format: RequestFormat): IncomingMessage | undefined {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const device = request.headers['x-device']
  if (device === undefined) return { format, body }
  if (!isHex(device, 20)) return undefined
  return { format, body, device: device.toLowerCase() as Hex }
}

const unknownTask = (): RequestError => new RequestError(404, 'TASK_UNKNOWN', 'No message has this task id.')

async function statusOf(store: Store, taskId: string): Promise<TaskStatus> {
  const status = isHex(taskId, 32) ? await taskStatus(store, taskId.toLowerCase() as Hex) : undefined
  if (!status) throw unknownTask()
  return status
}
