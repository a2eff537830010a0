// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title RewardToken
/// @notice What devices' owners earn. Only the contract that deployed it mints.
contract RewardToken is ERC20 {
    /// @notice Thrown when `caller` is not the minter.
    error RewardTokenNotMinter(address caller);

    /// @notice The contract that mints: the one that deployed this one.
    address public immutable MINTER;

    constructor(string memory name_, string memory symbol_) ERC20(name_, symbol_) {
        MINTER = msg.sender;
    }

    /// @notice Mints `amount` to `account`. Only the minter may call.
    function mint(address account, uint256 amount) external {
        if (msg.sender != MINTER) revert RewardTokenNotMinter(msg.sender);
        _mint(account, amount);
    }
}
