// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title ReadingBatch
/// @notice The public signals of the circuit `reading-batch`, and what they say of each device.
/// @dev The layout is packages/protocol/src/batch.ts: 7 bound signals, then for each of 8 slots a device with the count
/// of its readings, and the sums of its values' offsets from the profile's minimum, by field.
library ReadingBatch {
    /// @dev What the circuit proves of a device in a batch.
    /// @param count How many readings of it the batch holds.
    /// @param offsetSums For each field, the sum over its readings of (scaled value − scaled minimum).
    struct DeviceAggregate {
        address device;
        uint32 count;
        uint48[5] offsetSums;
    }

    /// @notice Thrown when there are not {LENGTH} signals.
    error ReadingBatchWrongLength(uint256 length);

    /// @dev Places of the bound signals.
    uint256 internal constant CHAIN_ID = 0;
    uint256 internal constant ROUTER = 1;
    uint256 internal constant PROJECT_ID = 2;
    uint256 internal constant TASK_ID = 3;
    uint256 internal constant PROVER = 4;
    uint256 internal constant ROOT = 5;
    uint256 internal constant PARAMETERS = 6;

    /// @dev How many signals are bound, by every circuit.
    uint256 internal constant BOUND = 7;

    /// @dev How many devices a batch has room for.
    uint256 internal constant DEVICES = 8;

    /// @dev How many signals there are.
    uint256 internal constant LENGTH = BOUND + 2 * DEVICES;

    uint256 private constant _FIELDS = 5;
    uint256 private constant _SUM_BITS = 48;

    /// @notice Returns the devices of a batch, in ascending order: the used slots, which come first.
    function decode(uint256[] calldata signals) internal pure returns (DeviceAggregate[] memory aggregates) {
        if (signals.length != LENGTH) revert ReadingBatchWrongLength(signals.length);
        uint256 used;
        while (used < DEVICES && signals[BOUND + 2 * used] != 0) ++used;
        aggregates = new DeviceAggregate[](used);
        for (uint256 slot; slot < used; ++slot) {
            uint256 deviceAndCount = signals[BOUND + 2 * slot];
            uint256 sums = signals[BOUND + 2 * slot + 1];
            DeviceAggregate memory aggregate = aggregates[slot];
            // The casts keep the low bits on purpose: that is how the circuit packs.
            aggregate.device = address(uint160(deviceAndCount));
            aggregate.count = uint32(deviceAndCount >> 160);
            for (uint256 field; field < _FIELDS; ++field) {
                aggregate.offsetSums[field] = uint48(sums >> (_SUM_BITS * field));
            }
        }
    }
}
