/**
 * What the errors of restaked stake's contracts mean to a staker.
 * @module
 */
import { bucketEscrowInterface } from '@iotex2/chain/contracts/BucketEscrow'
import { bucketVaultInterface } from '@iotex2/chain/contracts/BucketVault'
import { nativeVaultInterface } from '@iotex2/chain/contracts/NativeVault'
import { rewardsInterface } from '@iotex2/chain/contracts/Rewards'
import { explainer } from '../onboarding/chain/explain.ts'

export const STAKE_INTERFACES = [nativeVaultInterface, bucketVaultInterface, bucketEscrowInterface, rewardsInterface]

export const MEANINGS: Readonly<Record<string, string>> = {
  VaultZeroAmount: 'The amount is nothing, or too little for a share.',
  VaultBalanceTooLow: 'The account has less than that.',
  VaultBasketNotOpen: 'The validator’s basket takes no new stake.',
  VaultPoolRuined: 'So much of this basket’s stake was slashed that it takes none until it is empty.',
  VaultPoolFull: 'The basket can hold no more.',
  VaultUnknownExit: 'This exit is claimed already.',
  VaultExitLocked: 'It is not unlocked yet.',
  VaultAssetShrank: 'The vault holds less of the token than it owes: it takes no deposit, and still pays.',
  NativeVaultTransferFailed: 'The account does not take the coin.',
  BucketVaultNotLocked: 'The bucket is not locked: lock it in system staking first.',
  BucketVaultNotItsStaker: 'The bucket is not this account’s, or not in the vault.',
  BucketVaultNothingAdded: 'Nothing was added to the bucket.',
  BucketVaultTooLittleCoin: 'Less than that is coin; the rest is in buckets.',
  BucketVaultNothingLost: 'Slashes took nothing that is not put down already.',
  BucketVaultInDebt: 'The account has a debt: pay it first.',
  BucketVaultNotOnAuction: 'The bucket is not for sale any more.',
  BucketVaultPriceTooHigh: 'The bucket costs more than was sent.',
  BucketVaultTransferFailed: 'The account does not take the coin.',
  BucketEscrowInDebt: 'The account has a debt: no bucket is locked for longer before it is paid.',
  BucketEscrowTransferFailed: 'The account does not take the rewards.',
  RewardsZeroAmount: 'There is nothing to claim.',
  RewardsNotAdmitted: 'The module is not admitted.',
}

export const explainStakeRevert = explainer(STAKE_INTERFACES, MEANINGS)
