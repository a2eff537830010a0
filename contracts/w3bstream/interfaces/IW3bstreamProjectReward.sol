// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IW3bstreamProjectReward
/// @notice What each payer pays for a task of a project, and in which token.
/// @dev Keeps the selectors and events of the official W3bstreamProjectReward, but for its operator, who had nothing to
/// operate.
interface IW3bstreamProjectReward {
    /* ERRORS */

    /// @notice Thrown when `caller` does not manage `projectId`.
    error ProjectRewardNotManager(ProjectId projectId, address caller);

    /// @notice Thrown when `projectId` has no reward token yet.
    error ProjectRewardNoToken(ProjectId projectId);

    /// @notice Thrown when an address that must be set is zero.
    error ProjectRewardZeroAddress();

    /* EVENTS */

    /// @notice Emitted when `owner` sets what it pays for a task of the project `id`.
    event RewardAmountSet(address indexed owner, uint256 indexed id, uint256 amount);

    /// @notice Emitted when `rewardToken` becomes the token in which tasks of the project `id` are paid.
    event RewardTokenSet(uint256 indexed id, address indexed rewardToken);

    /* FUNCTIONS */

    /// @notice Sets what the caller pays for a task of `_id`, in units of the project's present reward token.
    function setReward(ProjectId _id, uint256 _amount) external;

    /// @notice Sets the token in which tasks of `_id` are paid. Only the project's manager may call.
    /// @dev Amounts set for another token count as zero from then on: a payer agreed to pay in that one.
    function setRewardToken(ProjectId _id, address _rewardToken) external;

    /// @notice Returns what `owner` pays for a task of `id`, in units of {rewardToken}.
    function rewardAmount(address owner, ProjectId id) external view returns (uint256);

    /// @notice Returns the token in which tasks of `_id` are paid, or zero.
    function rewardToken(ProjectId _id) external view returns (address);

    /// @notice Returns whether `_projectId` is paused.
    function isPaused(ProjectId _projectId) external view returns (bool);

    /// @notice Returns the {IW3bstreamProject} that tells who manages a project.
    function project() external view returns (address);
}
