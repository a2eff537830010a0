// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IW3bstreamDapp} from "../../../../contracts/w3bstream/interfaces/IW3bstreamDapp.sol";
import {ProjectId, TaskId} from "../../../../contracts/types/Types.sol";

/// @title IDeviceRewards
/// @notice Sample dApp: mints a token to a device's ERC-6551 account for each of its proven readings.
/// @dev Readings above the profile's rate earn nothing. Each device has a bucket that holds at most a burst of readings
/// and fills by block time; what a batch holds above it is counted in the event and lost. A device without an ioID of
/// the project is passed over and keeps no other from its reward.
interface IDeviceRewards is IW3bstreamDapp {
    /// @param projectId The project whose devices are rewarded.
    /// @param rewardPerReading In the token's smallest unit.
    /// @param readingsPerMinute The profile's maximum rate.
    /// @param burst How many readings a device that was silent may have rewarded at once.
    struct Terms {
        ProjectId projectId;
        uint96 rewardPerReading;
        uint32 readingsPerMinute;
        uint32 burst;
    }

    /* ERRORS */

    /// @notice Thrown when `caller` is not the router.
    error DeviceRewardsNotRouter(address caller);

    /// @notice Thrown when the result is another project's.
    error DeviceRewardsWrongProject(ProjectId projectId);

    /// @notice Thrown when an address that must be set is zero.
    error DeviceRewardsZeroAddress();

    /// @notice Thrown when terms that would reward nothing are asked for.
    error DeviceRewardsEmptyTerms();

    /* EVENTS */

    /// @notice Emitted when the readings of `device` in a task are rewarded.
    /// @param account The ERC-6551 account of the device's ioID, to which `amount` was minted.
    /// @param rewarded How many readings earned the reward.
    /// @param unrewarded How many came above the profile's rate.
    event DeviceRewarded(
        address indexed device,
        address indexed account,
        TaskId indexed taskId,
        uint256 rewarded,
        uint256 unrewarded,
        uint256 amount
    );

    /// @notice Emitted when `device` has no ioID of the project, so that its `readings` earn nothing.
    event DeviceSkipped(address indexed device, TaskId indexed taskId, uint256 readings);

    /* FUNCTIONS */

    /// @notice Returns how many readings of `device` would be rewarded now.
    function allowanceOf(address device) external view returns (uint256);

    /// @notice Returns the terms.
    function terms() external view returns (Terms memory);

    /// @notice Returns the token that is minted.
    function token() external view returns (address);

    /// @notice Returns the router.
    function router() external view returns (address);
}
