/**
 * The data-availability service as a process. Configured by the environment.
 * @module
 */
import { readConfig } from '@iotex2/service/config'
import { main, serve } from '@iotex2/service/service'
import { Type } from 'typebox'
import { createDataAvailability } from './app.ts'
import { readProfiles } from './profiles.ts'
import { migrate, openStore } from './store.ts'

const Config = Type.Object({
  DATABASE_URL: Type.String({ description: 'postgres://…' }),
  CHAIN_ID: Type.Integer({ minimum: 1 }),
  PROFILES_FILE: Type.String({ description: 'JSON file: project id → path of its device profile.' }),
  BATCH_AGE_MS: Type.Integer({ minimum: 100, default: 10_000 }),
  BATCH_INTERVAL_MS: Type.Integer({ minimum: 10, default: 250 }),
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8082 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
})

await main(async () => {
  const config = readConfig(Config, process.env)
  const store = openStore({ url: config.DATABASE_URL })
  await migrate(store)
  const service = createDataAvailability({
    store,
    chainId: BigInt(config.CHAIN_ID),
    profiles: await readProfiles(config.PROFILES_FILE),
    maximumAgeMs: config.BATCH_AGE_MS,
    intervalMs: config.BATCH_INTERVAL_MS,
    logLevel: config.LOG_LEVEL,
  })
  service.start()
  await serve(service, { host: config.HOST, port: config.PORT }, async () => {
    await service.stop()
    await store.close()
  })
})
