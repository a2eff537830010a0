/**
 * The whole network in one process tree: chain, database, gateway, data availability, identity, coordinators, provers,
 * devices. The demo, the end-to-end tests and the benches run this.
 * @module
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@iotex2/chain/clock'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { DocumentStore } from '@iotex2/identity/document-store'
import type { RegisteredDevice } from '@iotex2/identity/onboard'
import { BATCH_CIRCUIT } from '@iotex2/protocol/batch'
import { type Profile, parseProfile } from '@iotex2/protocol/profile'
import { type JsonRpcProvider, Wallet } from 'ethers'
import { developmentAddress, developmentKey, developmentSigner, type Role } from './accounts.ts'
import { build, PART_NAMES, partTitle } from './build.ts'
import { catchUp, mineAtInterval, ROOT, startChainNode, yesterday } from './chain.ts'
import { addressBook, deployModule, forgetDeployment } from './deploy.ts'
import { requireSpace } from './disk.ts'
import { type DeviceMachine, makeDevices, makeProver, type ProverMachine, registerMachines } from './identities.ts'
import { lockDirectory } from './lock.ts'
import { freePort, requireFreePort } from './ports.ts'
import { createDatabase, dropDatabases, startPostgres } from './postgres.ts'
import { type ProcessOptions, ProcessTree, type RunningProcess } from './processes.ts'
import {
  admitCoordinators,
  admitFleetDim,
  backProver,
  bindProject,
  configureProject,
  enlistProver,
  fundProject,
  proposeFleetDim,
} from './project.ts'
import type { StepReporter } from './steps.ts'

export const DEVELOPMENT_CHAIN_ID = 31337
const COORDINATORS = ['coordinator1', 'coordinator2'] as const
const IOTX = 10n ** 18n
const DATABASE_PREFIX = 'devnet_'
/** A day of the demo's readings, the database's own files, and some air. */
const NEEDED_MEBIBYTES = 500
/** Minutes in place of days, so that stake can be seen to leave. */
const MSP = { minimumBondWei: `${100n * IOTX}n`, exitDelaySeconds: 600 }
const FLEET_WINDOW = { evidenceAge: 300, executionWindow: 120 }
/** What stands behind each prover: its own, and a staker's. */
const STAKE = { ownWei: 20n * IOTX, stakedWei: 80n * IOTX }
const CIRCUIT = join(ROOT, 'circuits/build', BATCH_CIRCUIT)

export const DEFAULT_PROFILE = join(ROOT, 'packages/ioconnect/profiles/computer.json')

export interface DevnetOptions {
  /** For keys, logs, queues and the database. One network at a time runs from it. */
  directory: string
  steps: StepReporter
  /** Path of the devices' profile. */
  profileFile?: string | undefined
  devices?: number
  provers?: number
  blockIntervalMs?: number
  /** 0 takes a free port. */
  explorerPort?: number
  /** How old the oldest waiting reading may get before a batch is cut. */
  batchAgeMs?: number
  taskTimeoutSeconds?: number
  /** A cluster to use in place of an embedded PostgreSQL. */
  databaseUrl?: string | undefined
  /** A broker to use in place of the embedded one. */
  mqttUrl?: string | undefined
  logLevel?: string
}

export interface Devnet {
  chainId: bigint
  projectId: bigint
  rpcUrl: string
  databaseUrl: string
  gatewayUrl: string
  mqttUrl: string
  dataAvailabilityUrl: string
  explorerUrl: string
  deployment: Deployment
  provider: JsonRpcProvider
  profile: Profile
  profileFile: string
  /** Which project has which profile, as services take it. */
  profilesFile: string
  /** Ignition's deployed_addresses.json. */
  deploymentFile: string
  devices: (DeviceMachine & RegisteredDevice)[]
  provers: (ProverMachine & RegisteredDevice)[]
  /** Where this run keeps its keys, logs and queues. */
  directory: string
  /** Starts a process of the network's own, such as the devices' simulator. */
  start(options: ProcessOptions): Promise<RunningProcess>
  /** Names of the services, for {@link Devnet.process} and {@link Devnet.restart}. */
  serviceNames: string[]
  process(name: string): RunningProcess
  /** Starts a service again, as it was started first. It must have ended. */
  restart(name: string): Promise<void>
  onUnexpectedExit(listener: (name: string, code: number | NodeJS.Signals) => void): void
  stop(): Promise<void>
}

/** Steps that {@link startDevnet} reports. */
export const DEVNET_STEPS = 5

/** Starts everything. On failure nothing is left running. */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const cleanups: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const cleanup of cleanups.reverse().splice(0)) await cleanup()
  }
  try {
    return await start(options, cleanups, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(
  options: DevnetOptions,
  cleanups: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
): Promise<Devnet> {
  const { steps } = options
  cleanups.push(lockDirectory(options.directory))
  // The chain starts empty, so nothing of an earlier run is left but the database cluster.
  const directory = join(options.directory, 'run')
  rmSync(directory, { recursive: true, force: true })
  const profileFile = options.profileFile ?? DEFAULT_PROFILE
  const profile = parseProfile(JSON.parse(readFileSync(profileFile, 'utf8')))
  const chainId = BigInt(DEVELOPMENT_CHAIN_ID)
  mkdirSync(directory, { recursive: true })
  requireSpace(directory, NEEDED_MEBIBYTES)
  if (options.explorerPort) await requireFreePort(options.explorerPort)
  const tree = new ProcessTree(join(directory, 'logs'))

  await steps.step('Build contracts, circuits and explorer (a minute the first time)', async (note) => {
    await Promise.all(
      PART_NAMES.map(async (name) => note(`${partTitle(name)}: ${(await build(name)) ? 'built' : 'up to date'}`)),
    )
  })

  const runId = `devnet-${process.pid}-${await freePort()}`
  const { rpcUrl, databaseUrl } = await steps.step('Start chain and database', async () => {
    const [chain, database] = await Promise.all([
      startChainNode(tree, { chainId: DEVELOPMENT_CHAIN_ID, port: 0, start: yesterday(systemClock.now()) }),
      startDatabase(options.directory, runId, options.databaseUrl, cleanups),
    ])
    cleanups.push(() => tree.stopAll())
    return { rpcUrl: chain.url, databaseUrl: database }
  })
  const provider = openProvider({ url: rpcUrl, chainId, pollingIntervalMs: 100 })
  cleanups.push(() => provider.destroy())

  const target = { rpcUrl, deploymentId: runId, directory }
  cleanups.push(() => forgetDeployment(runId))
  await steps.step('Deploy contracts', () => deployModule(target, 'W3bstream', { Msp: MSP }))

  const network = await steps.step('Register project, devices and provers', async (note) => {
    const signer = (role: Role) => developmentSigner(role, provider)
    const [owner, operator, staker] = [signer('projectOwner'), signer('fleetOperator'), signer('staker')]
    const governance = signer('governance')
    const core = await readDeployment(addressBook(runId))
    const documents = new DocumentStore(join(directory, 'documents'))
    const devices = await makeDevices(join(directory, 'keys'), options.devices ?? 4)
    const fleet = Array.from({ length: options.provers ?? 2 }, makeProver)
    const [machines, provers] = await Promise.all([
      registerMachines(owner, core, { name: `${profile.name} demo`, symbol: 'DEVICE' }, devices, documents),
      registerMachines(operator, core, { name: 'W3bstream provers', symbol: 'PROVER' }, fleet, documents),
    ])
    note(`project ${machines.projectId}: ${machines.machines.map(({ did }) => did).join(', ')}`)
    await deployModule(target, 'Rewards', {
      Msp: MSP,
      Rewards: { projectId: `${machines.projectId}n`, readingsPerMinute: profile.maximumRatePerMinute },
    })
    const deployment = await readDeployment(addressBook(runId))
    await configureProject(owner, deployment, machines.projectId, profile)
    await bindProject(owner, deployment, machines.projectId)
    await fundProject(owner, deployment, machines.projectId, { feeWei: IOTX / 10n, depositWei: 500n * IOTX })
    await admitCoordinators(governance, deployment, COORDINATORS.map(developmentAddress), provers.projectId)
    // The operator of the fleet is the builder of its module too. What is slashed is governance's to collect.
    const dim = await proposeFleetDim(operator, deployment, developmentAddress('governance'), FLEET_WINDOW)
    await admitFleetDim(governance, deployment, dim)
    const signers = provers.machines.map(({ privateKey }) => new Wallet(privateKey, provider))
    const backing = { operator, builder: operator, staker, ...STAKE }
    for (const prover of signers) await backProver(prover, deployment, backing)
    await catchUp(rpcUrl, systemClock.now())
    for (const prover of signers) await enlistProver(prover, deployment)
    return { deployment, projectId: machines.projectId, devices: machines.machines, provers: provers.machines }
  })
  await mineAtInterval(rpcUrl, options.blockIntervalMs ?? 1_000)

  const profilesFile = join(directory, 'profiles.json')
  writeFileSync(profilesFile, JSON.stringify({ [String(network.projectId)]: profileFile }))
  const explorerPort = options.explorerPort || (await freePort())
  const [gatewayPort, mqttPort, dataAvailabilityPort, coordinator2Port, identityPort] = await Promise.all(
    [1, 2, 3, 4, 5].map(freePort),
  )
  const shared = {
    LOG_LEVEL: options.logLevel ?? 'info',
    DATABASE_URL: databaseUrl,
    RPC_URL: rpcUrl,
    CHAIN_ID: String(chainId),
    DEPLOYMENT_FILE: addressBook(runId),
    PROFILES_FILE: profilesFile,
  }
  const server = (name: string) => [join(ROOT, `packages/${name}/src/server.ts`)]
  const coordinatorPorts = [explorerPort, coordinator2Port!]
  const services: ProcessOptions[] = [
    {
      name: 'data-availability',
      args: server('data-availability'),
      env: { ...shared, PORT: String(dataAvailabilityPort), BATCH_AGE_MS: String(options.batchAgeMs ?? 4_000) },
    },
    {
      name: 'gateway',
      args: server('connectivity'),
      env: {
        ...shared,
        PORT: String(gatewayPort),
        ...(options.mqttUrl === undefined ? { MQTT_PORT: String(mqttPort) } : { MQTT_URL: options.mqttUrl }),
      },
    },
    {
      name: 'identity',
      args: server('identity'),
      env: {
        ...shared,
        PORT: String(identityPort),
        DOCUMENTS_DIRECTORY: join(directory, 'documents'),
        DOCUMENTS_URL: `http://127.0.0.1:${explorerPort}/v1/documents`,
        UPLOADS_PER_MINUTE: '60',
        WALLET_RPC_URL: rpcUrl,
        // An outside broker's address may hold a password, which is not for everyone.
        GATEWAY_URLS: [
          `http://127.0.0.1:${gatewayPort}`,
          ...(options.mqttUrl === undefined ? [`mqtt://127.0.0.1:${mqttPort}`] : []),
        ].join(','),
        STATUS_DIRECTORY: join(directory, 'status'),
      },
    },
    ...COORDINATORS.map((role, i) => ({
      name: `coordinator-${i + 1}`,
      args: server('coordinator'),
      env: {
        ...shared,
        PORT: String(coordinatorPorts[i]),
        COORDINATOR_PRIVATE_KEY: developmentKey(role),
        TASK_TIMEOUT_SECONDS: String(options.taskTimeoutSeconds ?? 60),
        VKEY_FILE: join(CIRCUIT, `${BATCH_CIRCUIT}.development.vkey.json`),
        EXPLORER_DIRECTORY: join(ROOT, 'packages/explorer/dist'),
        IDENTITY_URL: `http://127.0.0.1:${identityPort}`,
      },
    })),
    ...network.provers.map(({ privateKey }, i) => ({
      name: `prover-${i + 1}`,
      args: server('prover'),
      env: {
        ...shared,
        PROVER_PRIVATE_KEY: privateKey,
        COORDINATOR_URLS: coordinatorPorts.map((port) => `http://127.0.0.1:${port}`).join(','),
        CIRCUIT_WASM: join(CIRCUIT, `${BATCH_CIRCUIT}.wasm`),
        CIRCUIT_ZKEY: join(CIRCUIT, `${BATCH_CIRCUIT}.development.zkey`),
      },
    })),
  ]
  const running = new Map<string, RunningProcess>()
  const startService = async (service: ProcessOptions) => {
    const started = await tree.start(service)
    running.set(service.name, started)
    return started
  }
  await steps.step('Start gateway, data availability, identity, coordinators and provers', async () => {
    // The first migrates the database; the others find it so.
    await startService(services[0]!)
    await Promise.all(services.slice(1).map(startService))
  })

  return {
    chainId,
    projectId: network.projectId,
    rpcUrl,
    databaseUrl,
    gatewayUrl: `http://127.0.0.1:${gatewayPort}`,
    mqttUrl: options.mqttUrl ?? `mqtt://127.0.0.1:${mqttPort}`,
    dataAvailabilityUrl: `http://127.0.0.1:${dataAvailabilityPort}`,
    explorerUrl: `http://127.0.0.1:${explorerPort}`,
    deployment: network.deployment,
    provider,
    profile,
    profileFile,
    profilesFile,
    deploymentFile: addressBook(runId),
    devices: network.devices,
    provers: network.provers,
    directory,
    start: startService,
    serviceNames: services.map(({ name }) => name),
    process: (name) => running.get(name)!,
    restart: async (name) => {
      await startService(services.find((service) => service.name === name)!)
    },
    onUnexpectedExit: (listener) => {
      tree.onUnexpectedExit = ({ name }, code) => listener(name, code)
    },
    stop,
  }
}

/** Returns an empty database of this run, in the cluster given or in an embedded one. It goes with the run. */
async function startDatabase(
  directory: string,
  runId: string,
  cluster: string | undefined,
  cleanups: (() => Promise<void> | void)[],
): Promise<string> {
  let url = cluster
  if (url === undefined) {
    const postgres = await startPostgres({ directory: join(directory, 'postgres') })
    cleanups.push(() => postgres.stop())
    url = postgres.url
    // What a run that was killed left behind.
    await dropDatabases(url, `${DATABASE_PREFIX}%`)
  }
  const name = runId.replaceAll('-', '_')
  cleanups.push(() => dropDatabases(url, name))
  return createDatabase(url, name)
}
