// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title IVault
/// @notice Stake in one asset: what stakers put in and delegated to validators' baskets, and what of it is leaving.
/// @dev A pool is (validator, basket): assets and shares, of which some are leaving. Leaving stake keeps its shares until it matures,
/// so that one subtraction slashes all of the pool pro rata. Rounding is always in the pool's favour. There is no owner,
/// no upgrade and no pause; no call but the asset's own transfer can stop a payment, and none at all {claim} or {slash}.
/// A pool that was slashed to zero begins a new generation: older shares are worth nothing (docs/adr/0050).
interface IVault {
    /// @param owner Who is credited at the end.
    /// @param unlockTime From when on it can be claimed and no longer be slashed, in seconds since the epoch.
    /// @param generation Of the pool that the shares are of.
    struct Exit {
        address owner;
        uint48 unlockTime;
        uint48 generation;
        address validator;
        uint16 basket;
        uint208 shares;
    }

    /* ERRORS */

    /// @notice Thrown when an amount is zero, or so small that it buys no share.
    error VaultZeroAmount();

    /// @notice Thrown when an address that must be set is zero.
    error VaultZeroAddress();

    /// @notice Thrown when `staker` has less than the `amount` asked for.
    error VaultBalanceTooLow(address staker, uint256 balance, uint256 amount);

    /// @notice Thrown when the basket takes no stake.
    error VaultBasketNotOpen(address validator, uint16 basket);

    /// @notice Thrown when so much of the pool was slashed that it takes no stake until it is empty.
    error VaultPoolRuined(address validator, uint16 basket);

    /// @notice Thrown when the pool would hold more than `maximum`.
    error VaultPoolFull(uint256 maximum);

    /// @notice Thrown when there is no such exit, or it was claimed.
    error VaultUnknownExit(uint256 exitId);

    /// @notice Thrown when an exit is locked until `unlockTime`.
    error VaultExitLocked(uint256 exitId, uint48 unlockTime);

    /// @notice Thrown when `caller` is not the slasher.
    error VaultNotSlasher(address caller);

    /* EVENTS */

    /// @notice Emitted when `amount` arrives for `staker`.
    event Deposited(address indexed staker, address indexed from, uint256 amount);

    /// @notice Emitted when `staker` delegates `amount`.
    event Delegated(
        address indexed staker, address indexed validator, uint16 indexed basket, uint256 amount, uint256 shares
    );

    /// @notice Emitted when stake begins to leave.
    event ExitRequested(
        uint256 indexed exitId,
        address indexed staker,
        address indexed validator,
        uint16 basket,
        uint256 shares,
        uint48 unlockTime
    );

    /// @notice Emitted when an exit is credited to its owner.
    event ExitClaimed(uint256 indexed exitId, address indexed staker, uint256 amount);

    /// @notice Emitted when leaving stake matured: no slash reaches it any more.
    event ExitsSettled(address indexed validator, uint16 indexed basket, uint256 shares, uint256 amount);

    /// @notice Emitted when a pool is slashed. Zero `beneficiary`: to be burnt.
    event PoolSlashed(
        address indexed validator, uint16 indexed basket, address indexed beneficiary, uint256 amount, uint256 left
    );

    /// @notice Emitted when what was slashed is paid to `beneficiary`, or burnt where that is zero.
    event Collected(address indexed beneficiary, uint256 amount);

    /* FUNCTIONS */

    /// @notice Delegates `amount` of the caller's balance to a validator's basket. Counts from the next epoch on.
    function delegate(address validator, uint16 basket, uint256 amount) external returns (uint256 shares);

    /// @notice Lets `shares` of the caller's leave the pool. They stop counting at once, and stay slashable until they unlock.
    function requestExit(address validator, uint16 basket, uint256 shares) external returns (uint256 exitId);

    /// @notice Credits an exit that has unlocked to its owner's balance. Anyone may call.
    function claim(uint256 exitId) external returns (uint256 amount);

    /// @notice Takes up to `amount` from the pool and credits `beneficiary`; zero: to be burnt. Only the slasher may call.
    /// @return taken At most what the pool has.
    function slash(address validator, uint16 basket, uint256 amount, address beneficiary)
        external
        returns (uint256 taken);

    /// @notice Pays what was slashed in favour of `beneficiary` to it, or burns it where that is zero. Anyone may call.
    function collect(address beneficiary) external returns (uint256 amount);

    /// @notice Returns all that the vault owes in the asset.
    function owed() external view returns (uint256);

    /// @notice Returns what `staker` has in the vault and did not delegate.
    function balanceOf(address staker) external view returns (uint256);

    /// @notice Returns the shares of `staker` in a pool that are not leaving.
    function sharesOf(address staker, address validator, uint16 basket) external view returns (uint256);

    /// @notice Returns the present generation of a pool.
    function generationOf(address validator, uint16 basket) external view returns (uint48);

    /// @notice Returns what `staker` held in a pool all through `epoch`, at the price after the epoch's last slash, and the first
    /// epoch after it for which that may differ. Final once the epoch is over. What joins counts from the next epoch on.
    /// @dev A price that only roundings raised counts as it was, to 2^-32 of it.
    function weightOf(address staker, address validator, uint16 basket, uint48 generation, uint48 epoch)
        external
        view
        returns (uint256 weight, uint48 until);

    /// @notice Returns what the shares of `staker` in a pool are worth now.
    function stakeOf(address staker, address validator, uint16 basket) external view returns (uint256);

    /// @notice Returns an exit. Without owner: there is none, or it was claimed.
    function exitOf(uint256 exitId) external view returns (Exit memory);

    /// @notice Returns what an exit would be credited if it were claimed now, or unlocked now.
    function previewExit(uint256 exitId) external view returns (uint256);

    /// @notice Returns how many exits there were. Their ids begin with 1.
    function exits() external view returns (uint256);

    /// @notice Returns what was slashed in favour of `beneficiary` and not collected.
    function collectable(address beneficiary) external view returns (uint256);

    /// @notice Returns all that a slash could reach in a pool now: what is active, and what is leaving.
    function slashableNow(address validator, uint16 basket) external view returns (uint256);

    /// @notice Returns the stake in a pool that was not leaving at `time`.
    function activeAt(address validator, uint16 basket, uint48 time) external view returns (uint256);

    /// @notice Returns what was in the pool at `time` and has not left by now, at the price of `time`, and all that was
    /// slashed of the pool after `time`. The first never grows, the second never falls.
    function standingAt(address validator, uint16 basket, uint48 time)
        external
        view
        returns (uint256 standing, uint256 slashedSince);

    /// @notice Returns the least of what {standingAt} tells of the eve of the epoch of `time` and of `time`, and the least of what
    /// slashes since then left of each. Neither ever grows. However many stakers joined, and whenever, it costs the same;
    /// where the pool was slashed within the epoch before `time`, as much as {standingAt}.
    function standingThrough(address validator, uint16 basket, uint48 time)
        external
        view
        returns (uint256 standing, uint256 left);

    /// @notice Returns the time that an exit takes that is requested now, in seconds.
    function exitDelay() external view returns (uint48);
}
