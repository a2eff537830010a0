import { Interface, type JsonRpcProvider, Wallet } from 'ethers'
import hre from 'hardhat'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { deployArtifact } from '../../../test/artifact.ts'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../test/chain-node.ts'
import { startRpcProxy } from '../../../test/rpc-proxy.ts'
import { startProxy, type TcpProxy } from '../../../test/tcp-proxy.ts'
import { type EventRange, type FollowOptions, followEvents } from './events.ts'
import { openProvider } from './provider.ts'

type TallyEvents = { Tally: { Counted: { caller: string; count: bigint } } }
type Range = EventRange<TallyEvents>

let chain: ChainNode
let proxy: TcpProxy
let direct: JsonRpcProvider
let throughProxy: JsonRpcProvider
let wallet: Wallet
let contract: Interface
let tally: string
let firstBlock: number
let stop: AbortController
let followers: Promise<void>[]

beforeAll(async () => {
  chain = await startChain()
  proxy = await startProxy(chain.url)
  direct = openProvider({ url: chain.url, chainId: chain.chainId })
  throughProxy = openProvider({ url: proxy.url, chainId: chain.chainId, timeoutMs: 2_000 })
  wallet = new Wallet(DEVELOPMENT_KEYS[0], direct)
  contract = new Interface((await hre.artifacts.readArtifact('Tally')).abi)
})

beforeEach(async () => {
  tally = await deployArtifact('Tally', wallet)
  firstBlock = await direct.getBlockNumber()
  stop = new AbortController()
  followers = []
})

afterEach(async () => {
  stop.abort()
  proxy.restore()
  await Promise.all(followers)
})

afterAll(async () => {
  direct?.destroy()
  throughProxy?.destroy()
  await proxy?.[Symbol.asyncDispose]()
  await chain?.stop()
})

async function add(times: number): Promise<void> {
  for (let i = 0; i < times; i++)
    await wallet
      .sendTransaction({ to: tally, data: contract.encodeFunctionData('add', [1000]) })
      .then((tx) => tx.wait())
}

/** Follows into a store that is idempotent by transaction and log, as real handlers are. */
function follow(options: Partial<FollowOptions<TallyEvents>> = {}) {
  const store = new Map<string, bigint>()
  const ranges: Range[] = []
  const errors: unknown[] = []
  const handle = async (range: Range) => {
    ranges.push(range)
    for (const event of range.events) store.set(`${event.transactionHash}:${event.logIndex}`, event.args.count)
  }
  const contracts = { Tally: { address: tally, interface: contract } }
  followers.push(
    followEvents<TallyEvents>({
      provider: throughProxy,
      contracts,
      fromBlock: firstBlock,
      pollIntervalMs: 20,
      signal: stop.signal,
      handle,
      onError: (error) => errors.push(error),
      ...options,
    }),
  )
  return { counts: () => [...store.values()].map(Number), ranges, errors }
}

test('delivers past and new events in order, by ranges that meet', async () => {
  await add(3)
  const { counts, ranges } = follow({ rangeBlocks: 2 })
  await expect.poll(counts).toEqual([1, 2, 3])
  await add(2)
  await expect.poll(counts).toEqual([1, 2, 3, 4, 5])
  expect(ranges[0]!.fromBlock).toBe(firstBlock)
  expect(ranges.slice(1).map(({ fromBlock }) => fromBlock)).toEqual(
    ranges.slice(0, -1).map(({ toBlock }) => toBlock + 1),
  )
  expect(ranges.at(-1)!.isHead).toBe(true)
  const { timestamp } = (await direct.getBlock(firstBlock))!
  expect(await ranges[0]!.blockTime(firstBlock)).toBe(timestamp)
})

test('starts after its cursor', async () => {
  await add(3)
  const { counts } = follow({ fromBlock: await direct.getBlockNumber() })
  await expect.poll(counts).toEqual([3])
})

test('delivers an event once enough blocks stand on it', async () => {
  const { counts, ranges } = follow({ confirmations: 3 })
  await add(1)
  const blockNumber = await direct.getBlockNumber()
  await chain.rpc('evm_mine')
  await expect.poll(() => ranges.at(-1)?.toBlock).toBe(blockNumber - 1)
  expect(counts()).toEqual([])
  await chain.rpc('evm_mine')
  await expect.poll(counts).toEqual([1])
})

test('finds an event whose block one node announced and another did not have yet', async () => {
  await using balancer = await startRpcProxy(chain.url)
  const provider = openProvider({ url: balancer.url, chainId: chain.chainId })
  let withheld = 0
  balancer.rewrite = ({ method }) => (method === 'eth_getLogs' && withheld++ === 0 ? { result: [] } : undefined)
  await add(1)
  const { counts } = follow({ provider, rereadBlocks: 8 })
  await expect.poll(() => withheld).toBe(1)
  await add(1)
  await expect.poll(counts).toEqual([1, 2])
  provider.destroy()
})

test('catches up when the node comes back', async () => {
  const { counts, errors } = follow()
  await add(1)
  await expect.poll(counts).toEqual([1])
  proxy.cut()
  await expect.poll(() => errors.length).toBeGreaterThan(0)
  await add(2)
  proxy.restore()
  await expect.poll(counts).toEqual([1, 2, 3])
})

test('a handler that fails is given the range again', async () => {
  let failures = 2
  const counted: number[] = []
  const { errors } = follow({
    async handle({ events }) {
      if (events.length > 0 && failures-- > 0) throw new TypeError('the store is away')
      counted.push(...events.map(({ args }) => Number(args.count)))
    },
  })
  await add(1)
  await expect.poll(() => counted).toContain(1)
  expect(errors).toHaveLength(2)
})

test('ends when it is told to', async () => {
  follow()
  stop.abort()
  await expect(Promise.all(followers)).resolves.toBeDefined()
})
