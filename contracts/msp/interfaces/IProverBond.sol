// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IProverStake} from "./IProverStake.sol";

/// @title IProverBond
/// @notice Stake as a bond in the chain's native coin: a prover is backed by what is deposited for it.
/// @dev What came in equals what is active, plus what is leaving, plus what was slashed and not claimed, plus what was
/// paid out (I2). A bond belongs to its holder: the prover itself, until it hands the bond to a colder key. The
/// penalty takes active stake first, then leaving stake, so that asking to leave is no escape; {MIN_DELAY} is longer
/// than any task. Nothing can pause a withdrawal.
interface IProverBond is IProverStake {
    /// @param active In wei: counts as stake.
    /// @param leaving In wei: does not count as stake, and can still be slashed.
    /// @param unlockTime When what is leaving can be withdrawn, in seconds since the epoch.
    struct Bond {
        uint128 active;
        uint128 leaving;
        uint48 unlockTime;
        address holder;
    }

    /* ERRORS */

    /// @notice Thrown when an amount is zero.
    error ProverBondZeroAmount();

    /// @notice Thrown when an address that must be set is zero.
    error ProverBondZeroAddress();

    /// @notice Thrown when `caller` does not hold the bond of `prover`.
    error ProverBondNotHolder(address prover, address caller);

    /// @notice Thrown when more than the `active` bond is asked for.
    error ProverBondTooLow(address prover, uint256 active, uint256 amount);

    /// @notice Thrown when nothing of the bond of `prover` is leaving.
    error ProverBondNothingLeaving(address prover);

    /// @notice Thrown when what is leaving is locked until `unlockTime`.
    error ProverBondLocked(address prover, uint48 unlockTime);

    /// @notice Thrown when a withdrawal delay below `minimum` is asked for.
    error ProverBondDelayTooShort(uint48 delay, uint48 minimum);

    /// @notice Thrown when `caller` is not the beneficiary of slashed funds.
    error ProverBondNotBeneficiary(address caller);

    /// @notice Thrown when `recipient` does not take what is paid to it.
    error ProverBondTransferFailed(address recipient);

    /* EVENTS */

    /// @notice Emitted when `from` deposits for `prover`.
    event BondDeposited(address indexed prover, address indexed from, uint256 amount);

    /// @notice Emitted when `amount` of the bond of `prover` begins to leave.
    event BondWithdrawalRequested(address indexed prover, uint256 amount, uint48 unlockTime);

    /// @notice Emitted when `amount` of the bond of `prover` has left.
    event BondWithdrawn(address indexed prover, address indexed holder, uint256 amount);

    /// @notice Emitted when the bond of `prover` has a new holder.
    event BondHolderSet(address indexed prover, address indexed holder);

    /// @notice Emitted when `prover` loses stake for a task that it missed.
    event BondSlashed(address indexed prover, bytes32 indexed taskId, uint48 captureTime, uint256 amount);

    /// @notice Emitted when slashed funds are paid to the beneficiary.
    event SlashedClaimed(address indexed beneficiary, uint256 amount);

    /// @notice Emitted when the penalty for a missed task changes, in wei.
    event PenaltySet(uint256 penalty);

    /// @notice Emitted when the time that a withdrawal takes changes, in seconds.
    event WithdrawalDelaySet(uint48 delay);

    /// @notice Emitted when `beneficiary` becomes the one to claim slashed funds.
    event BeneficiarySet(address indexed beneficiary);

    /* FUNCTIONS */

    /// @notice Adds what is sent to the bond of `prover`. It belongs to that bond's holder, whoever sends it.
    function deposit(address prover) external payable;

    /// @notice Lets `amount` of the bond of `prover` leave. Only its holder may call.
    /// @dev What is leaving already waits for the new unlock time too.
    function requestWithdrawal(address prover, uint256 amount) external;

    /// @notice Pays what has left the bond of `prover` to its holder, who must be the caller.
    function withdraw(address prover) external returns (uint256 amount);

    /// @notice Hands the bond of `prover` to `holder`. Only its present holder may call.
    function setHolder(address prover, address holder) external;

    /// @notice Pays slashed funds to the beneficiary, who must be the caller.
    function claimSlashed() external returns (uint256 amount);

    /// @notice Sets the penalty for a missed task, in wei. Restricted.
    function setPenalty(uint256 penalty) external;

    /// @notice Sets how long a withdrawal takes, in seconds. Restricted. Withdrawals under way keep their time.
    function setWithdrawalDelay(uint48 delay) external;

    /// @notice Sets who claims slashed funds. Restricted.
    function setBeneficiary(address beneficiary) external;

    /// @notice Returns the bond of `prover`.
    function bondOf(address prover) external view returns (Bond memory);

    /// @notice Returns the penalty for a missed task, in wei.
    function penalty() external view returns (uint256);

    /// @notice Returns how long a withdrawal takes, in seconds.
    function withdrawalDelay() external view returns (uint48);

    /// @notice Returns who claims slashed funds.
    function beneficiary() external view returns (address);

    /// @notice Returns what was slashed and not claimed yet, in wei.
    function slashedFunds() external view returns (uint256);

    /// @notice Returns the shortest withdrawal delay that can be set, in seconds.
    function MIN_DELAY() external view returns (uint48);
}
