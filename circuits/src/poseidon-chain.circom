// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "poseidon.circom";

// Proves knowledge of the start of a hash chain: LENGTH applications of Poseidon(1) lead from start to end.
// Public:  end.   Private: start.
// Every wire but the constant is as large as the field: the dense witness of the proving benchmark.
template PoseidonChain(LENGTH) {
    assert(LENGTH > 0);
    signal input start, end;

    signal link[LENGTH + 1];
    link[0] <== start;
    for (var i = 0; i < LENGTH; i++) link[i + 1] <== Poseidon(1)([link[i]]);

    // The chain ends where it is claimed to.
    end === link[LENGTH];
}
