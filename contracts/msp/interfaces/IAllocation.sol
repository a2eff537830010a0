// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";
import {IVault} from "./IVault.sol";

/// @title IAllocation
/// @notice How a validator's stake is divided among DIMs: baskets that the validator opens and each staker chooses from.
/// @dev A basket never changes, so that nothing is slashed on terms that its staker did not choose. Allocation is unique
/// by default: the shares of a basket's lines sum to 100 % at most. A validator may rehypothecate, saying so, as long as
/// max(Σ share × maximum slash, the largest share) is 100 % at most: the caps of all its DIMs for one offence each can then be
/// taken together, and none eats into another's.
interface IAllocation {
    /// @param share How much of the basket's stake backs the DIM, in basis points.
    struct Line {
        DimId dim;
        uint16 share;
    }

    /* ERRORS */

    /// @notice Thrown when the caller is not a registered validator.
    error AllocationNotValidator(address caller);

    /// @notice Thrown when a basket has no line, or more than {MAX_LINES}.
    error AllocationBadLength(uint256 length);

    /// @notice Thrown when the lines are not in the order of their DIMs, or a share is zero or above 100 %.
    error AllocationBadLine(uint256 index);

    /// @notice Thrown when `dim` is not admitted.
    error AllocationNotAdmitted(DimId dim);

    /// @notice Thrown when unique allocation was asked for and the shares `sum` to more than 100 %.
    error AllocationNotUnique(uint256 sum);

    /// @notice Thrown when all DIMs together could take more than 100 %: `slashable`, in basis points, rounded up.
    error AllocationUnbounded(uint256 slashable);

    /// @notice Thrown when the caller has no such open basket.
    error AllocationNotOpen(address validator, uint16 basket);

    /* EVENTS */

    /// @notice Emitted when `validator` opens a basket.
    event BasketOpened(address indexed validator, uint16 indexed basket, Line[] lines, bool rehypothecated);

    /// @notice Emitted when a basket takes no new stake any more.
    event BasketClosed(address indexed validator, uint16 indexed basket);

    /* FUNCTIONS */

    /// @notice Opens a basket of the caller's, a validator. Returns its number, from 1.
    /// @param lines In ascending order of their DIMs, each of which is admitted.
    /// @param rehypothecate Whether the shares may sum to more than 100 %.
    function openBasket(Line[] calldata lines, bool rehypothecate) external returns (uint16 basket);

    /// @notice Closes a basket of the caller's for new stake. What is in it stays, and can be slashed.
    function closeBasket(uint16 basket) external;

    /// @notice Returns whether stake can be delegated to `basket`.
    function isOpen(address validator, uint16 basket) external view returns (bool);

    /// @notice Returns how many baskets `validator` has opened.
    function basketsOf(address validator) external view returns (uint16);

    /// @notice Returns the lines of `basket`.
    function linesOf(address validator, uint16 basket) external view returns (Line[] memory);

    /// @notice Returns how much of the stake in `basket` backs `dim`, in basis points.
    function shareOf(address validator, uint16 basket, DimId dim) external view returns (uint16);

    /// @notice Returns the part of `basket` that is neither allocated nor slashable: 100 % less max(Σ share × maximum
    /// slash, the largest share), in basis points, rounded down.
    function freeShareOf(address validator, uint16 basket) external view returns (uint16);

    /// @notice Returns the stake in a pool of `vault` that backed `dim` at `time`, in the vault's asset. Zero where DIM
    /// and validator had not agreed.
    /// @dev Stake counts from the epoch after it came, and no longer once it began to leave.
    function stakeAt(DimId dim, IVault vault, address validator, uint16 basket, uint48 time)
        external
        view
        returns (uint256);

    /// @notice Returns how many lines a basket can have.
    function MAX_LINES() external view returns (uint256);
}
