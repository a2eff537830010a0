/** The registry against the real contracts on a real Hardhat node. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectIoIDRegistry } from '@iotex2/chain/contracts/IoIDRegistry'
import { type Deployment, readDeployment } from '@iotex2/chain/deployment'
import { openProvider } from '@iotex2/chain/provider'
import { migrate, openStore } from '@iotex2/data-availability/store'
import { developmentSigner } from '@iotex2/devnet/accounts'
import { addressBook, deployModule, forgetDeployment } from '@iotex2/devnet/deploy'
import { makeDevices, registerMachines } from '@iotex2/devnet/identities'
import { DocumentStore } from '@iotex2/identity/document-store'
import { signPermit } from '@iotex2/identity/permit'
import type { Hex } from '@iotex2/protocol/hex'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChain } from '../../../test/chain-node.ts'
import { createTestDatabase } from '../../../test/database.ts'
import { ChainDeviceRegistry } from './chain-registry.ts'

const chain = await startChain()
const database = await createTestDatabase()
const store = openStore({ url: database.url })
const provider = openProvider({ url: chain.url, chainId: chain.chainId, pollingIntervalMs: 50 })
const owner = developmentSigner('projectOwner', provider)
const deploymentId = `devnet-registry-test-${process.pid}`
let directory: string
let deployment: Deployment

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iotex2-registry-'))
  await migrate(store)
  await deployModule({ rpcUrl: chain.url, deploymentId, directory }, 'IoID', {})
  deployment = await readDeployment(addressBook(deploymentId))
}, 120_000)

afterAll(async () => {
  provider.destroy()
  forgetDeployment(deploymentId)
  await rm(directory, { recursive: true, force: true })
  await store.close()
  await database[Symbol.asyncDispose]()
  await chain.stop()
})

const open = (given: { url?: string; pollIntervalMs?: number } = {}) =>
  ChainDeviceRegistry.open({
    store,
    provider: given.url ? openProvider({ url: given.url, chainId: chain.chainId }) : provider,
    chainId: chain.chainId,
    ioIDRegistry: deployment.address('ioIDRegistry'),
    ioID: deployment.address('ioID'),
    pollIntervalMs: given.pollIntervalMs ?? 50,
    refreshIntervalMs: 10,
    onError: () => {},
  })

const untilReady = (registry: ChainDeviceRegistry) =>
  expect.poll(() => registry.ready().then(() => 'ready'), { timeout: 20_000 }).toBe('ready')

/** Registers `count` devices in all with the owner's project of this name. */
async function register(name: string, count: number): Promise<{ projectId: bigint; devices: Hex[] }> {
  const documents = new DocumentStore(join(directory, 'documents'))
  const devices = await makeDevices(join(directory, name), count)
  const { projectId, machines } = await registerMachines(owner, deployment, { name, symbol: 'D' }, devices, documents)
  return { projectId, devices: machines.map(({ device }) => device) }
}

test('follows registrations and removals, remembers them, and goes on where it stopped', async () => {
  const { projectId, devices } = await register('thermometers', 2)
  const registry = await open()
  await untilReady(registry)
  for (const device of devices) expect(registry.has(projectId, device)).toBe(true)
  expect(registry.has(projectId + 1n, devices[0]!)).toBe(false)

  const row = await store.db
    .selectFrom('devices')
    .selectAll()
    .where('device', '=', Buffer.from(devices[0]!.slice(2), 'hex'))
    .executeTakeFirstOrThrow()
  expect(row).toMatchObject({ project_id: projectId, owner: await owner.getAddress(), active: true })
  expect(row.document_hash).toMatch(/^0x[0-9a-f]{64}$/)
  expect(row.account).toMatch(/^0x[0-9a-fA-F]{40}$/)

  // Another gateway starts from what the first one stored, while a third device comes and one goes.
  await expect.poll(() => store.db.selectFrom('cursors').selectAll().execute(), { timeout: 20_000 }).toHaveLength(1)
  await registry.close()
  const more = await register('thermometers', 3)
  const newcomer = more.devices[2]!
  const [machine] = await makeDevices(join(directory, 'thermometers'), 1)
  const contract = connectIoIDRegistry(deployment.address('ioIDRegistry'), owner)
  const removed = machine!.key.address
  const { v, r, s } = signPermit(machine!.key, {
    chainId: chain.chainId,
    registry: deployment.address('ioIDRegistry').toLowerCase() as Hex,
    owner: (await owner.getAddress()).toLowerCase() as Hex,
    nonce: await contract.nonces(removed),
  })
  await (await contract.remove(removed, v, r, s)).wait()

  await using second = await open()
  await untilReady(second)
  expect(second.has(projectId, newcomer)).toBe(true)
  expect(second.has(projectId, removed)).toBe(false)
  expect(second.has(projectId, devices[1]!)).toBe(true)
})

test('a device that was registered a moment ago is found by a refresh, not by waiting', async () => {
  await using registry = await open({ pollIntervalMs: 3_600_000 })
  await untilReady(registry)
  const { projectId, devices } = await register('latecomers', 1)
  expect(registry.has(projectId, devices[0]!)).toBe(false)
  await Promise.all([registry.refresh(), registry.refresh()])
  expect(registry.has(projectId, devices[0]!)).toBe(true)
})

test('is not ready while the chain does not answer, and says so to who asks for a refresh', async () => {
  await using registry = await open({ url: 'http://127.0.0.1:1' })
  await expect(registry.ready()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
  await expect(registry.refresh()).rejects.toThrow()
})
