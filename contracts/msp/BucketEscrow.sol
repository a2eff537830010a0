// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IBucketEscrow} from "./interfaces/IBucketEscrow.sol";
import {IBucketVault} from "./interfaces/IBucketVault.sol";
import {ISystemStaking} from "./interfaces/ISystemStaking.sol";

/// @title BucketEscrow
/// @dev The vault makes a clone for each staker, whose code ends with its address.
contract BucketEscrow is IBucketEscrow {
    using SafeERC20 for IERC20;

    IBucketVault private immutable _VAULT;
    ISystemStaking private immutable _STAKING;

    modifier onlyVault() {
        if (msg.sender != address(_VAULT)) revert BucketEscrowNotVault(msg.sender);
        _;
    }

    modifier onlyStaker() {
        if (msg.sender != staker()) revert BucketEscrowNotStaker(msg.sender);
        _;
    }

    constructor(IBucketVault vault, ISystemStaking staking) {
        _VAULT = vault;
        _STAKING = staking;
    }

    /// @dev L1 rewards.
    receive() external payable {}

    /// @inheritdoc IBucketEscrow
    function forward(IERC20 token) external override returns (uint256 amount) {
        address to = staker();
        amount = address(token) == address(0) ? address(this).balance : token.balanceOf(address(this));
        emit RewardForwarded(to, token, amount);
        if (address(token) != address(0)) {
            token.safeTransfer(to, amount);
            return amount;
        }
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert BucketEscrowTransferFailed(to);
    }

    /// @inheritdoc IBucketEscrow
    function changeDelegate(uint256 bucketId, address delegate) external override onlyStaker {
        _STAKING.changeDelegate(bucketId, delegate);
    }

    /// @inheritdoc IBucketEscrow
    function lock(uint256 bucketId, uint256 duration) external override onlyStaker {
        uint256 debt = _VAULT.debtOf(msg.sender);
        if (debt != 0) revert BucketEscrowInDebt(debt);
        _STAKING.lock(bucketId, duration);
    }

    /// @inheritdoc IBucketEscrow
    function giveBack(uint256 bucketId) external override onlyStaker {
        if (_VAULT.bucketOf(bucketId).staker != address(0)) revert BucketEscrowCounted(bucketId);
        _STAKING.transferFrom(address(this), msg.sender, bucketId);
    }

    /// @inheritdoc IBucketEscrow
    function release(uint256 bucketId, address recipient) external override onlyVault {
        _STAKING.transferFrom(address(this), recipient, bucketId);
    }

    /// @inheritdoc IBucketEscrow
    function unlock(uint256 bucketId) external override onlyVault {
        _STAKING.unlock(bucketId);
    }

    /// @inheritdoc IBucketEscrow
    function unstake(uint256 bucketId) external override onlyVault {
        _STAKING.unstake(bucketId);
    }

    /// @inheritdoc IBucketEscrow
    function withdraw(uint256 bucketId) external override onlyVault {
        _STAKING.withdraw(bucketId, payable(address(_VAULT)));
    }

    /// @inheritdoc IBucketEscrow
    function staker() public view override returns (address) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (address));
    }
}
