// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title IBucketEscrow
/// @notice Owns the buckets that one staker restakes. L1 rewards come to it as their owner, and are the staker's; the coin of
/// the buckets never passes through it.
interface IBucketEscrow {
    /* ERRORS */

    /// @notice Thrown when `caller` is not the vault.
    error BucketEscrowNotVault(address caller);

    /// @notice Thrown when `caller` is not the staker.
    error BucketEscrowNotStaker(address caller);

    /// @notice Thrown when the vault counts a bucket, which only it gives out.
    error BucketEscrowCounted(uint256 bucketId);

    /// @notice Thrown when the staker's debt has to be paid before a bucket is locked.
    error BucketEscrowInDebt(uint256 debt);

    /// @notice Thrown when the staker does not take the coin that is forwarded to it.
    error BucketEscrowTransferFailed(address staker);

    /* EVENTS */

    /// @notice Emitted when L1 rewards are paid to the staker. Zero `token`: coin.
    event RewardForwarded(address indexed staker, IERC20 indexed token, uint256 amount);

    /* FUNCTIONS */

    /// @notice Pays all that the escrow has of `token`, or of the coin where that is zero, to the staker. Anyone may call.
    function forward(IERC20 token) external returns (uint256 amount);

    /// @notice Lets a bucket vote for another delegate. Only the staker may call.
    function changeDelegate(uint256 bucketId, address delegate) external;

    /// @notice Locks a bucket for longer. Only the staker may call, and while it has no debt.
    function lock(uint256 bucketId, uint256 duration) external;

    /// @notice Gives a bucket back that was sent here past the vault, and counts for nothing. Only the staker may call.
    function giveBack(uint256 bucketId) external;

    /// @notice Gives a bucket to `recipient`. Only the vault may call, as the rest.
    function release(uint256 bucketId, address recipient) external;

    /// @notice Lets a bucket's lock run out.
    function unlock(uint256 bucketId) external;

    /// @notice Ends a bucket's stake.
    function unstake(uint256 bucketId) external;

    /// @notice Pays a bucket's coin to the vault.
    function withdraw(uint256 bucketId) external;

    /// @notice Returns whose buckets these are.
    function staker() external view returns (address);
}
