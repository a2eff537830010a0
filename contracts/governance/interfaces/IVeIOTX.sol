// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title IVeIOTX
/// @notice Votes for locked IOTX: an amount locked until `end` gives amount × (end − now) ÷ 4 years votes, which fall in a
/// straight line to zero. They cannot be transferred. They are delegated as a whole, and decay with whoever has them.
/// @dev Votes are rounded down to a slope in whole votes a second, once a lock, so that rounding creates no votes and a
/// lock has at most {MAX_DURATION} wei of votes less than the exact line. All votes are someone's: at every second the
/// votes of all delegatees add up to the total supply. The clock is the block's timestamp (ERC-6372), and the votes at
/// any past second are known. Nobody governs this contract: it has no owner, no upgrade and no pause, so that whatever
/// is decided with the votes, what is locked goes back to who locked it.
interface IVeIOTX is IERC5805 {
    /// @param amount In wei.
    /// @param end When it can be withdrawn, in seconds since the epoch.
    struct Lock {
        uint128 amount;
        uint48 end;
    }

    /* ERRORS */

    /// @notice Thrown when nothing is sent.
    error VeIOTXZeroAmount();

    /// @notice Thrown when an address that must be set is zero.
    error VeIOTXZeroAddress();

    /// @notice Thrown when `account` has a lock already, which can be increased and extended.
    error VeIOTXLocked(address account);

    /// @notice Thrown when `account` has no lock.
    error VeIOTXNothingLocked(address account);

    /// @notice Thrown when an end is at no week's bound: no multiple of seven days since the epoch.
    error VeIOTXNotAtWeek(uint48 end);

    /// @notice Thrown when what is locked would be so for less than 91 days: until before `earliest`.
    error VeIOTXTooShort(uint48 end, uint48 earliest);

    /// @notice Thrown when what is locked would be so for more than four years: until after `latest`.
    error VeIOTXTooLong(uint48 end, uint48 latest);

    /// @notice Thrown when an extension does not extend.
    error VeIOTXNotLonger(uint48 end, uint48 current);

    /// @notice Thrown when the lock of `account` has ended: it can be withdrawn, and no more.
    error VeIOTXExpired(address account, uint48 end);

    /// @notice Thrown when the lock of `account` has not ended.
    error VeIOTXNotExpired(address account, uint48 end);

    /// @notice Thrown when `recipient` does not take what is paid to it.
    error VeIOTXTransferFailed(address recipient);

    /// @notice Thrown when votes are asked for that are not in the past.
    error ERC5805FutureLookup(uint256 timepoint, uint48 clock);

    /* EVENTS */

    /// @notice Emitted when the lock of `account` becomes `amount` until `end`.
    event LockSet(address indexed account, uint256 amount, uint48 end);

    /// @notice Emitted when `account` has what it locked paid to `recipient`.
    event LockWithdrawn(address indexed account, address indexed recipient, uint256 amount);

    /* FUNCTIONS */

    /// @notice Locks what is sent until `end`: a week's bound, 91 days to four years from now. An account has one lock.
    /// @dev Its votes are those of the account's delegatee: itself, until it names another.
    function lock(uint48 end) external payable;

    /// @notice Adds what is sent to the caller's lock, which must last 91 days more at least.
    /// @dev Otherwise a lock of dust that is about to end would do for locking any amount for a day.
    function increase() external payable;

    /// @notice Extends the caller's lock until `end`: a week's bound, at most four years from now.
    function extend(uint48 end) external;

    /// @notice Pays what the caller locked to `recipient`, once the lock has ended.
    function withdraw(address payable recipient) external;

    /// @notice Returns the lock of `account`; zero where there is none.
    function lockOf(address account) external view returns (Lock memory);

    /// @notice Returns the votes that the lock of `account` gives now, whoever has them.
    function balanceOf(address account) external view returns (uint256);

    /// @notice Returns all votes that there are now.
    function totalSupply() external view returns (uint256);

    /// @notice Returns the shortest time for which something is locked, in seconds.
    function MIN_DURATION() external view returns (uint48);

    /// @notice Returns the longest time for which something is locked, in seconds: for it, a vote is locked a wei.
    function MAX_DURATION() external view returns (uint48);

    function name() external view returns (string memory);

    function symbol() external view returns (string memory);

    function decimals() external view returns (uint8);
}
