/**
 * Looks at a running network from outside, through its services' own interfaces and the chain.
 * @module
 */
import { type DeviceRewardsEvents, deviceRewardsInterface } from '@iotex2/chain/contracts/DeviceRewards'
import { readEvents } from '@iotex2/chain/events'
import { CodedError } from '@iotex2/protocol/errors'
import type { Hex } from '@iotex2/protocol/hex'
import type { Reading } from '@iotex2/protocol/reading'
import { acknowledgedNonces } from './devices.ts'
import type { Devnet } from './devnet.ts'
import { type Ledger, measureLedger } from './ledger.ts'

/** Thrown when something does not happen in time. Code DEADLINE_PASSED. */
export class DeadlineError extends CodedError {
  constructor(what: string, timeoutMs: number) {
    super('DEADLINE_PASSED', `${what} did not happen within ${timeoutMs / 1000} s. See the services' logs.`)
  }
}

/** Asks `probe` until it returns something, at most for `timeoutMs`. Throws {@link DeadlineError}. */
export async function until<T>(what: string, timeoutMs: number, probe: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    const found = await probe()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new DeadlineError(what, timeoutMs)
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new CodedError('OBSERVATION_FAILED', `${url} answered ${response.status}.`)
  return (await response.json()) as T
}

export interface GatewayCounters {
  accepted: number
  duplicates: number
  rejected: Record<string, number>
}

export const gatewayCounters = (devnet: Devnet): Promise<GatewayCounters> => getJson(`${devnet.gatewayUrl}/v1/counters`)

export interface NetworkStats {
  batches: number
  proofs: number
  settled: number
  failed: number
  rewardsWei: string
  readingsPerMinute: number
  latencyMs: { p50: number | null; p95: number | null }
}

export const networkStats = (devnet: Devnet): Promise<NetworkStats> => getJson(`${devnet.explorerUrl}/v1/stats`)

/** Returns whether a device's account was paid, by the chain's events. */
export async function firstReward(devnet: Devnet): Promise<true | undefined> {
  const { provider, deployment } = devnet
  const events = await readEvents<{ rewards: DeviceRewardsEvents }>(
    {
      provider,
      contracts: { rewards: { address: deployment.address('deviceRewards'), interface: deviceRewardsInterface } },
    },
    0,
    await provider.getBlockNumber(),
  )
  return events.some((event) => event.name === 'DeviceRewarded' && event.args.amount > 0n) || undefined
}

interface BatchJson {
  chainId: string
  projectId: string
  readings: { device: Hex; nonce: string; time: string; values: string[] }[]
}

/** Returns a batch's readings from data availability, or undefined. */
export async function readingsOf(devnet: Devnet, taskId: string): Promise<Reading[] | undefined> {
  const response = await fetch(`${devnet.dataAvailabilityUrl}/v1/batches/${taskId}`)
  if (response.status === 404) return undefined
  const batch = (await response.json()) as BatchJson
  return batch.readings.map(({ device, nonce, time, values }) => ({
    chainId: BigInt(batch.chainId),
    projectId: BigInt(batch.projectId),
    device,
    nonce: BigInt(nonce),
    time: BigInt(time),
    values: values.map(BigInt),
  }))
}

/** Compares the devices' logs with the chain ({@link measureLedger}). */
export const readLedger = async (devnet: Devnet): Promise<Ledger> =>
  measureLedger({
    provider: devnet.provider,
    deployment: devnet.deployment,
    projectId: devnet.projectId,
    readingsOf: (taskId) => readingsOf(devnet, taskId),
    acknowledged: await acknowledgedNonces(devnet),
  })
