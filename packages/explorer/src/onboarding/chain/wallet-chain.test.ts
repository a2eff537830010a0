import { deviceNFTInterface } from '@iotex2/chain/contracts/DeviceNFT'
import { ioIDRegistryInterface } from '@iotex2/chain/contracts/IoIDRegistry'
import { expect, test } from 'vitest'
import type { Eip1193Provider } from '../wallet/eip1193.ts'
import { explainRevert } from './reverts.ts'
import { WalletChain } from './wallet-chain.ts'

const CONTRACT = `0x${'12'.repeat(20)}`
const OWNER = `0x${'34'.repeat(20)}`
const HASH = `0x${'56'.repeat(32)}`
const coded = (code: string) => expect.objectContaining({ code })

/** A wallet that answers by method: a value, an error to throw, or one after the other of a list. */
function chain(answers: Record<string, unknown[]>) {
  const asked: string[] = []
  let slept = 0
  const provider: Eip1193Provider = {
    request: async ({ method, params }) => {
      asked.push(method)
      if (method === 'eth_sendTransaction')
        expect(params).toEqual([{ from: OWNER, to: CONTRACT, data: '0x', value: '0x7', chainId: '0x1252' }])
      const left = answers[method]!
      const answer = left.length > 1 ? left.shift() : left[0]
      if (answer instanceof Error || (answer as { code?: unknown } | null)?.code !== undefined) throw answer
      return answer
    },
  }
  const sleep = async () => {
    slept++
  }
  return {
    chain: new WalletChain({ provider, chainId: 4690, sleep, explain: explainRevert }),
    asked,
    slept: () => slept,
  }
}

const owner = { to: CONTRACT, contract: deviceNFTInterface, name: 'owner', args: [] }
const reverted = {
  code: 3,
  message: 'execution reverted',
  data: ioIDRegistryInterface.encodeErrorResult('IoIDRegistryDeviceExists', [CONTRACT]),
}
const transaction = { from: OWNER, to: CONTRACT, data: '0x', valueWei: 7n }

test('a call’s result is decoded', async () => {
  const { chain: reader } = chain({ eth_call: [deviceNFTInterface.encodeFunctionResult('owner', [OWNER])] })
  expect(String(await reader.read(owner)).toLowerCase()).toBe(OWNER)
})

test('a contract that is not there, and one that refuses', async () => {
  await expect(chain({ eth_call: ['0x'] }).chain.read(owner)).rejects.toThrow(coded('CHAIN_READ_FAILED'))
  await expect(chain({ eth_call: [reverted] }).chain.read(owner)).rejects.toThrow(coded('TRANSACTION_REVERTED'))
  expect(await chain({ eth_call: [reverted] }).chain.find(owner)).toBeUndefined()
  // What the wallet cannot do is no refusal of the contract’s.
  await expect(chain({ eth_call: [{ code: 4900, message: 'no' }] }).chain.find(owner)).rejects.toThrow(
    coded('WALLET_DISCONNECTED'),
  )
})

test('what a contract would refuse never reaches the person', async () => {
  const { chain: sender, asked } = chain({ eth_call: [reverted], eth_sendTransaction: [HASH] })
  await expect(sender.send(transaction)).rejects.toThrow(
    expect.objectContaining({
      code: 'TRANSACTION_REVERTED',
      message: expect.stringContaining('IoIDRegistryDeviceExists'),
    }),
  )
  expect(asked).toEqual(['eth_call'])
})

test('the person may say no', async () => {
  const { chain: sender } = chain({ eth_call: ['0x'], eth_sendTransaction: [{ code: 4001, message: 'no' }] })
  await expect(sender.send(transaction)).rejects.toThrow(coded('WALLET_REJECTED'))
})

test('waits for a receipt for as long as the network knows the transaction', async () => {
  const receipt = { status: '0x1', logs: [] }
  const { chain: waiting, slept } = chain({
    eth_getTransactionReceipt: [...Array.from({ length: 99 }, () => null), receipt],
    eth_getTransactionByHash: [{}],
  })
  expect(await waiting.mined(HASH)).toBe(receipt)
  expect(slept()).toBe(99)
})

test('a transaction that the contract refused after all, and one that is gone', async () => {
  const failed = chain({ eth_getTransactionReceipt: [{ status: '0x0', logs: [] }] })
  await expect(failed.chain.mined(HASH)).rejects.toThrow(coded('TRANSACTION_REVERTED'))
  const gone = chain({ eth_getTransactionReceipt: [null], eth_getTransactionByHash: [null] })
  await expect(gone.chain.mined(HASH)).rejects.toThrow(coded('TRANSACTION_DROPPED'))
  expect(gone.slept()).toBeGreaterThanOrEqual(20)
})

test('a node that forgets a transaction for a moment does not lose it', async () => {
  const { chain: waiting } = chain({
    eth_getTransactionReceipt: [...Array.from({ length: 60 }, () => null), { status: '0x1', logs: [] }],
    // Behind a balancer, each node knows it at its own time.
    eth_getTransactionByHash: Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? {} : null)),
  })
  expect(await waiting.mined(HASH)).toMatchObject({ status: '0x1' })
})
