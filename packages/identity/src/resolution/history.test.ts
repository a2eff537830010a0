/**
 * The registry's history on a Hardhat node: read by pages, forgotten and found again, the same after a restart.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openProvider } from '@iotex2/chain/provider'
import type { Hex } from '@iotex2/protocol/hex'
import { JsonRpcProvider, NonceManager, Wallet } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainNode, DEVELOPMENT_KEYS, startChain } from '../../../../test/chain-node.ts'
import { type RpcProxy, startRpcProxy } from '../../../../test/rpc-proxy.ts'
import { deployIdentity } from '../../test/deploy-identity.ts'
import { onboardProject } from '../../test/onboard-project.ts'
import { createDocument } from '../document.ts'
import { DocumentStore } from '../document-store.ts'
import { DeviceKey } from '../key.ts'
import { DidRegistrar } from '../registrar.ts'
import { DocumentSource } from '../stores/document-source.ts'
import { IoDidMethod } from './did-io.ts'
import { type HistoryOptions, RegistryHistory } from './history.ts'
import { MultiResolver } from './resolution.ts'

const coded = (code: string) => expect.objectContaining({ code })
const keys = Array.from({ length: 6 }, (_, i) => new DeviceKey(new Uint8Array(32).fill(0x90 + i)))
const NOBODY = `0x${'ab'.repeat(20)}` as Hex

let chain: ChainNode
let proxy: RpcProxy
let directory: string
let store: DocumentStore
let registrar: DidRegistrar
let registry: string
let projectId: bigint
let ethers: JsonRpcProvider
let provider: ReturnType<typeof openProvider>
/** Ranges of the log queries since they were counted last. */
let queries: { from: number; to: number; byDevice: boolean }[] = []

const open = (own: Partial<HistoryOptions> = {}) => new RegistryHistory({ provider, registry, ...own })

/** All that a resolver says of each device: the document in force and each version that it names. */
async function answersOf(history: RegistryHistory): Promise<unknown[]> {
  await history.refresh()
  const resolver = new MultiResolver([
    new IoDidMethod({ provider, registry, documents: new DocumentSource([store]), history }),
  ])
  const ask = (did: string, options = {}) =>
    resolver.resolveWithMetadata(did, options).then(
      ({ document, metadata }) => ({ document, metadata }),
      ({ code, metadata }: { code: string; metadata: unknown }) => ({ code, metadata }),
    )
  const answers: unknown[] = []
  for (const { address } of [...keys, { address: NOBODY }]) {
    const did = `did:io:${address}`
    const versions = await history.versions(address)
    answers.push(await ask(did), versions)
    for (const { versionId } of versions) answers.push(await ask(did, { versionId }))
    answers.push(await ask(did, { versionTime: '2020-01-01T00:00:00Z' }))
  }
  return answers
}

beforeAll(async () => {
  chain = await startChain()
  proxy = await startRpcProxy(chain.url)
  const contracts = await deployIdentity(chain.url, 10n ** 18n)
  registry = contracts.registry
  directory = await mkdtemp(join(tmpdir(), 'iotex2-history-'))
  store = new DocumentStore(join(directory, 'documents'), 'https://documents.example')
  ethers = new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1, pollingInterval: 20 })
  provider = openProvider({ url: proxy.url, chainId: chain.chainId })
  const owner = new NonceManager(new Wallet(DEVELOPMENT_KEYS[1], ethers))
  const onboarded = await onboardProject(contracts, owner, 'History')
  const { onboarder } = onboarded
  projectId = onboarded.projectId
  registrar = new DidRegistrar(onboarder, store)
  for (const [i, key] of keys.entries()) {
    await registrar.create(projectId, key)
    for (let update = 0; update < i % 3; update++)
      await registrar.update(key, { ...createDocument(key), keyAgreement: [`#update-${update}`] })
    if (i % 2 === 1) await registrar.deactivate(key)
    // One lives again.
    if (i === 3) await registrar.create(projectId, key)
    await chain.rpc('hardhat_mine', ['0x64'])
  }
  proxy.rewrite = ({ method, params }) => {
    if (method !== 'eth_getLogs') return undefined
    const [{ fromBlock, toBlock, topics }] = params as [{ fromBlock: string; toBlock: string; topics: unknown[] }]
    queries.push({ from: Number(fromBlock), to: Number(toBlock), byDevice: topics.length > 1 })
    return undefined
  }
})
afterAll(async () => {
  provider?.destroy()
  ethers?.destroy()
  await proxy?.[Symbol.asyncDispose]()
  await chain?.stop()
  if (directory) await rm(directory, { recursive: true })
})

test('a history that was thrown away, and read again in pages of any size, says the same', async () => {
  const expected = await answersOf(open())
  expect(JSON.stringify(expected)).toContain('"deactivated":true')
  expect(expected).toEqual(await answersOf(open()))
  for (const rangeBlocks of [1000, 64]) {
    queries = []
    expect(await answersOf(open({ rangeBlocks }))).toEqual(expected)
    expect(queries.length).toBeGreaterThan(600 / rangeBlocks)
    for (const { from, to } of queries) expect(to - from).toBeLessThan(rangeBlocks)
  }
})

test('a history with room for a few versions forgets, finds again, and says the same', async () => {
  const expected = await answersOf(open())
  const bounded = open({ rangeBlocks: 50, maximumVersions: 1 })
  queries = []
  expect(await answersOf(bounded)).toEqual(expected)
  expect(queries.some(({ byDevice }) => byDevice)).toBe(true)
  // Again, now that other devices were forgotten.
  expect(await answersOf(bounded)).toEqual(expected)
})

test('what a device that was forgotten does is not lost', async () => {
  const [first] = keys
  const bounded = open({ maximumVersions: 1 })
  await bounded.refresh()
  await registrar.update(first!, { ...createDocument(first!), keyAgreement: ['#later'] })
  const versions = await bounded.versions(first!.address)
  expect(versions).toHaveLength(2)
  expect(versions).toEqual(
    await open()
      .refresh()
      .then(() => bounded.versions(first!.address)),
  )
  await registrar.update(first!, { ...createDocument(first!), keyAgreement: ['#latest'] })
  expect(await bounded.versions(first!.address)).toHaveLength(3)
})

test('a search goes no further back than there is something, and for nobody nowhere', async () => {
  const bounded = open({ rangeBlocks: 50, maximumVersions: 1 })
  await bounded.refresh()
  queries = []
  expect(await bounded.versions(NOBODY)).toEqual([])
  expect(queries.filter(({ byDevice }) => byDevice)).toEqual([])
  queries = []
  await bounded.versions(keys.at(-1)!.address)
  const pages = queries.filter(({ byDevice }) => byDevice)
  expect(pages.length).toBeLessThan(6)
  expect(Math.min(...pages.map(({ from }) => from))).toBeGreaterThan(400)
})

test('a node that answers short ranges only is asked for short ranges', async () => {
  const expected = await answersOf(open())
  const counting = proxy.rewrite
  proxy.rewrite = (request) => {
    counting!(request)
    const { from, to } = queries.at(-1)!
    return request.method === 'eth_getLogs' && to - from >= 40
      ? { error: { code: -32005, message: 'query returned more than 10000 results' } }
      : undefined
  }
  queries = [{ from: 0, to: 0, byDevice: false }]
  expect(await answersOf(open({ maximumVersions: 4 }))).toEqual(expected)
  expect(queries.some(({ byDevice }) => byDevice)).toBe(true)
  proxy.rewrite = counting
})

test('nothing is answered before the chain was read', async () => {
  await expect(open().versions(NOBODY)).rejects.toThrow(coded('HISTORY_UNAVAILABLE'))
})
