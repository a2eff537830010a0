// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Spans} from "./Spans.sol";

/// @title EpochTrace
/// @notice By epoch: what was there all through it (`held`), and what is there from the next one on (`next`).
/// @dev A trace with two keys an epoch: 2 × epoch for `held`, the one after it for `next`. Neither is written where it is what
/// stood before, so that an epoch takes one slot mostly: what joins changes `next` alone, what leaves changes both alike.
library EpochTrace {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;
    using Spans for Checkpoints.Trace208;

    /// @notice Writes the present `epoch`, which is that of the last entry, or after it.
    function write(Checkpoints.Trace208 storage self, uint48 epoch, uint256 held, uint256 next) internal {
        Checkpoints.Checkpoint208[] storage entries = self._checkpoints;
        uint256 length = entries.length;
        if (length != 0 && entries[length - 1]._key > 2 * epoch) entries.pop();
        if (self.latest() != held) self.push(2 * epoch, held.toUint208());
        if (next != held) self.push(2 * epoch + 1, next.toUint208());
    }

    /// @notice Returns the present `epoch`, which is that of the last entry, or after it.
    function present(Checkpoints.Trace208 storage self, uint48 epoch)
        internal
        view
        returns (uint256 held, uint256 next)
    {
        uint256 length = self.length();
        if (length == 0) return (0, 0);
        Checkpoints.Checkpoint208 memory last = self.pos(uint32(length - 1));
        next = last._value;
        if (last._key <= 2 * epoch) held = next;
        else if (length != 1) held = self.pos(uint32(length - 2))._value;
    }

    /// @notice Returns what was there all through `epoch`.
    function heldIn(Checkpoints.Trace208 storage self, uint48 epoch) internal view returns (uint256) {
        return self.upperLookupRecent(2 * epoch);
    }

    /// @notice Returns what was there all through `epoch`, and the first epoch after it for which that may differ.
    function heldSpan(Checkpoints.Trace208 storage self, uint48 epoch)
        internal
        view
        returns (uint256 held, uint48 until)
    {
        (held, until) = self.spanAt(2 * epoch);
        if (until != type(uint48).max) until = (until + 1) / 2;
    }
}
