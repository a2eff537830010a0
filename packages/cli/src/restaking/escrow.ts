/**
 * What a staker has its own escrow do with a restaked bucket: nobody else may.
 * @module
 */
import { bucketEscrowInterface, connectBucketEscrow } from '@iotex2/chain/contracts/BucketEscrow'
import type { BucketsVault } from './assets.ts'
import { describeBucket, type RestakedBucket, readBucket } from './buckets.ts'
import type { Restaker } from './contracts.ts'
import { RestakingError } from './errors.ts'

/** Returns a bucket of the account. Throws {@link RestakingError} BUCKET_UNKNOWN, BUCKET_NOT_YOURS. */
export async function readOwnBucket(restaker: Restaker, found: BucketsVault, id: bigint): Promise<RestakedBucket> {
  const bucket = await readBucket(restaker, found, id)
  if (bucket.staker !== restaker.account)
    throw new RestakingError('BUCKET_NOT_YOURS', `Bucket ${id} is ${bucket.staker}'s.`)
  return bucket
}

/** Returns the bucket, and its escrow. Throws as {@link readOwnBucket}. */
export async function useEscrow(
  restaker: Restaker,
  found: BucketsVault,
  id: bigint,
): Promise<{ bucket: RestakedBucket; escrow: ReturnType<typeof connectBucketEscrow> }> {
  const bucket = await readOwnBucket(restaker, found, id)
  const address = await found.buckets.escrowOf(restaker.account)
  restaker.introduce(address, 'BucketEscrow', bucketEscrowInterface)
  return { bucket, escrow: connectBucketEscrow(address, restaker.signer) }
}

/** Returns what a command tells of a bucket that it changed. */
export async function reportBucket(restaker: Restaker, found: BucketsVault, id: bigint) {
  const { account, signer } = restaker
  const bucket = await readBucket(restaker, found, id)
  const { delegate, duration } = bucket.l1
  return {
    lines: [describeBucket(bucket)],
    json: { account, bucket: id, delegate, duration, transactions: signer.transactions },
  }
}
