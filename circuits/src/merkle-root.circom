// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "poseidon.circom";

// Returns the root of the binary Poseidon(2) tree over LEAVES leaves, a power of two.
template MerkleRoot(LEAVES) {
    assert(LEAVES > 1 && (LEAVES & (LEAVES - 1)) == 0);
    signal input leaves[LEAVES];
    signal output root;

    // Heap order: node 1 is the root, the children of n are 2n and 2n + 1, the leaves come last.
    signal nodes[2 * LEAVES];
    nodes[0] <== 0;
    for (var i = 0; i < LEAVES; i++) nodes[LEAVES + i] <== leaves[i];
    for (var n = LEAVES - 1; n > 0; n--) nodes[n] <== Poseidon(2)([nodes[2 * n], nodes[2 * n + 1]]);
    root <== nodes[1];
}
