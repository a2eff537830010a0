/**
 * Runs the commands of the guides as they stand there, on a network of its own: only ports, directories and names of
 * deployments are others, so that a run disturbs nothing. test/docs/commands.ts says what runs the other commands.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectFleetManager } from '@iotex2/chain/contracts/FleetManager'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { developmentKey, developmentSigner } from '@iotex2/devnet/accounts'
import { hardhatCli, ROOT, rpc } from '@iotex2/devnet/chain'
import { addressBook, forgetDeployment } from '@iotex2/devnet/deploy'
import { registerMachines } from '@iotex2/devnet/identities'
import { until } from '@iotex2/devnet/observe'
import { freePort } from '@iotex2/devnet/ports'
import { admitCoordinators, backProver, enlistProver } from '@iotex2/devnet/project'
import { DocumentStore } from '@iotex2/identity/document-store'
import { readKeyFile } from '@iotex2/identity/key-file'
import { CodedError } from '@iotex2/protocol/errors'
import { toHex } from '@iotex2/protocol/hex'
import { type JsonRpcProvider, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ERC6551_REGISTRY = '0x000000006551c19487814612e58FE06813775758'
const DAY_S = 24 * 3600
const CIRCUIT = join(ROOT, 'circuits/build/reading-batch-16/reading-batch-16')
const directory = mkdtempSync(join(tmpdir(), 'iotex2-documents-'))
const running = new Set<Running>()

/** A command that runs, and what it has printed. */
class Running {
  output = ''
  readonly child: ChildProcess
  readonly exited: Promise<number | null>

  constructor(command: string, env: Record<string, string>) {
    this.child = spawn(process.execPath, nodeArguments(command), { cwd: ROOT, env: { ...process.env, ...env } })
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk
      })
    this.exited = new Promise((resolve) => this.child.once('exit', resolve))
    running.add(this)
    void this.exited.then(() => running.delete(this))
  }

  /** Waits until the command prints what `pattern` matches. */
  printed(pattern: RegExp, timeoutMs = 120_000): Promise<RegExpExecArray> {
    return until(`${pattern} from a command`, timeoutMs, async () => pattern.exec(this.output) ?? undefined).catch(
      (cause: unknown) => {
        throw new CodedError('NOT_PRINTED', this.output, { cause })
      },
    )
  }

  stop(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal)
    return this.exited
  }
}

/** What pnpm runs for a command, as arguments of node: so that signals reach it. */
function nodeArguments(command: string): string[] {
  const [, verb, ...rest] = command.split(' ')
  if (verb === 'node') return rest
  if (verb === 'hardhat') return [hardhatCli, ...rest]
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return [...(scripts[verb!] as string).split(' ').slice(1), ...rest]
}

/** Starts a command of the guides with what a run of a test must have otherwise. */
function start(command: string, otherwise: Record<string, string> = {}, env: Record<string, string> = {}): Running {
  return new Running(
    Object.entries(otherwise).reduce((text, [from, to]) => text.replace(from, to), command),
    env,
  )
}

interface Description {
  explorerUrl: string
  gatewayUrl: string
  databaseUrl: string
  rpcUrl: string
  chainId: string
  profilesFile: string
  deploymentFile: string
}

const getJson = async (url: string) => (await fetch(url)).json() as Promise<Record<string, unknown>>
/** The commands of the guides that start a network are one, with more and more options. */
const DEVNET = 'pnpm devnet'
const DEVNET_WITH_PROFILE = 'pnpm devnet --profile packages/ioconnect/examples/weather.profile.json'

afterAll(async () => {
  await Promise.all([...running].map((command) => command.stop('SIGINT')))
  rmSync(directory, { recursive: true, force: true })
})

describe('a network without devices', () => {
  let devnet: Running
  let network: Description
  let deployment: Deployment
  let provider: JsonRpcProvider

  beforeAll(async () => {
    devnet = start('pnpm devnet --json --port 4690 --block-interval 500 --directory .devnet', {
      '4690': '0',
      '.devnet': `${join(directory, 'network')}${DEVNET_WITH_PROFILE.slice(DEVNET.length)}`,
    })
    const [line] = await devnet.printed(/^\{.*\}$/m, 240_000)
    network = JSON.parse(line)
    deployment = await readDeployment(network.deploymentFile)
    provider = openProvider({ url: network.rpcUrl, chainId: BigInt(network.chainId), pollingIntervalMs: 100 })
  })
  afterAll(() => provider?.destroy())

  test('devices that replay a recording are kept and rewarded', async () => {
    expect(await getJson(`${network.gatewayUrl}/v1/counters`)).toMatchObject({ accepted: 0 })
    const devices = start(
      'pnpm node packages/ioconnect/src/server.ts --config .devnet/run/simulator.json --replay packages/ioconnect/examples/weather.csv --mapping packages/ioconnect/examples/weather.mapping.json',
      { '.devnet': join(directory, 'network') },
    )
    await devices.printed(/4 devices run/)
    const rewards = async () => BigInt(String((await getJson(`${network.explorerUrl}/v1/stats`)).rewardsWei))
    await expect.poll(rewards, { timeout: 180_000, interval: 500 }).toBeGreaterThan(0n)
    expect(await getJson(`${network.gatewayUrl}/v1/counters`)).toMatchObject({ rejected: {} })
    expect(await devices.stop('SIGTERM')).toBe(0)
  })

  /** Makes a keystore by the guide's command. Returns its variables and its key. */
  async function makeKeystore(name: string) {
    const [file, passwordFile] = [join(directory, `${name}.json`), join(directory, `${name}.password`)]
    writeFileSync(passwordFile, `${name}'s password\n`, { mode: 0o600 })
    const command = 'pnpm iotex2 ioid keygen coordinator.json --password-file coordinator.password'
    const otherwise = { 'coordinator.json': file, 'coordinator.password': passwordFile }
    const making = start(command, otherwise)
    expect(await making.exited, making.output).toBe(0)
    const again = start(command, otherwise)
    expect(await again.exited).toBe(1)
    expect(again.output).toContain('FILE_EXISTS')
    const key = await readKeyFile(file, () => `${name}'s password`)
    expect(making.output).toContain(`address ${key.address}\n`)
    const prefix = name.toUpperCase()
    return { key, variables: { [`${prefix}_KEYSTORE`]: file, [`${prefix}_KEYSTORE_PASSWORD_FILE`]: passwordFile } }
  }

  /** Runs a service by the guide's command, asks what every service answers, and stops it. */
  async function expectService(command: string, variables: Record<string, string>): Promise<void> {
    const [name] = /[a-z-]+\.env/.exec(command)!
    const file = join(directory, name)
    const shared = { RPC_URL: network.rpcUrl, CHAIN_ID: network.chainId, DEPLOYMENT_FILE: network.deploymentFile }
    const store = { DATABASE_URL: network.databaseUrl, PROFILES_FILE: network.profilesFile, PORT: '0' }
    const lines = Object.entries({ ...shared, ...store, ...variables }).map(([key, value]) => `${key}=${value}\n`)
    writeFileSync(file, lines.join(''))
    const service = start(command, { [name]: file })
    const [, url] = await service.printed(/"url":"(http:[^"]+)","msg":"listening"/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 20_000 }).toBe(200)
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total')
    expect(await service.stop('SIGTERM'), service.output).toBe(0)
  }

  test('another gateway and another batcher join', async () => {
    await expectService('pnpm node --env-file=gateway.env packages/connectivity/src/server.ts', { MQTT_PORT: '0' })
    await expectService('pnpm node --env-file=data-availability.env packages/data-availability/src/server.ts', {})
  })

  test('a coordinator with a keystore joins, once governance has admitted it', async () => {
    const command = 'pnpm node --env-file=coordinator.env packages/coordinator/src/server.ts'
    const { key, variables } = await makeKeystore('coordinator')
    const fleet = connectFleetManager(deployment.address('fleetManager'), provider)
    const governance = developmentSigner('governance', provider)
    await admitCoordinators(governance, deployment, [key.address], await fleet.proverProject())
    const vkey = `${CIRCUIT}.development.vkey.json`
    await expectService(command, { ...variables, VKEY_FILE: vkey })
  })

  test('a prover with a keystore joins, with an ioID and stake, from the next epoch on', async () => {
    const { key, variables } = await makeKeystore('prover')
    const operator = developmentSigner('fleetOperator', provider)
    const documents = new DocumentStore(join(directory, 'documents'))
    await registerMachines(operator, deployment, { name: 'W3bstream provers', symbol: 'PROVER' }, [{ key }], documents)
    const prover = new Wallet(toHex(key.exportSecret()), provider)
    const staker = developmentSigner('staker', provider)
    const stake = { ownWei: 10n ** 19n, stakedWei: 10n ** 19n }
    await backProver(prover, deployment, { operator, builder: operator, staker, ...stake })
    await expect(enlistProver(prover, deployment)).rejects.toThrow()
    // Midnight. The services go by the chain's clock, or by intervals.
    const { timestamp } = (await provider.getBlock('latest'))!
    await rpc(network.rpcUrl, 'evm_increaseTime', [DAY_S - (timestamp % DAY_S)])
    await rpc(network.rpcUrl, 'evm_mine')
    await enlistProver(prover, deployment)
    await expectService('pnpm node --env-file=prover.env packages/prover/src/server.ts', {
      ...variables,
      COORDINATOR_URLS: network.explorerUrl,
      CIRCUIT_WASM: `${CIRCUIT}.wasm`,
      CIRCUIT_ZKEY: `${CIRCUIT}.development.zkey`,
    })
  })

  test('Ctrl-C stops all of it', async () => {
    expect(await devnet.stop('SIGINT')).toBe(130)
    for (const url of [network.explorerUrl, network.gatewayUrl, network.rpcUrl])
      await expect(fetch(url)).rejects.toThrow()
  })
})

describe('deploying', () => {
  const deployments = ['local', 'testnet'].map((name) => `devnet-documents-${process.pid}-${name}`) as [string, string]
  let url: string

  beforeAll(async () => {
    const port = await freePort()
    const node = start('pnpm hardhat node --chain-id 4690 --port 8545', { '8545': String(port) })
    await node.printed(/Started HTTP/)
    url = `http://127.0.0.1:${port}`
  })
  afterAll(() => deployments.forEach(forgetDeployment))

  async function expectDeployed(id: string, deploying: Running): Promise<void> {
    expect(await deploying.exited, deploying.output).toBe(0)
    expect(JSON.parse(readFileSync(addressBook(id), 'utf8'))).toHaveProperty(['W3bstream#W3bstreamRouter'])
  }

  test('the rehearsal on a local node', async () => {
    const [id] = deployments
    const command =
      'pnpm hardhat ignition deploy deploy/modules/W3bstream.ts --network local --build-profile default --parameters deploy/parameters/local.json5 --deployment-id rehearsal'
    const env = { LOCAL_RPC_URL: url, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'true' }
    await expectDeployed(id, start(command, { '--deployment-id rehearsal': `--deployment-id ${id}` }, env))
    const block = await rpc(url, 'eth_blockNumber')
    await expectDeployed(id, start(command, { '--deployment-id rehearsal': `--deployment-id ${id}` }, env))
    expect(await rpc(url, 'eth_blockNumber')).toBe(block)
  })

  test('the testnet, by its own configuration and a key from the environment', async () => {
    const [, id] = deployments
    const artifact = join(ROOT, 'artifacts/erc6551/ERC6551Registry.sol/ERC6551Registry.json')
    const { deployedBytecode } = JSON.parse(readFileSync(artifact, 'utf8'))
    await rpc(url, 'hardhat_setCode', [ERC6551_REGISTRY, deployedBytecode])
    const env = {
      IOTEX_TESTNET_RPC_URL: url,
      DEPLOYER_PRIVATE_KEY: developmentKey('governance'),
      HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: 'true',
    }
    const command =
      'pnpm hardhat ignition deploy deploy/modules/W3bstream.ts --network iotexTestnet --build-profile default --parameters deploy/parameters/iotexTestnet.json5 --deployment-id testnet'
    await expectDeployed(id, start(command, { '--deployment-id testnet': `--deployment-id ${id}` }, env))
  })
})
