/**
 * System staking of the L1, as far as holders of its buckets need it (contracts/msp/interfaces/ISystemStaking.sol).
 * @module
 */
import {
  type BaseContractMethod,
  Contract,
  type ContractRunner,
  type ContractTransactionResponse,
  Interface,
  MaxUint256,
} from 'ethers'

export const systemStakingInterface = new Interface([
  'function bucketOf(uint256 bucketId) view returns (uint256 amount, uint256 duration, uint256 unlockedAt, uint256 unstakedAt, address delegate)',
  'function ownerOf(uint256 bucketId) view returns (address)',
  'function getApproved(uint256 bucketId) view returns (address)',
  'function approve(address spender, uint256 bucketId)',
])

export interface StakedBucket {
  /** In wei of IOTX. */
  amount: bigint
  /** In blocks of five seconds by version 2, in seconds by version 3. */
  duration: bigint
  /** The largest of all numbers: never. */
  unlockedAt: bigint
  unstakedAt: bigint
  /** For whom it votes. */
  delegate: string
}

export interface SystemStaking {
  bucketOf: BaseContractMethod<[bucketId: bigint], StakedBucket, StakedBucket>
  ownerOf: BaseContractMethod<[bucketId: bigint], string, string>
  getApproved: BaseContractMethod<[bucketId: bigint], string, string>
  approve: BaseContractMethod<[spender: string, bucketId: bigint], void, ContractTransactionResponse>
}

export const connectSystemStaking = (address: string, runner: ContractRunner): SystemStaking =>
  new Contract(address, systemStakingInterface, runner) as unknown as SystemStaking

export type BucketState = 'locked' | 'unlocked' | 'unstaked'

/** Locked, its lock never ends; unlocked, it runs out; unstaked, it earns nothing and can be paid out in three days. */
export function bucketStateOf({
  unlockedAt,
  unstakedAt,
}: Pick<StakedBucket, 'unlockedAt' | 'unstakedAt'>): BucketState {
  if (unstakedAt !== MaxUint256) return 'unstaked'
  return unlockedAt === MaxUint256 ? 'locked' : 'unlocked'
}
