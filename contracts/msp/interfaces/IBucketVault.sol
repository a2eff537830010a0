// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBucketEscrow} from "./IBucketEscrow.sol";
import {ISystemStaking} from "./ISystemStaking.sol";
import {IVault} from "./IVault.sol";

/// @title IBucketVault
/// @notice Staked IOTX, restaked without unstaking it: buckets of system staking, each in its staker's own escrow. Amounts are
/// wei of IOTX; a bucket counts for what it had when it came.
/// @dev A slash takes from a pool as in every vault. What it takes of a staker becomes its debt: no bucket leaves but for its
/// whole amount, so that the loss is paid in coin first; and who does not pay in time loses a bucket, in an auction or by
/// unstaking it, with the rest to the staker's credit (docs/adr/0053).
interface IBucketVault is IVault {
    /// @param amount What it counts for, in wei.
    /// @param auctionedAt When it was last put up for auction, in seconds since the epoch; zero: never.
    struct Bucket {
        address staker;
        uint48 auctionedAt;
        uint128 amount;
    }

    /// @param coin What of the staker's balance and stake is coin that it can withdraw, in wei.
    /// @param debt What slashes took and was not paid, in wei.
    /// @param indebtedAt Since when there is a debt, in seconds since the epoch; zero: there is none.
    struct Account {
        uint128 coin;
        uint128 debt;
        uint48 indebtedAt;
    }

    /* ERRORS */

    /// @notice Thrown when a bucket is not staked, or its lock runs out: it would soon secure nothing.
    error BucketVaultNotLocked(uint256 bucketId);

    /// @notice Thrown when `caller` is not the staker of the bucket, or it is not here.
    error BucketVaultNotItsStaker(uint256 bucketId, address caller);

    /// @notice Thrown when a bucket has no more in it than it counts for, and nothing less that its staker's balance could bear.
    error BucketVaultNothingAdded(uint256 bucketId);

    /// @notice Thrown when less of the staker's balance is coin than the `amount` asked for.
    error BucketVaultTooLittleCoin(uint256 coin, uint256 amount);

    /// @notice Thrown when a slash took nothing of what is named that is not on the books.
    error BucketVaultNothingLost();

    /// @notice Thrown when an indebted staker delegates, or takes a bucket back.
    error BucketVaultInDebt(uint256 debt);

    /// @notice Thrown when the staker may still pay its debt, until `payUntil`; zero: it has none that is collected.
    error BucketVaultNotOverdue(address staker, uint48 payUntil);

    /// @notice Thrown when a bucket is up for auction already.
    error BucketVaultOnAuction(uint256 bucketId);

    /// @notice Thrown when a bucket is not up for auction.
    error BucketVaultNotOnAuction(uint256 bucketId);

    /// @notice Thrown when a bucket costs more than was sent.
    error BucketVaultPriceTooHigh(uint256 price, uint256 sent);

    /// @notice Thrown when `recipient` does not take the coin that is paid to it.
    error BucketVaultTransferFailed(address recipient);

    /// @notice Thrown when `sender` sends coin otherwise than by {pay}.
    error BucketVaultOnlyStaking(address sender);

    /* EVENTS */

    /// @notice Emitted when a bucket comes into its staker's escrow.
    event BucketDeposited(uint256 indexed bucketId, address indexed staker, IBucketEscrow escrow, uint256 amount);

    /// @notice Emitted when a bucket counts for what was added to it too, or no longer for what the L1 took.
    event BucketMeasured(uint256 indexed bucketId, address indexed staker, uint256 amount);

    /// @notice Emitted when a staker takes a bucket back.
    event BucketWithdrawn(uint256 indexed bucketId, address indexed staker, address indexed recipient);

    /// @notice Emitted when coin is paid out of a staker's balance.
    event CoinWithdrawn(address indexed staker, address indexed recipient, uint256 amount);

    /// @notice Emitted when what a slash took of a staker is put down to it.
    event LossRealised(address indexed staker, uint256 loss, uint256 debt);

    /// @notice Emitted when a staker's debt becomes less.
    event DebtPaid(address indexed staker, uint256 amount, uint256 debt);

    /// @notice Emitted when a bucket is put up for auction.
    event AuctionStarted(uint256 indexed bucketId, address indexed staker, uint256 debt);

    /// @notice Emitted when a bucket is sold, or unstaked and paid out (zero `buyer`), for `price`.
    event BucketSold(uint256 indexed bucketId, address indexed staker, address indexed buyer, uint256 price);

    /* FUNCTIONS */

    /// @notice Takes a locked bucket of the caller's, which has to let the vault transfer it, and credits its amount.
    function depositBucket(uint256 bucketId) external returns (uint256 amount);

    /// @notice Credits its staker with what was added to a bucket since it came; or takes what the L1 took from it off the
    /// staker's balance, as far as that goes, and counts it no more. Anyone may call, again when there is more.
    function remeasure(uint256 bucketId) external returns (uint256 added);

    /// @notice Gives a bucket of the caller's to `recipient`, for its amount out of the caller's balance. What is sent along is
    /// paid first, as by {pay}.
    function withdrawBucket(uint256 bucketId, address recipient) external payable;

    /// @notice Pays the debt of `staker` with what is sent, and credits all of it to its balance: as coin, what exceeds the debt.
    function pay(address staker) external payable;

    /// @notice Pays coin out of the caller's balance to `recipient`.
    function withdraw(uint256 amount, address recipient) external;

    /// @notice Puts down to `staker` what slashes took of a position. Anyone may call.
    function realise(address staker, address validator, uint16 basket, uint48 generation)
        external
        returns (uint256 loss);

    /// @notice Puts down to its owner what slashes took of an exit. Anyone may call.
    function realiseExit(uint256 exitId) external returns (uint256 loss);

    /// @notice Lets all of an overdue staker's position leave its pool, so that it can be credited and pay. Anyone may call.
    function seize(address staker, address validator, uint16 basket) external returns (uint256 exitId);

    /// @notice Puts a bucket of an overdue staker up for auction. Anyone may call.
    function auction(uint256 bucketId) external;

    /// @notice Buys a bucket for {priceOf} it. What was sent beyond that comes back.
    function buy(uint256 bucketId) external payable returns (uint256 price);

    /// @notice Lets the lock of an overdue staker's bucket run out. Anyone may call.
    function unlock(uint256 bucketId) external;

    /// @notice Unstakes a bucket of an overdue staker, once its lock ran out. Anyone may call.
    function unstake(uint256 bucketId) external;

    /// @notice Has an unstaked bucket of an overdue staker paid out, for its debt and to its credit. Anyone may call. What it
    /// brings less than it counts for, beyond the staker's balance, is its shortfall.
    function redeem(uint256 bucketId) external returns (uint256 paid);

    /// @notice Returns the system staking contract whose buckets these are.
    function staking() external view returns (ISystemStaking);

    /// @notice Returns the escrow of `staker`, which is there once it deposited a bucket.
    function escrowOf(address staker) external view returns (IBucketEscrow);

    /// @notice Returns a bucket. Without staker: it is not here.
    function bucketOf(uint256 bucketId) external view returns (Bucket memory);

    /// @notice Returns the account of `staker`.
    function accountOf(address staker) external view returns (Account memory);

    /// @notice Returns the debt of `staker`.
    function debtOf(address staker) external view returns (uint256);

    /// @notice Returns what a bucket that is up for auction costs now: a tenth more than is in it at first, and at last half of
    /// what it counts for, the debt, or what the staker's balance lacks of the bucket's amount, whichever is most.
    function priceOf(uint256 bucketId) external view returns (uint256);

    /// @notice Returns what slashes took of a position and is not put down to its staker.
    function lossOf(address staker, address validator, uint16 basket, uint48 generation) external view returns (uint256);

    /// @notice Returns what all buckets here count for.
    function escrowed() external view returns (uint256);

    /// @notice Returns the coin that beneficiaries of slashes can collect.
    function pot() external view returns (uint256);

    /// @notice Returns what `beneficiary` can collect now, of its next {PAGE} slashes: first slashed, first paid.
    function fundedFor(address beneficiary) external view returns (uint256);

    /// @notice Returns how many slashes one collection pays at most.
    function PAGE() external view returns (uint256);

    /// @notice Returns what the L1 took from buckets of `staker` that are gone, beyond its balance: taken from what it is credited next.
    function shortfallOf(address staker) external view returns (uint256);

    /// @notice Returns the coin that is its stakers'.
    function coins() external view returns (uint256);

    /// @notice Returns the least debt for which a bucket is taken, in wei: nobody loses one over dust.
    function MIN_COLLECTED() external view returns (uint256);

    /// @notice Returns how long a debt may be paid before a bucket is taken for it, in seconds.
    function GRACE() external view returns (uint48);

    /// @notice Returns how long the price of an auction falls, in seconds.
    function AUCTION_LENGTH() external view returns (uint48);
}
