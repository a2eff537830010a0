/**
 * Which tokens an owner holds, looked for over several ranges of blocks, on a Hardhat node.
 */
import { connectDeviceNFT, type DeviceNFT, deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deployArtifact } from '../../../test/artifact.ts'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../test/chain-node.ts'
import { type RpcProxy, startRpcProxy } from '../../../test/rpc-proxy.ts'
import { heldTokens } from './tokens.ts'

/** As many as one request asks for. */
const RANGE_BLOCKS = 10_000
const [owner, other] = [1, 2].map((i) => new Wallet(DEVELOPMENT_KEYS[i]!).address) as [string, string]

let chain: ChainNode
let proxy: RpcProxy
let provider: JsonRpcProvider
let nft: DeviceNFT
let deployedAt: number
let ranges: [number, number][] = []

const mined = async (sent: Promise<{ wait(): Promise<unknown> }>) => (await sent).wait()
const mine = (blocks: number) => chain.rpc('hardhat_mine', [`0x${blocks.toString(16)}`])

beforeAll(async () => {
  chain = await startChain()
  proxy = await startRpcProxy(chain.url)
  proxy.rewrite = ({ method, params }) => {
    if (method !== 'eth_getLogs') return undefined
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }]
    ranges.push([Number(fromBlock), Number(toBlock)])
    return undefined
  }
  provider = new JsonRpcProvider(proxy.url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  const signer = new NonceManager(new Wallet(DEVELOPMENT_KEYS[1], provider))
  const implementation = await deployArtifact('DeviceNFT', signer)
  const initialize = deviceNFTInterface.encodeFunctionData('initialize', ['Device', 'DEV'])
  nft = connectDeviceNFT(await deployArtifact('ERC1967Proxy', signer, implementation, initialize), signer)
  deployedAt = await provider.getBlockNumber()
  await mined(nft.configureMinter(owner, 100))
  // Tokens 1 to 4, each in a range of its own, and 5 and 6 in the last.
  for (let token = 1; token <= 6; token++) {
    await mined(nft.mint(owner))
    if (token <= 4) await mine(RANGE_BLOCKS + 10)
  }
})
afterAll(async () => {
  provider?.destroy()
  await proxy?.[Symbol.asyncDispose]()
  await chain?.stop()
})

test('tokens of every range are found, oldest first, each range asked for once', async () => {
  ranges = []
  expect(await heldTokens(nft, owner, deployedAt)).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
  expect(ranges.length).toBeGreaterThan(4)
  for (const [from, to] of ranges) expect(to - from).toBeLessThan(RANGE_BLOCKS)
  // From the newest block back, nothing between left out and nothing twice.
  for (const [i, [, to]] of ranges.slice(1).entries()) expect(to).toBe(ranges[i]![0] - 1)
})

test('what was passed on is not held, wherever it went and came from', async () => {
  await mined(nft.transferFrom(owner, other, 2))
  expect(await heldTokens(nft, owner, deployedAt)).toEqual([1n, 3n, 4n, 5n, 6n])
  expect(await heldTokens(nft, other, deployedAt)).toEqual([2n])
  await mine(RANGE_BLOCKS)
  const back = connectDeviceNFT(await nft.getAddress(), new Wallet(DEVELOPMENT_KEYS[2], provider))
  await mined(back.transferFrom(other, owner, 2))
  expect(await heldTokens(nft, owner, deployedAt)).toEqual([1n, 2n, 3n, 4n, 5n, 6n])
  expect(await heldTokens(nft, other, deployedAt)).toEqual([])
})

test('it looks no further back than it must', async () => {
  // The newest range has all that the other holds.
  await mined(nft.transferFrom(owner, other, 1))
  ranges = []
  expect(await heldTokens(nft, other, deployedAt)).toEqual([1n])
  expect(ranges).toHaveLength(1)
  // And no further than it may.
  ranges = []
  const head = await provider.getBlockNumber()
  expect(await heldTokens(nft, owner, head - RANGE_BLOCKS)).toEqual([2n])
  expect(Math.min(...ranges.map(([from]) => from))).toBe(head - RANGE_BLOCKS)
  ranges = []
  expect(await heldTokens(nft, `0x${'12'.repeat(20)}`, deployedAt)).toEqual([])
  expect(ranges).toEqual([])
})
