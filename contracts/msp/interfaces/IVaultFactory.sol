// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ITokenVault} from "./ITokenVault.sol";

/// @title IVaultFactory
/// @notice One vault an asset. Anyone may create one: which assets count is for each DIM to say.
interface IVaultFactory {
    /* ERRORS */

    /// @notice Thrown when `asset` has a vault.
    error VaultFactoryExists(IERC20 asset, ITokenVault vault);

    /// @notice Thrown when there is no contract at `asset`.
    error VaultFactoryNoCode(IERC20 asset);

    /* EVENTS */

    /// @notice Emitted when `asset` gets its vault.
    event VaultCreated(IERC20 indexed asset, ITokenVault indexed vault);

    /* FUNCTIONS */

    /// @notice Creates the vault of `asset`.
    function create(IERC20 asset) external returns (ITokenVault vault);

    /// @notice Returns the vault of `asset`, or zero.
    function vaultOf(IERC20 asset) external view returns (ITokenVault);
}
