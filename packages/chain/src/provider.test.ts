import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ChainNode, startChain } from '../../../test/chain-node.ts'
import { isUnreachable, openProvider, verifyChain } from './provider.ts'

let chain: ChainNode
beforeAll(async () => {
  chain = await startChain({ chainId: 4690 })
})
afterAll(() => chain?.stop())

test('verifies the chain id', async () => {
  const provider = openProvider({ url: chain.url, chainId: 4690n })
  await verifyChain(provider, 4690n)
  await expect(verifyChain(provider, 4689n)).rejects.toMatchObject({ code: 'CHAIN_MISMATCH' })
  provider.destroy()
})

test('an endpoint that does not answer is unreachable, and safe to retry', async () => {
  const provider = openProvider({ url: 'http://127.0.0.1:9', chainId: 4690n, timeoutMs: 500 })
  const error = await verifyChain(provider, 4690n).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'CHAIN_UNREACHABLE' })
  expect(isUnreachable(error)).toBe(true)
  provider.destroy()
})

test('an answered error is not a transport failure', async () => {
  const provider = openProvider({ url: chain.url, chainId: 4690n })
  const error = await provider.send('no_such_method', []).catch((error: unknown) => error)
  expect(isUnreachable(error)).toBe(false)
  provider.destroy()
})
