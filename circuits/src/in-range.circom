// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "bitify.circom";

// Proves, where `enabled`, that minimum ≤ value ≤ maximum, and returns value − minimum (0 where not enabled).
// Both differences must fit in BITS: a value that wraps below the minimum or above the maximum is about p away.
// Assumes that `enabled` is 0 or 1 and that 2^(BITS + 1) < p. Any minimum and maximum are sound: with
// maximum < minimum no value passes, since the differences' sum is maximum − minimum.
template InRange(BITS) {
    signal input enabled, value, minimum, maximum;
    signal output offset;

    offset <== enabled * (value - minimum);
    signal remainder <== enabled * (maximum - value);
    _ <== Num2Bits(BITS)(offset);
    _ <== Num2Bits(BITS)(remainder);
}
