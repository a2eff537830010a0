// SPDX-License-Identifier: Apache-2.0
pragma circom 2.1.0;

include "eddsaposeidon.circom";
include "reading-leaf.circom";

// Proves that the device whose key for circuits is (Ax, Ay) signed the reading, and returns the leaf that data
// availability commits for it.
//
// Assumption, held elsewhere: the key is a point of BabyJubjub's prime subgroup and the device's: the registry takes no
// other (docs/adr/0024-circuit-keys.md), so whoever verifies a proof compares the key with the one bound there.
template SignedReading() {
    signal input chainId, projectId, device, nonce, time, value[5];
    signal input Ax, Ay, R8x, R8y, S;
    signal output leaf;

    leaf <== ReadingLeaf()(chainId, projectId, device, nonce, time, value);
    EdDSAPoseidonVerifier()(1, Ax, Ay, S, R8x, R8y, leaf);
}
