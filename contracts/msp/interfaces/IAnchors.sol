// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DimId} from "../../types/Types.sol";
import {IDimManagers} from "./IDimManagers.sol";

/// @title IAnchors
/// @notice State roots of modules, kept on this chain: what a module's state was, that something was part of it, and
/// whether the module keeps anchoring.
/// @dev What an anchor means is the module's affair; nothing here says that a root is right. History is never rewritten:
/// positions only rise, and an anchor carries the time until which it shows life, so that a change of the interval
/// neither revives nor kills a module in the past. Entries are leaves of OpenZeppelin's standard Merkle tree: an entry is
/// hashed twice, inner nodes are hashes of sorted pairs, so that no inner node passes for an entry.
interface IAnchors {
    /// @param root Of the module's state, as a Merkle root.
    /// @param position Where the module was: its own count of blocks or epochs.
    /// @param timestamp When it was anchored, in seconds since the epoch.
    /// @param expiry The last second at which the module counts as live by this anchor.
    struct Anchor {
        bytes32 root;
        uint64 position;
        uint48 timestamp;
        uint48 expiry;
    }

    /// @param interval The longest time from one anchor to the next, in seconds; zero until the module's owner sets it.
    /// @param anchorer Who may anchor besides the owner; zero where nobody.
    struct Terms {
        uint48 interval;
        address anchorer;
    }

    /* ERRORS */

    /// @notice Thrown when `caller` is not the owner of `module`.
    error AnchorsNotOwner(DimId module, address caller);

    /// @notice Thrown when `caller` may not anchor for `module`.
    error AnchorsNotAnchorer(DimId module, address caller);

    /// @notice Thrown when an interval is zero or longer than `maximum`.
    error AnchorsIntervalOutOfRange(uint48 interval, uint48 maximum);

    /// @notice Thrown when `module` has set no terms, or has closed.
    error AnchorsNotOpen(DimId module);

    /// @notice Thrown when a root is zero.
    error AnchorsZeroRoot();

    /// @notice Thrown when a position is not above the last one.
    error AnchorsPositionNotAbove(DimId module, uint64 position, uint64 last);

    /// @notice Thrown when `module` has no such anchor.
    error AnchorsUnknown(DimId module, uint256 index);

    /* EVENTS */

    /// @notice Emitted when the owner of `module` sets its terms.
    event TermsSet(uint256 indexed module, uint48 interval, address anchorer);

    /// @notice Emitted when `module` ends its anchoring. What was anchored stays.
    event ModuleClosed(uint256 indexed module);

    /// @notice Emitted when `module` anchors `root` as its anchor number `index`.
    event Anchored(uint256 indexed module, uint256 indexed index, uint64 position, bytes32 root, uint48 expiry);

    /* FUNCTIONS */

    /// @notice Sets how often `module` anchors, and who may besides its owner, who alone may call. Counts from the next
    /// anchor on.
    function setTerms(DimId module, uint48 interval, address anchorer) external;

    /// @notice Ends the anchoring of `module`, until terms are set again. Only its owner may call.
    /// @dev It stops being live at once.
    function close(DimId module) external;

    /// @notice Anchors `root` as the state of `module` at `position`. Its owner and its anchorer may call.
    function anchor(DimId module, uint64 position, bytes32 root) external returns (uint256 index);

    /// @notice Returns whether `module` anchored in time and has not closed.
    function isLive(DimId module) external view returns (bool);

    /// @notice Returns whether `module` had anchored in time at `timestamp`, which is not in the future.
    /// @dev By the last anchor made until then. Closing is not seen here: it ends the present alone.
    function wasLive(DimId module, uint48 timestamp) external view returns (bool);

    /// @notice Returns the terms of `module`.
    function termsOf(DimId module) external view returns (Terms memory);

    /// @notice Returns how many anchors `module` has made.
    function countOf(DimId module) external view returns (uint256);

    /// @notice Returns the anchor number `index` of `module`, from zero on.
    function anchorOf(DimId module, uint256 index) external view returns (Anchor memory);

    /// @notice Returns the last anchor that `module` had made at `timestamp`, and its number.
    function anchorAt(DimId module, uint48 timestamp) external view returns (uint256 index, Anchor memory);

    /// @notice Returns whether the entry that hashes to `entryHash` is in the state that `module` anchored as `index`.
    /// @param entryHash keccak256 of the entry's ABI encoding, as in OpenZeppelin's StandardMerkleTree before its second
    /// hash.
    function includes(DimId module, uint256 index, bytes32 entryHash, bytes32[] calldata proof)
        external
        view
        returns (bool);

    /// @notice Returns what knows the owners of modules.
    function MODULES() external view returns (IDimManagers);

    /// @notice Returns the longest interval that can be set, in seconds.
    function MAX_INTERVAL() external view returns (uint48);
}
