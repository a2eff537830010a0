// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ProjectId} from "../../types/Types.sol";

/// @title IProjectRegistrar
/// @notice Lets a project's owner bring it to W3bstream, for a fee.
/// @dev Keeps the selectors and events of the official ProjectRegistrar.
interface IProjectRegistrar {
    /* ERRORS */

    /// @notice Thrown when `sent` is not exactly the registration `fee`.
    error RegistrarWrongFee(uint256 sent, uint256 fee);

    /// @notice Thrown when `caller` does not manage `projectId`.
    error RegistrarNotManager(ProjectId projectId, address caller);

    /// @notice Thrown when `account` does not take the fee that is sent to it.
    error RegistrarTransferFailed(address account);

    /* EVENTS */

    /// @notice Emitted when collected fees go to `account`.
    event FeeWithdrawn(address indexed account, uint256 amount);

    /// @notice Emitted when `projectId` is registered.
    event ProjectRegistered(uint256 indexed projectId);

    /// @notice Emitted when the registration fee changes.
    event RegistrationFeeSet(uint256 fee);

    /* FUNCTIONS */

    /// @notice Registers `_projectId`, which the caller manages, for exactly the registration fee.
    function register(ProjectId _projectId) external payable;

    /// @notice Sets the registration fee, in wei. Restricted.
    function setRegistrationFee(uint256 _fee) external;

    /// @notice Sends collected fees to `_account`. Restricted.
    function withdrawFee(address payable _account, uint256 _amount) external;

    /// @notice Returns the registration fee, in wei.
    function registrationFee() external view returns (uint256);

    /// @notice Returns the {IW3bstreamProject} in which projects are bound.
    function projectStore() external view returns (address);
}
