// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Lanes} from "./Lanes.sol";

/// @title IdList
/// @notice The ids that an account holds. The first three stand in one slot with their number.
/// @dev Removing one moves the last to its place: whoever calls keeps the index of each id, and checks it.
library IdList {
    using Lanes for Lanes.Sequence;

    struct List {
        Lanes.Sequence lanes;
    }

    uint256 private constant _LENGTH = 0;
    uint256 private constant _FIRST = 1;

    function length(List storage self) internal view returns (uint256) {
        return self.lanes.get(_LENGTH);
    }

    function idAt(List storage self, uint256 index) internal view returns (uint64) {
        return self.lanes.get(_FIRST + index);
    }

    /// @return index Where `id` stands.
    function append(List storage self, uint64 id) internal returns (uint64 index) {
        index = self.lanes.get(_LENGTH);
        self.lanes.set(_LENGTH, index + 1);
        self.lanes.set(_FIRST + index, id);
    }

    /// @return moved The id that stands at `index` now, or zero where the last was removed.
    function removeAt(List storage self, uint64 index) internal returns (uint64 moved) {
        uint64 last = self.lanes.get(_LENGTH) - 1;
        self.lanes.set(_LENGTH, last);
        if (index != last) {
            moved = self.lanes.get(_FIRST + last);
            self.lanes.set(_FIRST + index, moved);
        }
        self.lanes.set(_FIRST + last, 0);
    }
}
