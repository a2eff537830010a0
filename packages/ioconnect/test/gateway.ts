/**
 * A gateway for tests: a real aedes broker and a real fastify server that check what devices send and keep it in memory.
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { Hex } from '@iotex2/protocol/hex'
import { acknowledgementTopic, parseTaskTopic, TASK_TOPIC_FILTER } from '@iotex2/protocol/topics'
import { type Acknowledgement, parseTaskRequest, wireTaskId } from '@iotex2/protocol/wire'
import { Aedes } from 'aedes'
import { type FastifyInstance, fastify } from 'fastify'
import { recoveryIdOf } from './signature.ts'

/** Returns a reply in place of the gateway's own, 'silence' for none at all, or undefined to let it be. */
export type Meddle = (nonce: bigint, attempt: number) => Partial<Acknowledgement> | 'silence' | undefined

export interface Kept {
  projectId: bigint
  projectVersion: string | undefined
  nonce: bigint
  taskId: Hex
  payload: Record<string, number>
  circuitSignature: Uint8Array | undefined
}

/** What a gateway keeps survives its restarts, as PostgreSQL would. */
export class Ledger {
  readonly kept = new Map<string, Kept>()
  readonly attempts = new Map<bigint, number>()
  duplicates = 0
  meddle: Meddle = () => undefined

  /** Accepts a body as a gateway does. `device` must have signed it. */
  accept(device: Hex, body: string): Acknowledgement | 'silence' {
    const request = parseTaskRequest(body)
    const attempt = (this.attempts.get(request.nonce) ?? 0) + 1
    this.attempts.set(request.nonce, attempt)
    const nonce = String(request.nonce)
    const meddled = this.meddle(request.nonce, attempt)
    if (meddled === 'silence') return meddled
    if (meddled) return { nonce, status: 503, ...meddled }
    const recoveryId = recoveryIdOf(request, device)
    if (recoveryId === undefined) return { nonce, status: 403, code: 'SIGNATURE_INVALID', message: 'Not signed by it.' }
    const taskId = wireTaskId(request.signature, recoveryId)
    const key = `${device} ${nonce}`
    const first = this.kept.get(key)
    if (first && first.taskId !== taskId) return { nonce, status: 409, code: 'NONCE_REUSED', message: 'Used.' }
    if (first) this.duplicates++
    else {
      const { projectId, projectVersion, payload, circuitSignature } = request
      this.kept.set(key, {
        nonce: request.nonce,
        projectId,
        projectVersion,
        taskId,
        payload: payload as Record<string, number>,
        circuitSignature,
      })
    }
    return { nonce, status: 200, taskID: taskId }
  }
}

export interface TestGateway extends AsyncDisposable {
  url: string
  stop(): Promise<void>
}

export async function startHttpGateway(ledger: Ledger, port = 0): Promise<TestGateway> {
  const app: FastifyInstance = fastify({ forceCloseConnections: true })
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/v1/task', async (request, reply) => {
    const answer = ledger.accept(request.headers['x-device'] as Hex, request.body as string)
    if (answer === 'silence') return new Promise(() => {})
    const { status, taskID, code, message } = answer
    return reply.code(status).send(taskID ? { taskID } : { code, message })
  })
  const url = await app.listen({ host: '127.0.0.1', port })
  const stop = () => app.close()
  return { url, stop, [Symbol.asyncDispose]: stop }
}

export async function startMqttGateway(ledger: Ledger, port = 0): Promise<TestGateway> {
  const broker = await Aedes.createBroker()
  await new Promise<void>((resolve) => {
    const deliver = (packet: { topic: string; payload: Buffer | string }, done: () => void) => {
      const topic = parseTaskTopic(packet.topic)
      const answer = topic ? ledger.accept(topic.device, packet.payload.toString()) : 'silence'
      if (topic && answer !== 'silence')
        broker.publish(
          {
            cmd: 'publish',
            topic: acknowledgementTopic(topic.projectId, topic.device),
            payload: Buffer.from(JSON.stringify(answer)),
            qos: 1,
            retain: false,
            dup: false,
          },
          () => {},
        )
      done()
    }
    broker.subscribe(TASK_TOPIC_FILTER, deliver, resolve)
  })
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    broker.handle(socket)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: bound } = server.address() as { port: number }
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
    await new Promise<void>((resolve) => broker.close(() => resolve()))
  }
  return { url: `mqtt://127.0.0.1:${bound}`, stop, [Symbol.asyncDispose]: stop }
}
