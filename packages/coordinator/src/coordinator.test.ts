import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@iotex2/chain/clock'
import { connectDimStake } from '@iotex2/chain/contracts/DimStake'
import { connectRewardToken } from '@iotex2/chain/contracts/RewardToken'
import { connectW3bstreamDebits } from '@iotex2/chain/contracts/W3bstreamDebits'
import { connectW3bstreamProject } from '@iotex2/chain/contracts/W3bstreamProject'
import {
  connectW3bstreamTaskManager,
  w3bstreamTaskManagerInterface,
} from '@iotex2/chain/contracts/W3bstreamTaskManager'
import { cutBatches } from '@iotex2/data-availability/batcher'
import { appendMessages } from '@iotex2/data-availability/messages'
import { migrate, openStore, type Store } from '@iotex2/data-availability/store'
import { developmentSigner } from '@iotex2/devnet/accounts'
import { fromHex, type Hex, toHex32 } from '@iotex2/protocol/hex'
import { profileParameters } from '@iotex2/protocol/profile'
import { id as hashOf, Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { proverRequest, pullTask, TestCircuit } from '../../../test/prover-client.ts'
import { startRpcProxy } from '../../../test/rpc-proxy.ts'
import { startNetwork, TEST_PROFILE, type W3bstreamNetwork } from '../../../test/w3bstream-network.ts'
import type { FixtureOptions } from './coordinator.fixture.ts'
import type { FaultPoint } from './faults.ts'
import type { CoordinatorDatabase } from './schema.ts'

const FIXTURE = fileURLToPath(new URL('./coordinator.fixture.ts', import.meta.url))
const REWARD = 10n ** 18n
/** The penalty for a missed task (deploy/modules/W3bstream.ts). */
const SLASH = 10n ** 18n
const TASK_TIMEOUT_SECONDS = 60
/** A proof, a restart and a lease that runs out, on a busy machine. */
const PATIENCE = { timeout: 100_000, interval: 100 }
vi.setConfig({ testTimeout: 180_000 })

let network: W3bstreamNetwork
let circuit: TestCircuit
let database: TestDatabase
let store: Store
let nonce = 0n

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore({ url: database.url })
  await migrate(store)
  ;[network, circuit] = await Promise.all([startNetwork(), TestCircuit.open()])
}, 180_000)

const running: RunningCoordinator[] = []
afterEach(async () => {
  for (const coordinator of running.splice(0)) await coordinator.kill()
})

afterAll(async () => {
  await circuit?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
  await store?.close()
  await database?.[Symbol.asyncDispose]()
})

interface RunningCoordinator {
  url: string
  process: ChildProcess
  ended: Promise<unknown>
  kill(): Promise<void>
}

async function startCoordinator(key: 0 | 1, options: Partial<FixtureOptions> = {}): Promise<RunningCoordinator> {
  const fixture: FixtureOptions = {
    databaseUrl: database.url,
    rpcUrl: network.chain.url,
    chainId: String(network.chain.chainId),
    deploymentFile: network.deploymentFile,
    privateKey: network.coordinatorKeys[key],
    verificationKey: circuit.verificationKey,
    taskTimeoutSeconds: TASK_TIMEOUT_SECONDS,
    pollIntervalMs: 50,
    leaseMs: 1_000,
    backoffMs: 50,
    idleIntervalMs: 50,
    reconcileIntervalMs: 200,
    stuckAfterMs: 3_000,
    logLevel: 'fatal',
    ...options,
  }
  const child = fork(FIXTURE, [JSON.stringify(fixture)])
  const ended = once(child, 'exit')
  const url = await Promise.race([
    once(child, 'message').then(([{ url }]) => url as string),
    // Ended before it listened: the point lay on its way.
    ended.then(() => ''),
  ])
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const coordinator = { url, process: child, ended, kill }
  running.push(coordinator)
  return coordinator
}

/** Stores `count` readings of the project's devices and cuts a batch of them. Returns its task id. */
async function newBatch(count = 4): Promise<Hex> {
  const messages = Array.from({ length: count }, (_, i) => {
    nonce += 1n
    const unique = (byte: number) =>
      new Uint8Array(32).fill(byte).map((b, j) => (j < 8 ? Number((nonce >> BigInt(8 * j)) & 255n) : b))
    return {
      projectId: network.projectId,
      device: fromHex(network.devices[i % network.devices.length]!),
      nonce,
      taskId: unique(1),
      contentHash: unique(2),
      signature: new Uint8Array([...unique(3), ...unique(4)]),
      payload: '{}',
      time: 1_700_000_000_000n + nonce,
      values: [BigInt(i) - 5n, 0n, 0n, 0n, 0n],
    }
  })
  await appendMessages(store, network.chain.chainId, messages)
  const profiles = new Map([[network.projectId, TEST_PROFILE]])
  const [id] = await cutBatches(store, { chainId: network.chain.chainId, profiles, maximumAgeMs: 0 })
  return id!
}

const batch = (id: Hex) => store.db.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const state = async (id: Hex) => (await batch(id)).state
const taskManager = () => connectW3bstreamTaskManager(network.deployment.address('taskManager'), network.provider)

/** How often an event of this task is on chain. */
async function eventCount(id: Hex, name: 'TaskAssigned' | 'TaskSettled' | 'TaskRecalled'): Promise<number> {
  const contract = taskManager()
  return (await contract.queryFilter(contract.filters[name]!(null, id))).length
}

/** What recalls of this task have slashed, by the coordinator's own index. */
async function slashedFor(id: Hex): Promise<bigint> {
  const db = store.db as unknown as CoordinatorDatabase
  const recalls = await db.selectFrom('recalls').select('slashed').where('task_id', '=', id).execute()
  return recalls.reduce((sum, { slashed }) => sum + BigInt(slashed), 0n)
}

/** Returns the first words of the live events. */
async function firstEvents(url: string): Promise<string> {
  const listening = new AbortController()
  const response = await fetch(`${url}/v1/events`, { signal: listening.signal })
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('event: task')) break
  }
  listening.abort()
  return text
}

/** Pulls and proves for every prover, from whichever coordinator answers, until it is stopped. */
function serveProvers(urls: () => string[]): AsyncDisposable {
  const stopping = new AbortController()
  const loops = network.provers.map(async (prover) => {
    while (!stopping.signal.aborted) {
      for (const url of urls().filter(Boolean)) {
        // Coordinators are killed while they are asked: the next round asks again.
        const task = await pullTask(url, prover).catch(() => undefined)
        if (!task) continue
        const result = await circuit.prove(task, prover.address)
        for (const other of urls().filter(Boolean))
          await proverRequest(other, prover.address, 'proof', result, { signer: prover }).catch(() => undefined)
      }
      await systemClock.wait(100, stopping.signal)
    }
  })
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}
const urls = () => running.map(({ url }) => url)

/** Everything that a settlement moves, before and after. */
async function balances() {
  const debits = connectW3bstreamDebits(network.deployment.address('debits'), network.provider)
  const wrapped = network.deployment.address('wrappedIotx')
  const token = connectRewardToken(network.deployment.address('rewardToken'), network.provider)
  const paid = await Promise.all(network.provers.map(({ address }) => debits.balanceOf(wrapped, address)))
  return { provers: paid.reduce((sum, amount) => sum + amount, 0n), rewards: await token.totalSupply() }
}

async function expectPaidOnce(id: Hex, before: Awaited<ReturnType<typeof balances>>, readings = 4): Promise<void> {
  expect(await eventCount(id, 'TaskSettled')).toBe(1)
  const after = await balances()
  expect(after.provers - before.provers).toBe(network.feeWei)
  expect(after.rewards - before.rewards).toBe(BigInt(readings) * REWARD)
}

test('a batch goes from packed to settled, and everyone is paid', async () => {
  const before = await balances()
  const id = await newBatch()
  const { url } = await startCoordinator(0)
  await using _provers = serveProvers(urls)
  await expect.poll(() => state(id), PATIENCE).toBe('settled')
  await expectPaidOnce(id, before)

  const events = await store.db
    .selectFrom('batch_events')
    .selectAll()
    .where('batch_id', '=', id)
    .orderBy('sequence')
    .execute()
  expect(events.map((event) => event.state)).toEqual(['packed', 'assigned', 'proved', 'settled'])
  expect(events.at(-1)!.transaction_hash).toMatch(/^0x[0-9a-f]{64}$/)

  const get = async (path: string) => JSON.parse(await (await fetch(url + path)).text())
  await expect.poll(async () => (await get('/v1/stats')).rewardsWei).toBe(String(4n * REWARD))
  expect(await get('/v1/stats')).toMatchObject({ settled: 1, proofs: 1, provers: { idle: 2, busy: 0, offline: 0 } })
  expect(await get(`/v1/tasks/${id}`)).toMatchObject({ taskId: id, state: 'settled', readings: 4, devices: 2 })
  expect(await get('/v1/tasks/%00')).toMatchObject({ code: 'TASK_UNKNOWN' })
  expect((await get('/v1/tasks?limit=1')).tasks[0]).toMatchObject({
    taskId: id,
    settleTx: events.at(-1)!.transaction_hash,
  })
  expect((await get('/v1/fleet')).provers).toHaveLength(2)
  // The fleet is a module of restaked stake, and its provers are validators.
  await expect.poll(async () => (await get('/v1/stake')).totals, PATIENCE).toMatchObject({ validators: 2, pools: 2 })
  expect((await get('/v1/stake')).modules).toMatchObject([{ dim: '1', status: 'admitted', validators: 2 }])
  expect(await firstEvents(url)).toMatch(/event: stats\ndata: \{.*\n\nevent: fleet\n/)
})

describe('killed at any point, it settles once and pays once after a restart:', () => {
  const points: FaultPoint[] = [
    ...(['leased', 'reserved', 'assign:mined', 'assign:stored', 'proof:verified', 'proof:stored'] as const),
    ...(['settle:before', 'settle:mined', 'settle:stored'] as const),
  ]
  test.each(points)('%s', async (killAt) => {
    const before = await balances()
    const id = await newBatch()
    const victim = await startCoordinator(0, { killAt })
    await using _provers = serveProvers(urls)
    await victim.ended
    expect(victim.process.signalCode).toBe('SIGKILL')
    await startCoordinator(0)
    await expect.poll(() => state(id), PATIENCE).toBe('settled')
    expect(await eventCount(id, 'TaskAssigned')).toBe(1)
    await expectPaidOnce(id, before)
    await expect.poll(async () => (await batch(id)).settle_tx, PATIENCE).toMatch(/^0x/)
    await expect.poll(async () => (await batch(id)).assign_tx, PATIENCE).toMatch(/^0x/)
  })
})

describe('a missed deadline, with a kill on the way, is recalled once, slashed once and assigned again:', () => {
  test.each(['recall:before', 'recall:mined', 'recall:stored'] as const)('%s', async (killAt) => {
    const before = await balances()
    const id = await newBatch()
    const victim = await startCoordinator(0, { killAt })
    await expect.poll(() => state(id), PATIENCE).toBe('assigned')
    await network.chain.rpc('evm_increaseTime', [TASK_TIMEOUT_SECONDS + 1])
    await victim.ended
    await startCoordinator(0)
    await using _provers = serveProvers(urls)
    await expect.poll(() => state(id), PATIENCE).toBe('settled')
    expect(await eventCount(id, 'TaskRecalled')).toBe(1)
    await expect.poll(() => slashedFor(id), PATIENCE).toBe(SLASH)
    expect(await eventCount(id, 'TaskAssigned')).toBe(2)
    expect((await batch(id)).attempt).toBe(1)
    await expectPaidOnce(id, before)
  })
})

test('two coordinators on one queue assign each task once and settle it once', async () => {
  const before = await balances()
  const ids: Hex[] = []
  for (let i = 0; i < 6; i++) ids.push(await newBatch(2))
  await Promise.all([startCoordinator(0), startCoordinator(1)])
  await using _provers = serveProvers(urls)
  for (const id of ids) await expect.poll(() => state(id), PATIENCE).toBe('settled')
  for (const id of ids)
    expect([await eventCount(id, 'TaskAssigned'), await eventCount(id, 'TaskSettled')]).toEqual([1, 1])
  const after = await balances()
  expect(after.provers - before.provers).toBe(6n * network.feeWei)
  expect(after.rewards - before.rewards).toBe(12n * REWARD)
})

test('a batch whose provers never answer fails in the end, with the reason', async () => {
  const id = await newBatch()
  await startCoordinator(0, { maximumAttempts: 2 })
  for (let attempt = 1; attempt <= 2; attempt++) {
    await expect.poll(() => eventCount(id, 'TaskAssigned'), PATIENCE).toBe(attempt)
    await network.chain.rpc('evm_increaseTime', [TASK_TIMEOUT_SECONDS + 1])
    await expect.poll(() => eventCount(id, 'TaskRecalled'), PATIENCE).toBe(attempt)
  }
  await expect.poll(() => state(id), PATIENCE).toBe('failed')
  expect((await batch(id)).error).toContain('2 attempts')
})

test('a prover is not slashed for a proof that the project keeps from being settled', async () => {
  const before = await balances()
  const stake = connectDimStake(network.deployment.address('proverStake'), network.provider)
  const stakes = () => Promise.all(network.provers.map(({ address }) => stake.stakeOf(address)))
  const stakesBefore = await stakes()
  const owner = developmentSigner('projectOwner', network.provider)
  const project = connectW3bstreamProject(network.deployment.address('w3bstreamProject'), owner)
  const commit = async (parameters: bigint) =>
    (await project.setAttributes(network.projectId, [hashOf('parameters')], [toHex32(parameters)])).wait()
  await commit(1n)
  const id = await newBatch()
  await startCoordinator(0)
  await using _provers = serveProvers(urls)
  await expect.poll(async () => (await batch(id)).error, PATIENCE).toContain('RouterWrongParameters')
  expect(await state(id)).toBe('proved')
  await network.chain.rpc('evm_increaseTime', [TASK_TIMEOUT_SECONDS - 15])
  await expect.poll(() => eventCount(id, 'TaskRecalled'), PATIENCE).toBe(1)
  expect(await stakes()).toEqual(stakesBefore)

  await commit(profileParameters(TEST_PROFILE))
  await expect.poll(() => state(id), PATIENCE).toBe('settled')
  await expectPaidOnce(id, before)
})

test('a node that lags behind an assignment does not undo it', async () => {
  await using proxy = await startRpcProxy(network.chain.url)
  const id = await newBatch()
  await startCoordinator(0, { rpcUrl: proxy.url })
  await expect.poll(() => state(id), PATIENCE).toBe('assigned')
  const { selector } = w3bstreamTaskManagerInterface.getFunction('records')!
  let answered = 0
  proxy.rewrite = ({ method, params }) => {
    const { data } = (params[0] ?? {}) as { data?: string }
    if (method !== 'eth_call' || !data?.startsWith(selector)) return undefined
    answered++
    return { result: `0x${'00'.repeat(8 * 32)}` }
  }
  await expect.poll(() => answered, PATIENCE).toBeGreaterThan(2)
  expect(await batch(id)).toMatchObject({ state: 'assigned', attempt: 0 })
  proxy.rewrite = undefined
  await using _provers = serveProvers(urls)
  await expect.poll(() => state(id), PATIENCE).toBe('settled')
  expect(await eventCount(id, 'TaskAssigned')).toBe(1)
  await running[0]!.kill()
})

describe('a proof', () => {
  test('is refused by code, and the right one accepted once', async () => {
    const id = await newBatch()
    const { url } = await startCoordinator(0)
    await expect.poll(() => state(id), PATIENCE).toBe('assigned')
    const address = (await batch(id)).prover!
    const prover = network.provers.find((wallet) => wallet.address.toLowerCase() === address)!
    const other = network.provers.find((wallet) => wallet !== prover)!
    expect(await pullTask(url, other)).toBeUndefined()
    const task = (await pullTask(url, prover))!
    const good = await circuit.prove(task, prover.address)
    const foreign = await circuit.prove(task, other.address)
    const post = (body: unknown, options: { signer?: Wallet; to?: Wallet; timestampMs?: number } = {}) =>
      proverRequest(url, (options.to ?? prover).address, 'proof', body, {
        signer: options.signer ?? options.to ?? prover,
        ...(options.timestampMs === undefined ? {} : { timestampMs: options.timestampMs }),
      })
    const refused = (status: number, code: string) =>
      expect.objectContaining({ status, body: expect.objectContaining({ code }) })

    expect(await post('{')).toEqual(refused(400, 'PROOF_MALFORMED'))
    expect(await post({ ...good, proof: {} })).toEqual(refused(400, 'PROOF_MALFORMED'))
    const wide = { ...good, proof: { ...good.proof, pi_a: [String(1n << 256n), '1', '1'] } }
    expect(await post(wide)).toEqual(refused(400, 'PROOF_MALFORMED'))
    expect(await post(good, { signer: other })).toEqual(refused(401, 'PROVER_SIGNATURE_INVALID'))
    expect(await post(good, { timestampMs: 0 })).toEqual(refused(401, 'PROVER_SIGNATURE_INVALID'))
    expect(await post(good, { to: other })).toEqual(refused(403, 'PROVER_NOT_ASSIGNED'))
    expect(await post({ ...good, taskId: `0x${'00'.repeat(32)}` })).toEqual(refused(403, 'PROVER_NOT_ASSIGNED'))
    expect(await post(foreign)).toEqual(refused(422, 'PROOF_INVALID'))
    expect(await post({ ...foreign, publicSignals: good.publicSignals })).toEqual(refused(422, 'PROOF_INVALID'))
    expect(await state(id)).toBe('assigned')

    expect((await post(good)).status).toBe(200)
    expect((await post(good)).status).toBe(200)
    const another = await circuit.prove(task, prover.address)
    expect(await post(another)).toEqual(refused(409, 'TASK_ALREADY_PROVED'))
    await expect.poll(() => state(id), PATIENCE).toBe('settled')
  })
})

test('a stranger’s key is told to become an operator', async () => {
  const coordinator = await startCoordinator(0, { privateKey: Wallet.createRandom().privateKey })
  await coordinator.ended
  expect(coordinator.process.exitCode).toBe(1)
})
