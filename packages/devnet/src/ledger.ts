/**
 * Settles accounts: what devices say was acknowledged, against what the chain says was settled.
 * Nothing is assumed: batches are read back from data availability, their roots computed again and compared with the
 * roots on chain, and counts per device with those in the rewards' events.
 * @module
 */
import {
  connectDeviceRewards,
  type DeviceRewardsEvents,
  deviceRewardsInterface,
} from '@iotex2/chain/contracts/DeviceRewards'
import { connectRewardToken } from '@iotex2/chain/contracts/RewardToken'
import {
  connectW3bstreamTaskManager,
  type W3bstreamTaskManagerEvents,
  w3bstreamTaskManagerInterface,
} from '@iotex2/chain/contracts/W3bstreamTaskManager'
import type { Deployment } from '@iotex2/chain/deployment'
import { readEvents } from '@iotex2/chain/events'
import { batchRoot } from '@iotex2/protocol/batch'
import { CodedError } from '@iotex2/protocol/errors'
import { type Hex, toHex32 } from '@iotex2/protocol/hex'
import type { Reading } from '@iotex2/protocol/reading'
import type { JsonRpcProvider } from 'ethers'

/** Thrown when a settled task's readings are not what the chain settled. Code LEDGER_MISMATCH. */
export class LedgerError extends CodedError {
  constructor(message: string) {
    super('LEDGER_MISMATCH', message)
  }
}

export interface LedgerSources {
  provider: JsonRpcProvider
  deployment: Deployment
  projectId: bigint
  /** Returns the readings of a task in the order of its leaves, or undefined where it is unknown. */
  readingsOf: (taskId: string) => Promise<Reading[] | undefined>
  /** Nonces that each device was told are kept. */
  acknowledged: ReadonlyMap<Hex, ReadonlySet<string>>
}

export interface Ledger {
  settled: number
  /** Acknowledged to a device, and in no settled batch. */
  lost: number
  /** Settled or counted more than once. */
  duplicated: number
  readingsSettled: number
  rewardsWei: bigint
  /** Readings that the dApp was told of, and that earned nothing. */
  readingsUnrewarded: number
}

type Events = { tasks: W3bstreamTaskManagerEvents; rewards: DeviceRewardsEvents }

/** Reads the chain from its first block on and compares. Throws {@link LedgerError}. */
export async function measureLedger(sources: LedgerSources): Promise<Ledger> {
  const { provider, deployment, projectId } = sources
  const events = await readEvents<Events>(
    {
      provider,
      contracts: {
        tasks: { address: deployment.address('taskManager'), interface: w3bstreamTaskManagerInterface },
        rewards: { address: deployment.address('deviceRewards'), interface: deviceRewardsInterface },
      },
    },
    0,
    await provider.getBlockNumber(),
  )

  const settledTasks: string[] = []
  const counted = new Map<string, bigint>()
  let rewardsWei = 0n
  let readingsUnrewarded = 0n
  for (const event of events) {
    if (event.name === 'TaskSettled' && event.args.projectId === projectId) settledTasks.push(event.args.taskId)
    if (event.name === 'DeviceRewarded') {
      const { device, rewarded, unrewarded, amount } = event.args
      add(counted, device.toLowerCase(), rewarded + unrewarded)
      rewardsWei += amount
      readingsUnrewarded += unrewarded
    }
  }

  const leaves = new Map<string, bigint>()
  const perDevice = new Map<string, bigint>()
  for (const taskId of settledTasks)
    for (const { device, nonce } of await settledReadings(sources, taskId)) {
      add(leaves, `${device}:${nonce}`, 1n)
      add(perDevice, device, 1n)
    }

  let lost = 0
  for (const [device, nonces] of sources.acknowledged)
    for (const nonce of nonces) if (!leaves.has(`${device}:${nonce}`)) lost++
  let duplicated = 0n
  for (const times of leaves.values()) duplicated += times - 1n
  for (const [device, count] of counted) {
    const excess = count - (perDevice.get(device) ?? 0n)
    if (excess > 0n) duplicated += excess
  }
  return {
    settled: settledTasks.length,
    lost,
    duplicated: Number(duplicated),
    readingsSettled: leaves.size,
    rewardsWei,
    readingsUnrewarded: Number(readingsUnrewarded),
  }
}

const add = (sums: Map<string, bigint>, key: string, amount: bigint): void => {
  sums.set(key, (sums.get(key) ?? 0n) + amount)
}

async function settledReadings(
  { deployment, provider, projectId, readingsOf }: LedgerSources,
  taskId: string,
): Promise<Reading[]> {
  const readings = await readingsOf(taskId)
  if (!readings) throw new LedgerError(`Task ${taskId} is settled on chain, and data availability does not have it.`)
  const tasks = connectW3bstreamTaskManager(deployment.address('taskManager'), provider)
  const { hash } = await tasks.records(projectId, taskId)
  if (toHex32(batchRoot(readings)) !== hash)
    throw new LedgerError(`The readings of task ${taskId} have another root than the chain's.`)
  return readings
}

/** Returns how many reward tokens exist, for comparison with the events' sum. */
export async function rewardSupply(provider: JsonRpcProvider, deployment: Deployment): Promise<bigint> {
  const rewards = connectDeviceRewards(deployment.address('deviceRewards'), provider)
  return connectRewardToken(await rewards.token(), provider).totalSupply()
}
