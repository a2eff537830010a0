// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ModuleId} from "../../types/Types.sol";

/// @title IModuleOwners
/// @notice Who speaks for a module. Whatever registers modules answers it.
interface IModuleOwners {
    /// @notice Returns the owner of `module`. Reverts, or returns zero, where there is no such module.
    function ownerOf(ModuleId module) external view returns (address);
}
