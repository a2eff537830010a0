/**
 * A gateway, and its MQTT broker, in a process of its own that takes whatever device:
 * `any-device-gateway.fixture.ts DATABASE_URL PROFILE PROJECT HTTP_PORT MQTT_PORT`.
 */
import { readFileSync } from 'node:fs'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { parseProfile } from '@iotex2/protocol/profile'
import { createGateway } from './app.ts'

const [databaseUrl, profileFile, project, httpPort, mqttPort] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
]
const store = openStore({ url: databaseUrl })
await migrate(store)
const gateway = await createGateway({
  store,
  registry: { has: () => true, refresh: async () => {}, ready: async () => {} },
  chainId: 31337n,
  projects: new Map([[BigInt(project), { profile: parseProfile(JSON.parse(readFileSync(profileFile, 'utf8'))) }]]),
  mqtt: { host: '127.0.0.1', port: Number(mqttPort) },
  threads: 1,
  clock: () => Date.now(),
  logLevel: 'silent',
})
await gateway.app.listen({ host: '127.0.0.1', port: Number(httpPort) })
process.send!('ready')
process.once('disconnect', () => process.exit())
