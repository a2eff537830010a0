// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId, TaskId} from "../../types/Types.sol";

/// @title IW3bstreamDapp
/// @notice Consumes settled results. The router calls it with values whose proof it has just verified.
interface IW3bstreamDapp {
    /// @notice Processes the public signals of a settled task. A revert does not undo the settlement.
    /// @dev An implementation must check that its caller is the router. It is called with a bounded amount of gas,
    /// once with success for each task, in no certain order.
    /// @param signals All public signals, the bound ones included, so that a dApp decodes them by the circuit's layout.
    function process(ProjectId projectId, TaskId taskId, address prover, uint256[] calldata signals) external;
}
