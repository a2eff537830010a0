// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVault} from "./IVault.sol";

/// @title ITokenVault
/// @notice Stake in one ERC-20 asset. What arrives is credited, so that a fee on transfer is the depositor's; where the asset
/// takes from the vault, deposits stop and payments are pro rata; what it gives to the vault is nobody's.
interface ITokenVault is IVault {
    /* ERRORS */

    /// @notice Thrown when the vault holds less of the asset than it owes: no deposit is taken.
    error VaultAssetShrank(uint256 balance, uint256 owed);

    /* EVENTS */

    /// @notice Emitted when `amount` is paid to `recipient` out of what `staker` has undelegated.
    event Withdrawn(address indexed staker, address indexed recipient, uint256 amount);

    /* FUNCTIONS */

    /// @notice Takes `amount` of the asset from the caller and credits `staker` with what arrives.
    function deposit(uint256 amount, address staker) external returns (uint256 received);

    /// @notice Pays `amount` of the caller's balance to `recipient`.
    function withdraw(uint256 amount, address recipient) external;

    /// @notice Returns the asset.
    function asset() external view returns (IERC20);
}
