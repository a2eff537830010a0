/**
 * A gateway in a process of its own, for the test that kills it: `gateway.fixture.ts DATABASE_URL MQTT_PORT [POINT COUNT]`
 * ends itself with SIGKILL when a message gets to POINT for the COUNTth time.
 */
import { migrate, openStore } from '@iotex2/data-availability/store'
import { createGateway } from './app.ts'
import { CHAIN, ListedDevices, NOW_MS, PROJECT, profile, TestDevice } from './device.fixture.ts'

const [url, port, point, count] = process.argv.slice(2)
const store = openStore({ url: url! })
await migrate(store)
const registry = new ListedDevices()
registry.add(new TestDevice(1))
let reached = 0
const gateway = await createGateway({
  store,
  registry,
  chainId: CHAIN,
  projects: new Map([[PROJECT, { profile }]]),
  mqtt: { host: '127.0.0.1', port: Number(port) },
  threads: 1,
  clock: () => NOW_MS,
  logLevel: 'silent',
  onPoint: (each) => {
    if (each === point && ++reached === Number(count)) process.kill(process.pid, 'SIGKILL')
  },
})
process.send!(gateway.mqttUrl)
process.once('disconnect', () => process.exit())
