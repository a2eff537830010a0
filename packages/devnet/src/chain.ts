/**
 * A Hardhat node of any chain id, mining at an interval, as a child process on loopback.
 * @module
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProcessTree, RunningProcess } from './processes.ts'

/** The project's root. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const NODE_RUNNER = fileURLToPath(new URL('./chain-node.ts', import.meta.url))

/** Account `index` of Hardhat's published development mnemonic. Funded on development chains only. */
export const DEVELOPMENT_MNEMONIC = 'test test test test test test test test test test test junk'

/** An epoch of restaked stake: a day, from midnight to midnight UTC. */
const EPOCH_MS = 86_400_000

/** Returns noon of the day before: what joins restaked stake at it counts today (docs/adr/0051). */
export const yesterday = (nowMs: number): Date => new Date(Math.floor(nowMs / EPOCH_MS) * EPOCH_MS - EPOCH_MS / 2)

/** Starts the node. It mines each transaction at once until {@link mineAtInterval}. */
export const startChainNode = (
  tree: ProcessTree,
  options: { chainId: number; port: number; start?: Date },
): Promise<RunningProcess> =>
  tree.start({
    name: `chain-${options.chainId}`,
    args: [
      ...[NODE_RUNNER, String(options.port), String(options.chainId)],
      ...(options.start === undefined ? [] : [options.start.toISOString()]),
    ],
    cwd: ROOT,
    exitWithParent: true,
  })

/** Sends one JSON-RPC request to a development node. */
export async function rpc<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await response.json()) as { result: T }).result
}

/** Sets the clock of a chain that began in the past to `nowMs`, from where it goes on. */
export async function catchUp(url: string, nowMs: number): Promise<void> {
  await rpc(url, 'evm_setNextBlockTimestamp', [Math.floor(nowMs / 1000)])
  await rpc(url, 'evm_mine')
}

/** Mines a block each `intervalMs`, and no longer one per transaction. */
export async function mineAtInterval(url: string, intervalMs: number): Promise<void> {
  await rpc(url, 'evm_setAutomine', [false])
  await rpc(url, 'evm_setIntervalMining', [intervalMs])
}

export const hardhatCli = join(ROOT, 'node_modules/hardhat/dist/src/cli.js')
