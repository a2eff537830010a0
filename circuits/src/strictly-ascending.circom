// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "bitify.circom";

// Proves, where `enabled`, that low < high.
// Assumes that `enabled` is 0 or 1 and that both are below 2^BITS (range-checked by the caller), 2^(BITS + 1) < p:
// high − low − 1 then lies in [−2^BITS, 2^BITS), and only its non-negative half has BITS bits.
template StrictlyAscending(BITS) {
    signal input enabled, low, high;

    signal gap <== enabled * (high - low - 1);
    _ <== Num2Bits(BITS)(gap);
}
