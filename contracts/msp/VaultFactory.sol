// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {NativeVault} from "./NativeVault.sol";
import {TokenVault} from "./TokenVault.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IWrappedIOTX} from "./interfaces/INativeVault.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {ITokenVault} from "./interfaces/ITokenVault.sol";
import {IVaultFactory} from "./interfaces/IVaultFactory.sol";

/// @title VaultFactory
contract VaultFactory is IVaultFactory {
    IAllocation private immutable _ALLOCATION;
    IDimRegistry private immutable _DIMS;
    address private immutable _SLASHER;
    IRewards private immutable _REWARDS;

    /// @inheritdoc IVaultFactory
    mapping(IERC20 asset => ITokenVault vault) public override vaultOf;

    /// @dev The wrapped coin's vault comes with it.
    constructor(IWrappedIOTX wrapped, IAllocation allocation, IDimRegistry dims, address slasher, IRewards rewards) {
        _ALLOCATION = allocation;
        _DIMS = dims;
        _SLASHER = slasher;
        _REWARDS = rewards;
        _register(IERC20(address(wrapped)), new NativeVault(wrapped, allocation, dims, slasher, rewards));
    }

    function _register(IERC20 asset, ITokenVault vault) private {
        vaultOf[asset] = vault;
        emit VaultCreated(asset, vault);
    }

    /// @inheritdoc IVaultFactory
    function create(IERC20 asset) external override returns (ITokenVault vault) {
        if (address(vaultOf[asset]) != address(0)) revert VaultFactoryExists(asset, vaultOf[asset]);
        if (address(asset).code.length == 0) revert VaultFactoryNoCode(asset);
        vault = new TokenVault(asset, _ALLOCATION, _DIMS, _SLASHER, _REWARDS);
        _register(asset, vault);
    }
}
