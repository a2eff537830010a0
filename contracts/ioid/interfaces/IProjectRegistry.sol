// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IProjectRegistry
/// @notice Lets anyone register a project, which costs nothing. Selectors of the official ProjectRegistry.
interface IProjectRegistry {
    /* ERRORS */

    /// @notice Thrown when wei is sent: the official functions are payable, but registration is free.
    error ProjectRegistryValueNotAccepted(uint256 sent);

    /// @notice Thrown when the registry is initialized without a project contract.
    error ProjectRegistryZeroAddress();

    /* FUNCTIONS */

    /// @notice Registers a hardware project without a name, owned by the caller.
    function register() external payable returns (ProjectId);

    /// @notice Registers a hardware project named `_name`, owned by the caller.
    function register(string calldata _name) external payable returns (ProjectId);

    /// @notice Registers a project named `_name`, owned by the caller.
    /// @param _type 0 for hardware, any other for virtual: see {IProject}.
    function register(string calldata _name, uint8 _type) external payable returns (ProjectId);

    /// @notice Returns the {IProject} that this registry mints.
    function project() external view returns (address);
}
