// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title EpochSet
/// @notice A set of epochs that only grows, 256 a slot, of which the next can be asked.
library EpochSet {
    struct Set {
        mapping(uint256 index => uint256 word) words;
    }

    /// @notice Adds `epoch`, if it is not in the set.
    function add(Set storage self, uint48 epoch) internal {
        self.words[epoch >> 8] |= 1 << (epoch & 255);
    }

    /// @notice Returns whether `epoch` is in the set.
    function has(Set storage self, uint48 epoch) internal view returns (bool) {
        return self.words[epoch >> 8] >> (epoch & 255) & 1 == 1;
    }

    /// @notice Returns the first epoch of the set in [from, until), or `until`. Reads a slot for each 256 epochs.
    function next(Set storage self, uint48 from, uint48 until) internal view returns (uint48) {
        while (from < until) {
            uint256 word = self.words[from >> 8] >> (from & 255);
            // The lowest bit that is set. No cast loses anything: it is below 256.
            if (word != 0) return uint48(Math.min(from + Math.log2(word & (~word + 1)), until));
            from = ((from >> 8) + 1) << 8;
        }
        return until;
    }
}
