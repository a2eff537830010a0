/**
 * What the errors of restaked stake's contracts mean to a staker.
 * @module
 */
import { nativeVaultInterface } from '@iotex2/chain/contracts/NativeVault'
import { rewardsInterface } from '@iotex2/chain/contracts/Rewards'
import { explainer } from '../onboarding/chain/explain.ts'

export const STAKE_INTERFACES = [nativeVaultInterface, rewardsInterface]

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
  RewardsZeroAmount: 'There is nothing to claim.',
  RewardsNotAdmitted: 'The module is not admitted.',
}

export const explainStakeRevert = explainer(STAKE_INTERFACES, MEANINGS)
