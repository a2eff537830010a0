// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title DeviceList
/// @notice A doubly linked list of distinct non-zero addresses, read by pages in the order of appending.
/// @dev Removing one element moves no other, so a reader between two pages misses none. Whoever calls checks that an
/// appended address is not in the list and that a removed or started-from one is.
library DeviceList {
    struct Links {
        address previous;
        address next;
    }

    struct List {
        address first;
        address last;
        uint256 length;
        mapping(address device => Links links) links;
    }

    function append(List storage self, address device) internal {
        address last = self.last;
        if (last == address(0)) self.first = device;
        else self.links[last].next = device;
        self.links[device] = Links({previous: last, next: address(0)});
        self.last = device;
        ++self.length;
    }

    function remove(List storage self, address device) internal {
        Links memory links = self.links[device];
        if (links.previous == address(0)) self.first = links.next;
        else self.links[links.previous].next = links.next;
        if (links.next == address(0)) self.last = links.previous;
        else self.links[links.next].previous = links.previous;
        delete self.links[device];
        --self.length;
    }

    /// @return devices At most `size` elements, `start` first.
    /// @return next The element after them, where the next page starts, or zero where there is none.
    function page(List storage self, address start, uint256 size)
        internal
        view
        returns (address[] memory devices, address next)
    {
        devices = new address[](size < self.length ? size : self.length);
        next = start;
        uint256 count = 0;
        for (; count < devices.length && next != address(0); ++count) {
            devices[count] = next;
            next = self.links[next].next;
        }
        // A page that starts past the first element may be shorter than the list: `count` ≤ what was allocated.
        assembly ("memory-safe") {
            mstore(devices, count)
        }
    }
}
