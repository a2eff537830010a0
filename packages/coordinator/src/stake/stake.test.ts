import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectAllocation } from '@iotex2/chain/contracts/Allocation'
import { connectBucketVault } from '@iotex2/chain/contracts/BucketVault'
import { connectDimRegistry, dimRegistryInterface } from '@iotex2/chain/contracts/DimRegistry'
import { connectNativeVault } from '@iotex2/chain/contracts/NativeVault'
import { connectRewards } from '@iotex2/chain/contracts/Rewards'
import { connectSlasher } from '@iotex2/chain/contracts/Slasher'
import { connectTokenVault } from '@iotex2/chain/contracts/TokenVault'
import { connectVaultFactory } from '@iotex2/chain/contracts/VaultFactory'
import { CONTRACT_IDS, Deployment } from '@iotex2/chain/deployment'
import { connectSystemStaking } from '@iotex2/chain/system-staking'
import { openStore, type Store } from '@iotex2/data-availability/store'
import { createService } from '@iotex2/service/service'
import { getCreateAddress, Interface, keccak256, toUtf8Bytes } from 'ethers'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import {
  BRIDGE,
  DAY,
  EXIT_DELAY,
  FLEET,
  IOTX,
  mined,
  type StakeNetwork,
  stakeBucket,
  stakeNative,
  startStakeNetwork,
} from '../../../../test/stake-network.ts'
import { stakeRoutes } from '../routes/stake.ts'
import type { CoordinatorDatabase } from '../schema.ts'
import { cursorOf, stakeAddresses } from './indexer.ts'
import type { StakeFixtureOptions } from './stake.fixture.ts'

const FIXTURE = fileURLToPath(new URL('./stake.fixture.ts', import.meta.url))
const PATIENCE = { timeout: 30_000, interval: 50 }
const ZERO = `0x${'00'.repeat(20)}`
const tokenInterface = new Interface(['function mint(address, uint256)', 'function approve(address, uint256)'])
vi.setConfig({ testTimeout: 60_000 })

let network: StakeNetwork
let database: TestDatabase
let store: Store
let db: CoordinatorDatabase
let staker: string
let first: string
let second: string

beforeAll(async () => {
  ;[network, database] = await Promise.all([startStakeNetwork(), createTestDatabase()])
  store = openStore({ url: database.url })
  db = store.db as unknown as CoordinatorDatabase
  staker = (await network.staker.getAddress()).toLowerCase()
  ;[first, second] = network.validators.map(({ address }) => address) as [string, string]
}, 120_000)

const running: Indexer[] = []
afterEach(async () => {
  for (const { kill } of running.splice(0)) await kill()
})

afterAll(async () => {
  await store?.close()
  await database?.[Symbol.asyncDispose]()
  await network?.[Symbol.asyncDispose]()
})

interface Indexer {
  url: string
  process: ChildProcess
  ended: Promise<unknown>
  kill(): Promise<void>
}

async function startIndexer(options: Partial<StakeFixtureOptions> = {}): Promise<Indexer> {
  const fixture: StakeFixtureOptions = {
    databaseUrl: database.url,
    rpcUrl: network.chain.url,
    chainId: String(network.chain.chainId),
    deploymentFile: network.deploymentFile,
    ...options,
  }
  const child = fork(FIXTURE, [JSON.stringify(fixture)])
  const ended = once(child, 'exit')
  const url = await Promise.race([once(child, 'message').then(([{ url }]) => url as string), ended.then(() => '')])
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const indexer = { url, process: child, ended, kill }
  running.push(indexer)
  return indexer
}

// What the API answers is looked at by its fields.
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Answer = any
const get = async (url: string, path: string): Promise<Answer> => (await fetch(url + path)).json()

/** Resolves once everything that is on chain now is indexed. */
async function indexed(): Promise<void> {
  const head = await network.provider.getBlockNumber()
  const name = cursorOf(stakeAddresses(network.deployment)!)
  const cursor = async () => {
    const row = await db.selectFrom('cursors').select('block').where('name', '=', name).executeTakeFirst()
    return Number(row?.block ?? -1)
  }
  await expect.poll(cursor, PATIENCE).toBeGreaterThanOrEqual(head)
}

const slasher = () => connectSlasher(network.deployment.address('slasher'), network.builder)
const vault = () => connectNativeVault(network.nativeVault, network.staker)
const offence = (dim: bigint, validator: string, basket: number, captureTime: number, amount: bigint) => ({
  ...{ dim, vault: network.nativeVault, validator, basket, captureTime, amount },
})

test('stake is told by asset, validator and module, as the chain has it', async () => {
  await stakeNative(network, network.staker, { validator: first, basket: 1, amount: 100n * IOTX })
  await stakeNative(network, network.staker, { validator: first, basket: 2, amount: 50n * IOTX })
  await stakeNative(network, network.builder, { validator: second, basket: 1, amount: 10n * IOTX })
  const { url } = await startIndexer()
  await indexed()
  const before = await get(url, '/v1/stake')
  const [native] = before.vaults
  expect(native).toMatchObject({ vault: network.nativeVault, native: true, stakers: 2, pools: 3 })
  expect(native.asset).toMatchObject({ symbol: 'WIOTX', decimals: 18 })
  // It counts from the next day on, and can be taken from then on.
  expect([native.slashable, native.counting].map(BigInt)).toEqual([160n * IOTX, 0n])
  expect(before.modules.map(({ stake }: Answer) => stake)).toEqual([[], []])
  expect(before.totals).toMatchObject({ stakers: 2, validators: 2, vaults: 2, pools: 3, poolsRead: 3, slashes: 0 })
  expect(before.exitDelaySeconds).toBe(EXIT_DELAY)
  const nextEpoch = Date.parse(before.nextEpochAt) / 1000
  expect([nextEpoch % DAY, nextEpoch > (await network.now())]).toEqual([0, true])

  await network.pass(DAY)
  await indexed()
  const after = await get(url, '/v1/stake')
  const allocation = connectAllocation(network.deployment.address('allocation'), network.provider)
  const time = Math.floor(Date.parse(after.blockTime) / 1000)
  for (const [i, dim] of [FLEET, BRIDGE].entries()) {
    const pools = [
      [first, 1],
      [first, 2],
      [second, 1],
    ] as const
    const amounts = await Promise.all(
      pools.map(([validator, basket]) => allocation.stakeAt(dim, network.nativeVault, validator, basket, time)),
    )
    const sum = amounts.reduce((total, amount) => total + amount, 0n)
    expect(sum).toBeGreaterThan(0n)
    expect(after.modules[i].stake).toEqual([{ vault: network.nativeVault, amount: String(sum) }])
  }
  expect(after.vaults[0].held).toBe(String(await vault().owed()))
  expect(after.modules[0]).toMatchObject({
    ...{ dim: '1', status: 'admitted', maximumSlash: 5_000, resolver: null, validators: 1 },
    metadataUri: 'https://modules.example/fleet.json',
  })
  expect(after.modules[1]).toMatchObject({ dim: '2', beneficiary: null, validators: 2 })
  expect(after.validators.map(({ validator }: Answer) => validator)).toEqual([first, second])
  expect(after.validators[0]).toMatchObject({ commission: 500, tokenId: null })
  const [whole, both] = after.validators[0].baskets
  expect(whole).toMatchObject({ basket: 1, open: true, rehypothecated: false, freeShare: 0 })
  expect(both).toMatchObject({ basket: 2, rehypothecated: true })
  expect(both.freeShare).toBe(Number(await allocation.freeShareOf(first, 2)))
  expect(BigInt(whole.pools[0].slashable)).toBe(await vault().slashableNow(first, 1))
})

test('validators are paged, those with the most stake first', async () => {
  const { url } = await startIndexer()
  const one = await get(url, '/v1/stake/validators?limit=1')
  expect([one.validators[0].validator, one.nextValidator]).toEqual([first, first])
  const two = await get(url, `/v1/stake/validators?limit=1&after=${one.nextValidator}`)
  expect(two.validators[0].validator).toBe(second)
  const none = await get(url, `/v1/stake/validators?limit=1&after=${second}`)
  expect([none.validators, none.nextValidator]).toEqual([[], null])
})

test('nothing that a vault does in the block that creates it is missed', async () => {
  const factory = network.deployment.address('vaultFactory')
  const created = getCreateAddress({ from: factory, nonce: await network.provider.getTransactionCount(factory) })
  const amount = 2_500_000n
  await startIndexer()
  await indexed()
  await network.chain.rpc('evm_setAutomine', [false])
  const gasLimit = 5_000_000
  const sent = [
    network.staker.sendTransaction({
      to: network.token,
      data: tokenInterface.encodeFunctionData('mint', [staker, 10n * amount]),
      gasLimit,
    }),
    network.staker.sendTransaction({
      to: network.token,
      data: tokenInterface.encodeFunctionData('approve', [created, amount]),
      gasLimit,
    }),
    connectVaultFactory(factory, network.staker).create(network.token, { gasLimit }),
    connectTokenVault(created, network.staker).deposit(amount, staker, { gasLimit }),
    connectTokenVault(created, network.staker).delegate(second, 1, amount, { gasLimit }),
  ]
  await Promise.all(sent)
  await network.chain.rpc('evm_mine')
  await network.chain.rpc('evm_setAutomine', [true])
  const receipts = await Promise.all(sent.map(async (each) => (await (await each).wait())!))
  expect(new Set(receipts.map(({ blockNumber, status }) => `${blockNumber} ${status}`)).size).toBe(1)

  await indexed()
  const rows = await db
    .selectFrom('stake_events')
    .select(['name', 'block'])
    .where('block', '=', BigInt(receipts[0]!.blockNumber))
    .where('source', 'in', ['VaultFactory', 'Vault'])
    .orderBy('log_index')
    .execute()
  expect(rows.map(({ name }) => name)).toEqual(['VaultCreated', 'Deposited', 'Delegated'])
  const { url } = running[0]!
  const { vaults } = await get(url, '/v1/stake')
  // Behind the vault of buckets, which the deployment names.
  expect(vaults.map(({ bucketVersion }: Answer) => bucketVersion)).toEqual([null, 3, null])
  expect(vaults[2]).toMatchObject({
    ...{ vault: created.toLowerCase(), native: false, held: String(amount), stakers: 1 },
    asset: { symbol: 'USDX', decimals: 6 },
  })
})

test('an account has balances, positions and exits, with their times', async () => {
  const { url } = await startIndexer()
  await mined(vault().depositNative(staker, { value: 5n * IOTX }))
  await mined(vault().delegate(first, 1, 2n * IOTX))
  const shares = await vault().sharesOf(staker, first, 2)
  const receipt = await mined(vault().requestExit(first, 2, shares / 2n))
  await indexed()
  const account = await get(url, `/v1/stake/accounts/${staker}`)
  expect(account.balances.map(({ asset, balance }: Answer) => [asset.symbol, balance])).toEqual([
    ['WIOTX', String(3n * IOTX)],
    ['USDX', '0'],
  ])
  expect(account.indexed).toBeGreaterThanOrEqual(receipt.blockNumber)
  const position = account.positions.find((each: Answer) => each.validator === first && each.basket === 1)
  expect(position).toMatchObject({
    stake: String(await vault().stakeOf(staker, first, 1)),
    entering: String(2n * IOTX),
  })
  expect(account.positions.find((each: Answer) => each.basket === 2)).toMatchObject({
    shares: String(shares - shares / 2n),
    entering: '0',
  })
  const requested = (await network.provider.getBlock(receipt.blockNumber))!.timestamp
  expect(account.exits).toMatchObject([
    {
      ...{ exitId: '1', validator: first, basket: 2, unlocked: false, requestTx: receipt.hash },
      amount: String(await vault().previewExit(1)),
      unlocksAt: new Date(1000 * (requested + EXIT_DELAY)).toISOString(),
    },
  ])
  expect(await get(url, `/v1/stake/accounts/${ZERO}`)).toMatchObject({ balances: [], positions: [], exits: [] })
})

test('slashes are told with their evidence, their times and what became of them', async () => {
  const { url } = await startIndexer()
  const captured = (await network.now()) - 60
  const evidence = toUtf8Bytes('signed twice')
  // At once, for the fleet: half of what was there.
  const atOnce = await mined(slasher().slash(offence(FLEET, first, 1, captured, 30n * IOTX), evidence))
  const request = (amount: bigint) => slasher().requestSlash(offence(BRIDGE, second, 1, captured, amount), evidence)
  for (const amount of [IOTX / 2n, IOTX, IOTX / 4n]) await mined(request(amount))
  await mined(connectSlasher(await slasher().getAddress(), network.governance).vetoSlash(1))
  await indexed()
  const open = await get(url, '/v1/stake/slashes')
  expect(open.slashes.map(({ requestId, status }: Answer) => [requestId, status])).toEqual([
    ['3', 'vetoable'],
    ['2', 'vetoable'],
    ['1', 'vetoed'],
    [null, 'executed'],
  ])
  expect(open.slashes[3]).toMatchObject({
    ...{ dim: '1', validator: first, basket: 1, requested: String(30n * IOTX), taken: String(30n * IOTX) },
    ...{ evidenceHash: keccak256(evidence), requestTx: atOnce.hash, vetoUntil: null },
    capturedAt: new Date(1000 * captured).toISOString(),
  })
  expect(open.slashes[0]).toMatchObject({ evidenceHash: keccak256(evidence), taken: null, asset: { symbol: 'WIOTX' } })
  const { vetoUntil, executeUntil } = open.slashes[1]
  expect((Date.parse(executeUntil) - Date.parse(vetoUntil)) / 1000).toBe(DAY)

  await network.pass(DAY / 2)
  const execution = await mined(slasher().executeSlash(2))
  await indexed()
  const executable = await get(url, '/v1/stake/slashes?limit=2')
  expect(executable.slashes).toMatchObject([
    { requestId: '3', status: 'executable' },
    { requestId: '2', status: 'executed', taken: String(IOTX), endTx: execution.hash },
  ])
  const older = await get(url, `/v1/stake/slashes?limit=2&before=${executable.next}`)
  expect(older.slashes.map(({ requestId }: Answer) => requestId)).toEqual(['1', null])

  await network.pass(DAY + 1)
  await indexed()
  expect((await get(url, '/v1/stake/slashes?limit=1')).slashes[0].status).toBe('expired')
  const { modules, validators, totals } = await get(url, '/v1/stake')
  expect(modules.map(({ slashed }: Answer) => slashed)).toEqual([
    [{ vault: network.nativeVault, amount: String(30n * IOTX) }],
    [{ vault: network.nativeVault, amount: String(IOTX) }],
  ])
  expect(validators.map(({ slashed }: Answer) => slashed[0].amount)).toEqual([String(30n * IOTX), String(IOTX)])
  expect(totals.slashes).toBe(2)
})

test('the index and the chain agree on every pool, after slashes and settled exits', async () => {
  const { url } = await startIndexer()
  await network.pass(EXIT_DELAY)
  await mined(vault().claim(1))
  await indexed()
  const { rows } = await sql<{ vault: string; validator: string; basket: number; amount: bigint }>`
    SELECT address AS vault, validator, (args->>'basket')::integer AS basket, sum(change) AS amount
    FROM stake_events WHERE change IS NOT NULL GROUP BY 1, 2, 3`.execute(db)
  expect(rows.length).toBe(4)
  for (const { vault: address, validator, basket, amount } of rows) {
    const held = await connectTokenVault(address, network.provider).slashableNow(validator, basket)
    expect(amount, `${validator} ${basket}`).toBe(held)
  }
  expect((await get(url, `/v1/stake/accounts/${staker}`)).exits).toEqual([])
})

test('a bucket is told with what it counts for, its debt, its auction and its end', async () => {
  const { url } = await startIndexer()
  const buckets = connectBucketVault(network.bucketVault, network.staker)
  const id = await stakeBucket(network, network.staker, 1_000n * IOTX)
  const staking = connectSystemStaking(await buckets.staking(), network.staker)
  await mined(staking.approve(network.bucketVault, id))
  await mined(buckets.depositBucket(id))
  await mined(buckets.delegate(second, 1, 800n * IOTX))
  await network.staker.sendTransaction({ to: await buckets.escrowOf(staker), value: IOTX / 100n })
  await network.pass(DAY)
  await indexed()
  const account = async () => get(url, `/v1/stake/accounts/${staker}`)
  const before = await account()
  const asset = { address: (await buckets.staking()).toLowerCase(), symbol: 'IOTX', decimals: 18 }
  expect(before.buckets).toMatchObject([
    {
      ...{ vault: network.bucketVault, version: 3, asset, coin: '0', debt: '0', payUntil: null },
      ...{ escrow: (await buckets.escrowOf(staker)).toLowerCase(), rewards: String(IOTX / 100n) },
      buckets: [
        {
          ...{ bucket: String(id), staker, amount: String(1_000n * IOTX), contained: String(1_000n * IOTX) },
          ...{ duration: String(14 * DAY), state: 'locked', delegate: first, auction: null },
        },
      ],
    },
  ])
  expect(before.balances.find(({ vault }: Answer) => vault === network.bucketVault)).toMatchObject({
    ...{ asset, balance: String(200n * IOTX) },
  })
  const ofBuckets = ({ positions }: Answer) => positions.find(({ vault }: Answer) => vault === network.bucketVault)
  expect(ofBuckets(before)).toMatchObject({ stake: String(800n * IOTX), loss: '0', asset })
  expect((await get(url, '/v1/stake')).vaults[1]).toMatchObject({
    ...{ bucketVersion: 3, native: false, stakers: 1, held: String(1_000n * IOTX), slashable: String(800n * IOTX) },
  })

  const captured = (await network.now()) - 60
  const taken = 100n * IOTX
  const request = { ...offence(BRIDGE, second, 1, captured, taken), vault: network.bucketVault }
  const requestId = (await slasher().requests()) + 1n
  await mined(slasher().requestSlash(request, toUtf8Bytes('signed twice')))
  await network.pass(DAY / 2)
  await mined(slasher().executeSlash(requestId))
  await indexed()
  const loss = BigInt(ofBuckets(await account()).loss)
  expect(loss - taken).toBeLessThanOrEqual(1n)
  expect((await get(url, '/v1/stake/slashes?limit=1')).slashes[0]).toMatchObject({ asset, taken: String(taken) })

  const generation = await buckets.generationOf(second, 1)
  const realised = await mined(buckets.realise(staker, second, 1, generation))
  await indexed()
  const grace = await buckets.GRACE()
  const at = (await network.provider.getBlock(realised.blockNumber))!.timestamp
  const indebted = await account()
  expect(indebted.buckets[0]).toMatchObject({
    ...{ debt: String(loss), payUntil: new Date(1000 * (at + Number(grace))).toISOString() },
  })
  expect(ofBuckets(indebted).loss).toBe('0')
  expect((await get(url, '/v1/stake')).auctions).toEqual([])

  await network.pass(Number(grace) + 1)
  const started = await mined(buckets.auction(id))
  await indexed()
  const auctions = async () => (await get(url, '/v1/stake')).auctions
  const startedAt = (await network.provider.getBlock(started.blockNumber))!.timestamp
  const [offered] = await auctions()
  expect(offered).toMatchObject({
    ...{ bucket: String(id), vault: network.bucketVault, staker, asset },
    auction: {
      price: String(await buckets.priceOf(id)),
      endsAt: new Date(1000 * (startedAt + Number(await buckets.AUCTION_LENGTH()))).toISOString(),
    },
  })
  await network.pass(Number(await buckets.AUCTION_LENGTH()))
  await indexed()
  const [cheap] = await auctions()
  expect(BigInt(cheap.auction.price)).toBeLessThan(BigInt(offered.auction.price))

  const buyer = connectBucketVault(network.bucketVault, network.builder)
  await mined(buyer.buy(id, { value: 1_000n * IOTX }))
  await indexed()
  expect(await auctions()).toEqual([])
  const sold = (await account()).buckets[0]
  const { coin } = await buckets.accountOf(staker)
  expect(coin).toBeGreaterThan(0n)
  expect(sold).toMatchObject({ buckets: [], debt: '0', payUntil: null, coin: String(coin) })
})

test('bribes are told by what they pay for each epoch and the stake that shares it, and to whom they are due', async () => {
  const { url } = await startIndexer()
  const rewards = connectRewards(network.deployment.address('rewards'), network.builder)
  const pot = { dim: BRIDGE, vault: network.nativeVault, token: network.token }
  const funder = await network.builder.getAddress()
  const amount = 7_000_001n
  for (const data of [
    tokenInterface.encodeFunctionData('mint', [funder, 10n * amount]),
    tokenInterface.encodeFunctionData('approve', [await rewards.getAddress(), 10n * amount]),
  ])
    await (await network.builder.sendTransaction({ to: network.token, data })).wait()
  const epoch = Math.floor((await network.now()) / DAY)
  await mined(rewards.fund(pot, epoch + 1, 3, amount))
  await indexed()
  const told = (await get(url, '/v1/stake/bribes')).pots
  expect(told).toMatchObject([
    {
      ...{ dim: '2', vault: network.nativeVault, asset: { symbol: 'WIOTX' }, token: { symbol: 'USDX', decimals: 6 } },
      ...{ funders: 1, funded: String(3n * amount), paid: '0', left: String(3n * amount) },
    },
  ])
  expect(told[0].epochs.map(({ funded }: Answer) => funded)).toEqual(['0', ...Array(3).fill(String(amount))])
  expect(told[0].epochs[1]).toMatchObject({
    startsAt: new Date(1000 * DAY * (epoch + 1)).toISOString(),
    stake: String(await rewards.totalIn(BRIDGE, network.nativeVault, epoch + 1)),
  })
  expect(BigInt(told[0].epochs[1].stake)).toBeGreaterThan(0n)
  expect((await get(url, '/v1/stake/bribes?limit=1&before=0-0')).pots).toEqual([])

  await network.pass(2 * DAY)
  await indexed()
  const { positions } = await get(url, `/v1/stake/accounts/${staker}`)
  const earning = positions.find((each: Answer) => each.validator === first && each.basket === 2)
  const position = { validator: first, basket: 2, generation: earning.generation, staker }
  const due = await rewards.pending(pot, position, 50)
  expect(due).toBeGreaterThan(0n)
  expect(earning.earned).toMatchObject([{ dim: '2', token: { symbol: 'USDX' }, amount: String(due) }])
  // The fleet is not paid for.
  expect(positions.find((each: Answer) => each.basket === 1 && each.validator === first).earned).toEqual([])
  await mined(rewards.claim(pot, position, 50))
  await indexed()
  expect((await get(url, '/v1/stake/bribes')).pots[0]).toMatchObject({ paid: String(due) })
})

test('text that is none stops nobody', async () => {
  const { url } = await startIndexer()
  const dims = connectDimRegistry(network.deployment.address('dimRegistry'), network.builder)
  const terms = await dims.termsOf(FLEET)
  const propose = async (metadata: string) => {
    const data = dimRegistryInterface.encodeFunctionData('propose', [terms, 'abcd']).replace('61626364', metadata)
    await (await network.builder.sendTransaction({ to: await dims.getAddress(), data, value: IOTX })).wait()
  }
  // Half of a character, and a NUL, which PostgreSQL takes into no text.
  await propose('c328c328')
  await propose('61006200')
  await mined(dims.retract(4))
  await indexed()
  const { modules } = await get(url, '/v1/stake')
  expect(modules.slice(2).map(({ metadataUri, status }: Answer) => [metadataUri, status])).toEqual([
    ['\u{fffd}', 'proposed'],
    ['a\u{fffd}b\u{fffd}', 'released'],
  ])
})

describe('killed at any point, and with another beside it, each event is there once:', () => {
  test.each([
    ['stake:read', 1],
    ['stake:read', 2],
    ['stake:stored', 1],
    ['stake:stored', 2],
  ] as const)('%s, time %i', async (point, time) => {
    const own = await createTestDatabase()
    const ownStore = openStore({ url: own.url })
    try {
      const victim = await startIndexer({ databaseUrl: own.url, killAt: { point, time } })
      // A range of its own for the second time.
      const mining = setInterval(() => void network.chain.rpc('evm_mine'), 50)
      await victim.ended
      clearInterval(mining)
      expect(victim.process.signalCode).toBe('SIGKILL')
      await Promise.all([startIndexer({ databaseUrl: own.url }), startIndexer({ databaseUrl: own.url })])
      const all = async (from: Store) => {
        const { rows } = await sql<{ key: string }>`
          SELECT transaction_hash || '-' || log_index || name || args::text AS key
          FROM stake_events ORDER BY block, log_index`.execute(from.db)
        return rows.map(({ key }) => key)
      }
      await expect.poll(() => all(ownStore), PATIENCE).toEqual(await all(store))
    } finally {
      for (const { kill } of running.splice(0)) await kill()
      await ownStore.close()
      await own[Symbol.asyncDispose]()
    }
  })
})

test('vaults of buckets that a deployment gets later are read from their beginning', async () => {
  const own = await createTestDatabase()
  const ownStore = openStore({ url: own.url })
  const directory = await mkdtemp(join(tmpdir(), 'iotex2-stake-'))
  try {
    const deploymentFile = join(directory, 'addresses.json')
    const { [CONTRACT_IDS.bucketVaultV3]: _later, ...book } = JSON.parse(await readFile(network.deploymentFile, 'utf8'))
    await writeFile(deploymentFile, JSON.stringify(book))
    const count = async (from: Store, source: string) => {
      const { rows } = await sql<{ count: bigint }>`
        SELECT count(*) AS count FROM stake_events WHERE source = ${source}`.execute(from.db)
      return Number(rows[0]!.count)
    }
    const before = await startIndexer({ databaseUrl: own.url, deploymentFile })
    await expect.poll(() => count(ownStore, 'Vault'), PATIENCE).toBe(await count(store, 'Vault'))
    expect(await count(ownStore, 'BucketVault')).toBe(0)
    await before.kill()
    await startIndexer({ databaseUrl: own.url })
    await expect.poll(() => count(ownStore, 'BucketVault'), PATIENCE).toBe(await count(store, 'BucketVault'))
    expect(await count(ownStore, 'BucketVault')).toBeGreaterThan(0)
    expect(await count(ownStore, 'Vault')).toBe(await count(store, 'Vault'))
  } finally {
    for (const { kill } of running.splice(0)) await kill()
    await ownStore.close()
    await own[Symbol.asyncDispose]()
    await rm(directory, { recursive: true })
  }
})

describe('an answer that cannot be given says why', () => {
  test.each([
    ['/v1/stake/accounts/0x12', 400, 'REQUEST_MALFORMED'],
    ['/v1/stake/slashes?before=x', 400, 'REQUEST_MALFORMED'],
    ['/v1/stake/slashes?limit=101', 400, 'REQUEST_MALFORMED'],
    ['/v1/stake/validators?after=0x', 400, 'REQUEST_MALFORMED'],
  ])('%s', async (path, status, code) => {
    const { url } = await startIndexer()
    const response = await fetch(url + path)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code])
  })

  test('where the chain is gone', async () => {
    const { url } = await startIndexer({ rpcUrl: 'http://127.0.0.1:1' })
    const response = await fetch(`${url}/v1/stake`)
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'CHAIN_UNREACHABLE' }])
  })

  test('where nothing is restaked', async () => {
    expect(stakeAddresses(new Deployment({}))).toBeUndefined()
    const { app } = createService({ name: 'test', logLevel: 'silent' })
    await app.register(stakeRoutes, {})
    const response = await app.inject('/v1/stake')
    expect([response.statusCode, response.json().code]).toEqual([404, 'STAKE_OFF'])
    await app.close()
  })
})
