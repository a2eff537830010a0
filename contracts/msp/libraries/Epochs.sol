// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Epochs
/// @notice The days of restaked stake, from midnight to midnight UTC: what joins counts from the next one on.
library Epochs {
    /// @notice The length of an epoch, in seconds.
    uint48 internal constant LENGTH = 1 days;

    /// @notice Returns when the epoch of `time` began, in seconds since the epoch of Unix.
    function startOf(uint48 time) internal pure returns (uint48) {
        return time - time % LENGTH;
    }

    /// @notice Returns the last second before the epoch of `time`: what was there by then is there for the epoch.
    function eveOf(uint48 time) internal pure returns (uint48) {
        return startOf(time) - 1;
    }

    /// @notice Returns the number of the epoch of `time`: days since the epoch of Unix.
    function numberOf(uint48 time) internal pure returns (uint48) {
        return time / LENGTH;
    }

    /// @notice Returns the number of the present epoch.
    function current() internal view returns (uint48) {
        return numberOf(uint48(block.timestamp));
    }

    /// @notice Returns when the epoch after the present one begins.
    function next() internal view returns (uint48) {
        return startOf(uint48(block.timestamp)) + LENGTH;
    }
}
