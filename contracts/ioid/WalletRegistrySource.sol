// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC6551Registry} from "erc6551/ERC6551Registry.sol";

/// @title WalletRegistrySource
/// @notice Names the ERC-6551 registry for a deployment: the one it is given, or one of its own where it is given none.
/// @dev Only for deployment: an Ignition module cannot branch on a parameter.
contract WalletRegistrySource {
    /// @notice Thrown when the given registry is not on this chain.
    error WalletRegistrySourceHasNoCode(address given);

    /// @notice Returns the ERC-6551 registry.
    address public immutable registry;

    constructor(address given) {
        if (given == address(0)) given = address(new ERC6551Registry());
        else if (given.code.length == 0) revert WalletRegistrySourceHasNoCode(given);
        registry = given;
    }
}
