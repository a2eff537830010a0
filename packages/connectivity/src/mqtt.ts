/**
 * The MQTT side of the gateway: an embedded broker, or a session with an outside one. Devices publish to their task topic;
 * nothing but a reply on their acknowledgement topic says that a message is kept, the broker's PUBACK does not.
 * @module
 */

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import { acknowledgementTopic, parseTaskTopic, SHARED_TASK_TOPIC_FILTER } from '@iotex2/protocol/topics'
import { type Acknowledgement, MAXIMUM_BODY_BYTES } from '@iotex2/protocol/wire'
import { PortInUseError } from '@iotex2/service/service'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import { connectAsync } from 'mqtt'
import type { Ingest, IngestResult } from './ingest.ts'
import type { ReceiptSigner } from './receipts.ts'

export interface MqttSide {
  /** mqtt://… that devices connect to. */
  url: string
  /** Rejects with why messages cannot arrive now. */
  ready(): Promise<void>
  close(): Promise<void>
}

/** Thrown when the outside broker does not answer. Code BROKER_UNREACHABLE. */
export class BrokerUnreachableError extends CodedError {
  constructor(url: string, cause?: unknown) {
    super('BROKER_UNREACHABLE', `The MQTT broker at ${url} does not answer.`, { cause })
  }
}

/** What takes messages, and signs the answers if it has a key. */
export interface Answering {
  ingest: Ingest
  receipts?: ReceiptSigner
}

type Publish = (topic: string, payload: Buffer) => void

/** Takes what arrived on a task topic and answers on the device's acknowledgement topic. */
async function handle({ ingest, receipts }: Answering, topic: string, body: Buffer, publish: Publish): Promise<void> {
  const sender = parseTaskTopic(topic)
  if (!sender) return
  let result: IngestResult
  if (body.length > MAXIMUM_BODY_BYTES) {
    ingest.countRejection('BODY_TOO_LARGE')
    result = { status: 413, outcome: 'rejected', code: 'BODY_TOO_LARGE', message: 'The body is too large.' }
  } else result = await ingest.submit({ format: 'task', body, ...sender })
  const receipt = receipts?.receiptOf(result, sender.device)
  const answer = { ...acknowledgement(result), ...(receipt && { receipt }) }
  publish(acknowledgementTopic(sender.projectId, sender.device), Buffer.from(JSON.stringify(answer)))
}

function acknowledgement(result: IngestResult): Acknowledgement {
  const nonce = result.nonce?.toString() ?? ''
  if (result.outcome !== 'rejected') return { nonce, status: result.status, taskID: result.taskId }
  return { nonce, status: result.status, code: result.code, message: result.message }
}

const DEVICE = /^0x[0-9a-f]{40}$/
const ACKNOWLEDGEMENT = /^iotex\/v1\/\d{1,19}\/(0x[0-9a-f]{40})\/ack$/

/** The device that a client says it is, by its client id. A client that names none may speak for many. */
const namedDevice = (client: Client | null): Hex | undefined =>
  client && DEVICE.test(client.id) ? (client.id as Hex) : undefined

/** A device may publish to its own task topic only, and hear its own acknowledgements only; never by a wildcard. */
export function mayPublish(client: Client | null, topic: string): boolean {
  const sender = parseTaskTopic(topic)
  const named = namedDevice(client)
  return sender !== undefined && (named === undefined || named === sender.device)
}

export function maySubscribe(client: Client | null, filter: string): boolean {
  const device = ACKNOWLEDGEMENT.exec(filter)?.[1]
  const named = namedDevice(client)
  return device !== undefined && (named === undefined || named === device)
}

/** aedes itself calls its `publish` with the client between packet and callback. */
type BrokerPublish = (packet: PublishPacket, ...rest: unknown[]) => void

/** Thrown to a client that publishes where it may not. Code MQTT_FORBIDDEN. */
export class MqttForbiddenError extends CodedError {
  constructor(topic: string) {
    super('MQTT_FORBIDDEN', `Not allowed: ${topic}.`)
  }
}

/** Starts the embedded broker. Throws {@link PortInUseError}. */
export async function startBroker(answering: Answering, host: string, port: number): Promise<MqttSide> {
  const broker = await Aedes.createBroker({
    // Room for a body that is too large, so that its sender is told so rather than cut off.
    maxPacketSize: 4 * MAXIMUM_BODY_BYTES,
    drainTimeout: 10_000,
    // An acknowledgement is done when its socket is flushed, once a turn: they must not wait for each other.
    concurrency: 0,
  } as Parameters<typeof Aedes.createBroker>[0])
  broker.authorizePublish = (client, packet, done) =>
    done(mayPublish(client, packet.topic) ? null : new MqttForbiddenError(packet.topic))
  // Requests go to the gateway and nowhere else: nobody may subscribe to them, and the broker retains none.
  const toSubscribers = broker.publish.bind(broker) as BrokerPublish
  const acknowledge: Publish = (topic, payload) =>
    toSubscribers({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => {})
  const publish: BrokerPublish = (packet, ...rest) => {
    if (!parseTaskTopic(packet.topic)) return toSubscribers(packet, ...rest)
    void handle(answering, packet.topic, packet.payload as Buffer, acknowledge)
    const done = rest.at(-1)
    if (typeof done === 'function') done()
  }
  broker.publish = publish
  broker.authorizeSubscribe = (client, subscription, done) =>
    done(null, maySubscribe(client, subscription.topic) ? subscription : null)

  const server = createServer((socket) => broker.handle(writeOncePerTurn(socket.setNoDelay())))
  await listen(server, host, port)
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `mqtt://${host}:${actual}`,
    ready: async () => {},
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await closed
    },
  }
}

/**
 * Makes what is written in one turn of the event loop one system call: a commit acknowledges many messages at once, and
 * the encoder corks and uncorks for each packet.
 */
function writeOncePerTurn(socket: Socket): Socket {
  const uncork = socket.uncork.bind(socket)
  let corks = 0
  const flush = () => {
    for (; corks > 0; corks--) uncork()
  }
  socket.uncork = () => {
    corks++
    if (corks === 1) setImmediate(flush)
  }
  // The encoder writes five pieces a packet: joining them is cheaper than handing each to the kernel.
  socket._writev = (pieces, done) => {
    const buffers = pieces.map(({ chunk, encoding }) =>
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : (chunk as Buffer),
    )
    socket._write(Buffer.concat(buffers), 'buffer' as BufferEncoding, done)
  }
  return socket
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUseError(host, port) : error),
    )
    server.listen(port, host, resolve)
  })

/**
 * Takes its share of the messages of an outside broker, which several gateways may do at once. That broker's own
 * configuration must keep devices from publishing acknowledgements. Throws {@link BrokerUnreachableError}.
 */
export async function joinBroker(answering: Answering, url: string): Promise<MqttSide> {
  const shown = new URL(url)
  shown.password = ''
  const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 1_000, clean: true }, false).catch(
    (cause: unknown) => {
      throw new BrokerUnreachableError(shown.href, cause)
    },
  )
  const publish: Publish = (topic, payload) => client.publish(topic, payload, { qos: 0 })
  client.on('message', (topic, payload) => void handle(answering, topic, payload, publish))
  await client.subscribeAsync(SHARED_TASK_TOPIC_FILTER, { qos: 1 })
  return {
    url: shown.href,
    ready: async () => {
      if (!client.connected) throw new BrokerUnreachableError(shown.href)
    },
    close: () => client.endAsync(),
  }
}
