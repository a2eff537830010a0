// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @title Spans
/// @notice What a trace was at a key, and until which key it stayed so.
library Spans {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice Returns the value at `key`, and the first key after it that was written: the largest of all if there is none.
    function spanAt(Checkpoints.Trace208 storage self, uint48 key) internal view returns (uint208 value, uint48 until) {
        uint256 length = self.length();
        (uint256 low, uint256 high) = (0, length);
        // The last is asked for most.
        if (length != 0 && self.pos(uint32(length - 1))._key <= key) low = length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (self.pos(uint32(middle))._key > key) high = middle;
            else low = middle + 1;
        }
        until = low == length ? type(uint48).max : self.pos(uint32(low))._key;
        value = low == 0 ? 0 : self.pos(uint32(low - 1))._value;
    }
}
