import { expect, test } from 'vitest'
import type { Eip1193Provider } from './eip1193.ts'
import { switchTo } from './use-wallet.ts'

const CHAIN = { id: 4690, name: 'IoTeX Testnet', symbol: 'IOTX', rpcUrl: 'https://rpc.example', explorerUrl: null }

/** A wallet that knows `known`, on chain 1; adding a chain switches to it where `addSwitches`. */
function wallet(known: number[], { addSwitches = true, rejects = '' } = {}) {
  const asked: [string, unknown][] = []
  let current = 1
  const provider: Eip1193Provider = {
    request: async ({ method, params }) => {
      const [first] = params as [{ chainId: string } | undefined]
      if (method !== 'eth_chainId') asked.push([method, first])
      if (method === rejects) throw { code: 4001, message: 'No.' }
      if (method === 'wallet_switchEthereumChain') {
        if (!known.includes(Number(first!.chainId))) throw { code: 4902, message: 'Unrecognized chain.' }
        current = Number(first!.chainId)
      }
      if (method === 'wallet_addEthereumChain') {
        known.push(Number(first!.chainId))
        if (addSwitches) current = Number(first!.chainId)
      }
      return method === 'eth_chainId' ? `0x${current.toString(16)}` : null
    },
  }
  return { provider, asked, methods: () => asked.map(([method]) => method), current: () => current }
}

test('a chain that the wallet knows is switched to', async () => {
  const { provider, asked } = wallet([4690])
  await switchTo(provider, CHAIN)
  expect(asked).toEqual([['wallet_switchEthereumChain', { chainId: '0x1252' }]])
})

test('one that it does not know is added, with nothing that is not known', async () => {
  const { provider, asked } = wallet([])
  await switchTo(provider, CHAIN)
  expect(asked[1]).toEqual([
    'wallet_addEthereumChain',
    {
      chainId: '0x1252',
      chainName: 'IoTeX Testnet',
      nativeCurrency: { name: 'IOTX', symbol: 'IOTX', decimals: 18 },
      rpcUrls: ['https://rpc.example'],
    },
  ])
})

test('a wallet that adds a chain and stays where it is, is asked again to switch', async () => {
  const { provider, methods, current } = wallet([], { addSwitches: false })
  await switchTo(provider, CHAIN)
  expect(methods()).toEqual(['wallet_switchEthereumChain', 'wallet_addEthereumChain', 'wallet_switchEthereumChain'])
  expect(current()).toBe(4690)
})

test('a chain without a public RPC cannot be added', async () => {
  const { provider } = wallet([])
  await expect(switchTo(provider, { ...CHAIN, rpcUrl: null })).rejects.toThrow(
    expect.objectContaining({ code: 'WALLET_CHAIN_UNKNOWN' }),
  )
})

test.each(['wallet_switchEthereumChain', 'wallet_addEthereumChain'])('%s may be rejected', async (rejects) => {
  const { provider } = wallet([], { rejects })
  await expect(switchTo(provider, CHAIN)).rejects.toThrow(expect.objectContaining({ code: 'WALLET_REJECTED' }))
})
