// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";

/// @title IDimManagers
/// @notice Who speaks for a module. Whatever registers modules answers it.
interface IDimManagers {
    /// @notice Returns the manager of `module`. Reverts, or returns zero, where there is no such module.
    function managerOf(DimId module) external view returns (address);
}
