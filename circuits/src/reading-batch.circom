// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "binsum.circom"; // nbits
include "bitify.circom";
include "comparators.circom";
include "poseidon.circom";
include "in-range.circom";
include "merkle-root.circom";
include "reading-leaf.circom";
include "strictly-ascending.circom";

// Proves that the leaves under `root` are 1 to LEAVES distinct readings of one project, that every value lies in the
// profile's range, and that `devices` are their per-device counts and sums.
//
// Public, in the order of the proof's signals (packages/protocol/src/batch.ts, SIGNAL):
//   chainId, router, projectId, task, prover   where this proof may be used; the router compares them
//   root                                       of the tree over the leaves; unused leaves are 0 and come last
//   parameters                                 Poseidon(minimum[0..4], maximum[0..4]), scaled
//   devices[j]                                 [device + count · 2^160, Σ_v 2^(SUM_BITS · v) · Σ (value_v − minimum_v)]
//                                              ascending by device; unused slots are [0, 0] and come last
// Private: everything below them.
//
// Assumptions, held elsewhere: device, time and values are what the device signed (checked by the gateway, hence the
// coordinator is trusted for their origin); chain id, router, project, task, prover, root and parameters are compared
// by the router; `time` is bound by the leaf only and may be any field element.
//
// Range checks are part of the statement. RANGE_BITS + log2(LEAVES) ≤ SUM_BITS keeps packed sums apart, and
// FIELDS · SUM_BITS < 253 keeps them from wrapping around p.
template ReadingBatch(LEAVES, DEVICES, FIELDS, RANGE_BITS, SUM_BITS) {
    var DEVICE_BITS = 160;
    var NONCE_BITS = 64;
    var SLOT_BITS = nbits(DEVICES - 1);
    assert(FIELDS == 5); // ReadingLeaf's
    assert(LEAVES * (1 << RANGE_BITS) <= (1 << SUM_BITS));
    assert(FIELDS * SUM_BITS < 253);

    signal input chainId, router, projectId, task, prover, root, parameters;
    signal input devices[DEVICES][2];
    signal input minimum[FIELDS], maximum[FIELDS];
    signal input deviceId[DEVICES];
    signal input used[LEAVES], slot[LEAVES][DEVICES], nonce[LEAVES], time[LEAVES], value[LEAVES][FIELDS];

    // Signals that only the router reads are bound to the proof by a constraint of their own.
    signal _router <== router * router;
    signal _task <== task * task;
    signal _prover <== prover * prover;

    // The ranges are those that the project committed to.
    signal ranges[2 * FIELDS];
    for (var v = 0; v < FIELDS; v++) {
        ranges[v] <== minimum[v];
        ranges[FIELDS + v] <== maximum[v];
    }
    signal commitment <== Poseidon(2 * FIELDS)(ranges);
    parameters === commitment;

    // The first place is used, and a used place never follows an unused one.
    used[0] === 1;
    for (var i = 1; i < LEAVES; i++) {
        used[i] * (used[i] - 1) === 0;
        used[i] * (1 - used[i - 1]) === 0;
    }

    // A used place names exactly one slot, an unused place none.
    for (var i = 0; i < LEAVES; i++) {
        var chosen = 0;
        for (var j = 0; j < DEVICES; j++) {
            slot[i][j] * (slot[i][j] - 1) === 0;
            chosen += slot[i][j];
        }
        chosen === used[i];
    }

    // Readings ascend strictly by (slot, nonce): none is counted twice.
    signal key[LEAVES];
    for (var i = 0; i < LEAVES; i++) {
        _ <== Num2Bits(NONCE_BITS)(nonce[i]);
        var slotIndex = 0;
        for (var j = 0; j < DEVICES; j++) slotIndex += j * slot[i][j];
        key[i] <== slotIndex * (1 << NONCE_BITS) + nonce[i];
        if (i > 0) StrictlyAscending(NONCE_BITS + SLOT_BITS)(used[i], key[i - 1], key[i]);
    }

    // Slots that hold readings come first; their devices ascend strictly, so that no device has two slots.
    // The other slots' devices are 0.
    signal count[DEVICES], empty[DEVICES];
    for (var j = 0; j < DEVICES; j++) {
        var readings = 0;
        for (var i = 0; i < LEAVES; i++) readings += slot[i][j];
        count[j] <== readings;
        empty[j] <== IsZero()(count[j]);
        empty[j] * deviceId[j] === 0;
        _ <== Num2Bits(DEVICE_BITS)(deviceId[j]);
        if (j > 0) {
            empty[j - 1] * (1 - empty[j]) === 0;
            StrictlyAscending(DEVICE_BITS)(1 - empty[j], deviceId[j - 1], deviceId[j]);
        }
    }

    // Every value of a used place lies in its range. `offsets` packs value − minimum of all fields.
    signal offset[LEAVES][FIELDS], offsets[LEAVES];
    for (var i = 0; i < LEAVES; i++) {
        var packed = 0;
        for (var v = 0; v < FIELDS; v++) {
            offset[i][v] <== InRange(RANGE_BITS)(used[i], value[i][v], minimum[v], maximum[v]);
            packed += offset[i][v] * (1 << (SUM_BITS * v));
        }
        offsets[i] <== packed;
    }

    // The leaf of a used place is its reading's, and of an unused place 0.
    signal device[LEAVES], deviceTerm[LEAVES][DEVICES], readingLeaf[LEAVES], leaf[LEAVES];
    for (var i = 0; i < LEAVES; i++) {
        var chosenDevice = 0;
        for (var j = 0; j < DEVICES; j++) {
            deviceTerm[i][j] <== slot[i][j] * deviceId[j];
            chosenDevice += deviceTerm[i][j];
        }
        device[i] <== chosenDevice;
        readingLeaf[i] <== ReadingLeaf()(chainId, projectId, device[i], nonce[i], time[i], value[i]);
        leaf[i] <== used[i] * readingLeaf[i];
    }
    signal computedRoot <== MerkleRoot(LEAVES)(leaf);
    root === computedRoot;

    // Counts and sums are as claimed.
    signal sumTerm[DEVICES][LEAVES];
    for (var j = 0; j < DEVICES; j++) {
        var sums = 0;
        for (var i = 0; i < LEAVES; i++) {
            sumTerm[j][i] <== slot[i][j] * offsets[i];
            sums += sumTerm[j][i];
        }
        devices[j][0] === deviceId[j] + count[j] * (1 << DEVICE_BITS);
        devices[j][1] === sums;
    }
}
