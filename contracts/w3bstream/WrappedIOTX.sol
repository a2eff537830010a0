// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title WrappedIOTX
/// @notice The native coin as an ERC-20 token, for chains that have no wrapped coin yet: development chains. Public
/// networks name theirs by parameter.
/// @dev Its balance is never below its total supply; it is above only where coin was forced in.
contract WrappedIOTX is ERC20 {
    /// @notice Thrown when `recipient` does not take the coin that is paid to it.
    error WrappedIOTXTransferFailed(address recipient);

    /// @notice Emitted when `account` wraps `amount`.
    event Deposit(address indexed account, uint256 amount);

    /// @notice Emitted when `account` unwraps `amount`.
    event Withdrawal(address indexed account, uint256 amount);

    constructor() ERC20("Wrapped IOTX", "WIOTX") {}

    /// @notice Wraps what is sent.
    receive() external payable {
        deposit();
    }

    /// @notice Wraps what is sent.
    function deposit() public payable {
        _mint(msg.sender, msg.value);
        emit Deposit(msg.sender, msg.value);
    }

    /// @notice Unwraps `amount` of the caller's.
    function withdraw(uint256 amount) external {
        _burn(msg.sender, amount);
        emit Withdrawal(msg.sender, amount);
        (bool sent,) = msg.sender.call{value: amount}("");
        if (!sent) revert WrappedIOTXTransferFailed(msg.sender);
    }
}
