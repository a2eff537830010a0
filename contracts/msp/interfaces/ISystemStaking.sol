// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ISystemStaking
/// @notice What the vault needs of IoTeX's system staking, V2 (which counts durations in blocks) and V3 (in seconds): a bucket
/// is an ERC-721 token. `type(uint256).max` stands for what has not happened.
interface ISystemStaking {
    /// @notice Returns a bucket: coin in wei, lock in the version's unit, since when it is unlocked and unstaked, and for whom it votes.
    function bucketOf(uint256 bucketId)
        external
        view
        returns (uint256 amount, uint256 duration, uint256 unlockedAt, uint256 unstakedAt, address delegate);

    /// @notice Locks a bucket, or locks it for longer.
    function lock(uint256 bucketId, uint256 duration) external;

    /// @notice Lets a bucket's lock run out.
    function unlock(uint256 bucketId) external;

    /// @notice Ends the stake of a bucket whose lock ran out.
    function unstake(uint256 bucketId) external;

    /// @notice Pays an unstaked bucket's coin to `recipient`, three days later.
    function withdraw(uint256 bucketId, address payable recipient) external;

    /// @notice Lets a bucket vote for another delegate.
    function changeDelegate(uint256 bucketId, address delegate) external;

    /// @notice As in ERC-721.
    function ownerOf(uint256 bucketId) external view returns (address);

    /// @notice As in ERC-721.
    function transferFrom(address from, address to, uint256 bucketId) external;
}
