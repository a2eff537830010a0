/**
 * The gateway that benches send to: as it runs (threads, registry look-ups, group commit), with its own PostgreSQL.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGateway } from '@iotex2/connectivity/app'
import type { DeviceRegistry } from '@iotex2/connectivity/registry'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { createDatabase, startPostgres } from '@iotex2/devnet/postgres'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { Profile } from '@iotex2/protocol/profile'

/** Thrown when what was acknowledged is not what is stored. Code BENCH_FAILED. */
export class BenchFailedError extends CodedError {
  constructor(message: string) {
    super('BENCH_FAILED', message)
  }
}

interface BenchGatewayOptions {
  profile: Profile
  /** All that are registered: the chain is no part of what is measured. */
  devices: readonly Hex[]
  chainId: bigint
  projectId: bigint
}

interface BenchGateway {
  /** Of its MQTT. */
  url: string
  /** Returns how many messages are in the database, and of how many devices. */
  stored(): Promise<{ messages: number; devices: number }>
  close(): Promise<void>
}

export async function openBenchGateway(options: BenchGatewayOptions): Promise<BenchGateway> {
  const devices = new Set(options.devices)
  const registry: DeviceRegistry = {
    has: (projectId, device) => projectId === options.projectId && devices.has(device),
    refresh: async () => {},
    ready: async () => {},
  }
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-bench-'))
  const postgres = await startPostgres({ directory, temporary: true })
  const store = openStore({ url: await createDatabase(postgres.url, 'bench') })
  await migrate(store)
  const gateway = await createGateway({
    store,
    registry,
    chainId: options.chainId,
    projects: new Map([[options.projectId, { profile: options.profile }]]),
    mqtt: { host: '127.0.0.1', port: 0 },
    clock: Date.now,
    logLevel: 'warn',
  })
  return {
    url: gateway.mqttUrl,
    stored: async () => {
      const { rows } = await store.pool.query<{ messages: number; devices: number }>(
        'SELECT count(*)::int AS messages, count(DISTINCT device)::int AS devices FROM messages',
      )
      return rows[0]!
    },
    close: async () => {
      await gateway.app.close()
      await gateway.stop()
      await store.close()
      await postgres.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
