// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Lanes} from "./Lanes.sol";

/// @title DeviceOrder
/// @notice The ioIDs of a project's devices in the order of registration, read by pages.
/// @dev Each takes the next place, from 1 on. A removal empties its place and moves no other, so that whoever reads goes on
/// from a place and meets each id that stays exactly once. Whoever calls keeps the place of each id.
library DeviceOrder {
    using Lanes for Lanes.Sequence;

    struct Order {
        Lanes.Sequence lanes;
    }

    uint256 private constant _COUNT = 0;
    uint256 private constant _TAKEN = 1;
    uint256 private constant _BEFORE_FIRST = 1;

    /// @dev Bounds what one page costs where nearly all were removed.
    uint256 private constant _PLACES_A_PAGE = 4096;

    function count(Order storage self) internal view returns (uint256) {
        return self.lanes.get(_COUNT);
    }

    function append(Order storage self, uint64 id) internal returns (uint64 place) {
        place = self.lanes.get(_TAKEN) + 1;
        self.lanes.set(_TAKEN, place);
        self.lanes.set(_COUNT, self.lanes.get(_COUNT) + 1);
        self.lanes.set(_BEFORE_FIRST + place, id);
    }

    function remove(Order storage self, uint64 place) internal {
        self.lanes.set(_COUNT, self.lanes.get(_COUNT) - 1);
        self.lanes.set(_BEFORE_FIRST + place, 0);
    }

    /// @return ids At most `size` ids, from `start` on.
    /// @return next The place where the next page starts, or zero where there is none.
    function page(Order storage self, uint256 start, uint256 size)
        internal
        view
        returns (uint64[] memory ids, uint256 next)
    {
        uint256 taken = self.lanes.get(_TAKEN);
        uint256 end = start + _PLACES_A_PAGE;
        if (end > taken + 1) end = taken + 1;
        uint256 present = self.lanes.get(_COUNT);
        ids = new uint64[](size < present ? size : present);
        uint256 found = 0;
        for (next = start; next < end && found < ids.length; ++next) {
            uint64 id = self.lanes.get(_BEFORE_FIRST + next);
            if (id != 0) ids[found++] = id;
        }
        // Empty places at the end make no page of their own.
        while (next < end && self.lanes.get(_BEFORE_FIRST + next) == 0) ++next;
        if (next > taken) next = 0;
        // `found` ≤ what was allocated.
        assembly ("memory-safe") {
            mstore(ids, found)
        }
    }
}
