/**
 * The gateway: takes signed readings over HTTP and MQTT, and acknowledges what is on disk. Any number may run at once.
 * @module
 */
import { availableParallelism } from 'node:os'
import type { Store } from '@iotex2/data-availability/store'
import type { SecretKey } from '@iotex2/identity/secret-key'
import { createService, type Service } from '@iotex2/service/service'
import { sql } from 'kysely'
import { Counter, Gauge } from 'prom-client'
import { Ingest, type IngestPoint } from './ingest.ts'
import { joinBroker, type MqttSide, startBroker } from './mqtt.ts'
import { ReceiptSigner } from './receipts.ts'
import type { DeviceRegistry } from './registry.ts'
import { taskRoutes } from './routes/tasks.ts'
import type { Project } from './verification.ts'

export interface GatewayOptions {
  store: Store
  registry: DeviceRegistry
  chainId: bigint
  /** The projects that are served. */
  projects: ReadonlyMap<bigint, Project>
  /** The embedded broker's address, or an outside broker's URL. */
  mqtt: { host: string; port: number } | { url: string }
  /** Signs receipts. Without it devices take the gateway's word. */
  receiptKey?: SecretKey
  /** Threads that verify signatures; if left out, one a core. */
  threads?: number
  /** Milliseconds since the epoch. */
  clock: () => number
  logLevel: string
  /** For tests: told how far messages are. */
  onPoint?: (point: IngestPoint) => void
}

export interface Gateway extends Service {
  mqttUrl: string
  ingest: Ingest
  /** Answers what was taken, then ends threads and MQTT. The store and the registry stay open. */
  stop(): Promise<void>
}

/** Builds the gateway. MQTT works when it resolves, HTTP when `app` listens. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { store, registry, chainId, projects, clock } = options
  const receipts = options.receiptKey && new ReceiptSigner(options.receiptKey)
  let mqtt: MqttSide | undefined
  const service = createService({
    name: 'connectivity',
    logLevel: options.logLevel,
    readiness: {
      database: () => sql`SELECT 1`.execute(store.db),
      registry: () => registry.ready(),
      mqtt: async () => mqtt?.ready(),
    },
  })
  const ingest = new Ingest({
    store,
    chainId,
    registry,
    projects,
    clock,
    threads: options.threads ?? availableParallelism(),
    ...(options.onPoint ? { onPoint: options.onPoint } : {}),
    onError: (error) => service.log.warn({ error }, 'message not kept'),
  })
  measure(service, ingest)
  const answering = { ingest, ...(receipts && { receipts }) }
  void service.app.register(taskRoutes({ store, ...answering }))
  mqtt =
    'url' in options.mqtt
      ? await joinBroker(answering, options.mqtt.url)
      : await startBroker(answering, options.mqtt.host, options.mqtt.port)
  const { url, close } = mqtt
  service.log.info({ url, did: receipts?.did }, 'MQTT ready')
  return {
    ...service,
    mqttUrl: url,
    ingest,
    async stop() {
      // First the answers, while devices are still connected to hear them.
      await ingest.close()
      await close()
    },
  }
}

function measure(service: Service, ingest: Ingest): void {
  const registers = [service.metrics]
  const messages = new Counter({
    name: 'messages_total',
    help: 'Messages by outcome.',
    labelNames: ['outcome', 'code'],
    registers,
  })
  ingest.onResult = (result) =>
    messages.inc({ outcome: result.outcome, code: result.outcome === 'rejected' ? result.code : '' })
  new Gauge({
    name: 'messages_pending',
    help: 'Messages taken and not yet answered.',
    registers,
    collect() {
      this.set(ingest.pending)
    },
  })
}
