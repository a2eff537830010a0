// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "poseidon.circom";

// "iotex2" in ASCII, then the version of the leaf's layout (packages/protocol/src/leaf.ts).
function LEAF_DOMAIN() {
    return 0x696f7465783201;
}

// Returns the leaf of a reading. A negative value v is the field element p − |v|.
template ReadingLeaf() {
    signal input chainId, projectId, device, nonce, time, value[5];
    signal output leaf;

    leaf <== Poseidon(11)([
        LEAF_DOMAIN(), chainId, projectId, device, nonce, time,
        value[0], value[1], value[2], value[3], value[4]
    ]);
}
