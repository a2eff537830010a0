/**
 * MQTT 3.1.1: requests go to the device's task topic at QoS 1; a message on its acknowledgement topic, and nothing else,
 * is a reply. The broker's PUBACK says only that the broker has it.
 *
 * The session is clean and the client resends nothing by itself: what was not acknowledged is in the device's queue.
 * @module
 */
import { acknowledgementTopic, taskTopic } from '@iotex2/protocol/topics'
import mqtt, { type MqttClient } from 'mqtt'
import type { Transport, TransportOptions } from './transport.ts'

interface Connection {
  gateway: string
  client: MqttClient
  /** Resolves once acknowledgements are heard: one that came before would be lost. */
  ready: Promise<void>
}

/** As the core writes it. */
const PROJECT_OF_BODY = /^\{"nonce":\d+,"projectID":"(\d+)"/

export class MqttTransport implements Transport {
  readonly #options: TransportOptions
  readonly #acknowledgementTopics: string[]
  #connection: Connection | undefined

  constructor(options: TransportOptions) {
    this.#options = options
    this.#acknowledgementTopics = [options.projectId, ...(options.otherProjects ?? [])].map((projectId) =>
      acknowledgementTopic(projectId, options.device),
    )
  }

  send(gateway: string, _nonce: bigint, body: string): void {
    if (this.#connection?.gateway !== gateway) this.hangUp()
    this.#connection ??= this.#connect(gateway)
    const connection = this.#connection
    const topic = taskTopic(BigInt(PROJECT_OF_BODY.exec(body)?.[1] ?? this.#options.projectId), this.#options.device)
    connection.ready.then(
      () =>
        connection.client.publish(topic, body, { qos: 1 }, (error) => {
          if (error) this.#lose(connection)
        }),
      () => this.#lose(connection),
    )
  }

  hangUp(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.client.end(true)
  }

  #connect(gateway: string): Connection {
    const client = mqtt.connect(gateway, {
      // One connection a device: the broker closes an older one that it takes for alive.
      clientId: this.#options.device,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      connectTimeout: this.#options.connectTimeoutMs,
      keepalive: 30,
    })
    const ready = new Promise<void>((resolve, reject) => {
      client.once('connect', () =>
        client.subscribe(this.#acknowledgementTopics, { qos: 1 }, (error, granted) =>
          error || !granted?.length || granted.some(({ qos }) => qos !== 1) ? reject(error) : resolve(),
        ),
      )
      client.on('error', reject)
      client.once('close', reject)
    })
    const connection: Connection = { gateway, client, ready }
    client.on('error', () => this.#lose(connection))
    client.once('close', () => this.#lose(connection))
    client.on('message', (topic, payload) => {
      if (this.#acknowledgementTopics.includes(topic) && this.#connection === connection)
        this.#options.listener.reply(0n, 0, payload.toString())
    })
    return connection
  }

  /** A connection ended, or never was one: with it all that is in flight. */
  #lose(connection: Connection): void {
    if (this.#connection !== connection) return
    this.hangUp()
    this.#options.listener.fail(0n, 'GATEWAY_UNREACHABLE', `${connection.gateway} cannot be reached.`)
  }
}
