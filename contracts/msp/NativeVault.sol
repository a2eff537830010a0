// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TokenVault} from "./TokenVault.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {INativeVault, IWrappedIOTX} from "./interfaces/INativeVault.sol";
import {IRewards} from "./interfaces/IRewards.sol";

/// @title NativeVault
contract NativeVault is INativeVault, TokenVault {
    constructor(IWrappedIOTX wrapped, IAllocation allocation, IDimRegistry dims, address slasher, IRewards rewards)
        TokenVault(IERC20(address(wrapped)), allocation, dims, slasher, rewards)
    {}

    /// @dev Coin comes only from unwrapping.
    receive() external payable {
        if (msg.sender != address(asset)) revert NativeVaultOnlyUnwrapping(msg.sender);
    }

    /// @inheritdoc INativeVault
    function depositNative(address staker) external payable override nonReentrant returns (uint256 received) {
        uint256 before = _soundBalance();
        _wrapped().deposit{value: msg.value}();
        received = asset.balanceOf(address(this)) - before;
        _credit(staker, received);
    }

    function _wrapped() private view returns (IWrappedIOTX) {
        return IWrappedIOTX(address(asset));
    }

    /// @inheritdoc INativeVault
    function withdrawNative(uint256 amount, address recipient) external override nonReentrant {
        _debit(msg.sender, amount);
        if (recipient == address(0)) revert VaultZeroAddress();
        emit Withdrawn(msg.sender, recipient, amount);
        _sendNative(recipient, _release(amount));
    }

    function _sendNative(address recipient, uint256 amount) private {
        _wrapped().withdraw(amount);
        (bool sent,) = recipient.call{value: amount}("");
        if (!sent) revert NativeVaultTransferFailed(recipient);
    }

    /// @dev Coin at the zero address is burnt (docs/adr/0022).
    function _burn(uint256 amount) internal override {
        _sendNative(address(0), amount);
    }
}
