/**
 * Runs a coordinator, configured by the environment (.env.example).
 * @module
 */
import { readFile } from 'node:fs/promises'
import { readDeployment } from '@iotex2/chain/deployment'
import { readServiceKey } from '@iotex2/chain/key'
import type { VerificationKey } from '@iotex2/groth16/verification-key'
import { readConfig } from '@iotex2/service/config'
import { main, serve } from '@iotex2/service/service'
import { Type } from 'typebox'
import { buildCoordinator } from './app.ts'

const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 0 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  DATABASE_URL: Type.String(),
  RPC_URL: Type.String(),
  CHAIN_ID: Type.Integer(),
  CONFIRMATIONS: Type.Integer({ default: 1, minimum: 1 }),
  POLL_INTERVAL_MS: Type.Integer({ default: 500, minimum: 10 }),
  DEPLOYMENT_FILE: Type.String({ description: "Ignition's deployed_addresses.json." }),
  COORDINATOR_PRIVATE_KEY: Type.Optional(Type.String({ pattern: '^0x[0-9a-fA-F]{64}$' })),
  COORDINATOR_KEYSTORE: Type.Optional(Type.String({ description: 'Web3 secret storage file.' })),
  COORDINATOR_KEYSTORE_PASSWORD_FILE: Type.Optional(Type.String()),
  VKEY_FILE: Type.String({ description: "snarkjs's verification key of the circuit." }),
  TASK_TIMEOUT_SECONDS: Type.Integer({ default: 60, minimum: 10, maximum: 86_400 }),
  MAXIMUM_ATTEMPTS: Type.Integer({ default: 5, minimum: 1 }),
  LEASE_MS: Type.Integer({ default: 15_000, minimum: 1_000 }),
  EXPLORER_DIRECTORY: Type.Optional(Type.String({ description: 'packages/explorer/dist' })),
  EXPLORER_BASE: Type.Optional(Type.String({ description: 'A block explorer, such as https://testnet.iotexscan.io' })),
  IDENTITY_URL: Type.Optional(Type.String({ pattern: '^https?://' })),
})

await main(async () => {
  const config = readConfig(Config, process.env)
  const coordinator = await buildCoordinator({
    databaseUrl: config.DATABASE_URL,
    rpcUrl: config.RPC_URL,
    chainId: BigInt(config.CHAIN_ID),
    confirmations: config.CONFIRMATIONS,
    pollIntervalMs: config.POLL_INTERVAL_MS,
    deployment: await readDeployment(config.DEPLOYMENT_FILE),
    privateKey: await readServiceKey('COORDINATOR', {
      privateKey: config.COORDINATOR_PRIVATE_KEY,
      keystore: config.COORDINATOR_KEYSTORE,
      passwordFile: config.COORDINATOR_KEYSTORE_PASSWORD_FILE,
    }),
    verificationKey: JSON.parse(await readFile(config.VKEY_FILE, 'utf8')) as VerificationKey,
    taskTimeoutSeconds: config.TASK_TIMEOUT_SECONDS,
    maximumAttempts: config.MAXIMUM_ATTEMPTS,
    leaseMs: config.LEASE_MS,
    logLevel: config.LOG_LEVEL,
    explorerDirectory: config.EXPLORER_DIRECTORY,
    explorerBase: config.EXPLORER_BASE,
    identityUrl: config.IDENTITY_URL,
  })
  await coordinator.start()
  await serve(coordinator.service, { host: config.HOST, port: config.PORT }, coordinator.stop)
})
