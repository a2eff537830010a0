// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";

/// @title IDimAnchors
/// @notice Where DIMs anchor the roots of their state: their history, what a root includes, and whether a DIM keeps anchoring.
/// @dev A root is of a Merkle tree with sorted pairs whose leaves are keccak256(keccak256(value)), as OpenZeppelin's
/// merkle-tree builds it: hashed twice, so that no inner node passes for a leaf. Nothing anchored is ever changed.
interface IDimAnchors {
    /// @param anchorer Who anchors.
    /// @param interval How long an anchor keeps the DIM live, in seconds.
    struct Schedule {
        address anchorer;
        uint48 interval;
    }

    /// @param time When it was anchored, in seconds since the epoch.
    struct Anchor {
        bytes32 root;
        uint48 time;
    }

    /* ERRORS */

    /// @notice Thrown when `caller` does not manage `dim`.
    error DimAnchorsNotManager(DimId dim, address caller);

    /// @notice Thrown when `caller` does not anchor for `dim`.
    error DimAnchorsNotAnchorer(DimId dim, address caller);

    /// @notice Thrown when `dim` is not admitted, or left.
    error DimAnchorsNotAdmitted(DimId dim);

    /// @notice Thrown when a schedule has no interval, or a root is zero.
    error DimAnchorsZero();

    /// @notice Thrown when a root was anchored in this second.
    error DimAnchorsTooSoon(DimId dim);

    /// @notice Thrown when there is no anchor of this number.
    error DimAnchorsUnknown(DimId dim, uint256 index);

    /* EVENTS */

    /// @notice Emitted when `anchorer` anchors for `dim` from now on, every `interval` seconds at least.
    event ScheduleSet(DimId indexed dim, address indexed anchorer, uint48 interval);

    /// @notice Emitted when `dim` anchors a root.
    event Anchored(DimId indexed dim, uint256 indexed index, bytes32 root);

    /* FUNCTIONS */

    /// @notice Sets who anchors for `dim`, and how often. Only its manager may call.
    function setSchedule(DimId dim, address anchorer, uint48 interval) external;

    /// @notice Anchors the root of the state of `dim`. Only its anchorer may call. Returns the anchor's number, from 0.
    function anchor(DimId dim, bytes32 root) external returns (uint256 index);

    /// @notice Returns whether `dim` is admitted and its last anchor is no older than its interval.
    function isLive(DimId dim) external view returns (bool);

    /// @notice Returns whether an anchored root includes `value`.
    function includes(DimId dim, uint256 index, bytes calldata value, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice Returns the last anchor of `dim` at `time`. Its root is zero where there is none.
    function anchorAt(DimId dim, uint48 time) external view returns (Anchor memory);

    /// @notice Returns an anchor by its number.
    function anchorOf(DimId dim, uint256 index) external view returns (Anchor memory);

    /// @notice Returns how many anchors `dim` has.
    function anchors(DimId dim) external view returns (uint256);

    /// @notice Returns who anchors for `dim`, and how often.
    function scheduleOf(DimId dim) external view returns (Schedule memory);
}
