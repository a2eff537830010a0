/**
 * The gateway as a process. Configured by the environment.
 * @module
 */
import { readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { readProfiles } from '@iotex2/data-availability/profiles'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { readPasswordFile, readSecretKey } from '@iotex2/identity/key-file'
import { readConfig } from '@iotex2/service/config'
import { main, serve, tellParent } from '@iotex2/service/service'
import { type Static, Type } from 'typebox'
import { createGateway } from './app.ts'
import { ChainDeviceRegistry } from './chain-registry.ts'

const Config = Type.Object({
  DATABASE_URL: Type.String({ description: 'postgres://…' }),
  CHAIN_ID: Type.Integer({ minimum: 1 }),
  RPC_URL: Type.String({ description: 'JSON-RPC of the chain.' }),
  DEPLOYMENT_FILE: Type.String({ description: "Ignition's deployed_addresses.json." }),
  FROM_BLOCK: Type.Integer({ minimum: 0, default: 0, description: 'Block of the deployment.' }),
  PROFILES_FILE: Type.String({ description: 'JSON file: project id → path of its device profile.' }),
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8081 }),
  MQTT_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 1883, description: 'Of the embedded broker.' }),
  MQTT_URL: Type.Optional(Type.String({ description: 'An outside broker, used instead of the embedded one.' })),
  RECEIPT_KEYSTORE: Type.Optional(Type.String({ description: 'P-256 keystore: receipts are signed by it.' })),
  RECEIPT_KEYSTORE_PASSWORD_FILE: Type.Optional(Type.String()),
  VERIFICATION_THREADS: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
  LOG_LEVEL: Type.String({ default: 'info' }),
})

async function openReceiptKey(config: Static<typeof Config>) {
  const { RECEIPT_KEYSTORE: keystore, RECEIPT_KEYSTORE_PASSWORD_FILE: passwordFile } = config
  if (keystore === undefined) return {}
  const password = passwordFile === undefined ? undefined : () => readPasswordFile(passwordFile)
  return { receiptKey: await readSecretKey(keystore, password) }
}

await main(async () => {
  const config = readConfig(Config, process.env)
  const chainId = BigInt(config.CHAIN_ID)
  const profiles = await readProfiles(config.PROFILES_FILE)
  const deployment = await readDeployment(config.DEPLOYMENT_FILE)
  const store = openStore({ url: config.DATABASE_URL })
  await migrate(store)
  const provider = openProvider({ url: config.RPC_URL, chainId })
  const registry = await ChainDeviceRegistry.open({
    store,
    provider,
    chainId,
    ioIDRegistry: deployment.address('ioIDRegistry'),
    ioID: deployment.address('ioID'),
    fromBlock: config.FROM_BLOCK,
    onError: (error) => process.stderr.write(`${JSON.stringify({ registry: String(error) })}\n`),
  })
  const gateway = await createGateway({
    store,
    registry,
    chainId,
    projects: new Map([...profiles].map(([projectId, profile]) => [projectId, { profile }])),
    mqtt: config.MQTT_URL ? { url: config.MQTT_URL } : { host: config.HOST, port: config.MQTT_PORT },
    ...(await openReceiptKey(config)),
    ...(config.VERIFICATION_THREADS ? { threads: config.VERIFICATION_THREADS } : {}),
    clock: Date.now,
    logLevel: config.LOG_LEVEL,
  })
  tellParent({ type: 'mqtt', url: gateway.mqttUrl })
  await serve(gateway, { host: config.HOST, port: config.PORT }, async () => {
    await gateway.stop()
    await registry.close()
    provider.destroy()
    await store.close()
  })
})
