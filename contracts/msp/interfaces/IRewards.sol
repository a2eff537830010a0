// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {DimId} from "../../types/Types.sol";
import {IVault} from "./IVault.sol";

/// @title IRewards
/// @notice What modules pay those whose stake secures them, and what anyone pays for it (bribes): one and the same.
/// @dev A pot is (DIM, vault, token), and is funded for epochs to come. An epoch's part is shared among all stake of the
/// vault that backed the DIM all through the epoch, by what a slash left of it; the validator's commission is taken off.
/// What nobody could earn goes back to its funder. The books are the pot's own: a vault that lies, or a token that misbehaves,
/// can spoil no other pot. There is no owner, no upgrade and no pause (docs/adr/0052).
interface IRewards {
    /// @param vault Whose stakers share it: amounts of two assets cannot be compared.
    /// @param token In which it is paid.
    struct Pot {
        DimId dim;
        IVault vault;
        IERC20 token;
    }

    /// @param generation Of the pool (validator, basket) that the stake was in.
    struct Position {
        address validator;
        uint16 basket;
        uint48 generation;
        address staker;
    }

    /// @param advanced Epochs before it are shared out. Zero: it was never funded.
    /// @param issued All that it was funded with, less refunds.
    /// @param left What of it has not been paid.
    struct Balance {
        uint48 advanced;
        uint104 issued;
        uint104 left;
    }

    /* ERRORS */

    /// @notice Thrown when epochs to fund are none, are not all in the future, or are more than {HORIZON} ahead.
    error RewardsBadEpochs(uint48 firstEpoch, uint48 count);

    /// @notice Thrown when `dim` is not admitted.
    error RewardsNotAdmitted(DimId dim);

    /// @notice Thrown when an amount is zero.
    error RewardsZeroAmount();

    /// @notice Thrown when an epoch's part may yet be earned, or was.
    error RewardsNotRefundable(uint48 epoch);

    /* EVENTS */

    /// @notice Emitted when `funder` gives a pot `amount` for each of `count` epochs, and `extra` more for the last.
    event PotFunded(
        DimId indexed dim,
        IVault indexed vault,
        IERC20 indexed token,
        address funder,
        uint48 firstEpoch,
        uint48 count,
        uint256 amount,
        uint256 extra
    );

    /// @notice Emitted when `funder` is paid back what it gave for `epoch`.
    event PotRefunded(
        DimId indexed dim, IVault indexed vault, IERC20 indexed token, address funder, uint48 epoch, uint256 amount
    );

    /// @notice Emitted when a position is paid `amount` for epochs before `until`.
    event RewardClaimed(
        DimId indexed dim,
        IVault vault,
        IERC20 indexed token,
        address indexed staker,
        address validator,
        uint16 basket,
        uint48 until,
        uint256 amount
    );

    /// @notice Emitted when `validator` is paid its commission.
    event CommissionClaimed(
        DimId indexed dim, IVault vault, IERC20 indexed token, address indexed validator, uint256 amount
    );

    /// @notice Emitted when `amount` that stake would have earned that was not slashable is given to the next `epoch`, of
    /// nobody's funding, or is orphaned if the DIM has left ({collectOrphaned}).
    event RewardForfeited(
        DimId indexed dim, IVault indexed vault, IERC20 indexed token, uint48 epoch, uint256 amount
    );

    /// @notice Emitted when what was orphaned is paid to `beneficiary`, or burnt where that is zero.
    event OrphanedCollected(
        DimId indexed dim, IVault indexed vault, IERC20 indexed token, address beneficiary, uint256 amount
    );

    /// @notice Emitted when a pool begins to count for `dim`, or no longer counts, from `epoch` on.
    event PoolCounted(
        IVault indexed vault,
        address indexed validator,
        DimId indexed dim,
        uint16 basket,
        bool counts,
        uint48 epoch
    );

    /* FUNCTIONS */

    /// @notice Takes `amount` for each of `count` epochs, from `firstEpoch` on, from the caller. What arrives is divided among
    /// them. Returns it.
    function fund(Pot calldata pot, uint48 firstEpoch, uint48 count, uint256 amount)
        external
        returns (uint256 received);

    /// @notice Pays back to `funder` what it gave for `epoch`, where no stake backed the DIM all through it, or the DIM left
    /// before its end. Anyone may call. What is of nobody's funding (zero) is given to the next epoch.
    function refund(Pot calldata pot, uint48 epoch, address funder) external returns (uint256 amount);

    /// @notice Does what {refund} does for each of `count` epochs for which it can, in one payment: the caller chooses as many as
    /// it has gas for. Returns the sum.
    function refundRange(Pot calldata pot, uint48 firstEpoch, uint48 count, address funder)
        external
        returns (uint256 amount);

    /// @notice Pays what stake would have earned that was not slashable, where its DIM has left and no epoch is to come that it
    /// could be given to: to the beneficiary of the DIM's slashes, or burns it where that is zero. Anyone may call.
    function collectOrphaned(Pot calldata pot) external returns (uint256 amount);

    /// @notice Pays the staker of `position` what it earned in at most `maxSegments` segments of epochs. In a segment nothing
    /// changes but what the pot pays: stake, the pool's last slash, agreements and commission. Anyone may call, again for more.
    function claim(Pot calldata pot, Position calldata position, uint256 maxSegments)
        external
        returns (uint256 amount);

    /// @notice Claims for `position` out of each of `pots`, with `gasEach`: one that fails does not stop the others.
    function claimEach(Pot[] calldata pots, Position calldata position, uint256 maxSegments, uint256 gasEach)
        external
        returns (uint256[] memory amounts);

    /// @notice Pays `validator` its commission out of what was claimed. Anyone may call.
    function claimCommission(Pot calldata pot, address validator) external returns (uint256 amount);

    /// @notice Shares out at most `maxEpochs` epochs that are over and were funded. Claiming and funding do some themselves.
    function advance(Pot calldata pot, uint256 maxEpochs) external;

    /// @notice Counts a pool for those DIMs of its basket that its validator serves from the next epoch on, and for no others.
    /// Anyone may call. Stake that joins is counted anyway.
    function sync(IVault vault, address validator, uint16 basket) external;

    /* FUNCTIONS OF VAULTS */

    /// @notice Sets what the caller's pool weighs: in the present epoch, and from the next one on. Never fails.
    function weigh(address validator, uint16 basket, uint112 held, uint112 next) external;

    /// @notice Does what {weigh} does, and counts the pool for DIMs that its validator serves by now.
    function join(address validator, uint16 basket, uint112 held, uint112 next) external;

    /* VIEWS */

    /// @notice Returns what {claim} would pay `position` if all epochs that are over had been shared out.
    function pending(Pot calldata pot, Position calldata position, uint256 maxSegments)
        external
        view
        returns (uint256);

    /// @notice Returns the first epoch that `position` has not claimed out of `pot`; zero: it has claimed none.
    function claimedUntil(Pot calldata pot, Position calldata position) external view returns (uint48);

    /// @notice Returns what {claimCommission} would pay.
    function commissionOf(Pot calldata pot, address validator) external view returns (uint256);

    /// @notice Returns the balance of `pot`.
    function balanceOf(Pot calldata pot) external view returns (Balance memory);

    /// @notice Returns what `pot` pays for `epoch`.
    function fundedFor(Pot calldata pot, uint48 epoch) external view returns (uint256);

    /// @notice Returns what `funder` gave `pot` for `epoch`, and was not paid back.
    function contributionOf(Pot calldata pot, uint48 epoch, address funder) external view returns (uint256);

    /// @notice Returns what {collectOrphaned} would pay.
    function orphanedIn(Pot calldata pot) external view returns (uint256);

    /// @notice Returns whether what `pot` was given for `epoch` can be paid back.
    function isRefundable(Pot calldata pot, uint48 epoch) external view returns (bool);

    /// @notice Returns the stake of `vault` that backs `dim` all through `epoch`. Final once the epoch is over.
    function totalIn(DimId dim, IVault vault, uint48 epoch) external view returns (uint256);

    /// @notice Returns whether a pool counts for `dim` in `epoch`.
    function isCounted(IVault vault, address validator, uint16 basket, DimId dim, uint48 epoch)
        external
        view
        returns (bool);

    /// @notice Returns how many epochs ahead a pot can be funded.
    function HORIZON() external view returns (uint48);
}
