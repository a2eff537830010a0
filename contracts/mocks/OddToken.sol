// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title OddToken
/// @notice Has what some tokens in use have: six decimals, a fee on transfer, approvals that go over zero, and accounts that
/// are paid nothing. Anyone mints.
contract OddToken is ERC20 {
    /// @notice Thrown when an allowance is changed that is not zero.
    error OddTokenAllowanceNotZero(uint256 allowance);

    /// @notice Thrown when `account` is blocked.
    error OddTokenBlocked(address account);

    mapping(address account => bool blocked) private _blocked;

    /// @dev In basis points of what is transferred.
    uint256 private immutable _FEE;

    constructor(string memory symbol, uint256 fee, address holder) ERC20(symbol, symbol) {
        _FEE = fee;
        _mint(holder, 1_000_000e6);
    }

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function blockAccount(address account) external {
        _blocked[account] = true;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function approve(address spender, uint256 value) public override returns (bool) {
        uint256 present = allowance(msg.sender, spender);
        if (present != 0 && value != 0) revert OddTokenAllowanceNotZero(present);
        return super.approve(spender, value);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_blocked[to]) revert OddTokenBlocked(to);
        uint256 fee = from == address(0) ? 0 : value * _FEE / 10_000;
        super._update(from, to, value - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }
}
