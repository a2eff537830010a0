// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Takes from, and gives to, whom it pleases, as a rebasing token does.
contract RebasingToken is ERC20("Rebasing", "REB") {
    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function shrink(address account, uint256 amount) external {
        _burn(account, amount);
    }
}

interface ITokenHook {
    function onTransfer() external;
}

/// @dev Calls sender and recipient about each transfer, where they asked for it, as ERC-777 does.
contract CallbackToken is ERC20("Callback", "CALL") {
    mapping(address account => bool wanted) private _hooked;

    function mint(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function hook() external {
        _hooked[msg.sender] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_hooked[from]) ITokenHook(from).onTransfer();
        super._update(from, to, value);
        if (_hooked[to]) ITokenHook(to).onTransfer();
    }
}

/// @dev Calls `target` with `data` from within each transfer, and remembers whether that went through.
contract CallbackStaker is ITokenHook {
    address private _target;
    bytes private _data;
    uint256 public succeeded;
    uint256 public attempted;

    constructor(CallbackToken token) {
        token.hook();
    }

    function plan(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function execute(address target, bytes calldata data) external returns (bytes memory) {
        (bool success, bytes memory returned) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(returned, 32), mload(returned))
            }
        }
        return returned;
    }

    function onTransfer() external override {
        if (_target == address(0)) return;
        ++attempted;
        (bool success,) = _target.call(_data);
        if (success) ++succeeded;
    }
}
