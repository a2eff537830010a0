// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IRefunds} from "./interfaces/IRefunds.sol";

/// @title Refunds
/// @notice See {IRefunds}.
abstract contract Refunds is IRefunds {
    /// @inheritdoc IRefunds
    mapping(address payer => uint256 amount) public refundOf;

    /// @inheritdoc IRefunds
    uint256 public totalRefunds;

    /// @inheritdoc IRefunds
    function refund(address payer) external payable {
        _refund(payer, msg.value);
    }

    /// @dev A payer without code runs none when it is paid.
    function _refund(address payer, uint256 amount) internal {
        if (amount == 0) return;
        if (payer.code.length == 0) {
            _send(payer, amount);
        } else {
            refundOf[payer] += amount;
            totalRefunds += amount;
            emit RefundCredited(payer, amount);
        }
    }

    /// @inheritdoc IRefunds
    function claimRefund(address recipient) external returns (uint256 amount) {
        amount = refundOf[msg.sender];
        delete refundOf[msg.sender];
        totalRefunds -= amount;
        emit RefundClaimed(msg.sender, recipient, amount);
        _send(recipient, amount);
    }

    function _send(address recipient, uint256 amount) internal {
        if (!LowLevelCall.callNoReturn(recipient, amount, "")) revert RefundsTransferFailed(recipient, amount);
    }
}
