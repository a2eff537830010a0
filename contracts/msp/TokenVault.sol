// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Vault} from "./Vault.sol";
import {IAllocation} from "./interfaces/IAllocation.sol";
import {IDimRegistry} from "./interfaces/IDimRegistry.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {ITokenVault} from "./interfaces/ITokenVault.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title TokenVault
contract TokenVault is ITokenVault, Vault {
    using SafeERC20 for IERC20;

    /// @dev Where assets go that are burnt and cannot burn themselves.
    address private constant _BURNT = address(0xdead);

    /// @inheritdoc ITokenVault
    IERC20 public immutable override asset;

    constructor(IERC20 asset_, IAllocation allocation, IDimRegistry dims, address slasher, IRewards rewards)
        Vault(allocation, dims, slasher, rewards)
    {
        asset = asset_;
    }

    /* DEPOSITING */

    /// @inheritdoc ITokenVault
    function deposit(uint256 amount, address staker) external override nonReentrant returns (uint256 received) {
        uint256 before = _soundBalance();
        asset.safeTransferFrom(msg.sender, address(this), amount);
        received = asset.balanceOf(address(this)) - before;
        _credit(staker, received);
    }

    /// @dev Returns the vault's balance, which covers what it owes.
    function _soundBalance() internal view returns (uint256 balance) {
        balance = asset.balanceOf(address(this));
        if (balance < owed) revert VaultAssetShrank(balance, owed);
    }

    /* PAYING */

    /// @inheritdoc ITokenVault
    function withdraw(uint256 amount, address recipient) external override nonReentrant {
        _debit(msg.sender, amount);
        if (recipient == address(0)) revert VaultZeroAddress();
        emit Withdrawn(msg.sender, recipient, amount);
        asset.safeTransfer(recipient, _release(amount));
    }

    /// @dev Takes `amount` off the books and returns what of it can be paid: all, unless the asset took from the vault.
    /// Then everyone bears the same part of the loss.
    function _release(uint256 amount) internal returns (uint256 payable_) {
        uint256 before = owed;
        owed = before - amount;
        uint256 balance = asset.balanceOf(address(this));
        return balance < before ? Math.mulDiv(amount, balance, before) : amount;
    }

    /// @inheritdoc IVault
    function collect(address beneficiary) external override nonReentrant returns (uint256 amount) {
        amount = collectable[beneficiary];
        if (amount == 0) revert VaultZeroAmount();
        collectable[beneficiary] = 0;
        emit Collected(beneficiary, amount);
        uint256 payable_ = _release(amount);
        if (beneficiary == address(0)) _burn(payable_);
        else asset.safeTransfer(beneficiary, payable_);
    }

    function _burn(uint256 amount) internal virtual {
        asset.safeTransfer(_BURNT, amount);
    }
}
