// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ITokenVault} from "./ITokenVault.sol";

/// @title IWrappedIOTX
/// @notice What the vault needs of the wrapped coin, beside ERC-20.
interface IWrappedIOTX {
    /// @notice Wraps what is sent.
    function deposit() external payable;

    /// @notice Unwraps `amount` of the caller's.
    function withdraw(uint256 amount) external;
}

/// @title INativeVault
/// @notice The vault of wrapped IOTX: takes and pays the chain's coin too, and burns it by sending it to the zero address.
interface INativeVault is ITokenVault {
    /* ERRORS */

    /// @notice Thrown when `recipient` does not take the coin that is paid to it.
    error NativeVaultTransferFailed(address recipient);

    /// @notice Thrown when `sender` sends coin without depositing.
    error NativeVaultOnlyUnwrapping(address sender);

    /* FUNCTIONS */

    /// @notice Wraps what is sent and credits `staker` with it.
    function depositNative(address staker) external payable returns (uint256 received);

    /// @notice Pays `amount` of the caller's balance to `recipient`, unwrapped.
    function withdrawNative(uint256 amount, address recipient) external;
}
