// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IDimRegistry} from "../msp/interfaces/IDimRegistry.sol";

/// @title ExitBeforeExecution
/// @notice Cannot be deployed unless stake leaves before what was accepted is executed: whoever does not agree with an
/// upgrade of the registries has left by then (docs/adr/0051).
/// @dev Only for deployment: an Ignition module cannot compare what it reads.
contract ExitBeforeExecution {
    /// @notice Thrown when stake takes as long to leave as what was accepted waits, or longer. In seconds.
    error ExitBeforeExecutionRefused(uint256 exitDelay, uint256 timelockDelay);

    constructor(TimelockController timelock, IDimRegistry dims) {
        (uint256 exitDelay, uint256 timelockDelay) = (dims.exitDelay(), timelock.getMinDelay());
        if (exitDelay >= timelockDelay) revert ExitBeforeExecutionRefused(exitDelay, timelockDelay);
    }
}
