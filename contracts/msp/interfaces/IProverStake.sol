// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TaskId} from "../../types/Types.sol";

/// @title IProverStake
/// @notice What stands behind a prover: stake that can be taken when it misses a task.
interface IProverStake {
    /// @notice Returns the stake behind `prover`, in wei, that a slash could take now and that is not leaving.
    function stakeOf(address prover) external view returns (uint256);

    /// @notice Takes the penalty for missing `taskId` from `prover`. A second slash for one offence takes nothing.
    /// @dev An offence is (prover, taskId, captureTime): a task that is assigned again has another deadline.
    /// @param captureTime When the offence happened, in seconds since the epoch: the deadline that was missed.
    /// @return slashed What was taken, in wei.
    function slash(address prover, TaskId taskId, uint48 captureTime) external returns (uint256 slashed);
}
