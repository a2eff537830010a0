// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Tally
/// @notice Counts calls, each caller up to a limit: what tests of a transaction sender and an event reader need.
contract Tally {
    /// @notice Thrown when `caller` has been counted `limit` times.
    error TallyFull(address caller, uint256 limit);

    /// @notice Emitted when `caller` is counted for the `count`-th time.
    event Counted(address indexed caller, uint256 count);

    mapping(address caller => uint256 count) public counts;

    /// @notice Counts the caller, at most `limit` times.
    function add(uint256 limit) external {
        uint256 count = counts[msg.sender] + 1;
        if (count > limit) revert TallyFull(msg.sender, limit);
        counts[msg.sender] = count;
        emit Counted(msg.sender, count);
    }
}
