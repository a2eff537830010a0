import { Interface, type JsonRpcProvider, Wallet } from 'ethers'
import hre from 'hardhat'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { deployArtifact } from '../../../test/artifact.ts'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../test/chain-node.ts'
import { startRpcProxy } from '../../../test/rpc-proxy.ts'
import { startProxy, type TcpProxy } from '../../../test/tcp-proxy.ts'
import { openProvider } from './provider.ts'
import { TransactionSender } from './sender.ts'

let chain: ChainNode
let proxy: TcpProxy
let direct: JsonRpcProvider
let throughProxy: JsonRpcProvider
let sender: TransactionSender
let tally: string
let contract: Interface
let snapshot: string

const add = (limit: number) => ({ to: tally, data: contract.encodeFunctionData('add', [limit]) })
const count = async (address = sender.address): Promise<number> =>
  Number(BigInt(await direct.call({ to: tally, data: contract.encodeFunctionData('counts', [address]) })))
const newSender = (provider = throughProxy) =>
  new TransactionSender({
    provider,
    privateKey: DEVELOPMENT_KEYS[1],
    pollIntervalMs: 20,
    stuckAfterMs: 150,
    interfaces: [contract],
  })
const automine = (enabled: boolean) => chain.rpc('evm_setAutomine', [enabled])
const pooled = async (): Promise<{ nonce: string; hash: string; maxFeePerGas: string }[]> => {
  const block = await chain.rpc<{ transactions: { nonce: string; hash: string; maxFeePerGas: string }[] }>(
    'eth_getBlockByNumber',
    ['pending', true],
  )
  return block.transactions
}

beforeAll(async () => {
  chain = await startChain()
  proxy = await startProxy(chain.url)
  direct = openProvider({ url: chain.url, chainId: chain.chainId })
  throughProxy = openProvider({ url: proxy.url, chainId: chain.chainId, timeoutMs: 2_000 })
  tally = await deployArtifact('Tally', new Wallet(DEVELOPMENT_KEYS[0], direct))
  contract = new Interface((await hre.artifacts.readArtifact('Tally')).abi)
})

beforeEach(async () => {
  snapshot = await chain.rpc('evm_snapshot')
  sender = newSender()
})

afterEach(async () => {
  sender.close()
  proxy.restore()
  await chain.rpc('evm_revert', [snapshot])
  await automine(true)
})

afterAll(async () => {
  direct?.destroy()
  throughProxy?.destroy()
  await proxy?.[Symbol.asyncDispose]()
  await chain?.stop()
})

test('overlapping sends take consecutive nonces and are mined in one block', async () => {
  await automine(false)
  const receipts = Promise.all(
    [1, 2, 3].map((limit) => sender.send(`add ${limit}`, { ...add(limit), gasLimit: 100_000n })),
  )
  await expect.poll(async () => (await pooled()).length).toBe(3)
  await chain.rpc('evm_mine')
  expect((await receipts).map(({ index }) => index)).toEqual([0, 1, 2])
  expect(await count()).toBe(3)
})

test('a quote tells what a call costs at most, takes no nonce, and throws as sending would', async () => {
  const quote = await sender.quote('add', add(5))
  const receipt = await sender.send('add', { ...add(5), gasLimit: quote.gasLimit })
  expect(receipt.gasUsed).toBeLessThanOrEqual(quote.gasLimit)
  expect(receipt.fee).toBeLessThanOrEqual(quote.feeWei)
  expect(await direct.getTransactionCount(sender.address)).toBe(1)
  await expect(sender.quote('add', add(1))).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED' })
})

test('a call that would revert is not sent, and the error is the contract’s own', async () => {
  await sender.send('add', add(1))
  const nonce = await direct.getTransactionCount(sender.address)
  await expect(sender.send('add again', add(1))).rejects.toMatchObject({
    code: 'TRANSACTION_REVERTED',
    errorName: 'TallyFull',
    args: [sender.address, 1n],
    transactionHash: undefined,
  })
  expect(await direct.getTransactionCount(sender.address)).toBe(nonce)
})

test('a call that reverts when it is mined tells the same error, and the nonce is used', async () => {
  await automine(false)
  const both = Promise.allSettled([
    sender.send('first', add(1)),
    sender.send('second', { ...add(1), gasLimit: 90_000n }),
  ])
  await expect.poll(async () => (await pooled()).length).toBe(2)
  await chain.rpc('evm_mine')
  const [first, second] = await both
  expect(first.status).toBe('fulfilled')
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'TRANSACTION_REVERTED', errorName: 'TallyFull' } })
  await automine(true)
  await sender.send('third', add(2))
  expect(await count()).toBe(2)
})

test('a stuck transaction is replaced under its nonce with higher fees, and happens once', async () => {
  await automine(false)
  const sent = sender.send('add', { ...add(9), gasLimit: 100_000n })
  await expect.poll(async () => (await pooled()).length).toBe(1)
  const [first] = await pooled()
  await expect.poll(async () => BigInt((await pooled())[0]!.maxFeePerGas)).toBeGreaterThan(BigInt(first!.maxFeePerGas))
  const [second] = await pooled()
  expect(second!.nonce).toBe(first!.nonce)
  await chain.rpc('evm_mine')
  await sent
  expect(await count()).toBe(1)
})

test('a transaction that the pool finds too cheap is offered with higher fees', async () => {
  await automine(false)
  const sent = sender.send('add', { ...add(9), gasLimit: 100_000n })
  await expect.poll(async () => (await pooled()).length).toBe(1)
  const [first] = await pooled()
  await chain.rpc('hardhat_dropTransaction', [first!.hash])
  // Another transaction has its place now, at half as much again.
  const maxFeePerGas = (BigInt(first!.maxFeePerGas) * 3n) / 2n
  const rival = await new Wallet(DEVELOPMENT_KEYS[1], direct).sendTransaction({
    to: sender.address,
    nonce: Number(first!.nonce),
    maxFeePerGas,
    maxPriorityFeePerGas: maxFeePerGas,
    gasLimit: 21_000n,
  })
  await expect.poll(async () => (await pooled())[0]!.hash, { timeout: 5_000 }).not.toBe(rival.hash)
  await chain.rpc('evm_mine')
  await sent
  expect(await count()).toBe(1)
})

test('a node that lags behind the last nonce is asked again at the usual pace', async () => {
  await using lagging = await startRpcProxy(chain.url)
  const provider = openProvider({ url: lagging.url, chainId: chain.chainId })
  const patient = newSender(provider)
  await patient.send('add', add(9))
  await new Wallet(DEVELOPMENT_KEYS[1], direct)
    .sendTransaction({ to: tally, data: add(9).data })
    .then((tx) => tx.wait())
  const behind = `0x${((await direct.getTransactionCount(patient.address)) - 1).toString(16)}`
  let refusals = 0
  lagging.rewrite = ({ method }) => {
    if (method === 'eth_sendRawTransaction') refusals++
    return method === 'eth_getTransactionCount' ? { result: behind } : undefined
  }
  const began = performance.now()
  const sent = patient.send('add', add(9))
  await expect.poll(() => refusals).toBeGreaterThan(5)
  // A pause of 20 ms lies between two attempts.
  expect(performance.now() - began).toBeGreaterThan(80)
  lagging.rewrite = undefined
  await sent
  expect(await count()).toBe(3)
  patient.close()
  provider.destroy()
})

test('a transaction that the pool forgot is sent again, and happens once', async () => {
  await automine(false)
  const sent = sender.send('add', { ...add(9), gasLimit: 100_000n })
  await expect.poll(async () => (await pooled()).length).toBe(1)
  await chain.rpc('hardhat_dropTransaction', [(await pooled())[0]!.hash])
  expect(await pooled()).toEqual([])
  await expect.poll(async () => (await pooled()).length).toBe(1)
  await chain.rpc('evm_mine')
  await sent
  expect(await count()).toBe(1)
})

test('a lost reply to a sent transaction does not send it twice', async () => {
  proxy.loseReplyTo('eth_sendRawTransaction')
  await sender.send('add', add(9))
  await sender.send('add', add(9))
  expect(await count()).toBe(2)
})

test('a node that goes away while a transaction waits is waited for', async () => {
  await automine(false)
  const sent = sender.send('add', { ...add(9), gasLimit: 100_000n })
  await expect.poll(async () => (await pooled()).length).toBe(1)
  proxy.cut()
  await chain.rpc('evm_mine')
  const settled = await Promise.race([sent.then(() => 'mined'), direct.getBlockNumber().then(() => 'waiting')])
  expect(settled).toBe('waiting')
  proxy.restore()
  await sent
  expect(await count()).toBe(1)
})

test('nothing is sent while the chain does not answer', async () => {
  proxy.cut()
  await expect(sender.send('add', add(9))).rejects.toMatchObject({ code: 'CHAIN_UNREACHABLE' })
  proxy.restore()
  await sender.send('add', add(9))
  expect(await count()).toBe(1)
})

test('a new process replaces what its predecessor left stuck, then goes on', async () => {
  await automine(false)
  const abandoned = sender.send('add', { ...add(9), gasLimit: 100_000n }).catch((error: unknown) => error)
  await expect.poll(async () => (await pooled()).length).toBe(1)
  sender.close()
  expect(await abandoned).toMatchObject({ code: 'SENDER_CLOSED' })

  const [left] = await pooled()
  const successor = newSender()
  const sent = successor.send('add', { ...add(9), gasLimit: 100_000n })
  await expect.poll(async () => (await pooled())[0]!.hash).not.toBe(left!.hash)
  await chain.rpc('evm_mine')
  await automine(true)
  await sent
  expect(await count()).toBe(1)
  successor.close()
})

test('a key that is used elsewhere meanwhile costs a retry, not a step', async () => {
  await sender.send('add', add(9))
  await new Wallet(DEVELOPMENT_KEYS[1], direct)
    .sendTransaction({ to: tally, data: add(9).data })
    .then((tx) => tx.wait())
  await sender.send('add', add(9))
  expect(await count()).toBe(3)
})

test('what the node refuses for good is typed, and takes no nonce', async () => {
  const poor = new TransactionSender({
    provider: throughProxy,
    privateKey: `0x${'17'.repeat(32)}`,
    pollIntervalMs: 20,
    interfaces: [contract],
  })
  await expect(poor.send('add', { ...add(9), gasLimit: 100_000n })).rejects.toMatchObject({
    code: 'TRANSACTION_REJECTED',
  })
  expect(await direct.getTransactionCount(poor.address, 'pending')).toBe(0)
})

test('a receipt is given once enough blocks stand on it', async () => {
  const patient = new TransactionSender({
    provider: throughProxy,
    privateKey: DEVELOPMENT_KEYS[2],
    confirmations: 3,
    pollIntervalMs: 20,
    interfaces: [contract],
  })
  const sent = patient.send('add', add(9))
  await expect.poll(() => count(patient.address)).toBe(1)
  await chain.rpc('evm_mine')
  await chain.rpc('evm_mine')
  const receipt = await sent
  expect(await direct.getBlockNumber()).toBe(receipt.blockNumber + 2)
  patient.close()
})
