/**
 * A real Hardhat node in a child process, for tests: `await using chain = await startChain()`.
 * @module
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { mineAtInterval, rpc } from '@iotex2/devnet/chain'
import { CodedError } from '@iotex2/protocol/errors'

export interface ChainNode extends AsyncDisposable {
  url: string
  chainId: bigint
  /** Sends one of the node's own methods: evm_mine, hardhat_dropTransaction … */
  rpc<T>(method: string, params?: unknown[]): Promise<T>
  stop(): Promise<void>
}

export interface ChainNodeOptions {
  chainId?: number
  /** Mines a block at this interval; without it, a block for each transaction. */
  blockIntervalMs?: number
  /** When its first block is of; now, without it. */
  start?: Date
}

/** Hardhat's published development keys, of accounts 0, 1 … Worth nothing anywhere. */
export const DEVELOPMENT_KEYS = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
  '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a',
  '0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba',
] as const

const RUNNER = fileURLToPath(import.meta.resolve('@iotex2/devnet/chain-node'))

/** Starts a node on a free port of the loopback interface. It ends with the process that started it. */
export async function startChain(options: ChainNodeOptions = {}): Promise<ChainNode> {
  const { chainId = 31337, blockIntervalMs, start } = options
  const child = fork(RUNNER, ['0', String(chainId), ...(start === undefined ? [] : [start.toISOString()])], {
    execArgv: ['--import', import.meta.resolve('@iotex2/devnet/exit-with-parent')],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const url = await new Promise<string>((accept, reject) => {
    child.once('message', (message: { url: string }) => accept(message.url))
    child.once('exit', (code) => reject(new CodedError('CHAIN_NODE_FAILED', `The Hardhat node exited with ${code}.`)))
  })
  if (blockIntervalMs !== undefined) await mineAtInterval(url, blockIntervalMs)
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  return {
    url,
    chainId: BigInt(chainId),
    rpc: (method, params) => rpc(url, method, params),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
