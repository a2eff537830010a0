/**
 * Buckets of system staking in a vault: whose they are, what they count for, and what is owed for them.
 * @module
 */
import { bucketVaultInterface } from '@iotex2/chain/contracts/BucketVault'
import {
  type BucketState,
  bucketStateOf,
  connectSystemStaking,
  type SystemStaking,
  systemStakingInterface,
} from '@iotex2/chain/system-staking'
import { formatEther, ZeroAddress } from 'ethers'
import { choice, text } from '../command.ts'
import { formatTime } from '../governance.ts'
import { BUCKETS, type BucketsVault, findBuckets, introduceVault, orUndefined } from './assets.ts'
import type { Restaker, Restaking } from './contracts.ts'
import { RestakingError } from './errors.ts'
import { addressTopic, readLogs, topicOf } from './logs.ts'

export const bucketOperand = text('ID', 'The number of the bucket.', { pattern: '^[0-9]{1,77}$' })
/** Which vault: ids of buckets are those of one version of system staking. */
export const versionOptions = { asset: choice(BUCKETS, 'By the version of system staking that the bucket is of.') }

export const connectStaking = ({ asset }: BucketsVault, { runner }: Pick<Restaking, 'runner'>): SystemStaking =>
  connectSystemStaking(asset.address, runner)

/** Returns the vault, and the signer calls it, and system staking, by their names. */
export async function useBuckets(restaker: Restaker, name: (typeof BUCKETS)[number]): Promise<BucketsVault> {
  const found = await findBuckets(restaker, name)
  introduceVault(restaker, found)
  restaker.introduce(found.asset.address, `SystemStaking of ${name}`, systemStakingInterface)
  return found
}

export interface L1Bucket {
  amount: bigint
  duration: bigint
  delegate: string
  state: BucketState
}

/** Returns what system staking says of a bucket. Throws {@link RestakingError} BUCKET_UNKNOWN. */
export async function readL1Bucket(restaking: Restaking, found: BucketsVault, id: bigint): Promise<L1Bucket> {
  const bucket = await orUndefined(connectStaking(found, restaking).bucketOf(id))
  if (!bucket) throw new RestakingError('BUCKET_UNKNOWN', `System staking has no bucket ${id}.`)
  const { amount, duration, delegate } = bucket
  return { amount, duration, delegate, state: bucketStateOf(bucket) }
}

export interface RestakedBucket {
  id: bigint
  staker: string
  amount: bigint
  l1: L1Bucket
  /** In wei, while it is up for auction. */
  price: bigint | undefined
}

/** Returns a bucket of the vault. Throws {@link RestakingError} BUCKET_UNKNOWN. */
export async function readBucket(restaking: Restaking, found: BucketsVault, id: bigint): Promise<RestakedBucket> {
  const { staker, amount } = await found.buckets.bucketOf(id)
  if (staker === ZeroAddress)
    throw new RestakingError('BUCKET_UNKNOWN', `Bucket ${id} is not in the vault (msp bucket deposit).`)
  const [l1, price] = await Promise.all([readL1Bucket(restaking, found, id), orUndefined(found.buckets.priceOf(id))])
  return { id, staker, amount, l1, price }
}

/** Returns the buckets of an account, by the order in which they came. */
export async function bucketsOfStaker(
  restaking: Restaking,
  found: BucketsVault,
  account: string,
): Promise<RestakedBucket[]> {
  const { provider, fromBlock } = restaking
  const topics = [topicOf(bucketVaultInterface, 'BucketDeposited'), null, addressTopic(account)]
  const logs = await readLogs({ provider, fromBlock, address: found.address, topics }, bucketVaultInterface)
  const ids = [...new Set(logs.map(({ args }) => args.bucketId as bigint))]
  const stakers = await Promise.all(ids.map(async (id) => (await found.buckets.bucketOf(id)).staker))
  return Promise.all(ids.filter((_, i) => stakers[i] === account).map((id) => readBucket(restaking, found, id)))
}

export interface Debt {
  coin: bigint
  debt: bigint
  indebtedAt: bigint
  /** Until when it can be paid before a bucket is taken for it; zero: there is none. */
  payUntil: bigint
}

export async function readDebt({ buckets }: BucketsVault, account: string): Promise<Debt> {
  const [{ coin, debt, indebtedAt }, grace] = await Promise.all([buckets.accountOf(account), buckets.GRACE()])
  return { coin, debt, indebtedAt, payUntil: indebtedAt === 0n ? 0n : indebtedAt + grace }
}

export const describeDebt = ({ debt, indebtedAt, payUntil }: Debt): string =>
  debt === 0n
    ? 'no debt'
    : `debt: ${iotx(debt)} since ${formatTime(indebtedAt)} UTC; it can be paid until ${formatTime(payUntil)} UTC, then buckets are taken for it (msp bucket pay)`

export const describeBucket = ({ id, amount, l1, price }: RestakedBucket): string =>
  `bucket ${id}: counts for ${iotx(amount)}, ${describeL1(l1)}${price === undefined ? '' : `; up for auction at ${iotx(price)}`}`

export const describeL1 = ({ delegate, duration, state }: L1Bucket): string =>
  `votes for ${delegate}, ${state}${state === 'locked' ? ` for ${duration} (blocks of V2, seconds of V3)` : ''}`

export const iotx = (wei: bigint): string => `${formatEther(wei).replace(/\.0$/, '')} IOTX`

export const bucketJson = ({ id, staker, amount, l1, price }: RestakedBucket) => ({
  bucket: id,
  staker,
  amountWei: amount,
  l1: { amountWei: l1.amount, duration: l1.duration, delegate: l1.delegate, state: l1.state },
  priceWei: price ?? null,
})
