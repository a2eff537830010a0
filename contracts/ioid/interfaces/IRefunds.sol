// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IRefunds
/// @notice Gives back what was overpaid: at once to a payer without code, on claim to one with code, so that no payer's
/// code runs, or refuses, in the middle of a payment.
interface IRefunds {
    /* ERRORS */

    /// @notice Thrown when `recipient` refuses `amount` wei.
    error RefundsTransferFailed(address recipient, uint256 amount);

    /* EVENTS */

    /// @notice Emitted when `amount` wei are credited to `payer`, who has code.
    event RefundCredited(address indexed payer, uint256 amount);

    /// @notice Emitted when `payer` has its refunds sent to `recipient`.
    event RefundClaimed(address indexed payer, address indexed recipient, uint256 amount);

    /* FUNCTIONS */

    /// @notice Gives what is sent back to `payer`, as any refund: for a contract that was overpaid by its own caller.
    function refund(address payer) external payable;

    /// @notice Sends the caller's refunds to `recipient`, and returns their sum in wei.
    function claimRefund(address recipient) external returns (uint256 amount);

    /// @notice Returns what `payer` may claim, in wei.
    function refundOf(address payer) external view returns (uint256);

    /// @notice Returns what all payers together may claim, in wei.
    function totalRefunds() external view returns (uint256);
}
