/**
 * Runs a prover node, configured by the environment (.env.example).
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises'
import { connectFleetManager } from '@iotex2/chain/contracts/FleetManager'
import { readDeployment } from '@iotex2/chain/deployment'
import { readServiceKey } from '@iotex2/chain/key'
import { openProvider, verifyChain } from '@iotex2/chain/provider'
import { TransactionSender } from '@iotex2/chain/sender'
import type { Hex } from '@iotex2/protocol/hex'
import { readConfig } from '@iotex2/service/config'
import { createService, main, serve } from '@iotex2/service/service'
import { Wallet } from 'ethers'
import { Counter, Histogram } from 'prom-client'
import { Type } from 'typebox'
import { BatchProver } from './batch-prover.ts'
import { CoordinatorClient } from './coordinator-client.ts'
import { keepHeartbeat, prepareProver } from './heartbeat.ts'
import { runProver } from './node.ts'

const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ default: 0 }),
  LOG_LEVEL: Type.String({ default: 'info' }),
  RPC_URL: Type.String(),
  CHAIN_ID: Type.Integer(),
  DEPLOYMENT_FILE: Type.String({ description: "Ignition's deployed_addresses.json." }),
  COORDINATOR_URLS: Type.Array(Type.String(), { minItems: 1 }),
  PROVER_KEYSTORE: Type.Optional(Type.String({ description: 'Web3 secret storage file.' })),
  PROVER_KEYSTORE_PASSWORD_FILE: Type.Optional(Type.String()),
  PROVER_PRIVATE_KEY: Type.Optional(Type.String({ pattern: '^0x[0-9a-fA-F]{64}$' })),
  CIRCUIT_WASM: Type.String(),
  CIRCUIT_ZKEY: Type.String(),
  CIRCUIT_TABLE_MEMORY_MIB: Type.Integer({ default: 0, minimum: 0, description: "For tables of the key's points." }),
  CIRCUIT_TABLE_DIRECTORY: Type.Optional(
    Type.String({ description: 'Where tables are kept, so that a restart reads them.' }),
  ),
})

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined)

await main(async () => {
  const config = readConfig(Config, process.env)
  const chainId = BigInt(config.CHAIN_ID)
  const provider = openProvider({ url: config.RPC_URL, chainId })
  await verifyChain(provider, chainId)
  const deployment = await readDeployment(config.DEPLOYMENT_FILE)
  const wallet = new Wallet(
    await readServiceKey('PROVER', {
      privateKey: config.PROVER_PRIVATE_KEY,
      keystore: config.PROVER_KEYSTORE,
      passwordFile: config.PROVER_KEYSTORE_PASSWORD_FILE,
    }),
  )
  const sender = new TransactionSender({ provider, privateKey: wallet.privateKey })
  const fleet = connectFleetManager(deployment.address('fleetManager'), provider)
  await prepareProver(fleet, sender)

  const service = createService({
    name: 'prover',
    logLevel: config.LOG_LEVEL,
    readiness: { chain: () => provider.getBlockNumber() },
  })
  const registers = [service.metrics]
  const proofSeconds = new Histogram({
    name: 'prover_proof_seconds',
    help: 'Time to compute a witness and its proof.',
    buckets: [0.5, 1, 2, 4, 8, 16, 32],
    registers,
  })
  const tasks = new Counter({
    name: 'prover_tasks_total',
    help: 'Tasks by outcome.',
    labelNames: ['outcome'],
    registers,
  })

  const stopping = new AbortController()
  const prover = new BatchProver(
    {
      wasm: config.CIRCUIT_WASM,
      zkey: config.CIRCUIT_ZKEY,
      tables: { memoryMiB: config.CIRCUIT_TABLE_MEMORY_MIB, directory: config.CIRCUIT_TABLE_DIRECTORY },
    },
    ({ event, ...rest }) => {
      const level = 'storeError' in rest && rest.storeError !== null ? 'warn' : 'info'
      service.log[level](rest, `tables ${event}`)
    },
  )
  const address = wallet.address.toLowerCase() as Hex
  const heartbeats = keepHeartbeat(
    fleet,
    sender,
    ({ ok, error }) => ok || service.log.warn({ error }, 'heartbeat failed'),
    stopping.signal,
    sleep,
  )
  const proving = runProver(
    {
      address,
      chainId,
      router: deployment.address('router').toLowerCase() as Hex,
      coordinators: config.COORDINATOR_URLS.map((url) => new CoordinatorClient({ url, wallet, now: Date.now })),
      prove: (input) => prover.prove(input),
      report: (event) => {
        if (event.event === 'proved') proofSeconds.observe(event.proofMs / 1000)
        if (event.event !== 'pulled') tasks.inc({ outcome: event.event })
        const { taskId: correlationId, ...rest } = event
        if (event.event === 'failed') service.log.warn({ correlationId, ...rest }, 'task failed')
        else service.log.info({ correlationId, ...rest }, event.event)
      },
      now: Date.now,
      sleep,
    },
    stopping.signal,
  )
  await serve(service, { host: config.HOST, port: config.PORT }, async () => {
    stopping.abort()
    sender.close()
    await prover.dispose()
    await Promise.allSettled([heartbeats, proving])
    provider.destroy()
  })
})
