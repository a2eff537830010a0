// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Lanes
/// @notice A sequence of 64-bit numbers, four to a storage slot, zero until they are set: ids take a quarter of the slots.
library Lanes {
    struct Sequence {
        mapping(uint256 word => uint256 lanes) words;
    }

    function get(Sequence storage self, uint256 position) internal view returns (uint64) {
        return uint64(self.words[position >> 2] >> ((position & 3) << 6));
    }

    function set(Sequence storage self, uint256 position, uint64 value) internal {
        uint256 shift = (position & 3) << 6;
        uint256 others = self.words[position >> 2] & ~(uint256(type(uint64).max) << shift);
        self.words[position >> 2] = others | (uint256(value) << shift);
    }
}
