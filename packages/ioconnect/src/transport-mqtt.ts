/**
 * MQTT 3.1.1: requests go to the device's task topic at QoS 1; a message on its acknowledgement topic, and nothing else,
 * is a reply. The broker's PUBACK says only that the broker has it.
 *
 * The session is clean and the client resends nothing by itself: what was not acknowledged is in the device's queue.
 * @module
 */
import { type Hex, isHex } from '@iotex2/protocol/hex'
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import type { Acknowledgement } from '@iotex2/protocol/wire'
import mqtt, { type MqttClient } from 'mqtt'
import type { QueuedMessage } from './queue.ts'
import { GatewayRing, parseReply, type Transport, TransportError, type TransportOptions } from './transport.ts'

interface Waiting {
  resolve: (reply: Acknowledgement) => void
  reject: (error: TransportError) => void
}

interface Connection {
  gateway: string
  client: MqttClient
  /** By nonce in decimal. */
  waiting: Map<string, Waiting>
  failed: boolean
}

export class MqttTransport implements Transport {
  readonly #device: Hex
  readonly #taskTopic: string
  readonly #acknowledgementTopic: string
  readonly #replyTimeoutMs: number
  readonly #gateways: GatewayRing
  #connection: Promise<Connection> | undefined
  #closed = false

  constructor({ projectId, device, gateways, replyTimeoutMs }: TransportOptions) {
    this.#device = device
    this.#taskTopic = taskTopic(projectId, device)
    this.#acknowledgementTopic = acknowledgementTopic(projectId, device)
    this.#replyTimeoutMs = replyTimeoutMs
    this.#gateways = new GatewayRing(gateways)
  }

  get gateway(): string {
    return this.#gateways.current
  }

  async send(message: QueuedMessage, signal: AbortSignal): Promise<Acknowledgement> {
    const connection = await this.#connect()
    const nonce = String(message.nonce)
    const { gateway } = connection
    let timer: NodeJS.Timeout | undefined
    const stop = () => this.#fail(connection, new TransportError('TRANSPORT_CLOSED', 'The device stops.'))
    try {
      return await new Promise<Acknowledgement>((resolve, reject) => {
        if (signal.aborted) return reject(new TransportError('TRANSPORT_CLOSED', 'The device stops.'))
        signal.addEventListener('abort', stop, { once: true })
        connection.waiting.set(nonce, { resolve, reject })
        timer = setTimeout(
          () =>
            this.#fail(
              connection,
              new TransportError('GATEWAY_SILENT', `${gateway} did not acknowledge in ${this.#replyTimeoutMs} ms.`),
            ),
          this.#replyTimeoutMs,
        )
        connection.client.publish(this.#taskTopic, message.body, { qos: 1 }, (cause) => {
          if (cause) this.#fail(connection, unreachable(gateway, cause))
        })
      })
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      connection.waiting.delete(nonce)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const connection = await this.#connection?.catch(() => undefined)
    if (connection) this.#fail(connection, new TransportError('TRANSPORT_CLOSED', 'The device stops.'))
  }

  /** Returns the connection, opening it where there is none. One attempt serves all who wait for it. */
  #connect(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new TransportError('TRANSPORT_CLOSED', 'The device stops.'))
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = undefined
      throw error
    })
    return this.#connection
  }

  /** Connects and subscribes: an acknowledgement that comes before the subscription would be lost. */
  async #open(): Promise<Connection> {
    const { gateway } = this
    const client = mqtt.connect(gateway, {
      // One connection a device: the broker closes an older one that it takes for alive.
      clientId: this.#device,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      connectTimeout: this.#replyTimeoutMs,
      keepalive: 30,
    })
    const connection: Connection = { gateway, client, waiting: new Map(), failed: false }
    try {
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve())
        client.once('error', reject)
        client.once('close', () =>
          reject(new TransportError('GATEWAY_UNREACHABLE', `${gateway} closed the connection.`)),
        )
      })
      client.on('message', (topic, payload) => {
        if (topic === this.#acknowledgementTopic) settle(connection, payload.toString())
      })
      const [granted] = await client.subscribeAsync(this.#acknowledgementTopic, { qos: 1 })
      if (granted?.qos !== 1)
        throw new TransportError(
          'GATEWAY_UNREACHABLE',
          `${gateway} does not let ${this.#device} hear its acknowledgements.`,
        )
    } catch (cause) {
      // A late error of a client that is given up would end the process.
      client.on('error', () => {})
      client.end(true)
      this.#gateways.leave(gateway)
      throw cause instanceof TransportError ? cause : unreachable(gateway, cause as Error)
    }
    client.on('error', (cause) => this.#fail(connection, unreachable(gateway, cause)))
    client.once('close', () => this.#fail(connection, unreachable(gateway)))
    return connection
  }

  /** Ends a connection: what waits on it is to be sent again, elsewhere if there is an elsewhere. */
  #fail(connection: Connection, error: TransportError): void {
    if (connection.failed) return
    connection.failed = true
    const waiting = [...connection.waiting.values()]
    connection.waiting.clear()
    connection.client.end(true)
    if (error.code !== 'TRANSPORT_CLOSED') this.#gateways.leave(connection.gateway)
    this.#connection = undefined
    for (const { reject } of waiting) reject(error)
  }
}

const unreachable = (gateway: string, cause?: Error): TransportError =>
  new TransportError('GATEWAY_UNREACHABLE', `${gateway} cannot be reached.`, { cause })

/** Gives a reply to who waits for it. One that nobody waits for, or that cannot be read, is passed over. */
function settle(connection: Connection, text: string): void {
  let reply: Record<string, unknown>
  try {
    reply = parseReply(text)
  } catch {
    return
  }
  const { nonce, status, taskID, code, message } = reply
  const waiting = connection.waiting.get(String(nonce))
  if (!waiting || typeof status !== 'number') return
  waiting.resolve({
    nonce: String(nonce),
    status,
    ...(isHex(taskID, 32) ? { taskID } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
  })
}
